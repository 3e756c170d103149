//! What leaves the account: after whatever is done with a task, exactly the mails that the rules name, and nothing in them
//! that was not for their reader.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use liaison_mailer::transport::SentMail;
use mail_parser::{MessageParser, MimeHeaders as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Client, JsonExt, TestApp, both_engines};

use super::{equal, for_all};
use crate::{
    api::tasks::{path, set},
    portal,
};

both_engines!(
    nothing_leaves_but_what_was_addressed_or_assigned,
    a_mail_to_several_shows_none_of_them_what_was_not_for_him,
);

/// Two administrators, two contacts with an address, one without.
const N_PEOPLE: usize = 5;
const N_STAFF: usize = 2;
const MUTE: usize = 4;
/// How many earlier messages a mail repeats.
const HISTORY: usize = 2;
const LISTS: [&str; 3] = ["assignees", "participants", "auditors"];

type People = BTreeSet<usize>;

/// Something that is done with a task; people by their place in [`World`].
#[derive(Clone, Debug)]
enum Act {
    Comment {
        author: usize,
        audience: People,
        hidden: bool,
        with_file: bool,
        scheduled: bool,
    },
    /// Puts a person in one of the lists.
    Add {
        list: usize,
        person: usize,
    },
    Remove {
        list: usize,
        person: usize,
    },
    Replace {
        list: usize,
        people: People,
    },
    Assigner {
        person: usize,
    },
    Status {
        status: &'static str,
    },
    /// A contact writes in the portal.
    Answer {
        contact: usize,
    },
}

#[derive(Clone, Debug)]
struct Story {
    assigner: usize,
    lists: [People; 3],
    acts: Vec<Act>,
    /// Whether files travel in mails or are links in them.
    attaches_files: bool,
}

fn stories() -> impl Strategy<Value = Story> {
    let people = || prop::collection::btree_set(0..N_PEOPLE, 0..4);
    let status = prop::sample::select(vec!["in_progress", "done", "completed", "new", "rejected"]);
    let act = prop_oneof![
        6 => (0..N_STAFF, people(), any::<[bool; 3]>()).prop_map(
            |(author, audience, [hidden, with_file, scheduled])| Act::Comment {
                author,
                audience,
                hidden,
                with_file,
                scheduled,
            }
        ),
        2 => (0..3usize, 0..N_PEOPLE).prop_map(|(list, person)| Act::Add { list, person }),
        1 => (0..3usize, 0..N_PEOPLE).prop_map(|(list, person)| Act::Remove { list, person }),
        1 => (0..3usize, people()).prop_map(|(list, people)| Act::Replace { list, people }),
        1 => (0..N_PEOPLE).prop_map(|person| Act::Assigner { person }),
        1 => status.prop_map(|status| Act::Status { status }),
        2 => (N_STAFF..MUTE).prop_map(|contact| Act::Answer { contact }),
    ];
    let lists = [people(), people(), people()];
    (0..N_PEOPLE, lists, prop::collection::vec(act, 0..6), any::<bool>())
        .prop_map(|(assigner, lists, acts, attaches_files)| Story { assigner, lists, acts, attaches_files })
}

struct World {
    app: TestApp,
    staff: [Client; N_STAFF],
    people: Vec<Value>,
    /// The contacts with an address, in the portal.
    guests: [Client; MUTE - N_STAFF],
}

impl World {
    async fn build(app: TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let boris = anna.admin("boris").await;
        anna.patch("/v1/settings/contact-mail", json!({"history_messages": HISTORY})).await.expect(200);
        let mute = json!({"name": "mute", "selectable_as_participant": true});
        let mute = anna.post("/v1/contacts", mute).await.expect(201).json();
        let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
        let task = set(&anna, json!({"title": "Come in"})).await;
        let body = json!({"text": "Come in", "notify": [ivan.id(), olga.id()]});
        anna.post(path(&task, "/comments"), body).await.expect(201);
        let guests = [portal::enter(&anna, &ivan).await, portal::enter(&anna, &olga).await];
        app.work().await;
        app.mail().take();
        let people = [anna.me.clone(), boris.me.clone()].into_iter().chain([ivan, olga, mute]).collect();
        Self { app, staff: [anna, boris], people, guests }
    }

