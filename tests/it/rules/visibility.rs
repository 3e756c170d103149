//! Invariant 8: what a viewer finds, lists and opens is what `domain::visibility` lets him, whatever the world.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use liaison_domain::{
    Timestamp,
    account::Role,
    comment::{Comment, CommentKind, Origin},
    file::{Attachment, File},
    id::{AccountId, CommentId, FileId, PersonId, TaskId},
    task::TaskRole,
    visibility::{ExternalUsersSee, Scope, Visible},
};
use liaison_persistence::{
    comment, database::WriteTx, file, outgoing_mail::history, page::PageRequest, portal, task,
};
use proptest::prelude::*;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};
use uuid::Uuid;

use super::{equal, for_all};
use crate::api::tasks::set;

both_engines!(
    comments_are_seen_exactly_as_the_scope_allows,
    a_mail_repeats_the_latest_that_its_recipient_sees,
    files_are_seen_exactly_with_what_they_hang_on,
    the_portal_shows_a_contact_exactly_what_was_for_him,
);

pub(super) const N_TASKS: usize = 2;
pub(super) const N_PEOPLE: usize = 6;

/// The places of the contacts.
const CONTACTS: std::ops::Range<usize> = 4..N_PEOPLE;

/// Whether who sees his company's tasks sees this one (EXT-9).
const fn is_open(task: usize) -> bool {
    task == 0
}

/// One comment of a random world; people and tasks by their place in [`World`].
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not for itself")]
pub(super) struct Written {
    pub(super) task: usize,
    pub(super) author: usize,
    audience: BTreeSet<usize>,
    hidden: bool,
    held: bool,
    unrecognized_sender: bool,
    deleted: bool,
    /// Comments two steps apart are of different moments.
    moment: u8,
}

pub(super) fn written() -> impl Strategy<Value = Written> {
    let audience = prop::collection::btree_set(0..N_PEOPLE, 0..4);
    let seldom = || prop::bool::weighted(0.2);
    let flags = (any::<bool>(), seldom(), any::<bool>(), seldom());
    (0..N_TASKS, 0..N_PEOPLE, audience, flags, 0..4u8).prop_map(
        |(task, author, audience, (hidden, held, unrecognized_sender, deleted), moment)| Written {
            task,
            author,
            audience,
            hidden,
            held,
            unrecognized_sender,
            deleted,
            moment,
        },
    )
}

/// An account with its owner, an administrator, two members and two contacts of one company, and with tasks about it that all of
/// them may enter. The second is closed to who only sees his company's tasks.
pub(super) struct World {
    app: TestApp,
    pub(super) account: AccountId,
    pub(super) scopes: Vec<Scope>,
    /// The contacts once more, as external users of either account.
    external: Vec<Scope>,
    pub(super) tasks: Vec<TaskId>,
}

impl World {
    pub(super) async fn build(app: TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let person = |it: &serde_json::Value| PersonId::new(it.id().parse().unwrap());
        let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
        let scopes = vec![
            Scope::employee(person(&anna.me), Role::Owner),
            Scope::employee(person(&anna.admin("admin").await.me), Role::Admin),
            Scope::employee(person(&anna.employee("boris").await.me), Role::Member),
            Scope::employee(person(&anna.employee("vera").await.me), Role::Member),
            Scope::contact(person(&ivan)),
            Scope::contact(person(&olga)),
        ];
        let external = vec![
            Scope::external(person(&ivan), ExternalUsersSee::All),
            Scope::external(person(&olga), ExternalUsersSee::Addressed),
        ];
        let firm =
            anna.post("/v1/contacts", json!({"name": "Firm", "is_company": true})).await.expect(201).json();
        for contact in [&ivan, &olga] {
            let card = format!("/v1/contacts/{}", contact.id());
            anna.patch(card, json!({"company_ids": [firm["id"]]})).await.expect(200);
        }
        let mut tasks = Vec::new();
        for (title, company_access) in [("1", true), ("2", false)] {
            let body = json!({"title": title, "counterparty": firm["id"], "company_access": company_access});
            let task = set(&anna, body).await;
            tasks.push(TaskId::new(task.id().parse().unwrap()));
        }
        Self { account: AccountId::new(anna.account.id().parse().unwrap()), scopes, external, tasks, app }
    }

