//! Ways through the tasks of an account, each along an index of its own. A walk gives the places of tasks only; the rows of
//! those that are shown are read by their ids.

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId, TaskId},
    task::{Priority, TaskRole},
};
use uuid::Uuid;

use super::{Direction, Filter, SortKey};
use crate::{
    database::Tx,
    error::StorageError,
    list::{Texts, containing},
    page::Cursor,
    sql::Sql,
};

/// What lists can be sorted by, of a task.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) id: TaskId,
    pub(super) number: i64,
    pub(super) priority: Priority,
    pub(super) updated_at: Timestamp,
    pub(super) due_at: Timestamp,
}
record!(Spot { id, number, priority, updated_at, due_at });

/// Whose tasks an index has in order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Driver {
    Account(AccountId),
    /// Tasks in which somebody holds a role, or the one that is named.
    Person(PersonId, Option<TaskRole>),
    Project(ProjectId),
    Counterparty(PersonId),
    Parent(TaskId),
}

/// An index and what it has in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub(super) driver: Driver,
    pub(super) key: SortKey,
}

/// A part of a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) account: AccountId,
    pub(super) is_open: bool,
    pub(super) driver: Uuid,
    /// Not in the span.
    pub(super) start: Cursor,
    /// In the span.
    pub(super) end: Cursor,
}

impl Driver {
    pub(super) const fn id(self) -> Uuid {
        match self {
            Self::Account(id) => id.uuid(),
            Self::Person(id, _) | Self::Counterparty(id) => id.uuid(),
            Self::Project(id) => id.uuid(),
            Self::Parent(id) => id.uuid(),
        }
    }

    /// The index that has these tasks in an order, where there is one.
    pub(super) const fn walk(self, key: SortKey) -> Option<Walk> {
        let is_there = match self {
            Self::Account(_) => true,
            Self::Person(..) => matches!(key, SortKey::Created | SortKey::Updated | SortKey::Deadline),
            Self::Project(_) | Self::Counterparty(_) => matches!(key, SortKey::Created | SortKey::Updated),
            Self::Parent(_) => matches!(key, SortKey::Created),
        };
        if is_there { Some(Walk { driver: self, key }) } else { None }
    }

    /// What the index leaves to be looked at in each task.
    pub(super) fn remainder(self, filter: &Filter) -> Filter {
        let mut rest = filter.clone();
        match self {
            Self::Account(_) => {}
            Self::Person(id, role) => {
                rest.person = role.map(|it| (id, Some(it)));
                rest.viewer = filter.viewer.filter(|it| *it != id);
            }
            Self::Project(_) => rest.project = None,
            Self::Counterparty(_) => rest.counterparty = None,
            Self::Parent(_) => rest.parent = None,
        }
        rest
    }
}

/// Priorities in their order.
pub(super) const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Normal => 1,
        Priority::Urgent => 2,
    }
}

/// The priority at a place, as it is written: its names sort as they rank.
const fn written_rank(place: &Cursor) -> &'static str {
    match place.number() {
        ..0 => "",
        0 => Priority::Low.as_str(),
        1 => Priority::Normal.as_str(),
        2 => Priority::Urgent.as_str(),
        3.. => "~",
    }
}

/// What no index answers.
macro_rules! looked_at {
    () => {
        " AND (t.title_key LIKE $10 ESCAPE '\\' OR $10 IS NULL) AND t.created_at >= $11 AND t.updated_at >= $12 \
         AND (t.priority = $13 OR $13 IS NULL) AND (t.project_id = $14 OR $14 IS NULL) \
         AND (t.counterparty_id = $15 OR $15 IS NULL) AND (t.parent_id = $16 OR $16 IS NULL) \
         AND (t.number = $17 OR $17 IS NULL) AND (t.deadline < $18 OR $18 IS NULL) \
         AND (t.deadline >= $19 OR $19 IS NULL) AND ((t.is_open = TRUE AND t.due_at < $20) = $21 OR $21 IS NULL) \
         AND ((NOT EXISTS (SELECT 1 FROM task_role a WHERE a.account_id = $1 AND a.task_id = t.id \
            AND a.role = 'assignee')) = $22 OR $22 IS NULL) \
         AND (EXISTS (SELECT 1 FROM task_role p WHERE p.account_id = $1 AND p.task_id = t.id AND p.person_id = $23 \
            AND (p.role = $24 OR $24 IS NULL)) OR $23 IS NULL) \
         AND (EXISTS (SELECT 1 FROM task_role v WHERE v.account_id = $1 AND v.task_id = t.id AND v.person_id = $25) \
            OR $25 IS NULL) AND (t.custom_status_id = $26 OR $26 IS NULL)"
    };
}

