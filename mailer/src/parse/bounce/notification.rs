//! Notifications of mail services: JSON in the text of a mail (Amazon SES over SNS).

use serde::{Deserialize, de::DeserializeOwned};

use super::Finding;

/// The wrapping that SNS adds unless told not to.
#[derive(Debug, Deserialize)]
struct Envelope {
    #[serde(rename = "Message")]
    message: String,
}

/// What the service tells.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::parse) struct Notification {
    #[serde(rename = "notificationType", alias = "eventType")]
    kind: String,
    bounce: Bounce,
    delivery: Delivery,
    mail: Mail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Bounce {
    bounced_recipients: Vec<BouncedRecipient>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BouncedRecipient {
    email_address: String,
    action: Option<String>,
    status: Option<String>,
    diagnostic_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Delivery {
    recipients: Vec<String>,
    smtp_response: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Mail {
    headers: Vec<Header>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Header {
    name: String,
    value: String,
}

impl Notification {
    /// Reads the text of a mail that starts with a JSON object.
    pub(in crate::parse) fn read(text: &str) -> Option<Self> {
        let text = text.trim_start();
        if !text.starts_with('{') {
            return None;
        }
        // Some servers cut long lines with an exclamation mark.
        let text = text.replace("!\n ", "");
        let wrapped = first_object::<Envelope>(&text).and_then(|it| first_object(&it.message));
        wrapped.or_else(|| first_object(&text)).filter(|it: &Self| !it.kind.is_empty())
    }

    pub(in crate::parse) fn is_complaint(&self) -> bool {
        self.kind == "Complaint"
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        match self.kind.as_str() {
            "Bounce" => {
                self.bounce.bounced_recipients.into_iter().map(BouncedRecipient::into_finding).collect()
            }
            "Delivery" => {
                let said = self.delivery.smtp_response;
                let status = said.as_deref().and_then(super::status::find_code);
                let to_finding = |address: String| Finding {
                    address: super::prose::addresses(&address).into_iter().next().unwrap_or_default(),
                    action: Some("delivered".to_owned()),
                    status: status.clone(),
                    diagnostic: said.clone(),
                    ..Finding::default()
                };
                self.delivery.recipients.into_iter().map(to_finding).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(in crate::parse) fn original_message_id(&self) -> Option<String> {
        let header = self.mail.headers.iter().find(|it| it.name.eq_ignore_ascii_case("Message-ID"))?;
        crate::parse::header::message_ids(&header.value).into_iter().next()
    }
}

/// The object that `text` starts with; a footer may follow.
fn first_object<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

impl BouncedRecipient {
    fn into_finding(self) -> Finding {
        let diagnostic = self.diagnostic_code;
        Finding {
            address: super::prose::addresses(&self.email_address).into_iter().next().unwrap_or_default(),
            action: self.action.map(|it| it.to_lowercase()),
            status: super::status::choose(
                self.status.as_deref().and_then(super::status::find_code),
                diagnostic.as_deref(),
            ),
            diagnostic,
            ..Finding::default()
        }
    }
}
