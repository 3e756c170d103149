//! Mail addresses as the field writes them: `local@domain` (RFC 5321 §4.1.2, without quoted locals).

use std::fmt;

use thiserror::Error;

/// An address that mail can be sent to.
///
/// Kept as it was written, for display and for the wire; [`EmailAddress::key`] is what two spellings of the same
/// mailbox share. Local parts may be non-ASCII (RFC 6531); domain names are kept in ASCII form (RFC 5891).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    text: String,
    at: usize,
}

impl EmailAddress {
    /// Longest accepted address in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
    pub const MAX_BYTES: usize = 254;
    /// Longest accepted local part in bytes (RFC 5321 §4.5.3.1.1).
    pub const MAX_LOCAL_BYTES: usize = 64;

    /// Reads an address; blanks around it are dropped.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailAddressError::NoAt)?;
        if local.is_empty() || local.len() > Self::MAX_LOCAL_BYTES || !is_dot_atom(local) {
            return Err(EmailAddressError::LocalPart);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_source| EmailAddressError::Domain)?;
        if domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') {
            return Err(EmailAddressError::Domain);
        }
        let text = format!("{local}@{domain}");
        if text.len() > Self::MAX_BYTES {
            return Err(EmailAddressError::TooLong);
        }
        Ok(Self { at: local.len(), text })
    }

    /// The address as mail programs write it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`, as written.
    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// The domain in lower-case ASCII form.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// The address folded for comparison. Servers may tell `A@x` from `a@x`; people never do.
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Dot-separated atoms of RFC 5322 §3.2.3, with the non-ASCII letters of RFC 6532.
fn is_dot_atom(local: &str) -> bool {
    let is_atom_char =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter_beyond_ascii(c);
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

/// Invisible and direction-changing characters would make two addresses look alike.
fn is_letter_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric()
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EmailAddressError {
    #[error("an address has the form name@domain")]
    NoAt,
    #[error("the part before the @ is not a mailbox name")]
    LocalPart,
    #[error("the part after the @ is not a domain name")]
    Domain,
    #[error("an address has at most 254 bytes")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_written_and_compared_folded() {
        let address = EmailAddress::parse(" Anna.Petrova+x@Пример.РФ ").unwrap();
        assert_eq!(address.as_str(), "Anna.Petrova+x@xn--e1afmkfd.xn--p1ai");
        assert_eq!(address.local_part(), "Anna.Petrova+x");
        assert_eq!(address.domain(), "xn--e1afmkfd.xn--p1ai");
        assert_eq!(address.key(), "anna.petrova+x@xn--e1afmkfd.xn--p1ai");
    }

    #[test]
    fn what_no_mail_server_takes_is_refused() {
        let long = format!("{}@b.example", "a".repeat(65));
        for (text, error) in [
            ("anna", EmailAddressError::NoAt),
            ("@b.example", EmailAddressError::LocalPart),
            ("a b@b.example", EmailAddressError::LocalPart),
            ("a..b@b.example", EmailAddressError::LocalPart),
            ("a\u{202e}b@b.example", EmailAddressError::LocalPart),
            (long.as_str(), EmailAddressError::LocalPart),
            ("a@", EmailAddressError::Domain),
            ("a@b_c.example", EmailAddressError::Domain),
            ("a@.example", EmailAddressError::Domain),
        ] {
            assert_eq!(EmailAddress::parse(text), Err(error), "{text}");
        }
    }
}
