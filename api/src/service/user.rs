//! Who has signed in, as himself.

use liaison_domain::{contact::Contact, external_access::Standing, person::Employee, refusal::Refusal};
use liaison_persistence::{contact, database::Tx, employee};

use super::{Failure, caller::UserCaller};

/// Somebody who signs in.
#[derive(Debug)]
pub enum User {
    Employee(Employee),
    Contact(Box<Contact>),
}

/// The caller himself.
pub async fn get(tx: &mut dyn Tx, caller: &UserCaller) -> Result<User, Failure> {
    let (account, person) = (caller.account, caller.person);
    let found = match caller.standing {
        Standing::Employee(_) => employee::find(tx, account, person).await?.map(User::Employee),
        Standing::External(_) => {
            contact::find(tx, account, person).await?.map(|it| User::Contact(Box::new(it)))
        }
    };
    Ok(found.ok_or_else(Refusal::not_found)?)
}
