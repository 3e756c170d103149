//! Lists of tasks: what they are narrowed to and sorted by.
//!
//! A list walks an index ([`walk`]) and stops where the page is full. Where no index has the order among what the list is
//! narrowed to, up to [`WINDOW`] tasks are sorted, and beyond that the account's own index is walked. What the index does not
//! answer is looked at task by task, for at most [`WINDOW`] tasks a page: such a page may hold less than was asked for, and
//! still go on.

pub(crate) mod walk;

use liaison_domain::{
    Timestamp,
    id::{AccountId, PersonId, ProjectId, TaskId, TaskStatusId},
    task::{Priority, Task, TaskRole, TaskStatus},
};
use uuid::Uuid;

use self::walk::{Driver, Span, Spot, Walk};
use super::list_by_ids;
use crate::{
    database::Tx,
    error::StorageError,
    page::{Cursor, Page, PageRequest},
};

/// Most tasks of either kind, open and closed, that are sorted, or looked at, for one page.
const WINDOW: i64 = 10_000;

/// Which tasks to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who sees only tasks that he holds a role in; none sees all.
    pub viewer: Option<PersonId>,
    /// Any of these; none where all are wanted.
    pub statuses: Vec<TaskStatus>,
    pub custom_status: Option<TaskStatusId>,
    pub is_open: Option<bool>,
    pub priority: Option<Priority>,
    /// Somebody who holds a role, or the one that is named.
    pub person: Option<(PersonId, Option<TaskRole>)>,
    /// Part of the title.
    pub q: Option<String>,
    pub created_since: Option<Timestamp>,
    pub updated_since: Option<Timestamp>,
    pub project: Option<ProjectId>,
    pub counterparty: Option<PersonId>,
    pub parent: Option<TaskId>,
    pub number: Option<i64>,
    /// Before this time; no task without a deadline.
    pub deadline_before: Option<Timestamp>,
    /// At this time or later; no task without a deadline.
    pub deadline_after: Option<Timestamp>,
    /// Whether it is open and its deadline was before this time.
    pub overdue: Option<(bool, Timestamp)>,
    /// Whether nobody is its assignee.
    pub unassigned: Option<bool>,
}

/// What a list of tasks is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    #[default]
    Created,
    Updated,
    /// Tasks without a deadline come after all others.
    Deadline,
    Priority,
    Number,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    #[default]
    Descending,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    pub key: SortKey,
    pub direction: Direction,
}

impl Order {
    /// Whether a list comes to `a` before `b`.
    fn is_before(self, a: Cursor, b: Cursor) -> bool {
        match self.direction {
            Direction::Ascending => a < b,
            Direction::Descending => a > b,
        }
    }

    /// The one that a list comes to first.
    fn nearer(self, a: Cursor, b: Option<Cursor>) -> Cursor {
        b.filter(|it| self.is_before(*it, a)).unwrap_or(a)
    }

    /// Where a task stands in the list.
    const fn place(self, spot: &Spot) -> Cursor {
        let id = spot.id.uuid();
        match self.key {
            SortKey::Created => Cursor::of_number(0, id),
            SortKey::Updated => Cursor::new(spot.updated_at, id),
            SortKey::Deadline => Cursor::new(spot.due_at, id),
            SortKey::Priority => Cursor::of_number(walk::rank(spot.priority), id),
            SortKey::Number => Cursor::of_number(spot.number, id),
        }
    }

    fn sort(self, spots: &mut [Spot]) {
        spots.sort_unstable_by_key(|it| self.place(it));
        if self.direction == Direction::Descending {
            spots.reverse();
        }
    }
}

pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    filter: &Filter,
    order: Order,
    page: PageRequest,
) -> Result<Page<Task>, StorageError> {
    list_within(tx, account, filter, order, page, WINDOW).await
}

/// The same, with another number of tasks that are sorted or looked at.
pub async fn list_within(
    tx: &mut dyn Tx,
    account: AccountId,
    filter: &Filter,
    order: Order,
    page: PageRequest,
    window: i64,
) -> Result<Page<Task>, StorageError> {
    let order = if filter.number.is_some() { Order { key: SortKey::Number, ..order } } else { order };
    let list = List { account, filter, order, page, window };
    let narrow = filter.driver(account);
    let page = match narrow.walk(order.key) {
        Some(walk) => list.pass(tx, walk).await?,
        None => match list.sort(tx, narrow).await? {
            Some(page) => page,
            None => list.pass(tx, Walk::of_account(account, order.key)).await?,
        },
    };
    let mut tasks = list_by_ids(tx, account, page.items.iter().map(|it| it.id)).await?;
    let items = page.items.iter().filter_map(|it| tasks.remove(&it.id)).collect();
    Ok(Page { items, next: page.next })
}

/// A page that is asked for.
struct List<'a> {
    account: AccountId,
    filter: &'a Filter,
    order: Order,
    page: PageRequest,
    window: i64,
}

