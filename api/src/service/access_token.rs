//! Access tokens: JSON web tokens (RFC 7519), each for one audience and signed with that audience's own key.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use liaison_domain::{Timestamp, refusal::Refusal};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Failure, caller::unauthenticated};

const ISSUER: &str = "liaison";

#[derive(Serialize, Deserialize)]
struct Jwt<S> {
    iss: String,
    aud: String,
    #[serde(flatten)]
    subject: S,
    iat: i64,
    exp: i64,
}

/// Signs a token that is good until `end`.
pub(super) fn sign<S: Serialize>(
    key: &[u8],
    audience: &str,
    subject: S,
    now: Timestamp,
    end: Timestamp,
) -> Result<String, Failure> {
    let jwt = Jwt {
        iss: ISSUER.to_owned(),
        aud: audience.to_owned(),
        subject,
        iat: now.timestamp(),
        exp: end.timestamp(),
    };
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &jwt, &EncodingKey::from_secret(key))
        .map_err(|error| Failure::internal("an access token can't be signed", error))
}

/// Reads a token: signature, issuer, audience and time.
pub(super) fn read<S: DeserializeOwned>(
    key: &[u8],
    audience: &str,
    token: &str,
    now: Timestamp,
) -> Result<S, Refusal> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[audience]);
    // The library asks the system for the time; ours comes from `Env`.
    validation.validate_exp = false;
    let jwt = jsonwebtoken::decode::<Jwt<S>>(token, &DecodingKey::from_secret(key), &validation)
        .map_err(|_source| unauthenticated())?
        .claims;
    if jwt.exp <= now.timestamp() {
        return Err(unauthenticated());
    }
    Ok(jwt.subject)
}
