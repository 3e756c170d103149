//! Passwords: argon2id, off the async threads, and the same work whether the address is known or not (S26).

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use liaison_domain::refusal::{Code, FieldCode, Refusal};
use thiserror::Error;

use super::Failure;
use crate::env::{Env, HashCost};

/// Fewest and most characters of a password.
pub const LENGTH: std::ops::RangeInclusive<usize> = 10..=256;

/// Why a new password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    #[error("must have at least {} characters", LENGTH.start())]
    TooShort,
    #[error("must have at most {} characters", LENGTH.end())]
    TooLong,
}

/// Checks a new password.
pub fn check(password: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        count if count < *LENGTH.start() => Err(PasswordError::TooShort),
        count if count > *LENGTH.end() => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

/// Refuses a new password that is too short or too long.
pub fn require_good(password: &str) -> Result<(), Refusal> {
    check(password).map_err(|error| {
        let code = match error {
            PasswordError::TooShort => FieldCode::TooShort,
            PasswordError::TooLong => FieldCode::TooLong,
        };
        Refusal::new(Code::ValidationFailed, "The password is too short or too long.").at(
            "/password",
            code,
            error.to_string(),
        )
    })
}

/// A hash of no password, so that an unknown address costs as much time as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password_with_salt(b"nobody's password", b"no salt is needed")
        .map(|it| it.to_string())
        .unwrap_or_default()
});

/// Hashes a new password.
pub async fn hash(env: &Env, password: String) -> Result<String, Failure> {
    let (salt, HashCost { memory_kib, passes }): ([u8; 16], _) = (env.secret(), env.hash_cost);
    let work = move || {
        let params = Params::new(memory_kib, passes, 1, None)?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        hasher.hash_password_with_salt(password.as_bytes(), &salt).map(|it| it.to_string())
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::internal("hashing was cut", error))?
        .map_err(|error| Failure::Internal("a password can't be hashed", Some(error.to_string().into())))
}

/// Whether the password has this hash; with no hash the answer is no, after the same time.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, Failure> {
    let work = move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok() && known
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::internal("hashing was cut", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S26: an unknown address costs what a known one does.
    #[tokio::test]
    async fn a_password_costs_what_owasp_asks_for_and_nobodys_too() {
        let hash = hash(&Env::system(), "correct horse".to_owned()).await.unwrap();
        for it in [&hash, &*NOBODY] {
            assert!(it.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{it}");
        }
    }
}
