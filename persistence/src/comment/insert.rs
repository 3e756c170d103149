//! Writes new comments with their audiences: any number in two statements.

use liaison_domain::{
    comment::Comment,
    id::{AccountId, CommentId, PersonId},
};
use serde::Serialize;

use crate::{
    database::WriteTx,
    error::StorageError,
    list::{Hex, Moment, Rows, hex, moment},
    sql::Json,
};

#[derive(Serialize)]
struct NewComment<'a> {
    id: Hex,
    task_id: Hex,
    author_id: Hex,
    kind: &'static str,
    origin: &'static str,
    created_at: Moment,
    edited_at: Option<Moment>,
    send_at: Option<Moment>,
    html: &'a str,
    text: &'a str,
    visible: &'a str,
    elided: &'a str,
    subject: Option<&'a str>,
    hidden: bool,
    reply_to: Option<Hex>,
    mailbox_id: Option<Hex>,
    incoming_mail_id: Option<Hex>,
    unrecognized_sender: bool,
    sender_disowned: bool,
}

#[derive(Serialize)]
struct NewRecipient {
    comment_id: Hex,
    person_id: Hex,
    position: usize,
}

statements! {
    INSERT_COMMENTS = [
        "INSERT INTO comment (account_id, id, task_id, author_id, kind, origin, created_at, edited_at, send_at, html, text, \
         visible, elided, subject, hidden, reply_to, mailbox_id, incoming_mail_id, unrecognized_sender, sender_disowned, \
         warnings, version) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'id'), unhex(value ->> 'task_id'), unhex(value ->> 'author_id'), \
                value ->> 'kind', value ->> 'origin', value ->> 'created_at', value ->> 'edited_at', value ->> 'send_at', \
                value ->> 'html', value ->> 'text', value ->> 'visible', value ->> 'elided', value ->> 'subject', \
                value ->> 'hidden', unhex(value ->> 'reply_to'), unhex(value ->> 'mailbox_id'), \
                unhex(value ->> 'incoming_mail_id'), value ->> 'unrecognized_sender', value ->> 'sender_disowned', '[]', 1 \
                FROM json_each($2)",
            postgres: "SELECT $1, id, task_id, author_id, kind, origin, created_at, edited_at, send_at, html, text, visible, \
                elided, subject, hidden, reply_to, mailbox_id, incoming_mail_id, unrecognized_sender, sender_disowned, '[]', 1 \
                FROM jsonb_to_recordset($2) AS r(id uuid, task_id uuid, author_id uuid, kind text, origin text, \
                created_at timestamptz, edited_at timestamptz, send_at timestamptz, html text, text text, visible text, \
                elided text, subject text, hidden boolean, reply_to uuid, mailbox_id uuid, incoming_mail_id uuid, \
                unrecognized_sender boolean, sender_disowned boolean)"
        }
    ];
    INSERT_RECIPIENTS = [
        "INSERT INTO comment_recipient (account_id, comment_id, person_id, position) "
        {
            sqlite: "SELECT $1, unhex(value ->> 'comment_id'), unhex(value ->> 'person_id'), value ->> 'position' \
                FROM json_each($2) WHERE TRUE",
            postgres: "SELECT $1, comment_id, person_id, position \
                FROM jsonb_to_recordset($2) AS r(comment_id uuid, person_id uuid, position bigint)"
        }
        " ON CONFLICT (account_id, comment_id, person_id) DO NOTHING"
    ];
}

/// Inserts comments, each with its audience in the order of addressing.
pub async fn insert_all(
    tx: &mut WriteTx,
    account: AccountId,
    comments: &[(&Comment, Vec<PersonId>)],
) -> Result<(), StorageError> {
    if comments.is_empty() {
        return Ok(());
    }
    let rows: Rows<NewComment<'_>> = Json(comments.iter().map(|(comment, _)| row(comment)).collect());
    db!(tx, execute(INSERT_COMMENTS, account, rows))?;
    insert_recipients(tx, account, comments.iter().map(|(it, audience)| (it.id, 0, audience.as_slice())))
        .await
}

/// Addresses each comment to these people, in the order of addressing; the first of them stands at the position.
pub(super) async fn insert_recipients(
    tx: &mut WriteTx,
    account: AccountId,
    audiences: impl IntoIterator<Item = (CommentId, usize, &[PersonId])>,
) -> Result<(), StorageError> {
    let recipients = |(comment, first, audience): (CommentId, usize, &[PersonId])| -> Vec<NewRecipient> {
        let (comment_id, people) = (hex(comment.uuid()), (first..).zip(audience));
        people
            .map(|(position, person)| NewRecipient { comment_id, person_id: hex(person.uuid()), position })
            .collect()
    };
    let rows: Rows<NewRecipient> = Json(audiences.into_iter().flat_map(recipients).collect());
    if rows.0.is_empty() {
        return Ok(());
    }
    db!(tx, execute(INSERT_RECIPIENTS, account, rows)).map(drop)
}

fn row(it: &Comment) -> NewComment<'_> {
    NewComment {
        id: hex(it.id.uuid()),
        task_id: hex(it.task_id.uuid()),
        author_id: hex(it.author_id.uuid()),
        kind: it.kind.as_str(),
        origin: it.origin.as_str(),
        created_at: moment(it.created_at),
        edited_at: it.edited_at.map(moment),
        send_at: it.send_at.map(moment),
        html: &it.html,
        text: &it.text,
        visible: &it.visible,
        elided: &it.elided,
        subject: it.subject.as_deref(),
        hidden: it.hidden,
        reply_to: it.reply_to.map(|id| hex(id.uuid())),
        mailbox_id: it.mailbox_id.map(|id| hex(id.uuid())),
        incoming_mail_id: it.incoming_mail_id.map(|id| hex(id.uuid())),
        unrecognized_sender: it.unrecognized_sender,
        sender_disowned: it.sender_disowned,
    }
}