    fn id(&self, person: usize) -> &str {
        self.people[person].id()
    }

    fn ids(&self, people: &People) -> Vec<&str> {
        people.iter().map(|it| self.id(*it)).collect()
    }

    /// The mails that leave now.
    async fn sent(&self) -> Vec<SentMail> {
        self.app.work().await;
        self.app.mail().take()
    }

    /// Those, where each has one reader: who gets it, its subject, and what it says.
    async fn mails(&self) -> BTreeMap<String, (String, String)> {
        let mut mails = BTreeMap::new();
        for sent in self.sent().await {
            let (subject, texts) = self.read(&sent).await;
            let [recipient] = <[_; 1]>::try_from(sent.envelope.recipients).unwrap();
            assert!(mails.insert(recipient.to_string(), (subject, texts)).is_none(), "one mail an address");
        }
        mails
    }

    /// A mail's subject, and all that it says in whatever part.
    async fn read(&self, sent: &SentMail) -> (String, String) {
        let mail = MessageParser::new().parse(&sent.message).unwrap();
        let mut texts = mail.subject().unwrap().to_owned();
        for part in &mail.parts {
            texts += part.attachment_name().unwrap_or_default();
            texts += &String::from_utf8_lossy(part.contents());
        }
        for link in links(&texts) {
            let file = self.app.anon().get(link).await.expect(200);
            texts += &String::from_utf8_lossy(&file.body);
        }
        texts += &String::from_utf8(sent.message.clone()).unwrap();
        (mail.subject().unwrap().to_owned(), texts)
    }

    /// Who has this address.
    fn reader(&self, address: &str) -> usize {
        self.people.iter().position(|it| it["email"] == address).unwrap()
    }
}

/// A task as the rules have it.
struct Told<'a> {
    world: &'a World,
    task: Value,
    assigner: usize,
    lists: [People; 3],
    comments: Vec<Said>,
    /// The contacts to whom the task itself was sent.
    sent: People,
    /// All get one mail.
    is_common: bool,
}

/// A comment, and whom it was for.
struct Said {
    author: usize,
    text: String,
    /// What its file is called, and says.
    file: Option<[String; 2]>,
    audience: People,
    hidden: bool,
}