    /// The contacts in the portal: as they are, and as they would be if they saw their company's tasks.
    fn guests(&self) -> impl Iterator<Item = (usize, Scope)> {
        CONTACTS.flat_map(|i| [false, true].map(|it| (i, Scope::guest(self.person(i), it))))
    }

    pub(super) fn person(&self, i: usize) -> PersonId {
        self.scopes[i].viewer
    }

    /// A transaction that nobody ends: each random world is gone with it.
    pub(super) async fn begin(&self) -> WriteTx {
        self.app.parts().database.write().await.unwrap()
    }

    /// Writes a comment past all rules.
    pub(super) async fn write(&self, tx: &mut WriteTx, n: usize, written: &Written) -> Comment {
        let start: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let comment = Comment {
            id: CommentId::new(Uuid::from_u128(n as u128 + 1)),
            task_id: self.tasks[written.task],
            author_id: self.person(written.author),
            kind: CommentKind::Message,
            origin: Origin::Api,
            created_at: start + TimeDelta::microseconds(i64::from(written.moment / 2)),
            edited_at: None,
            send_at: written.held.then_some(start),
            html: n.to_string(),
            text: n.to_string(),
            visible: n.to_string(),
            elided: String::new(),
            subject: None,
            hidden: written.hidden,
            reply_to: None,
            mailbox_id: None,
            incoming_mail_id: None,
            unrecognized_sender: written.unrecognized_sender,
            sender_disowned: false,
            version: 1,
        };
        let audience: Vec<PersonId> = written.audience.iter().map(|it| self.person(*it)).collect();
        comment::insert_all(tx, self.account, &[(&comment, audience)]).await.unwrap();
        if written.deleted {
            assert!(comment::delete(tx, self.account, comment.id, start, 1).await.unwrap());
        }
        comment
    }

    pub(super) fn allows(&self, scope: &Scope, written: &Written) -> bool {
        let audience: Vec<PersonId> = written.audience.iter().map(|it| self.person(*it)).collect();
        let Written { hidden, held, unrecognized_sender, .. } = *written;
        let author = self.person(written.author);
        let mut people = written.audience.iter().chain([&written.author]);
        let concerns_company = is_open(written.task) && people.any(|it| CONTACTS.contains(it));
        !written.deleted
            && scope.allows(&Visible {
                author,
                audience: &audience,
                hidden,
                held,
                unrecognized_sender,
                concerns_company,
            })
    }

    /// A task's conversation, page by page.
    async fn list(&self, tx: &mut WriteTx, task: TaskId, scope: Scope) -> Vec<Comment> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { limit: 2, after };
            let page = comment::list_visible(tx, self.account, task, scope, request).await.unwrap();
            found.extend(page.items);
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    }
}

/// COM-5, DASH-5, EXT-7, EXT-8, R17, S7: one by one and in lists alike, in the order of writing, through pages of two.
async fn comments_are_seen_exactly_as_the_scope_allows(app: TestApp) {
    let world = &World::build(app).await;
    let conversations = prop::collection::vec(written(), 0..10);
    for_all(150, &conversations, async |conversation| {
        let mut tx = world.begin().await;
        let mut comments = Vec::new();
        for (n, written) in conversation.iter().enumerate() {
            comments.push((world.write(&mut tx, n, written).await, written));
        }
        comments.sort_by_key(|(it, _)| (it.created_at, it.id));
        let others = world.external.iter().copied().chain(world.guests().map(|(_, it)| it));
        for scope in world.scopes.iter().copied().chain(others) {
            for task in &world.tasks {
                let visible = comments
                    .iter()
                    .filter(|(it, written)| it.task_id == *task && world.allows(&scope, written));
                let expected: Vec<Comment> = visible.map(|(it, _)| it.clone()).collect();
                equal(scope, &world.list(&mut tx, *task, scope).await, &expected)?;
            }
            for (comment, written) in &comments {
                let found = comment::find_visible(&mut tx, world.account, comment.id, scope).await.unwrap();
                let expected = world.allows(&scope, written).then(|| comment.clone());
                equal((scope, written), &found, &expected)?;
            }
        }
        Ok(())
    })
    .await;
}

