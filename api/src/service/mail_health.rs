//! The doctor of outgoing mail: asks the DNS, the server and the queue whether an account's mail can arrive. Sends nothing
//! and changes nothing.

use std::{future::Future, time::Duration};

use futures_util::future::join_all;
use liaison_domain::{
    Timestamp,
    dkim::record_name,
    mail_address::EmailAddress,
    mail_health::{Finding, HealthLevel, judge_dkim, judge_dmarc, judge_mx, judge_queue, judge_spf},
    mailbox::FailureClass,
};
use liaison_mailer::authenticate::Authenticator;
use liaison_persistence::{
    account,
    database::Tx,
    dkim_key::{self, DkimKeyRow},
    outgoing_mail::queue::{self, CountRow},
};

use super::{Failure, caller::StaffCaller};
use crate::app::App;

/// Longest wait for the DNS, and for the server.
const LIMIT: Duration = Duration::from_secs(10);

/// What the database knows.
#[derive(Debug)]
pub struct Known {
    /// The domain that mail is from.
    pub domain: String,
    keys: Vec<DkimKeyRow>,
    pub counts: Vec<CountRow>,
    /// When the oldest mail was written that should be on its way.
    pub oldest: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
}

/// One thing that mail depends on.
#[derive(Debug)]
pub struct Check {
    /// `spf`, `dkim`, `dmarc`, `mx`, `smtp` or `queue`
    pub name: &'static str,
    pub finding: Finding,
    /// What the DNS holds.
    pub found: Vec<String>,
}

/// Reads what the database knows; for administrators.
pub async fn load(tx: &mut dyn Tx, app: &App, caller: &StaffCaller) -> Result<Known, Failure> {
    caller.require_admin()?;
    let found = account::find(tx, caller.account).await?;
    let found = found.ok_or(Failure::Internal("the account is not there", None))?;
    Ok(Known {
        domain: app.config.mail.domain_of(&found.name),
        keys: dkim_key::list_all(tx, caller.account).await?,
        counts: queue::count(tx, caller.account).await?,
        oldest: queue::find_oldest(tx, caller.account).await?,
        last_success: queue::find_last_success(tx, caller.account).await?,
    })
}

/// Asks everybody at once, with no transaction open.
pub async fn examine(app: &App, known: &Known) -> Vec<Check> {
    let dns = app.authenticator.as_ref();
    let domain = &known.domain;
    let policy = format!("_dmarc.{domain}");
    let keys = known.keys.iter().map(|it| record_name(&it.selector, domain));
    let (spf, dmarc, mx, keys, smtp) = tokio::join!(
        ask(dns, async |dns| dns.look_up_txt(domain).await),
        ask(dns, async |dns| dns.look_up_txt(&policy).await),
        ask(dns, async |dns| dns.look_up_mx(domain).await),
        join_all(keys.map(|name| ask(dns, async move |dns| dns.look_up_txt(&name).await))),
        examine_server(app, domain),
    );
    let published: Vec<_> =
        known.keys.iter().zip(&keys).map(|(key, found)| (key.record.as_str(), found.as_deref())).collect();
    let age = known.oldest.and_then(|it| (app.env.now() - it).to_std().ok());
    let check =
        |name, finding, found: Option<Vec<String>>| Check { name, finding, found: found.unwrap_or_default() };
    vec![
        check("spf", judge_spf(spf.as_deref()), spf),
        check("dkim", judge_dkim(&published), Some(keys.iter().flatten().flatten().cloned().collect())),
        check("dmarc", judge_dmarc(dmarc.as_deref()), dmarc),
        check("mx", judge_mx(mx.as_deref()), mx),
        check("smtp", smtp, None),
        check("queue", judge_queue(age), None),
    ]
}

/// What the DNS says; none where it is not asked or says nothing in time.
async fn ask<'a, F: Future<Output = Option<Vec<String>>>>(
    dns: Option<&'a Authenticator>,
    question: impl FnOnce(&'a Authenticator) -> F,
) -> Option<Vec<String>> {
    tokio::time::timeout(LIMIT, question(dns?)).await.ok().flatten()
}

/// Connects, logs in, and asks whether mail is taken from the domain.
async fn examine_server(app: &App, domain: &str) -> Finding {
    let Ok(sender) = EmailAddress::parse(&format!("postmaster@{domain}")) else {
        return Finding::new(HealthLevel::Failing, "The mail domain is none.");
    };
    let asked = tokio::time::timeout(LIMIT, app.transport.check(&sender)).await;
    let class = match asked {
        Ok(Ok(())) => return Finding::new(HealthLevel::Ok, "The server takes mail."),
        Ok(Err(error)) => error.class(),
        Err(_elapsed) => FailureClass::Timeout,
    };
    Finding::new(HealthLevel::Failing, format!("The server takes no mail; it fails at: {class}."))
}
