//! Comments of other accounts become ours (LINKM-2). Most of what comes is this, so any number of them is taken together: what
//! they speak of is looked up at once, each is judged for itself, and what becomes of them is written at once.

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    comment::Origin,
    id::{AccountId, CommentId, PersonId, StreamId},
    link::{
        state::MirrorState,
        wire::{CommentAdded, MAX_PEOPLE, MAX_TEXT_BYTES, WireComment, WirePerson},
    },
    person::Addressee,
    task::Task,
};
use liaison_persistence::{
    database::WriteTx,
    link::mirror::{self, MirrorRow},
    person,
    task::{self, Members},
};
use uuid::Uuid;

use super::{
    arrival::{clean, take_files},
    people::{Mentioned, settle_all},
};
use crate::{
    app::App,
    service::{
        Failure,
        comment::{Addition, Arrival, NewComment, add_all},
        rich_text::RichText,
    },
};

/// A comment that came over a mirror.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came<'a> {
    pub mirror: &'a MirrorRow,
    pub comment: &'a WireComment,
    /// It was there before its reader joined: nobody is told of it.
    pub is_history: bool,
}

const NOT_THEIRS: &str = "its author is none of the sender's";

impl Came<'_> {
    /// What it is called by, and what it answers.
    fn wires(&self) -> impl Iterator<Item = (StreamId, Uuid)> + use<> {
        let (mirror, ids) = (self.mirror.id, [Some(self.comment.id), self.comment.reply_to]);
        ids.into_iter().flatten().map(move |id| (mirror, id))
    }
}

/// Why a comment changed nothing; none where it is taken.
pub(super) type Ignored = Option<&'static str>;

/// Takes what came in these streams, in this order; of each gives why it changed nothing.
pub(super) async fn arrive(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    added: &[(StreamId, CommentAdded)],
) -> Result<Vec<Ignored>, Failure> {
    let streams: BTreeSet<StreamId> = added.iter().map(|it| it.0).collect();
    let mirrors = mirror::list(tx, account, streams).await?;
    let mut ignored = vec![None; added.len()];
    let (mut places, mut came) = (Vec::new(), Vec::new());
    for ((stream, added), ignored) in added.iter().zip(&mut ignored) {
        match mirrors.get(stream) {
            None => *ignored = Some("there is no such task here"),
            Some(mirror) if mirror.state == MirrorState::Cut => *ignored = Some("the task has been cut off"),
            Some(mirror) => {
                came.push(Came { mirror, comment: &added.comment, is_history: added.is_history });
                places.push(ignored);
            }
        }
    }
    let taken = take(tx, app, account, &came).await?;
    places.into_iter().zip(taken).for_each(|(place, it)| *place = it);
    Ok(ignored)
}

/// Takes comments in this order. One that speaks of another before it waits until that one is written.
pub(super) async fn take(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mut came: &[Came<'_>],
) -> Result<Vec<Ignored>, Failure> {
    let mut ignored = Vec::with_capacity(came.len());
    while !came.is_empty() {
        let mut new = BTreeSet::new();
        let stands_alone = |it: &&Came<'_>| {
            let answers = it.comment.reply_to.is_some_and(|id| new.contains(&(it.mirror.id, id)));
            new.insert((it.mirror.id, it.comment.id)) && !answers
        };
        let (now, later) = came.split_at(came.iter().take_while(stands_alone).count().max(1));
        ignored.extend(take_together(tx, app, account, now).await?);
        came = later;
    }
    Ok(ignored)
}

/// A comment that is to become one of ours.
struct Draft<'a> {
    /// Where it is said that it is not taken.
    ignored: &'a mut Ignored,
    came: Came<'a>,
    task: &'a Task,
    members: &'a Members,
    body: RichText,
}

