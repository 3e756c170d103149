//! Writes each message as an `.eml` file that any mail program opens: what a start without configuration does.

use std::{
    io,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use mail_parser::{HeaderName, HeaderValue, MessageParser};
use sha2::{Digest, Sha256};
use tokio::{fs, io::AsyncWriteExt};

use super::{Accepted, Envelope, FailureClass, MailTransport, SendError, Sending};

/// A folder that stands for the world's mailboxes.
///
/// The envelope is written above the message as a local delivery agent would: `Return-Path` and one
/// `Delivered-To` a recipient. The file is named by the Message-ID, so that a second attempt replaces the first,
/// and appears whole or not at all.
#[derive(Debug)]
pub struct DirectoryTransport {
    folder: PathBuf,
}

impl DirectoryTransport {
    /// The folder is made with the first message.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    async fn write(&self, envelope: &Envelope, message: &[u8]) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.folder).await?;
        let name = file_name(message);
        let unfinished = self.folder.join(format!(".{name}.part"));
        let mut file = fs::File::create(&unfinished).await?;
        file.write_all(&trace_headers(envelope)).await?;
        file.write_all(message).await?;
        file.sync_all().await?;
        let finished = self.folder.join(name);
        fs::rename(&unfinished, &finished).await?;
        Ok(finished)
    }
}

impl MailTransport for DirectoryTransport {
    fn send<'a>(&'a self, envelope: &'a Envelope, message: &'a [u8]) -> Sending<'a> {
        Box::pin(async move {
            match self.write(envelope, message).await {
                Ok(path) => {
                    Ok(Accepted { reply: format!("250 written to {}", shown(&path)), refused: Vec::new() })
                }
                Err(error) => {
                    tracing::warn!(%error, folder = %self.folder.display(), "mail could not be written");
                    Err(SendError::transient(FailureClass::Storage))
                }
            }
        })
    }
}

fn trace_headers(envelope: &Envelope) -> Vec<u8> {
    let sender = envelope.sender.as_ref().map_or("", |it| it.as_str());
    let delivered = envelope.recipients.iter().map(|it| format!("Delivered-To: {it}\r\n"));
    format!("Return-Path: <{sender}>\r\n{}", delivered.collect::<String>()).into_bytes()
}

/// The Message-ID where it makes a name that every file system takes, else a digest of the message.
fn file_name(message: &[u8]) -> String {
    let id = MessageParser::new().parse_headers(message).and_then(|parsed| {
        match parsed.header(HeaderName::MessageId) {
            Some(HeaderValue::Text(id)) => Some(id.to_string()),
            _ => None,
        }
    });
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@.-_+=".contains(c);
    match id {
        Some(id) if id.len() <= 200 && !id.starts_with('.') && id.chars().all(is_plain) => {
            format!("{id}.eml")
        }
        Some(id) => format!("{}.eml", HEXLOWER.encode(&Sha256::digest(id))),
        None => format!("{}.eml", HEXLOWER.encode(&Sha256::digest(message))),
    }
}

fn shown(path: &Path) -> String {
    path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use liaison_domain::mail_address::EmailAddress;

    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_message_becomes_an_eml_file_with_its_envelope_on_top() {
        let folder = tempfile::tempdir().unwrap();
        let transport = DirectoryTransport::new(folder.path().join("outbox"));
        let envelope = Envelope {
            sender: None,
            recipients: vec![address("anna@client.example"), address("boris@client.example")],
        };
        for _attempt in 0..2 {
            let accepted =
                transport.send(&envelope, b"Message-ID: <1.a@x.example>\r\n\r\nHi\r\n").await.unwrap();
            assert_eq!(accepted.reply, "250 written to 1.a@x.example.eml");
        }
        let files = std::fs::read_dir(folder.path().join("outbox")).unwrap().collect::<Vec<_>>();
        assert_eq!(files.len(), 1, "{files:?}");
        let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        assert_eq!(
            text,
            "Return-Path: <>\r\nDelivered-To: anna@client.example\r\nDelivered-To: boris@client.example\r\n\
             Message-ID: <1.a@x.example>\r\n\r\nHi\r\n"
        );
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_transient_failure() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let transport = DirectoryTransport::new(file.path());
        let envelope = Envelope { sender: None, recipients: vec![address("anna@client.example")] };
        let error = transport.send(&envelope, b"\r\n").await.unwrap_err();
        assert_eq!(error, SendError::transient(FailureClass::Storage));
    }

    #[test]
    fn no_message_id_leads_out_of_the_folder() {
        for id in ["../../etc/passwd@x", "a/b@x", ".hidden@x", "a\\b@x", "a%00@x"] {
            let name = file_name(format!("Message-ID: <{id}>\r\n\r\n").as_bytes());
            assert_eq!(name.len(), 64 + ".eml".len(), "{id}: {name}");
        }
        assert_eq!(file_name(b"Subject: x\r\n\r\n").len(), 64 + ".eml".len());
    }
}
