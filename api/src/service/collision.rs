//! Two writers that meet: on PostgreSQL several transactions of one account run at once, and one of them may have to give
//! way.

use super::Failure;

/// How often other writers may be in the way before work waits for its next turn like work that failed.
const MAX_COLLISIONS: usize = 5;

/// Works again at once where another writer was in the way: for work that may be done anew from its beginning.
pub async fn until_clear<T, F: Future<Output = Result<T, Failure>>>(
    work: impl Fn() -> F,
) -> Result<T, Failure> {
    for _ in 0..MAX_COLLISIONS {
        match work().await {
            Err(Failure::Storage(error)) if error.is_retryable() => {
                tracing::debug!(%error, "another writer was in the way");
            }
            result => return result,
        }
    }
    work().await
}
