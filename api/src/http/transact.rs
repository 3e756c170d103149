//! The one place where requests begin and commit transactions.
//!
//! A change runs as: begin → look for the answer to the same idempotency key → service → keep the answer → commit →
//! answer. Commit is the last step that can fail.

use actix_web::HttpResponse;
use liaison_domain::refusal::{Code, Refusal};
use liaison_persistence::{
    database::{ReadTx, WriteTx},
    idempotency::{self, AnswerRow, Scope},
};
use uuid::Uuid;

use super::{answer::Answer, command::IdempotencyKey, problem::Problem};
use crate::{
    app::App,
    service::{
        Failure,
        caller::{PortalCaller, UserCaller},
    },
};

/// How long an answer is kept for repeated requests.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// Requests from outside any account share one scope.
pub const OUTSIDE: Scope = Scope { account: Uuid::nil(), caller: Uuid::nil() };

/// Whose idempotency keys a caller's are.
pub const fn scope_of(caller: &UserCaller) -> Scope {
    Scope { account: caller.account.uuid(), caller: caller.person.uuid() }
}

/// Whose idempotency keys a contact's are.
pub const fn scope_of_contact(caller: &PortalCaller) -> Scope {
    Scope { account: caller.account.uuid(), caller: caller.contact.uuid() }
}

/// Reads one state of the database.
pub async fn query<T>(
    app: &App,
    read: impl AsyncFnOnce(&mut ReadTx) -> Result<T, Failure>,
) -> Result<T, Problem> {
    let mut tx = app.database.read().await?;
    Ok(read(&mut tx).await?)
}

/// Does something only to see what it comes to: nothing of it lasts.
pub async fn rehearse<T>(
    app: &App,
    change: impl AsyncFnOnce(&mut WriteTx) -> Result<T, Failure>,
) -> Result<T, Problem> {
    let mut tx = app.database.write().await?;
    Ok(change(&mut tx).await?)
}

/// Changes something, once for each idempotency key.
pub async fn mutate(
    app: &App,
    scope: Scope,
    key: Option<IdempotencyKey>,
    change: impl AsyncFnOnce(&mut WriteTx) -> Result<Answer, Failure>,
) -> Result<HttpResponse, Problem> {
    let mut tx = app.database.write().await?;
    let Some(key) = key else {
        let answer = change(&mut tx).await?;
        tx.commit().await?;
        return Ok(answer.into_response());
    };
    let now = app.env.now();
    if let Some(kept) = idempotency::find(&mut tx, scope, &key.key, now).await? {
        return replay(app, &key, &kept);
    }
    let lost = match change(&mut tx).await {
        Ok(answer) => {
            let row = keep(app, &key, &answer)?;
            if idempotency::insert(&mut tx, scope, &key.key, &row, now, now + KEPT).await? {
                tx.commit().await?;
                return Ok(answer.into_response());
            }
            Failure::Internal("the twin's answer is gone", None)
        }
        Err(failure) => failure,
    };
    // A twin may have committed while this one worked, and be what stood in its way; what this one did is undone by
    // dropping it.
    drop(tx);
    let mut tx = app.database.read().await?;
    match idempotency::find(&mut tx, scope, &key.key, now).await? {
        Some(kept) => replay(app, &key, &kept),
        None => Err(lost.into()),
    }
}

/// Changes something that leaves nothing to answer. Asked for again, it finds nothing more to do, and needs no key for that.
pub async fn no_content(
    app: &App,
    caller: &UserCaller,
    change: impl AsyncFnOnce(&mut WriteTx) -> Result<(), Failure>,
) -> Result<HttpResponse, Problem> {
    mutate(app, scope_of(caller), None, async |tx| {
        change(tx).await?;
        Ok(Answer::no_content())
    })
    .await
}

fn keep(app: &App, key: &IdempotencyKey, answer: &Answer) -> Result<AnswerRow, Failure> {
    let plain =
        serde_json::to_vec(answer).map_err(|error| Failure::internal("an answer can't be kept", error))?;
    let sealed_answer = app
        .keys
        .seal(&app.env, &key.request_hash, &plain)
        .map_err(|error| Failure::internal("an answer can't be sealed", error))?;
    Ok(AnswerRow { request_hash: key.request_hash.clone(), status: i64::from(answer.status), sealed_answer })
}

fn replay(app: &App, key: &IdempotencyKey, kept: &AnswerRow) -> Result<HttpResponse, Problem> {
    if kept.request_hash != key.request_hash {
        let detail = "This Idempotency-Key was used for another request.";
        return Err(Refusal::new(Code::IdempotencyKeyReused, detail).into());
    }
    let plain = app
        .keys
        .open(&key.request_hash, &kept.sealed_answer)
        .map_err(|error| Failure::internal("a kept answer can't be opened", error))?;
    let answer: Answer = serde_json::from_slice(&plain)
        .map_err(|error| Failure::internal("a kept answer can't be read", error))?;
    let mut response = answer.into_response();
    let replayed = actix_web::http::header::HeaderValue::from_static("true");
    response.headers_mut().insert(
        "idempotency-replayed".parse().map_err(|error: actix_web::http::header::InvalidHeaderName| {
            Failure::internal("a header name", error)
        })?,
        replayed,
    );
    Ok(response)
}