/// Declares a walk along `$index` in both directions: what is in a span, and what comes after the first $6 of it.
///
/// Who holds several roles in a task finds it once (`$once`).
macro_rules! walk {
    ($name:ident: $from:literal along $index:literal ($cross:literal $inner:literal) $joined:literal
        where $of:literal = $driver:literal $once:literal, by $key:literal ($written:path) $down:literal $up:literal, $id:literal) => {
        mod $name {
            use super::{Cursor, Direction, Filter, Span, Spot, StorageError, Texts, Timestamp, Tx, containing};

            statements! {
                READ_DOWN = ["SELECT t.id, t.number, t.priority, t.updated_at, t.due_at FROM " $from
                    { sqlite: concat!(" INDEXED BY ", $index, $cross), postgres: $inner } $joined
                    $of ".account_id = $1 AND " $of ".is_open = $2 AND " $driver " = $3 AND (" $key ", " $id ") < ($4, $5) AND ("
                    $key ", " $id ") >= ($6, $7)" $once " AND (t.status "
                    { sqlite: "IN (SELECT value FROM json_each($9))", postgres: "= ANY($9)" } " OR $9 IS NULL)" looked_at!()
                    " ORDER BY " $down $id " DESC LIMIT $8"];
                READ_UP = ["SELECT t.id, t.number, t.priority, t.updated_at, t.due_at FROM " $from
                    { sqlite: concat!(" INDEXED BY ", $index, $cross), postgres: $inner } $joined
                    $of ".account_id = $1 AND " $of ".is_open = $2 AND " $driver " = $3 AND (" $key ", " $id ") > ($4, $5) AND ("
                    $key ", " $id ") <= ($6, $7)" $once " AND (t.status "
                    { sqlite: "IN (SELECT value FROM json_each($9))", postgres: "= ANY($9)" } " OR $9 IS NULL)" looked_at!()
                    " ORDER BY " $up $id " LIMIT $8"];
                FIND_EDGE_DOWN = ["SELECT t.id, t.number, t.priority, t.updated_at, t.due_at FROM task t WHERE t.account_id = $1 \
                    AND t.id = (SELECT " $id " FROM " $from { sqlite: concat!(" INDEXED BY ", $index), postgres: "" }
                    " WHERE " $of ".account_id = $1 AND " $of ".is_open = $2 AND " $driver " = $3 \
                    AND (" $key ", " $id ") < ($4, $5) ORDER BY " $down $id " DESC LIMIT 1 OFFSET $6)"];
                FIND_EDGE_UP = ["SELECT t.id, t.number, t.priority, t.updated_at, t.due_at FROM task t WHERE t.account_id = $1 \
                    AND t.id = (SELECT " $id " FROM " $from { sqlite: concat!(" INDEXED BY ", $index), postgres: "" }
                    " WHERE " $of ".account_id = $1 AND " $of ".is_open = $2 AND " $driver " = $3 \
                    AND (" $key ", " $id ") > ($4, $5) ORDER BY " $up $id " LIMIT 1 OFFSET $6)"];
            }

            pub(super) async fn read(
                tx: &mut dyn Tx,
                direction: Direction,
                span: &Span,
                rest: &Filter,
                limit: i64,
            ) -> Result<Vec<Spot>, StorageError> {
                let names = rest.statuses.iter().map(|it| it.as_str().to_owned());
                let statuses = (!rest.statuses.is_empty()).then(|| Texts::new(names));
                let pattern = rest.q.as_deref().map(containing);
                let since = |at: Option<Timestamp>| at.unwrap_or(Cursor::FIRST.at());
                let (person, role) = rest.person.unzip();
                let (overdue, now) = rest.overdue.unzip();
                macro_rules! rows {
                    ($SQL:ident) => {
                        db!(
                            tx,
                            fetch_all::<Spot>(
                                $SQL,
                                span.account,
                                span.is_open,
                                span.driver,
                                $written(&span.start),
                                span.start.id(),
                                $written(&span.end),
                                span.end.id(),
                                limit,
                                statuses,
                                pattern,
                                since(rest.created_since),
                                since(rest.updated_since),
                                rest.priority,
                                rest.project,
                                rest.counterparty,
                                rest.parent,
                                rest.number,
                                rest.deadline_before,
                                rest.deadline_after,
                                now,
                                overdue,
                                rest.unassigned,
                                person,
                                role.flatten(),
                                rest.viewer,
                                rest.custom_status
                            )
                        )
                    };
                }
                match direction {
                    Direction::Descending => rows!(READ_DOWN),
                    Direction::Ascending => rows!(READ_UP),
                }
            }

            pub(super) async fn edge(
                tx: &mut dyn Tx,
                direction: Direction,
                span: &Span,
                passed: i64,
            ) -> Result<Option<Spot>, StorageError> {
                let (key, id) = ($written(&span.start), span.start.id());
                let (account, open, driver) = (span.account, span.is_open, span.driver);
                match direction {
                    Direction::Descending => {
                        db!(tx, fetch_optional::<Spot>(FIND_EDGE_DOWN, account, open, driver, key, id, passed))
                    }
                    Direction::Ascending => {
                        db!(tx, fetch_optional::<Spot>(FIND_EDGE_UP, account, open, driver, key, id, passed))
                    }
                }
            }
        }
    };
}

