//! DUP-5: merging contacts unites what each of them sees and is seen with, and undoing it leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use liaison_api::service::{
    caller::{StaffCaller, UserCaller},
    contact::merge::{merge_contacts, undo},
};
use liaison_domain::{
    Timestamp,
    account::Role,
    comment::{Comment, CommentKind, Origin},
    external_access::Standing,
    id::{AccountId, CommentId, PersonId, SessionId, TaskId},
    task::TaskRole,
    visibility::Scope,
};
use liaison_persistence::{
    comment,
    database::WriteTx,
    page::PageRequest,
    portal, task,
    testing::{
        dump::dump,
        inspect::{Schema, schema},
    },
};
use proptest::prelude::*;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};
use uuid::Uuid;

use super::{equal, for_all};
use crate::api::tasks::set;

both_engines!(a_merge_unites_and_its_undoing_leaves_no_trace);

const N_TASKS: usize = 3;
/// Of them the first is an employee, the others contacts.
const N_PEOPLE: usize = 5;
const ROLES: [TaskRole; 3] = [TaskRole::Assignee, TaskRole::Participant, TaskRole::Auditor];

#[derive(Clone, Debug)]
struct Written {
    task: usize,
    author: usize,
    audience: Vec<usize>,
    hidden: bool,
    unrecognized_sender: bool,
}

/// What is in an account before a merge: comments, roles, tasks sent to somebody, counterparties, companies of contacts.
#[derive(Clone, Debug)]
struct Facts {
    comments: Vec<Written>,
    roles: BTreeSet<(usize, usize, usize)>,
    sent: BTreeSet<(usize, usize)>,
    counterparties: BTreeMap<usize, usize>,
    companies: BTreeSet<(usize, usize)>,
    /// Those who become one with the second person, in this order.
    from: Vec<usize>,
}

fn facts() -> impl Strategy<Value = Facts> {
    let audience = prop::sample::subsequence((0..N_PEOPLE).collect::<Vec<_>>(), 0..4).prop_shuffle();
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let written = (0..N_TASKS, 0..N_PEOPLE, audience, flags).prop_map(
        |(task, author, audience, (hidden, unrecognized_sender))| Written {
            task,
            author,
            audience,
            hidden,
            unrecognized_sender,
        },
    );
    let roles = prop::collection::btree_set((0..N_TASKS, 0..ROLES.len(), 1..N_PEOPLE), 0..8);
    let sent = prop::collection::btree_set((0..N_TASKS, 1..N_PEOPLE), 0..4);
    let counterparties = prop::collection::btree_map(0..N_TASKS, 1..N_PEOPLE, 0..3);
    let companies = prop::collection::btree_set((1..N_PEOPLE, 1..N_PEOPLE), 0..6)
        .prop_map(|it| it.into_iter().filter(|(contact, company)| contact != company).collect());
    let from = prop::sample::subsequence(vec![2, 3, 4], 1..=3).prop_shuffle();
    (prop::collection::vec(written, 0..8), roles, sent, counterparties, companies, from).prop_map(
        |(comments, roles, sent, counterparties, companies, from)| Facts {
            comments,
            roles,
            sent,
            counterparties,
            companies,
            from,
        },
    )
}

struct World {
    app: TestApp,
    caller: StaffCaller,
    people: Vec<PersonId>,
    tasks: Vec<TaskId>,
    schema: Schema,
}

impl World {
    async fn build(app: TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let person = |it: &serde_json::Value| PersonId::new(it.id().parse().unwrap());
        let mut people = vec![person(&anna.me)];
        for name in ["ivan", "olga", "petr", "vera"] {
            let body = json!({
                "name": name,
                "email": format!("{name}@client.example"),
                "additional_emails": [format!("{name}@home.example")],
                "phones": [{"number": format!("+7 495 {name}")}, {"number": "+7 495 000-00-01"}],
                "position": (name != "ivan").then_some(name),
                "selectable_as_participant": true,
            });
            people.push(person(&anna.post("/v1/contacts", body).await.expect(201).json()));
        }
        let mut tasks = Vec::new();
        for title in ["1", "2", "3"] {
            tasks.push(TaskId::new(set(&anna, json!({"title": title})).await.id().parse().unwrap()));
        }
        let user = UserCaller {
            account: AccountId::new(anna.account.id().parse().unwrap()),
            person: people[0],
            standing: Standing::Employee(Role::Owner),
            session: SessionId::new(Uuid::nil()),
        };
        let caller = StaffCaller::of_user(user).unwrap();
        let schema = schema(&app.parts().database).await.unwrap();
        Self { app, caller, people, tasks, schema }
    }

