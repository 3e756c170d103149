//! What employees want to be told: a row an employee once he changed it, and one for each project and each task
//! that he wants it otherwise of.

use std::collections::BTreeMap;

use liaison_domain::{
    Timestamp,
    account::Role,
    id::{AccountId, PersonId, ProjectId, TaskId},
    notification::{Channels, DoNotDisturb, NotificationKind, Preferences, TaskMode, parse_time, parse_zone},
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Tx, WriteTx},
    error::StorageError,
    list::{Ids, in_ids},
    sql::Json,
};

/// An employee's settings as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsRow {
    pub preferences: Preferences,
    /// 0 where he keeps to the defaults.
    pub version: i64,
}

/// An employee who may be told of something in a task.
#[derive(Clone, Debug)]
pub struct SubscriberRow {
    pub id: PersonId,
    pub name: String,
    /// His own address.
    pub email: String,
    pub role: Role,
    pub preferences: Preferences,
    pub mode: TaskMode,
    /// He has a role in the task.
    pub is_member: bool,
    /// Who stands in for him now (NTF-10).
    pub deputy: Option<PersonId>,
}

struct StoredSettings {
    chosen: Json<Chosen>,
    do_not_disturb: Option<Json<StoredHours>>,
    version: i64,
}
record!(StoredSettings { chosen, do_not_disturb, version });

struct StoredSubscriber {
    id: PersonId,
    name: String,
    email: String,
    role: Role,
    chosen: Option<Json<Chosen>>,
    do_not_disturb: Option<Json<StoredHours>>,
    mode: Option<TaskMode>,
    is_member: bool,
    deputy_id: Option<PersonId>,
}
record!(StoredSubscriber { id, name, email, role, chosen, do_not_disturb, mode, is_member, deputy_id });

struct ModeRow {
    value: Option<TaskMode>,
}
record!(ModeRow { value });

