//! Which element of which mail program means what. Tables only.

use html5ever::tokenizer::Tag;

use super::MarkKind;

/// The attributes that mail programs leave their marks in.
#[derive(Debug, Default)]
pub(super) struct Markup {
    id: String,
    classes: String,
    style: String,
    kind: String,
    data: String,
}

impl Markup {
    pub(super) fn of(tag: &Tag) -> Self {
        let mut markup = Self::default();
        for attribute in &tag.attrs {
            let field = match &*attribute.name.local {
                "id" => &mut markup.id,
                "class" => &mut markup.classes,
                "style" => &mut markup.style,
                "type" => &mut markup.kind,
                "data-marker" | "data-smartmail" => &mut markup.data,
                _ => continue,
            };
            *field = attribute.value.to_ascii_lowercase();
        }
        markup.style.retain(|c| !c.is_whitespace());
        markup
    }

    /// What the element's own text is.
    pub(super) fn mark(&self) -> Option<MarkKind> {
        if INTRODUCTION_CLASSES.iter().any(|class| self.has_class(class))
            || INTRODUCTION_IDS.contains(&self.id.as_str())
        {
            Some(MarkKind::Introduction)
        } else if QUOTE_CLASSES.iter().any(|class| self.has_class(class))
            || QUOTE_IDS.contains(&self.id.as_str())
            || self.id.starts_with("yahoo_quoted")
            || self.data == "__headers__"
            || OUTLOOK_RULES.iter().any(|rule| self.style.contains(rule))
        {
            Some(MarkKind::Quote)
        } else if SIGNATURE_CLASSES.iter().any(|class| self.has_class(class))
            || SIGNATURE_IDS.contains(&self.id.as_str())
            || self.data == "gmail_signature"
        {
            Some(MarkKind::Signature)
        } else {
            None
        }
    }

    /// `true` for a `blockquote` that a mail program made when answering, not the sender by hand. Gmail gives both the
    /// same class, so that one says nothing.
    pub(super) fn is_mail_quote(&self) -> bool {
        self.kind == "cite"
            || self.has_class("protonmail_quote")
            || (self.style.contains("border-left") && !self.has_class("gmail_quote"))
    }

    /// `true` for a container in which every `blockquote` is earlier mail.
    pub(super) fn holds_mail_quotes(&self) -> bool {
        ["gmail_quote", "gmail_quote_container", "protonmail_quote", "gmail_extra"]
            .iter()
            .any(|class| self.has_class(class))
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.style.contains("display:none") || self.style.contains("mso-hide:all")
    }

    /// `true` for a paragraph that is a mere line: Word puts no space between its own.
    pub(super) fn is_tight_paragraph(&self) -> bool {
        self.classes.starts_with("mso") || self.style.contains("margin:0")
    }

    fn has_class(&self, class: &str) -> bool {
        self.classes.split_ascii_whitespace().any(|it| it == class)
    }
}

/// Gmail, Thunderbird (answer, forward).
const INTRODUCTION_CLASSES: [&str; 3] = ["gmail_attr", "moz-cite-prefix", "moz-email-headers-table"];

/// Roundcube.
const INTRODUCTION_IDS: [&str; 1] = ["reply-intro"];

/// Old Outlook on the web, Yahoo, Zoho.
const QUOTE_CLASSES: [&str; 3] = ["outlookmessageheader", "yahoo_quoted", "zmail_extra"];

/// Outlook on the web and mobile, Outlook for Mac.
const QUOTE_IDS: [&str; 4] =
    ["divrplyfwdmsg", "appendonsend", "olk_src_body_section", "mail-editor-reference-message-container"];

/// The rule that Outlook for Windows draws above the header lines of the mail answered (2007–2010, 2013 on, mail app).
const OUTLOOK_RULES: [&str; 3] =
    ["border-top:solid#b5c4df", "border-top:solid#e1e1e1", "border-top:solid#e5e5e5"];

/// Gmail, Thunderbird, Proton.
const SIGNATURE_CLASSES: [&str; 4] =
    ["gmail_signature", "moz-signature", "protonmail_signature_block", "gmail_signature_prefix"];

/// Outlook on the web and mobile, Apple Mail.
const SIGNATURE_IDS: [&str; 3] = ["signature", "ms-outlook-mobile-signature", "applemailsignature"];
