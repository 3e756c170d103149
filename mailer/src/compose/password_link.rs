//! Mails with a link by which somebody sets the password that he signs in with.
//!
//! They say nothing that anybody chose but the account's name, or anybody could have us write to anybody (S3).

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use liaison_domain::{external_access::LinkPurpose, language::Language};
use minijinja::context;

use super::{
    facts::When,
    message::{Automatic, AutomaticCause, Mailbox, Message, TextPart},
    message_id::MessageId,
    notification::{ComposeError, frame},
    template::{Part, Rendered, dates, trusted::Trusted},
};

/// A mail with a link, as far as it is decided before it is written.
#[derive(Clone, Debug)]
pub struct PasswordLinkMail {
    pub purpose: LinkPurpose,
    pub language: Language,
    /// The account's name, not its title.
    pub account: String,
    pub url: String,
    pub expires_at: DateTime<Utc>,
    pub written_at: DateTime<Utc>,
    pub from: Mailbox,
    pub to: Mailbox,
    pub message_id: MessageId,
}

impl PasswordLinkMail {
    /// Writes the mail. Equal facts give equal bytes.
    pub fn compose(&self) -> Result<Vec<u8>, ComposeError> {
        let Rendered { subject, html, text } = self.render()?;
        let message = Message {
            from: self.from.clone(),
            sender: None,
            to: vec![self.to.clone()],
            reply_to: None,
            subject,
            message_id: self.message_id.clone(),
            in_reply_to: None,
            references: Vec::new(),
            date: self.written_at,
            html,
            text: TextPart::Given(text),
            automatic: Some(Automatic { cause: AutomaticCause::Generated, unsubscribe_url: None }),
            hop: None,
            attachments: Vec::new(),
            inline_images: Vec::new(),
        };
        Ok(message.to_bytes()?)
    }

    fn render(&self) -> Result<Rendered, ComposeError> {
        let [html, text] = bodies(self.purpose, self.language);
        let expires_at = dates::shown(When::Moment(self.expires_at.fixed_offset()), self.language);
        let facts = context! { account => self.account.as_str(), url => self.url.as_str(), expires_at };
        let (html, text) = (html.render(facts.clone())?, text.render(facts)?);
        let subject = subject(self.purpose, self.language).to_owned();
        Ok(frame::bare(Rendered { subject, html, text }, self.language)?)
    }
}

const fn subject(purpose: LinkPurpose, language: Language) -> &'static str {
    match (purpose, language) {
        (LinkPurpose::Invitation, Language::English) => "Your invitation",
        (LinkPurpose::Invitation, Language::Russian) => "Вас приглашают",
        (LinkPurpose::PasswordReset, Language::English) => "Set a new password",
        (LinkPurpose::PasswordReset, Language::Russian) => "Новый пароль",
    }
}

macro_rules! bodies {
    ($name:literal) => {{
        static BODIES: LazyLock<[Trusted; 2]> = LazyLock::new(|| {
            [
                Trusted::read(Part::Html, include_str!(concat!("../../templates/", $name, ".html"))),
                Trusted::read(Part::Text, include_str!(concat!("../../templates/", $name, ".txt"))),
            ]
        });
        &BODIES
    }};
}

fn bodies(purpose: LinkPurpose, language: Language) -> &'static [Trusted; 2] {
    match (purpose, language) {
        (LinkPurpose::Invitation, Language::English) => bodies!("en/invitation"),
        (LinkPurpose::Invitation, Language::Russian) => bodies!("ru/invitation"),
        (LinkPurpose::PasswordReset, Language::English) => bodies!("en/password_reset"),
        (LinkPurpose::PasswordReset, Language::Russian) => bodies!("ru/password_reset"),
    }
}

#[cfg(test)]
mod tests {
    use liaison_domain::mail_address::EmailAddress;

    use super::*;

    #[test]
    fn each_purpose_is_told_in_each_language_with_its_link() {
        let address = |it| Mailbox::from(EmailAddress::parse(it).unwrap());
        for purpose in LinkPurpose::ALL {
            for language in Language::ALL {
                let mail = PasswordLinkMail {
                    purpose: *purpose,
                    language: *language,
                    account: "acme".to_owned(),
                    url: "https://liaison.test/sign-in?invitation=a&b".to_owned(),
                    expires_at: DateTime::UNIX_EPOCH,
                    written_at: DateTime::UNIX_EPOCH,
                    from: address("noreply@acme.liaison.test"),
                    to: address("ivan@client.example"),
                    message_id: MessageId::parse("<1@acme.liaison.test>").unwrap(),
                };
                let Rendered { subject, html, text } = mail.render().unwrap();
                assert!(!subject.is_empty() && text.contains("acme") && html.contains("acme"), "{text}");
                assert!(text.contains(&mail.url), "{text}");
                assert!(html.contains("https://liaison.test/sign-in?invitation=a&amp;b"), "{html}");
                assert!(text.contains("1970") && html.contains("1970"), "{text}");
                assert_eq!(mail.compose().unwrap(), mail.compose().unwrap());
            }
        }
    }
}
