//! Lists of tasks: what they are narrowed to and sorted by.

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId},
    task::{Task, TaskRole, TaskStatus},
};

use super::columns;
use crate::{
    database::Tx,
    error::StorageError,
    list::containing,
    page::{Cursor, Page, PageRequest},
};

/// What every list of tasks is narrowed to.
macro_rules! narrowed {
    () => {
        "(t.status = $2 OR $2 IS NULL) AND (t.title_key LIKE $3 ESCAPE '\\' OR $3 IS NULL) AND t.updated_at >= $4 \
         AND (t.project_id = $5 OR $5 IS NULL)"
    };
}

/// Joined to the roles `m`: the tasks of the person $6, in the role $7 where one is named, that $8 has a role in too where
/// he is named. Of several roles in a task the first stands for all.
macro_rules! of_person {
    () => {
        " task t ON t.account_id = m.account_id AND t.id = m.task_id WHERE m.account_id = $1 AND m.person_id = $6 \
         AND m.role = COALESCE($7, (SELECT MIN(r.role) FROM task_role r WHERE r.account_id = $1 AND r.person_id = $6 \
            AND r.task_id = m.task_id)) \
         AND (EXISTS (SELECT 1 FROM task_role v WHERE v.account_id = $1 AND v.person_id = $8 AND v.task_id = m.task_id) \
            OR $8 IS NULL) AND "
    };
}

statements! {
    /// Ids of tasks sort by the time of their making.
    LIST_BY_CREATION = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND " narrowed!()
        " AND t.id < $6 ORDER BY t.id DESC LIMIT $7"];
    LIST_BY_CHANGE = ["SELECT " columns!() " FROM task t WHERE t.account_id = $1 AND " narrowed!()
        " AND (t.updated_at, t.id) < ($6, $7) ORDER BY t.updated_at DESC, t.id DESC LIMIT $8"];
    /// The roles come first, in the order of task ids: a page costs what is on it, however many tasks the account has.
    /// SQLite, which counts no rows, keeps to that where it is told so (CROSS).
    LIST_OF_PERSON_BY_CREATION = ["SELECT " columns!() " FROM task_role m "
        { sqlite: "CROSS JOIN", postgres: "JOIN" } of_person!() narrowed!()
        " AND m.task_id < $9 ORDER BY m.task_id DESC LIMIT $10"];
    LIST_OF_PERSON_BY_CHANGE = ["SELECT " columns!() " FROM task_role m "
        { sqlite: "CROSS JOIN", postgres: "JOIN" } of_person!() narrowed!()
        " AND (t.updated_at, t.id) < ($9, $10) ORDER BY t.updated_at DESC, t.id DESC LIMIT $11"];
}

/// Which tasks to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Who sees only tasks that he holds a role in; none sees all.
    pub viewer: Option<PersonId>,
    pub status: Option<TaskStatus>,
    /// Somebody who holds a role, or the one that is named.
    pub person: Option<(PersonId, Option<TaskRole>)>,
    /// Part of the title.
    pub q: Option<String>,
    pub updated_since: Option<Timestamp>,
    pub project: Option<ProjectId>,
}

/// What a list of tasks is sorted by, newest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Created,
    Updated,
}

pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    filter: &Filter,
    order: Order,
    page: PageRequest,
) -> Result<Page<Task>, StorageError> {
    let before = page.before();
    let (at, id, limit) = (before.at(), before.id(), page.fetch());
    let (status, project) = (filter.status, filter.project);
    let pattern = filter.q.as_deref().map(containing);
    let since = filter.updated_since.unwrap_or(Timestamp::UNIX_EPOCH);
    macro_rules! rows {
        ($statement:ident, $($more:expr),+) => {
            db!(tx, fetch_all::<Task>($statement, account, status, pattern, since, project, $($more),+))?
        };
    }
    let rows = match (filter.person.or(filter.viewer.map(|it| (it, None))), order) {
        (None, Order::Created) => rows!(LIST_BY_CREATION, id, limit),
        (None, Order::Updated) => rows!(LIST_BY_CHANGE, at, id, limit),
        (Some((person, role)), Order::Created) => {
            rows!(LIST_OF_PERSON_BY_CREATION, person, role, filter.viewer, id, limit)
        }
        (Some((person, role)), Order::Updated) => {
            rows!(LIST_OF_PERSON_BY_CHANGE, person, role, filter.viewer, at, id, limit)
        }
    };
    Ok(Page::cut(rows, page.limit, |it| match order {
        Order::Created => Cursor::new(it.created_at, it.id.uuid()),
        Order::Updated => Cursor::new(it.updated_at, it.id.uuid()),
    }))
}
