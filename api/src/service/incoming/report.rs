//! Delivery reports and complaints: found to be about a message of ours, or about nothing here (R4, R5, R37, S5).

use data_encoding::HEXLOWER;
use liaison_domain::{
    change::Change,
    id::{AccountId, CommentId, TaskId},
    inbound::{
        address::LocalPart,
        report::{self, AfterReport, Fate, Proof, Reported},
    },
    mail_address::EmailAddress,
    outgoing::{BounceClass, RecipientState},
    refusal::Refusal,
};
use liaison_mailer::parse::{self, BouncedRecipient, ParsedMail};
use liaison_persistence::{
    database::WriteTx,
    incoming_mail::{self, IncomingMailRow},
    outgoing_mail::{
        delivery::{self, DeliveryRow, NewEvent, Standing},
        reported::{self, ReportedRow},
    },
};

use super::{explain::Explain, matching::message_id, reading::Reading};
use crate::{
    app::App,
    keys::mail_token_digest,
    service::{
        Failure,
        trouble::{self, Trouble},
    },
};

/// What a report is about.
pub(super) type Place = (TaskId, Option<CommentId>);

/// Applies a report to the message that it is proven to be about, once; gives where that message belongs. A report that
/// proves nothing changes nothing.
pub(super) async fn apply(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &IncomingMailRow,
    reading: &Reading,
    explain: &mut Explain,
) -> Result<Option<Place>, Failure> {
    let mail = &reading.mail;
    let Some((proof, messages)) = find(tx, account, row, mail).await? else {
        explain.add(
            "report",
            "unbound",
            "nothing proves that it is about a mail of ours; it changes nothing",
        );
        return Ok(None);
    };
    let id = message_id(mail).unwrap_or_default();
    if let Some(first) =
        incoming_mail::claim_identity(tx, account, row.id, &id, &reading.content_hash).await?
    {
        explain.add("report", "copy", format!("it is a copy of the report {first}, which counts"));
        let first = incoming_mail::find(tx, account, first).await?.ok_or_else(Refusal::not_found)?;
        return Ok(first.task_id.map(|task| (task, first.comment_id)));
    }
    let rows = delivery::list(tx, account, messages.iter().map(|it| it.mail_id)).await?;
    let lines = lines(mail);
    let mut place = None;
    for sent in rows.iter().filter(|row| messages.iter().any(|it| it.person_id == row.person_id)) {
        let key = EmailAddress::parse(&sent.address).map(|it| it.key()).unwrap_or_default();
        let is_alone = rows.iter().filter(|it| it.mail_id == sent.mail_id).count() == 1;
        let line = match mail.kind {
            // Who complained is often blacked out, so the mail alone tells.
            parse::MailKind::Complaint => lines.first().filter(|_| is_alone),
            _ if is_alone => report::choose(proof, &key, &lines),
            // The bounce address of a common mail is everybody's.
            _ => report::choose(Proof::MessageId, &key, &lines),
        };
        let Some(line) = line else {
            let detail = format!("its {} is of a mail to somebody else; it changes nothing", proof.as_str());
            explain.add("report", "unbound", detail);
            continue;
        };
        place = place.or(Some((sent.task_id, sent.comment_id)));
        let after = report::decide(sent.state, line.fate);
        let detail = format!("its {} is of the mail to {}: {}", proof.as_str(), sent.address, line.detail);
        explain.add("report", after.event.as_str(), detail);
        record(tx, app, account, sent, after, &line.detail).await?;
    }
    Ok(place)
}

/// By the address that it came to, else by the Message-ID that it returns.
async fn find(
    tx: &mut WriteTx,
    account: AccountId,
    row: &IncomingMailRow,
    mail: &ParsedMail,
) -> Result<Option<(Proof, Vec<ReportedRow>)>, Failure> {
    let tokens = row.recipients.0.iter().filter_map(|it| match LocalPart::read(it.rsplit_once('@')?.0)? {
        LocalPart::Bounce(token) => Some(HEXLOWER.encode(&mail_token_digest(&token))),
        _ => None,
    });
    let tokens: Vec<String> = tokens.collect();
    let by_address = reported::list_by_bounce_tokens(tx, account, &tokens).await?;
    if !by_address.is_empty() {
        return Ok(Some((Proof::BounceAddress, by_address)));
    }
    let of_bounce = mail.bounce.as_ref().and_then(|it| it.original_message_id.as_ref());
    let of_complaint = mail.complaint.as_ref().and_then(|it| it.original_message_id.as_ref());
    let Some(id) = of_bounce.or(of_complaint) else { return Ok(None) };
    let by_id = reported::list_by_message_id(tx, account, id).await?;
    Ok(Some((Proof::MessageId, by_id)).filter(|(_, messages)| !messages.is_empty()))
}

fn lines(mail: &ParsedMail) -> Vec<Reported> {
    if mail.kind == parse::MailKind::Complaint {
        let detail = "the recipient complained of it".to_owned();
        return vec![Reported { addresses: Vec::new(), fate: Fate::Complained, detail }];
    }
    mail.bounce.iter().flat_map(|it| &it.recipients).map(line).collect()
}

fn line(recipient: &BouncedRecipient) -> Reported {
    let BouncedRecipient { address, original_address, status, class, diagnostic } = recipient;
    let addresses = [Some(address), original_address.as_ref()].into_iter().flatten();
    let fate = match class {
        parse::BounceClass::Hard => Fate::Failed(BounceClass::Hard),
        parse::BounceClass::Soft => Fate::Failed(BounceClass::Soft),
        parse::BounceClass::Delayed => Fate::Delayed,
        parse::BounceClass::Delivered => Fate::Delivered,
    };
    let said = diagnostic.as_ref().or(status.as_ref());
    Reported {
        addresses: addresses.filter_map(|it| EmailAddress::parse(it).ok()).map(|it| it.key()).collect(),
        fate,
        detail: said.cloned().unwrap_or_else(|| "the report gives no reason".to_owned()),
    }
}

async fn record(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &DeliveryRow,
    after: AfterReport,
    detail: &str,
) -> Result<(), Failure> {
    let now = app.env.now();
    let (mail, person) = (row.mail_id, row.person_id);
    if let Some(state) = after.state {
        let standing = Standing {
            mail,
            person,
            from: row.state,
            state,
            attempts: row.attempts,
            cuts: row.cuts,
            last_reply: Some(detail),
            bounce_class: after.bounce_class,
        };
        delivery::update(tx, account, &[standing]).await?;
    }
    let event = NewEvent { id: app.env.id(), mail, person, kind: after.event, detail: Some(detail) };
    delivery::insert_events(tx, account, &[event], now).await?;
    let change = match after.state {
        Some(RecipientState::Bounced) => Change::MailBounced,
        _ => Change::MailReported,
    };
    let trouble = Trouble { row, change, notice: after.notice, suppression: after.suppression, detail };
    trouble::record(tx, &app.env, account, &[trouble], now).await
}
