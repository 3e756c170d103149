//! `liaison bench seed`: an account with as many tasks as asked for, to see how fast lists of a large one are.
//!
//! What is written depends on the numbers alone, but for the times, which end at the present. It goes past all services: nobody
//! is told of anything, and nothing leaves.

use std::io::{BufRead as _, Write as _};

use anyhow::{Context as _, ensure};
use chrono::{DurationRound as _, TimeDelta};
use clap::Args;
use liaison_domain::{
    Timestamp,
    account::{AccountName, Login, Role},
    comment::{Comment, CommentKind, Origin},
    contact::Card,
    id::{AccountId, PersonId, ProjectId, TaskId},
    language::Language,
    mail_address::EmailAddress,
    project::{Project, ProjectStatus},
    task::{Priority, Task, TaskRole, TaskStatus},
    text::Name,
};
use liaison_persistence::{
    account::{self, NewIdentity},
    comment, contact,
    database::WriteTx,
    employee::{self, NewEmployee},
    project, task,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use crate::{
    app::App,
    service::{
        account::{SignUp, identify_owner, sign_up},
        password,
    },
};

/// Tasks that one transaction writes.
const BATCH: u64 = 1_000;
/// How far back the first task lies.
const SPAN: TimeDelta = TimeDelta::days(730);
/// One task in so many has a long conversation.
const LONG_EVERY: u64 = 1_000;
/// How many comments that has; the others have five on average.
const LONG: u64 = 200;
const SHORT: [u64; 5] = [2, 3, 5, 6, 8];

/// How large the account is.
#[derive(Debug, Args)]
pub struct BenchSeed {
    /// A DNS label. The owner is `anna@<NAME>.example`, the employees `employee-1@…` and so on; all have the password that is
    /// read from the first line of standard input.
    name: String,
    /// Each with five comments on average, one in a thousand with 200.
    #[arg(long, default_value_t = 1_000_000)]
    tasks: u64,
    #[arg(long, default_value_t = 50)]
    employees: u64,
    #[arg(long, default_value_t = 2_000)]
    contacts: u64,
    #[arg(long, default_value_t = 20)]
    projects: u64,
}

/// Who and what tasks are made of.
struct Cast {
    account: AccountId,
    employees: Vec<PersonId>,
    contacts: Vec<PersonId>,
    projects: Vec<ProjectId>,
    now: Timestamp,
    random: StdRng,
}

impl BenchSeed {
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        ensure!(
            self.employees > 0 && self.contacts > 0 && self.projects > 0,
            "somebody has to work somewhere"
        );
        let mut password = String::new();
        std::io::stdin().lock().read_line(&mut password).context("the password from standard input")?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        password::check(&password).context("the password")?;
        let mut cast = self.cast(app, password).await?;
        let mut long = None;
        for first in (0..self.tasks).step_by(usize::try_from(BATCH)?) {
            let mut tx = app.database.write().await?;
            for n in first..self.tasks.min(first + BATCH) {
                let id = cast.write_task(&mut tx, n, self.tasks).await?;
                long = long.or((n % LONG_EVERY == LONG_EVERY / 2).then_some(id));
            }
            tx.commit().await?;
        }
        let mut out = std::io::stdout();
        writeln!(out, "account {} with {} tasks", self.name, self.tasks)?;
        if let Some(id) = long {
            writeln!(out, "a task with {LONG} comments: {id}")?;
        }
        Ok(())
    }

    /// Makes the account and its people.
    async fn cast(&self, app: &App, password: String) -> anyhow::Result<Cast> {
        let email = |login: &str| EmailAddress::parse(&format!("{login}@{}.example", self.name));
        let owner = SignUp {
            name: AccountName::parse(&self.name).context("NAME")?,
            title: Name::parse(&self.name)?,
            language: Language::English,
            owner_name: Name::parse("Anna")?,
            owner_login: Login::parse("anna")?,
            owner_email: email("anna")?,
        };
        let identity = identify_owner(app, &owner.owner_email, password.clone()).await?;
        let hash = password::hash(&app.env, password).await?;
        let now = app.env.now();
        let mut tx = app.database.write().await?;
        let (made, owner, _) = sign_up(&mut tx, &app.env, &owner, &identity).await?;
        let (account, mut employees) = (made.id, vec![owner.id]);
        for n in 1..=self.employees {
            let login = format!("employee-{n}");
            let email = email(&login)?;
            let identity = app.env.id();
            let new = NewIdentity {
                id: identity,
                email: &email.to_string(),
                email_key: &email.key(),
                password_hash: &hash,
                at: now,
            };
            ensure!(account::insert_identity(&mut tx, &new).await?, "{email} signs in already");
            let id: PersonId = app.env.id();
            let login = Login::parse(&login)?;
            let name = format!("Employee {n}");
            let new = NewEmployee {
                id,
                identity: Some(identity),
                name: &name,
                login: &login,
                email: &email,
                role: Role::Member,
                at: now,
            };
            employee::insert(&mut tx, account, &new).await?;
            employees.push(id);
        }
        let mut contacts = Vec::new();
        for n in 1..=self.contacts {
            let address = EmailAddress::parse(&format!("client-{n}@client.example"))?;
            let card = Card::of_unknown(Name::parse(&format!("Client {n}"))?, vec![address]);
            let id: PersonId = app.env.id();
            contact::insert(&mut tx, account, id, &card, now).await?;
            contacts.push(id);
        }
        let mut projects = Vec::new();
        for n in 1..=self.projects {
            let id: ProjectId = app.env.id();
            let number = project::next_number(&mut tx, account).await?;
            let name = format!("Project {n}");
            let new = Project {
                id,
                number,
                name,
                description: String::new(),
                status: ProjectStatus::Active,
                counterparty_id: None,
                is_hidden_from_clients: false,
                created_at: now,
                version: 1,
            };
            project::insert(&mut tx, account, &new).await?;
            projects.push(id);
        }
        tx.commit().await?;
        Ok(Cast { account, employees, contacts, projects, now, random: StdRng::seed_from_u64(self.tasks) })
    }
}