impl<'a> Draft<'a> {
    const fn mention(&self, named: &'a WirePerson) -> Mentioned<'a> {
        let mirror = self.came.mirror;
        Mentioned { peer: mirror.peer_id, place: Some((mirror, self.members)), named }
    }
}

async fn take_together(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    came: &[Came<'_>],
) -> Result<Vec<Ignored>, Failure> {
    let tasks = task::list_to_change(tx, account, &came.iter().map(|it| it.mirror.task_id).collect()).await?;
    let members = task::list_members(tx, account, tasks.keys().copied()).await?;
    let wires: Vec<(StreamId, Uuid)> = came.iter().flat_map(Came::wires).collect();
    let known = mirror::list_by_wires(tx, account, wires).await?;
    let (nobody, mut ignored) = (Members::default(), vec![None; came.len()]);
    let mut drafts = Vec::with_capacity(came.len());
    for (came, ignored) in came.iter().zip(&mut ignored) {
        let task = tasks.get(&came.mirror.task_id).ok_or("there is no such task here");
        match task.and_then(|task| Ok((task, judge(came, &known)?))) {
            Ok((task, body)) => {
                let members = members.get(&task.id).unwrap_or(&nobody);
                drafts.push(Draft { ignored, came: *came, task, members, body });
            }
            Err(because) => *ignored = Some(because),
        }
    }
    let authors: Vec<Mentioned<'_>> = drafts.iter().map(|it| it.mention(&it.came.comment.author)).collect();
    let authors = settle_all(tx, app, account, &authors).await?;
    let (mut signed, mut mentioned) = (Vec::with_capacity(drafts.len()), Vec::new());
    for (draft, author) in drafts.into_iter().zip(authors) {
        match author {
            Some(author) => {
                mentioned.extend(draft.came.comment.audience.iter().map(|it| draft.mention(it)));
                signed.push((draft, author));
            }
            None => *draft.ignored = Some(NOT_THEIRS),
        }
    }
    let settled = settle_all(tx, app, account, &mentioned).await?;
    let reached = person::list_addressees(tx, account, settled.iter().flatten().copied()).await?;
    let mut settled = settled.into_iter();
    let mut additions = Vec::with_capacity(signed.len());
    for (Draft { came, task, members, body, .. }, author) in signed {
        let mut once = BTreeSet::new();
        let people = settled.by_ref().take(came.comment.audience.len()).flatten();
        let audience = people.filter(|it| once.insert(*it)).filter_map(|it| reached.get(&it).cloned());
        let mut new = written(app, &came, author, body, audience.collect());
        new.reply_to = came.comment.reply_to.and_then(|id| known.get(&(came.mirror.id, id)).copied());
        new.files = take_files(tx, app, account, author, &came.comment.files).await?;
        additions.push(Addition::of(app, task, members, new));
    }
    add_all(tx, app, account, &additions).await?;
    Ok(ignored)
}

/// The text of a comment that may be taken, or why it may not.
fn judge(came: &Came<'_>, known: &HashMap<(StreamId, Uuid), CommentId>) -> Result<RichText, &'static str> {
    let Came { mirror, comment, is_history } = *came;
    if known.contains_key(&(mirror.id, comment.id)) {
        return Err("the comment is here already");
    }
    // What he wrote before he was linked is his own.
    if matches!(comment.author, WirePerson::Yours { .. }) && !is_history {
        return Err(NOT_THEIRS);
    }
    let body = clean(&comment.body).ok_or("a text larger than any may be")?;
    if comment.audience.len() > MAX_PEOPLE
        || comment.visible.len() + comment.elided.len() > 2 * MAX_TEXT_BYTES
    {
        return Err("larger than a comment may be");
    }
    Ok(body)
}

fn written(
    app: &App,
    came: &Came<'_>,
    author: PersonId,
    body: RichText,
    audience: Vec<Addressee>,
) -> NewComment {
    let (wire, now) = (came.comment, app.env.now());
    NewComment {
        author,
        origin: Origin::Link,
        body,
        visible: wire.visible.clone(),
        elided: wire.elided.clone(),
        subject: None,
        audience,
        hidden: wire.is_hidden,
        reply_to: None,
        incoming_mail: None,
        unrecognized_sender: false,
        sender_disowned: false,
        hops: 0,
        mailbox: None,
        files: Vec::new(),
        warnings: Vec::new(),
        arrival: Some(Arrival {
            mirror: came.mirror.id,
            wire_id: wire.id,
            path: wire.path.clone(),
            at: wire.created_at.min(now),
            edited_at: wire.edited_at.map(|it| it.min(now)),
            is_history: came.is_history,
        }),
    }
}
