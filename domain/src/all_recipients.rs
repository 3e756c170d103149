//! One mail for everybody who is told of something, with all their addresses in To (ALL-1 … ALL-5).

use std::collections::HashSet;

use crate::{contact_mail::StaffWithoutEmail, fan_out::MailTo, id::PersonId, mail_address::EmailAddress};

/// An employee who is told of it too. None of them gets notices by e-mail yet, so all are staff without e-mail (ALL-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    pub person: PersonId,
    pub name: String,
    pub internal: EmailAddress,
    pub external: EmailAddress,
}

/// Who stands in the mail and who gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommonMail {
    /// In To: the contacts in the order of addressing, then the employees.
    pub shown: Vec<(String, EmailAddress)>,
    /// Employees who get it, beside the contacts.
    pub staff: Vec<MailTo>,
}

/// Plans the mail for at least one contact; none where it would show nobody but him.
pub fn plan(contacts: &[MailTo], colleagues: &[Colleague], mode: StaffWithoutEmail) -> Option<CommonMail> {
    let mut keys: HashSet<String> = contacts.iter().map(|it| it.address.key()).collect();
    let mut mail = CommonMail {
        shown: contacts.iter().map(|it| (it.name.clone(), it.address.clone())).collect(),
        staff: Vec::new(),
    };
    for it in colleagues {
        let address = match mode {
            StaffWithoutEmail::Omit => continue,
            StaffWithoutEmail::InternalAddress => &it.internal,
            StaffWithoutEmail::ExternalAddress => &it.external,
        };
        if !keys.insert(address.key()) {
            continue;
        }
        mail.shown.push((it.name.clone(), address.clone()));
        if mode == StaffWithoutEmail::ExternalAddress {
            let (person, name) = (it.person, it.name.clone());
            mail.staff.push(MailTo { person, name, address: address.clone(), language: None });
        }
    }
    (!contacts.is_empty() && mail.shown.len() > 1).then_some(mail)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    fn contact(name: &str) -> MailTo {
        let address = address(&format!("{name}@client.example"));
        MailTo { person: PersonId::new(Uuid::nil()), name: name.to_owned(), address, language: None }
    }

    fn colleague(name: &str) -> Colleague {
        Colleague {
            person: PersonId::new(Uuid::max()),
            name: name.to_owned(),
            internal: address(&format!("{name}@acme.liaison.test")),
            external: address(&format!("{name}@home.example")),
        }
    }

    #[track_caller]
    fn check(contacts: &[&str], mode: StaffWithoutEmail, shown: &[&str], staff: &[&str]) {
        let contacts: Vec<MailTo> = contacts.iter().map(|it| contact(it)).collect();
        let mail = plan(&contacts, &[colleague("boris")], mode).unwrap_or_default();
        let addresses: Vec<&str> = mail.shown.iter().map(|(_, it)| it.as_str()).collect();
        assert_eq!(addresses, shown);
        assert_eq!(mail.staff.iter().map(|it| it.address.as_str()).collect::<Vec<_>>(), staff);
    }

    /// ALL-1, ALL-4
    #[test]
    fn staff_without_email_stand_in_it_as_the_account_says() {
        use StaffWithoutEmail::{ExternalAddress, InternalAddress, Omit};
        let (ivan, olga) = ("ivan@client.example", "olga@client.example");
        let (inside, outside) = ("boris@acme.liaison.test", "boris@home.example");
        check(&["ivan", "olga"], Omit, &[ivan, olga], &[]);
        check(&["ivan", "olga"], InternalAddress, &[ivan, olga, inside], &[]);
        check(&["ivan", "olga"], ExternalAddress, &[ivan, olga, outside], &[outside]);
        check(&["ivan"], ExternalAddress, &[ivan, outside], &[outside]);
        // Who would stand there alone gets a mail of his own.
        check(&["ivan"], Omit, &[], &[]);
        check(&[], ExternalAddress, &[], &[]);
    }
}