impl Cast {
    /// Writes task `n` of `all` with its people and its conversation.
    async fn write_task(&mut self, tx: &mut WriteTx, n: u64, all: u64) -> anyhow::Result<TaskId> {
        let age = SPAN.num_seconds().unsigned_abs() * (all - n) / all;
        let created_at =
            (self.now - TimeDelta::seconds(i64::try_from(age)?)).duration_trunc(TimeDelta::seconds(1))?;
        let (boss, doer) = (self.employee()?, self.employee()?);
        let client = pick(&mut self.random, &self.contacts)?;
        let id = TaskId::new(self.id(created_at)?);
        let mut comments = Vec::new();
        let (is_long, short) = (n % LONG_EVERY == LONG_EVERY / 2, usize::try_from(n % 5)?);
        let count = if is_long { LONG } else { SHORT.get(short).copied().unwrap_or_default() };
        for k in 0..count {
            let at = (created_at + TimeDelta::minutes(i64::try_from(k)? * 7)).min(self.now);
            let (author, to) = match k % 3 {
                0 => (doer, client),
                1 => (client, doer),
                _ => (boss, doer),
            };
            comments.push((self.comment(id, author, at, k)?, vec![to]));
        }
        let status = self.status();
        let updated_at = comments.last().map_or(created_at, |(it, _)| it.created_at);
        let task = Task {
            id,
            number: task::next_number(tx, self.account).await?,
            title: format!("Gate {n} of house {}", self.random.random_range(1..500)),
            description_html: "<p>The gate does not close, please have a look at its lock.</p>".to_owned(),
            description_text: "The gate does not close, please have a look at its lock.".to_owned(),
            status,
            custom_status_id: None,
            priority: if n.is_multiple_of(10) { Priority::Urgent } else { Priority::Normal },
            start_at: None,
            deadline: n.is_multiple_of(3).then(|| created_at + TimeDelta::days(14)),
            parent_id: None,
            project_id: Some(pick(&mut self.random, &self.projects)?),
            counterparty_id: Some(client),
            company_access: true,
            incoming_mail_id: None,
            created_by: boss,
            created_at,
            updated_at,
            closed_at: (!status.is_active()).then_some(updated_at),
            version: 1,
        };
        task::insert(tx, self.account, &task, &[]).await?;
        let roles = [
            (TaskRole::Assigner, boss),
            (TaskRole::Assignee, doer),
            (TaskRole::Participant, client),
            (TaskRole::Auditor, self.employee()?),
        ];
        task::insert_members(tx, self.account, id, roles).await?;
        let rows: Vec<(&Comment, Vec<PersonId>)> = comments.iter().map(|(it, to)| (it, to.clone())).collect();
        comment::insert_all(tx, self.account, &rows).await?;
        Ok(id)
    }

    fn comment(&mut self, task: TaskId, author: PersonId, at: Timestamp, k: u64) -> anyhow::Result<Comment> {
        let text = format!("Tomorrow at {} suits us well, please ring at the left door.", k % 12 + 8);
        Ok(Comment {
            id: self.id(at)?.into(),
            task_id: task,
            author_id: author,
            kind: CommentKind::Message,
            origin: Origin::Api,
            created_at: at + TimeDelta::microseconds(i64::try_from(k)?),
            edited_at: None,
            send_at: None,
            html: format!("<p>{text}</p>"),
            visible: text.clone(),
            text,
            elided: String::new(),
            subject: None,
            hidden: false,
            reply_to: None,
            mailbox_id: None,
            incoming_mail_id: None,
            unrecognized_sender: false,
            sender_disowned: false,
            version: 1,
        })
    }

    fn employee(&mut self) -> anyhow::Result<PersonId> {
        pick(&mut self.random, &self.employees)
    }

    /// Most tasks of an account are over.
    fn status(&mut self) -> TaskStatus {
        match self.random.random_range(0..20) {
            0 => TaskStatus::New,
            1 => TaskStatus::InProgress,
            2 => TaskStatus::Done,
            3 => TaskStatus::Cancelled,
            _ => TaskStatus::Completed,
        }
    }

    /// An id as it would have been made then.
    fn id(&mut self, at: Timestamp) -> anyhow::Result<Uuid> {
        let millis = u64::try_from(at.timestamp_millis())?;
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &self.random.random()).into_uuid())
    }
}

fn pick<T: Copy>(random: &mut StdRng, of: &[T]) -> anyhow::Result<T> {
    of.get(random.random_range(0..of.len())).copied().context("nobody to choose from")
}