/// HIS-2, R17, R24: and nothing that somebody wrote who is not confirmed.
async fn a_mail_repeats_the_latest_that_its_recipient_sees(app: TestApp) {
    let world = &World::build(app).await;
    let contacts = &world.scopes[4..];
    let people = || contacts.iter().map(|it| it.viewer);
    let values = (prop::collection::vec(written(), 1..12), 1..4usize);
    for_all(150, &values, async |(conversation, limit)| {
        let mut tx = world.begin().await;
        let mut comments = Vec::new();
        for (n, written) in conversation.iter().enumerate() {
            comments.push((world.write(&mut tx, n, written).await, written));
        }
        let new = comments[0].0.id;
        comments.sort_by_key(|(it, _)| std::cmp::Reverse((it.created_at, it.id)));
        for task in &world.tasks {
            let most = i64::try_from(limit).unwrap();
            let found = history::list(&mut tx, world.account, *task, people(), new, most).await.unwrap();
            for scope in contacts {
                let earlier = comments.iter().filter(|(it, _)| it.task_id == *task && it.id != new);
                let seen = earlier.filter(|(_, it)| !it.unrecognized_sender && world.allows(scope, it));
                let expected: Vec<CommentId> = seen.map(|(it, _)| it.id).take(limit).collect();
                equal(scope, &found.get(&scope.viewer).cloned().unwrap_or_default(), &expected)?;
            }
        }
        Ok(())
    })
    .await;
}

/// A file, and everything that it hangs on.
#[derive(Clone, Debug)]
struct Uploaded {
    uploader: usize,
    tasks: BTreeSet<usize>,
    comments: BTreeSet<usize>,
}

const N_COMMENTS: usize = 4;

fn files() -> impl Strategy<Value = (Vec<Written>, Vec<Uploaded>, Vec<(usize, usize)>)> {
    let tasks = prop::collection::btree_set(0..N_TASKS, 0..2);
    let comments = prop::collection::btree_set(0..N_COMMENTS, 0..3);
    let uploaded = (0..N_PEOPLE, tasks, comments).prop_map(|(uploader, tasks, comments)| Uploaded {
        uploader,
        tasks,
        comments,
    });
    (
        prop::collection::vec(written(), N_COMMENTS),
        prop::collection::vec(uploaded, 1..6),
        prop::collection::vec((0..N_TASKS, 0..N_PEOPLE), 0..8),
    )
}

/// COM-5, S6: a file is for its uploader, for administrators, and for those in a task who see what it hangs on.
async fn files_are_seen_exactly_with_what_they_hang_on(app: TestApp) {
    let world = &World::build(app).await;
    for_all(150, &files(), async |(conversation, uploads, members)| {
        let mut tx = world.begin().await;
        for (task, person) in &members {
            let member = [(TaskRole::Participant, world.person(*person))];
            task::insert_members(&mut tx, world.account, world.tasks[*task], member).await.unwrap();
        }
        let mut comments = Vec::new();
        for (n, written) in conversation.iter().enumerate() {
            comments.push(world.write(&mut tx, n, written).await.id);
        }
        let mut ids = Vec::new();
        for (n, upload) in uploads.iter().enumerate() {
            ids.push(attach(world, &mut tx, n, upload, &comments).await);
        }
        for (viewer, scope) in world.scopes.iter().enumerate().chain((4..).zip(&world.external)) {
            let is_admin = viewer < 2;
            let is_in = |task: usize| members.contains(&(task, viewer));
            let sees = |upload: &Uploaded| {
                is_admin
                    || upload.uploader == viewer
                    || upload.tasks.iter().any(|it| is_in(*it))
                    || upload
                        .comments
                        .iter()
                        .map(|it| &conversation[*it])
                        .any(|it| is_in(it.task) && world.allows(scope, it))
            };
            let visible = uploads.iter().zip(&ids).filter(|(it, _)| sees(it));
            let expected: BTreeSet<FileId> = visible.map(|(_, id)| *id).collect();
            let found =
                file::list_visible(&mut tx, world.account, *scope, is_admin, ids.clone()).await.unwrap();
            equal(scope, &found.into_keys().collect(), &expected)?;
        }
        Ok(())
    })
    .await;
}

