//! What stands below a mail to a contact, and whose it is (digest §9.4).

use crate::named::named;

named! {
    /// Whose signature can be set for itself; a mailbox has its own among its settings (SIG-1).
    pub enum SignatureLevel {
        Account = "account",
        Employee = "employee",
    }
}

/// The signatures that there are for a mail of an employee.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    /// Of the external mailbox that it leaves by.
    pub mailbox: Option<String>,
    /// Of its author.
    pub employee: Option<String>,
    pub account: Option<String>,
}

impl Signatures {
    /// Decides which one stands below the mail: the mailbox's own, else its author's; the account's only where it leaves
    /// from an internal address (SIG-2).
    pub fn choose(self, leaves_by_mailbox: bool) -> Option<String> {
        if leaves_by_mailbox { self.mailbox.or(self.employee) } else { self.employee.or(self.account) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SIG-2
    #[test]
    fn the_nearest_signature_stands_below_a_mail() {
        let some = |it: &str| (!it.is_empty()).then(|| it.to_owned());
        for (leaves_by_mailbox, mailbox, employee, account, chosen) in [
            (true, "mailbox", "employee", "account", "mailbox"),
            (true, "", "employee", "account", "employee"),
            (true, "", "", "account", ""),
            (false, "", "employee", "account", "employee"),
            (false, "", "", "account", "account"),
            (false, "", "", "", ""),
        ] {
            let there =
                Signatures { mailbox: some(mailbox), employee: some(employee), account: some(account) };
            assert_eq!(there.clone().choose(leaves_by_mailbox), some(chosen), "{there:?}");
        }
    }
}
