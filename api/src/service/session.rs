//! Signing in: access tokens of 15 minutes, refresh tokens that rotate and give themselves away when stolen.

use chrono::TimeDelta;
use liaison_domain::{
    Timestamp,
    account::AccountName,
    id::{AccountId, SessionId},
    mail_address::EmailAddress,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    account::{self, IdentityRow, Member},
    database::{Tx, WriteTx},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Failure, access_token, password};
use crate::{
    env::Env,
    keys::{AccountToken, Keys},
};

/// How long an access token is good.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(15);
/// How long a session lives, however often it is refreshed.
pub const SESSION_TTL: TimeDelta = TimeDelta::days(30);
const REFRESH_PREFIX: &str = "lr";
const AUDIENCE: &str = "liaison-api";

/// What a sign-in gives.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
}

/// What an access token says.
#[derive(Clone, Copy, Debug)]
pub struct Claims {
    pub account: AccountId,
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Subject {
    acc: Uuid,
    sid: Uuid,
}

/// Reads an access token. Whether the session still lives is the database's word.
pub fn read_access_token(keys: &Keys, env: &Env, token: &str) -> Result<Claims, Refusal> {
    let Subject { acc, sid } = access_token::read(keys.access_token(), AUDIENCE, token, env.now())?;
    Ok(Claims { account: AccountId::new(acc), session: SessionId::new(sid) })
}

/// Begins a session of somebody who has proven who he is.
pub async fn begin(tx: &mut WriteTx, env: &Env, keys: &Keys, member: Member) -> Result<Tokens, Failure> {
    let (account, now, session) = (member.account, env.now(), env.id());
    let refresh = AccountToken::make(env, REFRESH_PREFIX, account);
    let end = now + SESSION_TTL;
    account::insert_session(tx, session, member, &refresh.digest(), now, end).await?;
    tokens(keys, now, account, session, refresh)
}

fn tokens(
    keys: &Keys,
    now: Timestamp,
    account: AccountId,
    session: SessionId,
    refresh: AccountToken,
) -> Result<Tokens, Failure> {
    let subject = Subject { acc: account.uuid(), sid: session.uuid() };
    Ok(Tokens {
        access_token: access_token::sign(keys.access_token(), AUDIENCE, subject, now, now + ACCESS_TTL)?,
        refresh_token: refresh.text,
        expires_in: ACCESS_TTL.num_seconds(),
    })
}

/// A sign-in attempt.
#[derive(Debug)]
pub struct Credentials {
    pub account: AccountName,
    pub email: EmailAddress,
    pub password: String,
}

/// Who a sign-in is for, before the password was looked at.
#[derive(Debug)]
pub struct Candidate {
    password_hash: Option<String>,
    member: Option<Member>,
}

/// Looks the person up. What is missing is not told: [`admit`] takes the same time and says the same words (S26).
pub async fn find_candidate(
    tx: &mut dyn Tx,
    account: &AccountName,
    email: &EmailAddress,
) -> Result<Candidate, Failure> {
    let identity = account::find_identity_by_email(tx, &email.key()).await?;
    let account = account::find_by_name(tx, account).await?;
    let member = match (&identity, account) {
        (Some(identity), Some(account)) => find_member(tx, account.id, identity).await?,
        _ => None,
    };
    Ok(Candidate { password_hash: identity.map(|it| it.password_hash), member })
}

/// Who signs in to an account with an identity, given its password of now.
pub(super) async fn find_member(
    tx: &mut dyn Tx,
    account: AccountId,
    identity: &IdentityRow,
) -> Result<Option<Member>, Failure> {
    let IdentityRow { id, password_version, .. } = *identity;
    let found = account::find_member(tx, account, id).await?;
    Ok(found.map(|person| Member { account, person, identity: id, password_version }))
}

/// Checks the password, outside any transaction.
pub async fn admit(candidate: Candidate, password: String) -> Result<Member, Failure> {
    let right = password::verify(password, candidate.password_hash).await?;
    match candidate.member.filter(|_| right) {
        Some(member) => Ok(member),
        None => Err(Refusal::new(Code::InvalidCredentials, "Account, e-mail or password is wrong.").into()),
    }
}

/// What presenting a refresh token came to.
#[derive(Debug)]
pub enum Refreshed {
    Tokens(Tokens),
    /// The token had been used before: whoever holds the session's tokens, one of them stole it. The session is revoked,
    /// and that must be committed although the request is refused.
    Reused,
}

/// Exchanges a refresh token for new tokens.
pub async fn refresh(tx: &mut WriteTx, env: &Env, keys: &Keys, token: &str) -> Result<Refreshed, Failure> {
    let now = env.now();
    let token = AccountToken::parse(REFRESH_PREFIX, token).ok_or_else(invalid_refresh_token)?;
    let account = token.account;
    let row = account::find_refresh_token(tx, account, &token.digest()).await?;
    let row = row.filter(|it| it.expires_at > now).ok_or_else(invalid_refresh_token)?;
    if !account::use_refresh_token(tx, account, &token.digest(), now).await? {
        account::revoke_session(tx, account, row.session_id, now).await?;
        return Ok(Refreshed::Reused);
    }
    let next = AccountToken::make(env, REFRESH_PREFIX, account);
    account::insert_refresh_token(tx, account, row.session_id, &next.digest()).await?;
    tokens(keys, now, account, row.session_id, next).map(Refreshed::Tokens)
}

/// The answer to a refresh token that is unknown, used, expired or revoked.
pub fn invalid_refresh_token() -> Refusal {
    Refusal::new(Code::InvalidRefreshToken, "The refresh token is not valid; sign in again.")
}