    /// Writes the facts past all rules, in a transaction that nobody ends.
    async fn begin(&self, facts: &Facts) -> WriteTx {
        let mut tx = self.app.parts().database.write().await.unwrap();
        let account = self.caller.account;
        for (n, written) in facts.comments.iter().enumerate() {
            let audience: Vec<PersonId> = written.audience.iter().map(|it| self.people[*it]).collect();
            let comment = self.comment(n, written);
            comment::insert_all(&mut tx, account, &[(&comment, audience)]).await.unwrap();
        }
        for (task, role, person) in &facts.roles {
            let role = (ROLES[*role], self.people[*person]);
            task::insert_members(&mut tx, account, self.tasks[*task], [role]).await.unwrap();
        }
        for (task, person) in &facts.sent {
            let sent = [self.people[*person]];
            portal::insert_task_recipients(&mut tx, account, self.tasks[*task], sent).await.unwrap();
        }
        for (task, person) in &facts.counterparties {
            let mut changed = task::find(&mut tx, account, self.tasks[*task]).await.unwrap().unwrap();
            changed.counterparty_id = Some(self.people[*person]);
            assert!(task::update(&mut tx, account, &changed).await.unwrap());
        }
        for contact in 1..N_PEOPLE {
            let known = self.contact(&mut tx, contact).await;
            let mut card = known.card;
            let companies = facts.companies.iter().filter(|(it, _)| *it == contact);
            card.company_ids = companies.map(|(_, company)| self.people[*company]).collect();
            let now = self.app.parts().env.now();
            let store = liaison_persistence::contact::update;
            assert!(store(&mut tx, account, known.id, &card, now, known.version).await.unwrap());
        }
        tx
    }

    fn comment(&self, n: usize, written: &Written) -> Comment {
        let start: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        Comment {
            id: CommentId::new(Uuid::from_u128(n as u128 + 1)),
            task_id: self.tasks[written.task],
            author_id: self.people[written.author],
            kind: CommentKind::Message,
            origin: Origin::Api,
            created_at: start,
            edited_at: None,
            send_at: None,
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
        }
    }

    async fn contact(&self, tx: &mut WriteTx, i: usize) -> liaison_domain::contact::Contact {
        let found = liaison_persistence::contact::find(tx, self.caller.account, self.people[i]).await;
        found.unwrap().unwrap()
    }

    /// What a contact sees of all conversations.
    async fn sees(&self, tx: &mut WriteTx, person: usize) -> BTreeSet<CommentId> {
        let (mut seen, scope) = (BTreeSet::new(), Scope::contact(self.people[person]));
        for id in &self.tasks {
            let all = PageRequest { limit: 200, after: None };
            let page = comment::list_visible(tx, self.caller.account, *id, scope, all).await.unwrap();
            seen.extend(page.items.into_iter().map(|it| it.id));
        }
        seen
    }

    /// The tasks of a contact's portal.
    async fn reaches(&self, tx: &mut WriteTx, person: usize) -> BTreeSet<TaskId> {
        let (scope, all) = (Scope::contact(self.people[person]), PageRequest { limit: 200, after: None });
        let page = portal::list_tasks(tx, self.caller.account, scope, all).await.unwrap();
        page.items.into_iter().map(|it| it.id).collect()
    }

    async fn has_roles(&self, tx: &mut WriteTx) -> BTreeSet<(TaskId, TaskRole, PersonId)> {
        let tasks = self.tasks.iter().copied();
        let members = task::list_members(tx, self.caller.account, tasks).await.unwrap();
        let each = members
            .into_iter()
            .flat_map(|(id, members)| members.0.into_iter().map(move |(role, person)| (id, role, person.id)));
        each.collect()
    }

    async fn everything(&self, tx: &mut WriteTx) -> BTreeMap<String, Vec<String>> {
        let mut all = dump(tx, &self.schema, &["version", "updated_at"]).await.unwrap();
        all.retain(|name, _| !name.starts_with("contact_merge"));
        all
    }
}

/// DUP-5, S7: random worlds in which several contacts become one, and are several again.
async fn a_merge_unites_and_its_undoing_leaves_no_trace(app: TestApp) {
    let world = &World::build(app).await;
    for_all(60, &facts(), async |facts| {
        let (app, caller) = (world.app.parts(), &world.caller);
        let mut tx = world.begin(&facts).await;
        let before = world.everything(&mut tx).await;
        let merged: Vec<usize> = facts.from.iter().copied().chain([1]).collect();
        let (mut seen, mut roles) = (BTreeSet::new(), BTreeSet::new());
        for person in &merged {
            seen.extend(world.sees(&mut tx, *person).await);
        }
        let survivor = world.people[1];
        let is_merged = |id: PersonId| merged.iter().any(|it| world.people[*it] == id);
        for (task, role, person) in world.has_roles(&mut tx).await {
            roles.insert((task, role, if is_merged(person) { survivor } else { person }));
        }
        let addressed = facts.comments.iter().filter(|it| {
            !it.unrecognized_sender
                && !merged.contains(&it.author)
                && it.audience.iter().any(|it| merged.contains(it))
        });
        let sent = facts.sent.iter().filter(|(_, person)| merged.contains(person)).map(|(task, _)| *task);
        let reached: BTreeSet<TaskId> =
            addressed.map(|it| it.task).chain(sent).map(|it| world.tasks[it]).collect();

        let from: Vec<PersonId> = facts.from.iter().map(|it| world.people[*it]).collect();
        let done = merge_contacts(&mut tx, app, caller, survivor, &from).await.unwrap();
        equal("seen", &world.sees(&mut tx, 1).await, &seen)?;
        equal("reached", &world.reaches(&mut tx, 1).await, &reached)?;
        equal("roles", &world.has_roles(&mut tx).await, &roles)?;
        equal("addresses", &done.contact.card.emails.len(), &(2 * merged.len()))?;
        for person in &facts.from {
            equal("nothing is left", &world.sees(&mut tx, *person).await, &BTreeSet::new())?;
        }

        undo(&mut tx, app, caller, &done.undo_token).await.unwrap();
        let after = world.everything(&mut tx).await;
        for (name, rows) in &before {
            equal(name, &after[name], rows)?;
        }
        Ok(())
    })
    .await;
}
