//! Passwords: argon2id, off the async threads, and the same work whether the address is known or not (S26).

use std::sync::LazyLock;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use thiserror::Error;

use super::Failure;
use crate::env::Env;

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

/// A hash of no password, so that an unknown address costs as much time as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password_with_salt(b"nobody's password", b"no salt is needed")
        .map(|it| it.to_string())
        .unwrap_or_default()
});

/// Hashes a new password.
pub async fn hash(env: &Env, password: String) -> Result<String, Failure> {
    let salt: [u8; 16] = env.secret();
    let work = move || {
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|it| it.to_string())
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