/// The walks along the tasks themselves.
macro_rules! walk_of_tasks {
    ($name:ident along $index:literal where $driver:literal by id) => {
        walk!($name: "task t" along $index ("" "") " WHERE " where "t" = $driver "", by "t.id" (Cursor::id) "" "", "t.id");
    };
    ($name:ident along $index:literal where $driver:literal by $key:literal ($written:path) $down:literal $up:literal) => {
        walk!($name: "task t" along $index ("" "") " WHERE " where "t" = $driver "", by $key ($written) $down $up, "t.id");
    };
}

walk_of_tasks!(account_by_creation along "task_by_creation" where "t.account_id" by id);
walk_of_tasks!(account_by_change along "task_by_change" where "t.account_id"
    by "t.updated_at" (Cursor::at) "t.updated_at DESC, " "t.updated_at, ");
walk_of_tasks!(account_by_deadline along "task_by_deadline" where "t.account_id"
    by "t.due_at" (Cursor::at) "t.due_at DESC, " "t.due_at, ");
walk_of_tasks!(account_by_priority along "task_by_priority" where "t.account_id"
    by "t.priority" (super::written_rank) "t.priority DESC, " "t.priority, ");
walk_of_tasks!(account_by_number along "task_by_number" where "t.account_id"
    by "t.number" (Cursor::number) "t.number DESC, " "t.number, ");
walk_of_tasks!(project_by_creation along "task_of_project" where "t.project_id" by id);
walk_of_tasks!(project_by_change along "task_of_project_by_change" where "t.project_id"
    by "t.updated_at" (Cursor::at) "t.updated_at DESC, " "t.updated_at, ");
walk_of_tasks!(counterparty_by_creation along "task_of_counterparty" where "t.counterparty_id" by id);
walk_of_tasks!(counterparty_by_change along "task_of_counterparty_by_change" where "t.counterparty_id"
    by "t.updated_at" (Cursor::at) "t.updated_at DESC, " "t.updated_at, ");