/// DASH-4, DASH-5, DASH-6, EXT-8, EXT-9, S7: tasks, their words, their files and when they moved.
async fn the_portal_shows_a_contact_exactly_what_was_for_him(app: TestApp) {
    let world = &World::build(app).await;
    let sent = prop::collection::btree_set((0..N_TASKS, 4..N_PEOPLE), 0..3);
    for_all(150, &(files(), sent), async |((conversation, uploads, members), sent)| {
        let mut tx = world.begin().await;
        for (task, person) in &members {
            let member = [(TaskRole::Participant, world.person(*person))];
            task::insert_members(&mut tx, world.account, world.tasks[*task], member).await.unwrap();
        }
        for (task, person) in &sent {
            let to = [world.person(*person)];
            let task = world.tasks[*task];
            portal::insert_task_recipients(&mut tx, world.account, task, to).await.unwrap();
        }
        let mut comments = Vec::new();
        for (n, written) in conversation.iter().enumerate() {
            comments.push(world.write(&mut tx, n, written).await);
        }
        let mut ids = Vec::new();
        let written: Vec<CommentId> = comments.iter().map(|it| it.id).collect();
        for (n, upload) in uploads.iter().enumerate() {
            ids.push(attach(world, &mut tx, n, upload, &written).await);
        }
        for (viewer, scope) in world.guests() {
            let sees = |it: &Written| world.allows(&scope, it);
            let is_for_him = |it: &Written| sees(it) && it.author != viewer && it.audience.contains(&viewer);
            let of_company = |task: usize| scope.sees_company && is_open(task);
            let reached = |task: usize| {
                of_company(task)
                    || sent.contains(&(task, viewer))
                    || conversation.iter().any(|it| it.task == task && is_for_him(it))
            };
            let described = |task: usize| {
                let is_told = |it: usize| sent.contains(&(task, it)) && members.contains(&(task, it));
                is_told(viewer) || (of_company(task) && CONTACTS.clone().any(is_told))
            };
            let mut expected = Vec::new();
            for task in (0..N_TASKS).rev().filter(|it| reached(*it)) {
                let in_task =
                    conversation.iter().zip(&comments).filter(|(it, _)| it.task == task && sees(it));
                let last = in_task.map(|(_, it)| it.created_at).max();
                expected.push((world.tasks[task], described(task), last));
            }
            let page = PageRequest { limit: 200, after: None };
            let found = portal::list_tasks(&mut tx, world.account, scope, page).await.unwrap().items;
            for row in &found {
                let one = portal::find_task(&mut tx, world.account, scope, row.id).await.unwrap();
                equal("one by one", &one.as_ref(), &Some(row))?;
            }
            let facts = found.iter().map(|it| (it.id, it.description_html.is_some(), it.last_comment_at));
            equal(viewer, &facts.collect(), &expected)?;
            for task in (0..N_TASKS).filter(|it| !reached(*it)) {
                let one = portal::find_task(&mut tx, world.account, scope, world.tasks[task]).await.unwrap();
                equal("not his", &one, &None)?;
            }
            for (upload, id) in uploads.iter().zip(&ids) {
                let hangs = upload.tasks.iter().any(|it| reached(*it) && described(*it))
                    || upload
                        .comments
                        .iter()
                        .map(|it| &conversation[*it])
                        .any(|it| reached(it.task) && sees(it));
                let found = portal::find_file(&mut tx, world.account, scope, *id).await.unwrap();
                equal((viewer, upload), &found.is_some(), &hangs)?;
            }
        }
        Ok(())
    })
    .await;
}

async fn attach(
    world: &World,
    tx: &mut WriteTx,
    n: usize,
    upload: &Uploaded,
    comments: &[CommentId],
) -> FileId {
    let id = FileId::new(Uuid::from_u128(n as u128 + 1));
    let new = File {
        id,
        name: format!("{n}.txt"),
        content_type: "text/plain".to_owned(),
        size: 0,
        sha256: vec![0; 32],
        created_at: "2030-01-01T00:00:00Z".parse().unwrap(),
    };
    let uploader = world.person(upload.uploader);
    file::insert(tx, world.account, uploader, &new, Some("".into())).await.unwrap();
    let attachment = [Attachment { file: id, content_id: None }];
    for task in &upload.tasks {
        file::attach_to_task(tx, world.account, world.tasks[*task], &attachment).await.unwrap();
    }
    for comment in &upload.comments {
        file::attach_to_comment(tx, world.account, comments[*comment], &attachment).await.unwrap();
    }
    id
}