impl List<'_> {
    /// Reads from an index that has the order: one pass over the open tasks, one over the closed ones.
    async fn pass(&self, tx: &mut dyn Tx, walk: Walk) -> Result<Page<Spot>, StorageError> {
        let Self { filter, order, page, .. } = *self;
        let (start, end) = filter.range(order, page);
        let rest = walk.driver.remainder(filter);
        let is_sifted = rest.without_range(order.key) != Filter::default();
        let (mut spots, mut stop) = (Vec::new(), None);
        for is_open in filter.halves() {
            let span = Span { account: self.account, is_open, driver: walk.driver.id(), start, end };
            let edge =
                if is_sifted { walk.edge(tx, order.direction, &span, self.window).await? } else { None };
            let edge = edge.map(|it| order.place(&it)).filter(|it| order.is_before(*it, end));
            let span = Span { end: edge.unwrap_or(end), ..span };
            spots.extend(walk.read(tx, order.direction, &span, &rest, page.fetch()).await?);
            stop = edge.map(|it| order.nearer(it, stop)).or(stop);
        }
        order.sort(&mut spots);
        if let Some(stop) = stop {
            spots.retain(|it| !order.is_before(stop, order.place(it)));
        }
        let page = Page::cut(spots, page.limit, |it| order.place(it));
        Ok(Page { next: page.next.or(stop), ..page })
    }

    /// Sorts all that the list is narrowed to; none where that is too much.
    async fn sort(&self, tx: &mut dyn Tx, driver: Driver) -> Result<Option<Page<Spot>>, StorageError> {
        let Self { filter, order, page, .. } = *self;
        let walk = Walk { driver, key: SortKey::Created };
        let rest = driver.remainder(filter);
        let mut spots = Vec::new();
        for is_open in filter.halves() {
            let (start, end) = (Cursor::LAST, Cursor::FIRST);
            let span = Span { account: self.account, is_open, driver: driver.id(), start, end };
            if walk.edge(tx, Direction::Descending, &span, self.window).await?.is_some() {
                return Ok(None);
            }
            spots.extend(walk.read(tx, Direction::Descending, &span, &rest, self.window).await?);
        }
        let (start, _) = filter.range(order, page);
        spots.retain(|it| order.is_before(start, order.place(it)));
        order.sort(&mut spots);
        Ok(Some(Page::cut(spots, page.limit, |it| order.place(it))))
    }
}

impl Filter {
    /// What the list is narrowed to most, of what indexes know.
    fn driver(&self, account: AccountId) -> Driver {
        let person = self.person.or_else(|| self.viewer.map(|it| (it, None)));
        let number = self.number.map(|_| Driver::Account(account));
        let parent = self.parent.map(Driver::Parent);
        let gathered =
            self.project.map(Driver::Project).or_else(|| self.counterparty.map(Driver::Counterparty));
        let person = person.map(|(id, role)| Driver::Person(id, role));
        number.or(parent).or(gathered).or(person).unwrap_or(Driver::Account(account))
    }

    /// Open tasks and closed ones, or those of them that are wanted.
    fn halves(&self) -> impl Iterator<Item = bool> {
        [true, false].into_iter().filter(|half| {
            self.is_open.is_none_or(|it| it == *half)
                && (self.statuses.is_empty() || self.statuses.iter().any(|it| it.is_active() == *half))
                && (*half || !matches!(self.overdue, Some((true, _))))
        })
    }

    /// Where a page starts, and where the list ends at the latest: behind the one, and not beyond the other.
    fn range(&self, order: Order, page: PageRequest) -> (Cursor, Cursor) {
        let from = |at: Option<Timestamp>| at.map_or(Cursor::FIRST, |it| Cursor::new(it, Uuid::nil()));
        let (low, high) = match order.key {
            SortKey::Updated => (from(self.updated_since), Cursor::LAST),
            SortKey::Deadline => {
                let before = self.deadline_before.map(|it| Cursor::new(it, Uuid::nil()));
                (from(self.deadline_after), before.unwrap_or(Cursor::LAST))
            }
            SortKey::Number => match self.number {
                Some(number) => {
                    (Cursor::of_number(number, Uuid::nil()), Cursor::of_number(number, Uuid::max()))
                }
                None => (Cursor::FIRST, Cursor::LAST),
            },
            SortKey::Created | SortKey::Priority => (Cursor::FIRST, Cursor::LAST),
        };
        let (first, last) = match order.direction {
            Direction::Ascending => (low, high),
            Direction::Descending => (high, low),
        };
        let start = page.after.filter(|it| order.is_before(first, *it)).unwrap_or(first);
        (start, last)
    }

    /// Without what the range of an order answers.
    fn without_range(&self, key: SortKey) -> Self {
        let mut rest = Self { is_open: None, ..self.clone() };
        match key {
            SortKey::Updated => rest.updated_since = None,
            SortKey::Deadline => (rest.deadline_after, rest.deadline_before) = (None, None),
            SortKey::Number => rest.number = None,
            SortKey::Created | SortKey::Priority => {}
        }
        rest
    }
}