walk_of_tasks!(parent_by_creation along "task_of_parent" where "t.parent_id" by id);

/// The walks along the roles of a person. SQLite, which counts no rows, keeps to their order where it is told so (CROSS).
macro_rules! walk_of_person {
    ($name:ident along $index:literal by $key:literal ($written:path) $down:literal $up:literal) => {
        walk!($name: "task_role m" along $index (" CROSS JOIN" " JOIN")
            " task t ON t.account_id = m.account_id AND t.id = m.task_id WHERE " where "m" = "m.person_id"
            " AND m.role = COALESCE($24, (SELECT MIN(r.role) FROM task_role r WHERE r.account_id = $1 AND r.task_id = m.task_id \
                AND r.person_id = $3))",
            by $key ($written) $down $up, "m.task_id");
    };
}

walk_of_person!(person_by_creation along "task_role_by_creation" by "m.task_id" (Cursor::id) "" "");
walk_of_person!(person_by_change along "task_role_by_change"
    by "m.updated_at" (Cursor::at) "m.updated_at DESC, " "m.updated_at, ");
walk_of_person!(person_by_deadline along "task_role_by_deadline"
    by "m.due_at" (Cursor::at) "m.due_at DESC, " "m.due_at, ");

/// Calls a function of the module that has the statements of a walk.
macro_rules! along {
    ($walk:expr, $verb:ident $args:tt) => {
        match ($walk.driver, $walk.key) {
            (Driver::Account(_), SortKey::Created) => account_by_creation::$verb $args.await,
            (Driver::Account(_), SortKey::Updated) => account_by_change::$verb $args.await,
            (Driver::Account(_), SortKey::Deadline) => account_by_deadline::$verb $args.await,
            (Driver::Account(_), SortKey::Priority) => account_by_priority::$verb $args.await,
            (Driver::Account(_), SortKey::Number) => account_by_number::$verb $args.await,
            (Driver::Person(..), SortKey::Updated) => person_by_change::$verb $args.await,
            (Driver::Person(..), SortKey::Deadline) => person_by_deadline::$verb $args.await,
            (Driver::Person(..), _) => person_by_creation::$verb $args.await,
            (Driver::Project(_), SortKey::Updated) => project_by_change::$verb $args.await,
            (Driver::Project(_), _) => project_by_creation::$verb $args.await,
            (Driver::Counterparty(_), SortKey::Updated) => counterparty_by_change::$verb $args.await,
            (Driver::Counterparty(_), _) => counterparty_by_creation::$verb $args.await,
            (Driver::Parent(_), _) => parent_by_creation::$verb $args.await,
        }
    };
}

impl Walk {
    pub(super) const fn of_account(account: AccountId, key: SortKey) -> Self {
        Self { driver: Driver::Account(account), key }
    }

    /// What a span has of the tasks that a list is narrowed to, in order, at most so many.
    pub(super) async fn read(
        self,
        tx: &mut dyn Tx,
        direction: Direction,
        span: &Span,
        rest: &Filter,
        limit: i64,
    ) -> Result<Vec<Spot>, StorageError> {
        along!(self, read(tx, direction, span, rest, limit))
    }

    /// The last of the first `window` tasks after the start of a span; none where there are less.
    pub(super) async fn edge(
        self,
        tx: &mut dyn Tx,
        direction: Direction,
        span: &Span,
        window: i64,
    ) -> Result<Option<Spot>, StorageError> {
        along!(self, edge(tx, direction, span, window - 1))
    }
}

/// Every statement of the walks.
pub(crate) const ALL: &[&[Sql]] = &[
    account_by_creation::ALL,
    account_by_change::ALL,
    account_by_deadline::ALL,
    account_by_priority::ALL,
    account_by_number::ALL,
    person_by_creation::ALL,
    person_by_change::ALL,
    person_by_deadline::ALL,
    project_by_creation::ALL,
    project_by_change::ALL,
    counterparty_by_creation::ALL,
    counterparty_by_change::ALL,
    parent_by_creation::ALL,
];
