//! `portal.*`: where contacts read and answer what was addressed to them.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// The page that the links in mails lead to, with `?token=…` behind it; it speaks with this server's `/v1/portal`. Where
    /// it is not set, they lead to the server's own `/portal`, which says just that.
    pub url: String,
    /// How long the link in a mail leads into the portal, from when the mail was written.
    pub link_ttl_seconds: u32,
}

impl Default for Portal {
    fn default() -> Self {
        Self { url: String::new(), link_ttl_seconds: 30 * 24 * 60 * 60 }
    }
}
