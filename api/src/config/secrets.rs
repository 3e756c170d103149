//! `auth.*`, `secrets.*`, `ingest.*`: secrets. Those that nobody configured are generated under `var/` on a loopback start,
//! and demanded anywhere else (S19).

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use serde::{Deserialize, Serialize};

use super::{Config, ConfigError};
use crate::env::Env;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// What access tokens and mail tokens are derived from; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
    /// The page that invitations and links for a new password lead to, with `?invitation=…` or `?password_reset=…` behind it.
    /// Where it is not set, they lead to `portal.url`.
    pub url: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsKey {
    /// What sealed columns are encrypted with; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Keys before this one, which still open what they sealed until `liaison secrets rotate` has sealed it anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub previous_keys: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// What `POST /v1/mail/incoming` is signed with; at least 32 bytes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub secret: String,
}

/// Fills each missing secret on its own; gives the files that were made.
pub fn complete(config: &mut Config, folder: &Path, env: &Env) -> Result<Vec<String>, ConfigError> {
    let loopback = config.is_loopback();
    let mut made = Vec::new();
    let secrets = [
        ("auth.secret", "auth_secret", &mut config.auth.secret),
        ("secrets.key", "secrets_key", &mut config.secrets.key),
        ("ingest.secret", "ingest_secret", &mut config.ingest.secret),
    ];
    for (key, file, value) in secrets {
        if !value.is_empty() {
            continue;
        }
        if !loopback {
            return Err(ConfigError::SecretMissing { key });
        }
        let path = folder.join(file);
        *value = match fs::read_to_string(&path) {
            Ok(secret) => secret.trim().to_owned(),
            Err(_absent) => {
                made.push(path.display().to_string());
                generate(&path, env)?
            }
        };
    }
    Ok(made)
}

fn generate(path: &Path, env: &Env) -> Result<String, ConfigError> {
    let secret = data_encoding::HEXLOWER.encode(&env.secret::<32>());
    let failed = |source| ConfigError::SecretFile { path: path.display().to_string(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(secret)
}
