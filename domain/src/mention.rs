//! Who is named in a comment: `@login` (COM-4).

use crate::account::Login;

/// Most people that one comment names; what comes after is text.
pub const MAX_MENTIONS: usize = 50;

/// The logins named in a text, each once, in their order. An `@` inside a word, as in an e-mail address, names nobody; a dot or
/// hyphen that ends a sentence is no part of a login.
pub fn mentions(text: &str) -> Vec<Login> {
    let mut found: Vec<Login> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        let is_inside_a_word = before.is_some_and(|it: char| it.is_alphanumeric() || "._-@/".contains(it));
        before = Some(c);
        if c != '@' || is_inside_a_word {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        let name = end.map_or(rest, |it| rest.get(..it).unwrap_or_default());
        // `@boris@example.com` is somebody's address elsewhere.
        let goes_on = end.and_then(|it| rest.get(it..)).is_some_and(|it| it.starts_with('@'));
        let Ok(login) = Login::parse(name.trim_end_matches(['.', '-'])) else { continue };
        if !goes_on && !found.contains(&login) {
            found.push(login);
        }
        if found.len() == MAX_MENTIONS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = mentions(text);
        assert_eq!(found.iter().map(Login::as_str).collect::<Vec<_>>(), expected, "{text}");
    }

    /// COM-4
    #[test]
    fn a_login_after_an_at_sign_names_an_employee() {
        check("@boris, please ask @Vera.Petrova. (@olga-2)", &["boris", "vera.petrova", "olga-2"]);
        check("@boris\n@boris @BORIS", &["boris"]);
        check("«@boris»: да", &["boris"]);
    }

    #[test]
    fn what_is_no_login_names_nobody() {
        check("write to ivan@client.example or a.@b", &[]);
        check("@ @. @-- @борис @@boris https://social.example/@boris @boris@social.example", &[]);
        check("@task7 @postmaster", &[]);
        check("", &[]);
    }

    #[test]
    fn nobody_is_called_by_a_flood_of_names() {
        let names: Vec<String> = (0..1000).map(|n| format!("@n{n}")).collect();
        assert_eq!(mentions(&names.join(" ")).len(), MAX_MENTIONS);
        assert_eq!(mentions(&"@".repeat(100_000)), []);
    }
}
