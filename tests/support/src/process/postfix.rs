//! The Postfix beside the tests.

use std::{fs, net::TcpListener, path::PathBuf};

use liaison_persistence::database::Engine;

use super::{Site, wait_until};

/// The Postfix that `scripts/with-postfix` started.
pub struct Postfix {
    pub smtp: String,
    maildir: PathBuf,
}

impl Postfix {
    #[expect(clippy::disallowed_methods, reason = "what the script says stands in the environment")]
    fn said(name: &str) -> String {
        let hint = "`make test` starts a Postfix and sets it, scripts/with-postfix too";
        std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: {hint}"))
    }

    pub fn find() -> Self {
        Self { smtp: Self::said("TEST_POSTFIX_SMTP"), maildir: Self::said("TEST_POSTFIX_MAILDIR").into() }
    }

    /// A site whose mail leaves by this Postfix, and which has a mail domain that this Postfix hands to it.
    pub fn site(&self, engine: Engine) -> Site {
        let ports = Self::said("TEST_POSTFIX_LMTP_PORTS");
        let (first, last) = ports.split_once('-').unwrap();
        let (first, last): (u16, u16) = (first.parse().unwrap(), last.parse().unwrap());
        // Tests run side by side: each begins to look at another place.
        let start = u16::try_from(std::process::id() % u32::from(last - first)).unwrap();
        let mut ports = (first + start..=last).chain(first..first + start);
        let port = ports.find(|it| TcpListener::bind(("127.0.0.1", *it)).is_ok()).unwrap();
        let mut site = Site::new(engine);
        site.lmtp = format!("127.0.0.1:{port}");
        site.set("LIAISON_LMTP__LISTEN", site.lmtp.clone());
        site.set("LIAISON_MAIL__DOMAIN", format!("p{port}.liaison.test"));
        site.set("LIAISON_MAIL__TRANSPORT", format!("smtp://{}", self.smtp));
        site
    }

    /// Waits for a mail to an address of `client.test`.
    pub fn wait_for_mail_to(&self, address: &str) -> String {
        let delivered = format!("Delivered-To: {address}\n");
        wait_until(|| {
            let entries = fs::read_dir(self.maildir.join("new")).ok()?.filter_map(Result::ok);
            entries.filter_map(|it| fs::read_to_string(it.path()).ok()).find(|it| it.contains(&delivered))
        })
    }
}