impl Told<'_> {
    /// CLI-7, CLI-8: the contacts among new assignees, unless a contact set the task.
    fn assigned(&self, people: &People) -> People {
        people.iter().copied().filter(|it| is_mailed(*it) && self.assigner < N_STAFF).collect()
    }

    /// Does it, and says who is to get a mail by it and whether that brings a comment.
    async fn perform_next(&mut self, act: &Act, brings_comment: &mut bool) -> Result<People, String> {
        let n_comments = self.comments.len();
        let expected = self.perform(act).await.map_err(|reason| format!("{act:?}: {reason}"))?;
        *brings_comment = self.comments.len() > n_comments;
        if !*brings_comment {
            self.sent.extend(&expected);
        }
        Ok(expected)
    }

    /// Does it, and says who is to get a mail by it.
    async fn perform(&mut self, act: &Act) -> Result<People, String> {
        let (anna, world) = (&self.world.staff[0], self.world);
        let patch = |change: Value| anna.patch(path(&self.task, ""), change);
        match act {
            Act::Comment { author, audience, hidden, with_file, scheduled } => {
                let (n, author) = (self.comments.len(), *author);
                let by = &world.staff[author];
                let text = format!("said-{n}-");
                let file = with_file.then(|| [format!("file-{n}-.txt"), format!("content-{n}-")]);
                let mut body = json!({"text": text, "notify": world.ids(audience), "hidden": hidden});
                if let Some([name, content]) = &file {
                    body["file_ids"] = json!([by.upload(name, content.as_bytes()).await.id()]);
                }
                if *scheduled {
                    body["send_at"] = json!(world.app.clock().now() + TimeDelta::seconds(1));
                }
                let written = by.post(path(&self.task, "/comments"), body).await.expect(201).json();
                let audience: People = audience.iter().copied().filter(|it| *it != author).collect();
                if *scheduled {
                    equal("mails before its time", &world.mails().await, &BTreeMap::new())?;
                    world.app.clock().advance(TimeDelta::seconds(1));
                } else if !self.is_common {
                    told_once(world, &written, &audience)?;
                }
                self.join(&audience);
                let said = Said { author, text, file, audience: audience.clone(), hidden: *hidden };
                self.comments.push(said);
                Ok(audience.into_iter().filter(|it| is_mailed(*it)).collect())
            }
            Act::Add { list, person } => {
                let body =
                    json!({"person_id": world.id(*person), "role": LISTS[*list].trim_end_matches('s')});
                anna.post(path(&self.task, "/participants"), body).await.expect(200);
                let is_new = self.lists[*list].insert(*person);
                Ok(if *list == 0 && is_new { self.assigned(&[*person].into()) } else { People::new() })
            }
            Act::Remove { list, person } => {
                let role = LISTS[*list].trim_end_matches('s');
                let query = format!("/participants?person={}&role={role}", world.id(*person));
                let status = if self.lists[*list].remove(person) { 204 } else { 404 };
                anna.delete(path(&self.task, &query)).await.expect(status);
                Ok(People::new())
            }
            Act::Replace { list, people } => {
                patch(json!({LISTS[*list]: world.ids(people)})).await.expect(200);
                let new: People = people.difference(&self.lists[*list]).copied().collect();
                self.lists[*list].clone_from(people);
                Ok(if *list == 0 { self.assigned(&new) } else { People::new() })
            }
            Act::Assigner { person } => {
                patch(json!({"assigner": world.id(*person)})).await.expect(200);
                self.assigner = *person;
                Ok(People::new())
            }
            Act::Answer { contact } => self.answer(*contact).await,
            // CLI-4
            Act::Status { status } => {
                patch(json!({"status": status})).await.expect(200);
                Ok(People::new())
            }
        }
    }

    /// COM-4, CBM-4: who has no role takes part.
    fn join(&mut self, people: &People) {
        let has_role = |it: &usize| *it == self.assigner || self.lists.iter().any(|l| l.contains(it));
        let joining: People = people.iter().copied().filter(|it| !has_role(it)).collect();
        self.lists[1].extend(joining);
    }

    /// DASH-5, DASH-6: a contact has the task where it was sent to him, or somebody addressed something in it to him.
    fn has_reached(&self, contact: usize) -> bool {
        self.sent.contains(&contact) || self.comments.iter().any(|it| it.audience.contains(&contact))
    }

    /// DASH-8, CBN-1, CBN-2, R23: the same people as if he had answered the latest mail.
    async fn answer(&mut self, contact: usize) -> Result<People, String> {
        let text = format!("said-{}-", self.comments.len());
        let guest = &self.world.guests[contact - N_STAFF];
        let sent = guest.post(portal::path(&self.task, "/comments"), json!({"text": text})).await;
        if !self.has_reached(contact) {
            sent.expect(404);
            return Ok(People::new());
        }
        sent.expect(201);
        let seen = |it: &&Said| it.author == contact || it.audience.contains(&contact);
        let answered = self.comments.iter().rev().find(seen);
        let hidden = answered.is_some_and(|it| it.hidden);
        let mut audience: People = match answered {
            Some(it) => it.audience.iter().copied().chain([it.author]).collect(),
            None => {
                [self.assigner].into_iter().filter(|it| *it < N_STAFF).chain(self.lists[0].clone()).collect()
            }
        };
        audience.remove(&contact);
        self.join(&[contact].into());
        self.join(&audience);
        self.comments.push(Said { author: contact, text, file: None, audience: audience.clone(), hidden });
        Ok(audience.into_iter().filter(|it| is_mailed(*it)).collect())
    }

    /// DASH-4, DASH-5, DASH-6, S6: what each contact's portal shows of the task is what was for him.
    async fn check_portals(&self) -> Result<(), String> {
        for contact in N_STAFF..MUTE {
            let guest = &self.world.guests[contact - N_STAFF];
            let listed = guest.get("/v1/portal/tasks?limit=1").await.expect(200).json();
            let is_listed = listed.items().iter().any(|it| it["id"] == self.task["id"]);
            equal("is listed", &is_listed, &self.has_reached(contact))?;
            let shown = guest.get(portal::path(&self.task, "")).await;
            let comments = guest.get(portal::path(&self.task, "/comments")).await;
            if !is_listed {
                equal("is not there", &(shown.status, comments.status), &(404, 404))?;
                continue;
            }
            let has_role = contact == self.assigner || self.lists.iter().any(|it| it.contains(&contact));
            let is_described = shown.expect(200).json()["description_text"].is_string();
            equal("description", &is_described, &(has_role && self.sent.contains(&contact)))?;
            let comments = comments.expect(200).json();
            let found = comments.items().iter().map(|it| it["text"].text().to_owned());
            let seen =
                self.comments.iter().filter(|it| it.author == contact || it.audience.contains(&contact));
            equal(
                ("portal of", contact),
                &found.collect::<Vec<_>>(),
                &seen.map(|it| it.text.clone()).collect(),
            )?;
            let files: Vec<&str> = comments
                .items()
                .iter()
                .flat_map(|it| it["files"].as_array().unwrap())
                .map(JsonExt::id)
                .collect();
            for id in files {
                guest.get(format!("/v1/portal/files/{id}/content")).await.expect(200);
            }
        }
        Ok(())
    }

    /// R23, R24, HIS-2, DASH-6: nothing in a mail that was not said to its reader; where it brings a comment, the ones before
    /// it that were said to him too, and of files those of that comment.
    fn check_text(&self, reader: usize, texts: &str, brings_comment: bool) -> Result<(), String> {
        let his = |it: &&Said| it.author == reader || it.audience.contains(&reader);
        let said_to_him = self.comments.iter().rev().filter(his);
        let shown = said_to_him.take(if brings_comment { 1 + HISTORY } else { 0 });
        let brought = self.comments.last().filter(|_| brings_comment);
        let expected: BTreeSet<&String> =
            shown.map(|it| &it.text).chain(brought.iter().flat_map(|it| it.file.iter().flatten())).collect();
        let all = self.comments.iter().flat_map(|it| [&it.text].into_iter().chain(it.file.iter().flatten()));
        equal("what is in the mail", &all.filter(|it| texts.contains(it.as_str())).collect(), &expected)?;
        equal("the task's description", &texts.contains("described-"), &!brings_comment)
    }

    /// The same of a mail to several: what any of them must not read is not in it. Employees read what is not hidden.
    fn check_common_text(&self, readers: &People, texts: &str, brings_comment: bool) -> Result<(), String> {
        let n_contacts = readers.iter().filter(|it| is_mailed(**it)).count();
        for (n, said) in self.comments.iter().enumerate() {
            let is_new = brings_comment && n + 1 == self.comments.len();
            let may_read = |it: &usize| {
                said.author == *it || said.audience.contains(it) || (*it < N_STAFF && !said.hidden)
            };
            let is_for_all = readers.iter().all(|it| said.audience.contains(it));
            let may_stand = if is_new { is_for_all } else { n_contacts == 1 && readers.iter().all(may_read) };
            let stands = texts.contains(&said.text);
            let file_stands = said.file.iter().flatten().any(|it| texts.contains(it.as_str()));
            if (stands && !may_stand) || (is_new && !stands) || (file_stands && !is_new) {
                return Err(format!("{} to {readers:?}: {texts}", said.text));
            }
        }
        Ok(())
    }
}

