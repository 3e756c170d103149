//! `POST /v1/mailboxes/{id}:test`

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use liaison_domain::{id::MailboxId, mailbox::FailureClass};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    http::{
        answer::Answer,
        command::{Command, Empty},
        problem::{Problem, ProblemView},
        transact::query,
    },
    service::{
        caller::StaffCaller,
        mailbox::{
            self,
            probe::{Probed, Verdict, probe},
        },
    },
};

/// What a mailbox's servers said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailboxTest)]
struct TestView {
    smtp: VerdictView,
    /// Null where mail is not fetched.
    #[schema(required)]
    imap: Option<VerdictView>,
}

/// What a server said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailboxVerdict)]
struct VerdictView {
    /// `ok`, or where it failed, as in `last_error` of the mailbox's health
    #[schema(example = "auth")]
    verdict: &'static str,
    /// The same in a sentence.
    detail: &'static str,
}

/// Try a mailbox's servers
///
/// Connects, logs in, asks whether mail is taken from the address, opens INBOX; sends and fetches nothing. What it comes to
/// counts for the mailbox's health. Takes up to two minutes where a server is silent.
#[utoipa::path(
    operation_id = "test_mailbox", tag = "mailboxes", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailbox")),
    request_body = Empty,
    responses(
        (status = 200, description = "What they said", body = TestView),
        (status = "4XX", description = "Refused: `unauthenticated`, `forbidden`, `not_found`", body = ProblemView, content_type = "application/problem+json"),
    )
)]
#[post("/v1/mailboxes/{id}:test")]
pub(super) async fn test_mailbox(
    app: Data<App>,
    caller: StaffCaller,
    id: Path<Uuid>,
    _command: Command<Empty>,
) -> Result<HttpResponse, Problem> {
    let id = MailboxId::new(*id);
    let found = query(&app, async |tx| mailbox::get_to_change(tx, &caller, id).await).await?;
    let Probed { smtp, imap } = probe(&app, &caller, &found).await?;
    let view = TestView { smtp: VerdictView::from(smtp), imap: imap.map(VerdictView::from) };
    Ok(Answer::ok(&view)?.into_response())
}

impl From<Verdict> for VerdictView {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(()) => Self { verdict: "ok", detail: "All is well." },
            Err(class) => Self { verdict: class.as_str(), detail: detail(class) },
        }
    }
}

const fn detail(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Dns => "The host has no address.",
        FailureClass::Connect => "The host can't be reached.",
        FailureClass::Refused => "The host closed the port to us.",
        FailureClass::Forbidden => {
            "The host is in a network that must not be reached, or the port is none of mail."
        }
        FailureClass::Tls => "No encrypted connection came about, or the certificate is not the host's.",
        FailureClass::Auth => "The user name or password was not taken.",
        FailureClass::Timeout => "The host did not answer in time.",
        FailureClass::Lost => "The connection broke off.",
        FailureClass::Protocol => "The host does not speak the protocol.",
        FailureClass::Greeting => "The server serves nobody now.",
        FailureClass::Sender => "The server takes no mail from this address.",
        FailureClass::Recipient | FailureClass::Message => "The server refused what it was asked.",
        FailureClass::Storage => "INBOX can't be opened.",
    }
}