/// The channels by the names of the types.
type Chosen = BTreeMap<String, StoredChannels>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredChannels {
    in_app: bool,
    email: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredHours {
    from: String,
    to: String,
    time_zone: String,
}

statements! {
    FIND_SETTINGS = ["SELECT chosen, do_not_disturb, version FROM notification_settings \
        WHERE account_id = $1 AND person_id = $2"];
    /// Of two that change the same version, the first gets here.
    UPSERT_SETTINGS = ["INSERT INTO notification_settings (account_id, person_id, chosen, do_not_disturb, version) \
        VALUES ($1, $2, $3, $4, 1) ON CONFLICT (account_id, person_id) DO UPDATE SET chosen = excluded.chosen, \
        do_not_disturb = excluded.do_not_disturb, version = notification_settings.version + 1 \
        WHERE notification_settings.version = $5"];
    /// The task's own before its project's.
    FIND_MODE = ["SELECT COALESCE(o.mode, b.mode) AS value FROM task t \
        LEFT JOIN task_notification_mode o ON o.account_id = t.account_id AND o.task_id = t.id AND o.person_id = $3 \
        LEFT JOIN project_notification_mode b ON b.account_id = t.account_id AND b.project_id = t.project_id \
          AND b.person_id = $3 WHERE t.account_id = $1 AND t.id = $2"];
    UPSERT_MODE = ["INSERT INTO task_notification_mode (account_id, task_id, person_id, mode) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account_id, task_id, person_id) DO UPDATE SET mode = excluded.mode"];
    FIND_PROJECT_MODE = ["SELECT mode AS value FROM project_notification_mode \
        WHERE account_id = $1 AND project_id = $2 AND person_id = $3"];
    UPSERT_PROJECT_MODE = ["INSERT INTO project_notification_mode (account_id, project_id, person_id, mode) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (account_id, project_id, person_id) DO UPDATE SET mode = excluded.mode"];
    /// These people and whoever wants to be told everything of the task. Who does not work here any more is told nothing
    /// (NTF-9), and who is linked is told where he is (LINKB-6).
    LIST_SUBSCRIBERS = [
        "SELECT e.id, p.name, a.address AS email, e.role, s.chosen, s.do_not_disturb, COALESCE(o.mode, b.mode) AS mode, \
           EXISTS (SELECT 1 FROM task_role r \
           WHERE r.account_id = $1 AND r.task_id = $2 AND r.person_id = e.id) AS is_member, d.deputy_id \
           FROM (SELECT id FROM employee \
           WHERE account_id = $1 AND id "
        { sqlite: in_ids!("$3"), postgres: "= ANY($3)" }
        " UNION SELECT person_id FROM task_notification_mode WHERE account_id = $1 AND task_id = $2 AND mode = 'all' \
           UNION SELECT a.person_id FROM task u JOIN project_notification_mode a ON a.account_id = u.account_id \
             AND a.project_id = u.project_id AND a.mode = 'all' WHERE u.account_id = $1 AND u.id = $2) w \
         JOIN employee e ON e.account_id = $1 AND e.id = w.id AND e.status = 'active' \
         JOIN person p ON p.account_id = e.account_id AND p.id = e.id \
         JOIN person_address a ON a.account_id = e.account_id AND a.person_id = e.id AND a.position = 0 \
         JOIN task t ON t.account_id = e.account_id AND t.id = $2 \
         LEFT JOIN notification_settings s ON s.account_id = e.account_id AND s.person_id = e.id \
         LEFT JOIN task_notification_mode o ON o.account_id = e.account_id AND o.task_id = $2 AND o.person_id = e.id \
         LEFT JOIN project_notification_mode b ON b.account_id = t.account_id AND b.project_id = t.project_id \
           AND b.person_id = e.id \
         LEFT JOIN deputy d ON d.account_id = e.account_id AND d.person_id = e.id \
           AND (d.from_at IS NULL OR d.from_at <= $4) AND (d.until_at IS NULL OR d.until_at > $4) \
         WHERE NOT EXISTS (SELECT 1 FROM person_link k WHERE k.account_id = e.account_id AND k.person_id = e.id) \
         ORDER BY e.id"
    ];
}

/// The settings in force: the defaults where he never changed them.
pub async fn get(tx: &mut dyn Tx, account: AccountId, person: PersonId) -> Result<SettingsRow, StorageError> {
    let found = db!(tx, fetch_optional::<StoredSettings>(FIND_SETTINGS, account, person))?;
    Ok(found.map_or_else(SettingsRow::default, |it| SettingsRow {
        preferences: preferences(Some(it.chosen), it.do_not_disturb),
        version: it.version,
    }))
}

/// Writes the settings; false where they are not at their `version` any more.
pub async fn update(
    tx: &mut WriteTx,
    account: AccountId,
    person: PersonId,
    settings: &SettingsRow,
) -> Result<bool, StorageError> {
    let Preferences { chosen, do_not_disturb } = &settings.preferences;
    let stored = |it: &Channels| StoredChannels { in_app: it.in_app, email: it.email };
    let chosen: Json<Chosen> = Json(chosen.iter().map(|(kind, it)| (kind.to_string(), stored(it))).collect());
    let hours = do_not_disturb.as_ref().map(|it| Json(StoredHours::of(it)));
    let n_changed = db!(tx, execute(UPSERT_SETTINGS, account, person, chosen, hours, settings.version))?;
    Ok(n_changed == 1)
}

/// What somebody wants to be told of a task: what he decided about it, else about its project.
pub async fn get_mode(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    person: PersonId,
) -> Result<TaskMode, StorageError> {
    let found = db!(tx, fetch_optional::<ModeRow>(FIND_MODE, account, task, person))?;
    Ok(found.and_then(|it| it.value).unwrap_or(TaskMode::Own))
}

pub async fn set_mode(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    person: PersonId,
    mode: TaskMode,
) -> Result<(), StorageError> {
    db!(tx, execute(UPSERT_MODE, account, task, person, mode)).map(drop)
}

/// What somebody wants to be told of the tasks of a project.
pub async fn get_project_mode(
    tx: &mut dyn Tx,
    account: AccountId,
    project: ProjectId,
    person: PersonId,
) -> Result<TaskMode, StorageError> {
    let found = db!(tx, fetch_optional::<ModeRow>(FIND_PROJECT_MODE, account, project, person))?;
    Ok(found.and_then(|it| it.value).unwrap_or(TaskMode::Own))
}

pub async fn set_project_mode(
    tx: &mut WriteTx,
    account: AccountId,
    project: ProjectId,
    person: PersonId,
    mode: TaskMode,
) -> Result<(), StorageError> {
    db!(tx, execute(UPSERT_PROJECT_MODE, account, project, person, mode)).map(drop)
}

/// Those of these people, and of those who want to be told everything of the task, who are told anything here.
pub async fn list_subscribers(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    people: impl IntoIterator<Item = PersonId>,
    now: Timestamp,
) -> Result<Vec<SubscriberRow>, StorageError> {
    let ids = Ids::new(people.into_iter().map(PersonId::uuid));
    let rows = db!(tx, fetch_all::<StoredSubscriber>(LIST_SUBSCRIBERS, account, task, ids, now))?;
    let subscriber = |it: StoredSubscriber| SubscriberRow {
        id: it.id,
        name: it.name,
        email: it.email,
        role: it.role,
        preferences: preferences(it.chosen, it.do_not_disturb),
        mode: it.mode.unwrap_or(TaskMode::Own),
        is_member: it.is_member,
        deputy: it.deputy_id,
    };
    Ok(rows.into_iter().map(subscriber).collect())
}

/// What is stored under names that are none any more is left out.
fn preferences(chosen: Option<Json<Chosen>>, hours: Option<Json<StoredHours>>) -> Preferences {
    let chosen = chosen.map(|it| it.0).unwrap_or_default().into_iter().filter_map(|(kind, it)| {
        let kind: NotificationKind = kind.parse().ok()?;
        Some((kind, Channels { in_app: it.in_app, email: it.email }))
    });
    Preferences { chosen: chosen.collect(), do_not_disturb: hours.and_then(|it| it.0.read()) }
}

impl StoredHours {
    fn of(hours: &DoNotDisturb) -> Self {
        let time = |it: chrono::NaiveTime| it.format("%H:%M").to_string();
        Self { from: time(hours.from()), to: time(hours.to()), time_zone: hours.zone_name().to_owned() }
    }

    fn read(&self) -> Option<DoNotDisturb> {
        let (from, to) = (parse_time(&self.from).ok()?, parse_time(&self.to).ok()?);
        DoNotDisturb::new(from, to, parse_zone(&self.time_zone).ok()?).ok()
    }
}