/// Where the links to files in a mail lead.
fn links(texts: &str) -> BTreeSet<String> {
    let ends_token = |c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c));
    let begun = texts.split("https://liaison.test/f/").skip(1);
    begun.map(|it| format!("/f/{}", it.split(ends_token).next().unwrap())).collect()
}

const fn is_mailed(person: usize) -> bool {
    person >= N_STAFF && person != MUTE
}

/// Everybody addressed is in the report of deliveries once, by his own way, and nobody else.
fn told_once(world: &World, written: &Value, audience: &People) -> Result<(), String> {
    let expected: BTreeSet<[&str; 3]> = audience
        .iter()
        .map(|it| match *it {
            staff if staff < N_STAFF => [world.id(staff), "in_app", "delivered"],
            MUTE => [world.id(MUTE), "mail", "skipped"],
            contact => [world.id(contact), "mail", "queued"],
        })
        .collect();
    let deliveries = written["deliveries"].as_array().unwrap();
    let found: BTreeSet<[&str; 3]> =
        deliveries.iter().map(|it| [it["person"].id(), it["channel"].text(), it["state"].text()]).collect();
    equal("deliveries", &found, &expected)?;
    equal("lines", &deliveries.len(), &expected.len())
}

/// CLI-2, CLI-3, CLI-4, CLI-7, CLI-8, NTF-5, R8, R23, R24
async fn nothing_leaves_but_what_was_addressed_or_assigned(app: TestApp) {
    let world = &World::build(app).await;
    for_all(40, &stories(), async |story| {
        let files = json!({"attach_files": story.attaches_files});
        world.staff[0].patch("/v1/settings/contact-mail", files).await.expect(200);
        let mut body =
            json!({"title": "Repair", "description": "described-", "assigner": world.id(story.assigner)});
        for (list, people) in LISTS.iter().zip(&story.lists) {
            body[list] = json!(world.ids(people));
        }
        let task = set(&world.staff[0], body).await;
        let (assigner, lists) = (story.assigner, story.lists.clone());
        let mut told = Told {
            world,
            task,
            assigner,
            lists,
            comments: Vec::new(),
            sent: People::new(),
            is_common: false,
        };
        let mut expected = told.assigned(&story.lists[0]);
        told.sent.clone_from(&expected);
        let (mut acts, mut brings_comment) = (story.acts.iter(), false);
        loop {
            let mails = world.mails().await;
            let addresses = expected.iter().map(|it| world.people[*it]["email"].text().to_owned());
            equal("recipients", &mails.keys().cloned().collect(), &addresses.collect::<BTreeSet<_>>())?;
            for reader in &expected {
                let (subject, texts) = &mails[world.people[*reader]["email"].text()];
                told.check_text(*reader, texts, brings_comment)?;
                equal("subject", &subject.trim_start_matches("Re: "), &"Repair")?;
            }
            let Some(act) = acts.next() else { return told.check_portals().await };
            world.app.clock().advance(TimeDelta::seconds(1));
            expected = told.perform_next(act, &mut brings_comment).await?;
        }
    })
    .await;
}

