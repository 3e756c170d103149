//! What the DNS holds under a name now, for whoever looks after his own domain.

use mail_auth::hickory_resolver::{
    net::{DnsError, NetError},
    proto::rr::{Name, RData, RecordType},
};

use super::Authenticator;

impl Authenticator {
    /// The TXT records of a name, each in one piece; none where the DNS gave no answer. Never from a cache.
    pub async fn look_up_txt(&self, name: &str) -> Option<Vec<String>> {
        self.look_up(name, RecordType::TXT, |data| match data {
            RData::TXT(txt) => {
                let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|it| it.iter().copied()).collect();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => None,
        })
        .await
    }

    /// The hosts that take a domain's mail; none where the DNS gave no answer. Never from a cache.
    pub async fn look_up_mx(&self, name: &str) -> Option<Vec<String>> {
        self.look_up(name, RecordType::MX, |data| match data {
            RData::MX(mx) => Some(mx.exchange.to_ascii()),
            _ => None,
        })
        .await
    }

    async fn look_up(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<String>,
    ) -> Option<Vec<String>> {
        if !self.pulse.is_there().await {
            return None;
        }
        let mut name = Name::from_str_relaxed(name).ok()?;
        name.set_fqdn(true);
        match self.fresh.0.lookup(name, kind).await {
            Ok(found) => Some(found.answers().iter().filter_map(|it| read(&it.data)).collect()),
            Err(NetError::Dns(DnsError::NoRecordsFound(_))) => Some(Vec::new()),
            Err(_unanswered) => None,
        }
    }
}