/// ALL-1, ALL-3, HIS-3, R23, R24, R26: whoever else reads it.
async fn a_mail_to_several_shows_none_of_them_what_was_not_for_him(app: TestApp) {
    let world = &World::build(app).await;
    let to_all = json!({"show_all_recipients": true, "staff_without_email": "external_address"});
    world.staff[0].patch("/v1/settings/contact-mail", to_all).await.expect(200);
    for_all(40, &stories(), async |story| {
        let files = json!({"attach_files": story.attaches_files});
        world.staff[0].patch("/v1/settings/contact-mail", files).await.expect(200);
        let mut body = json!({"title": "Repair", "assigner": world.id(story.assigner)});
        for (list, people) in LISTS.iter().zip(&story.lists) {
            body[list] = json!(world.ids(people));
        }
        let task = set(&world.staff[0], body).await;
        let (assigner, lists) = (story.assigner, story.lists.clone());
        let mut told =
            Told { world, task, assigner, lists, comments: Vec::new(), sent: People::new(), is_common: true };
        let mut expected = told.assigned(&story.lists[0]);
        told.sent.clone_from(&expected);
        let (mut acts, mut brings_comment) = (story.acts.iter(), false);
        loop {
            let mails = world.sent().await;
            equal("mails", &mails.len(), &usize::from(!expected.is_empty()))?;
            for sent in &mails {
                let readers: People =
                    sent.envelope.recipients.iter().map(|it| world.reader(it.as_str())).collect();
                let (_, texts) = world.read(sent).await;
                let contacts: People = readers.iter().copied().filter(|it| is_mailed(*it)).collect();
                equal("contacts", &contacts, &expected)?;
                told.check_common_text(&readers, &texts, brings_comment)?;
            }
            let Some(act) = acts.next() else { return told.check_portals().await };
            world.app.clock().advance(TimeDelta::seconds(1));
            expected = told.perform_next(act, &mut brings_comment).await?;
        }
    })
    .await;
}
