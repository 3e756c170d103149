//! `GET /v1/tasks`: filters and orders together, whichever index a list is read off.

use std::collections::HashMap;

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use liaison_domain::{
    id::{AccountId, PersonId, ProjectId, TaskId},
    task::{Priority, Task, TaskRole, TaskStatus},
};
use liaison_persistence::{
    page::PageRequest,
    task::{self, Direction, Filter, Members, Order, SortKey},
};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};
use uuid::Uuid;

use super::{NOBODY, mailed, path, set};

both_engines!(
    a_list_is_narrowed_by_what_frontends_ask_for,
    a_list_by_deadline_ends_with_the_tasks_that_have_none,
    a_list_that_is_narrowed_and_sorted_in_any_way_is_complete_and_in_order,
);

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(format!("/v1/tasks?{query}")).await.expect(200).json();
    page.items().iter().map(|it| it["title"].text().to_owned()).collect()
}

async fn a_list_is_narrowed_by_what_frontends_ask_for(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, boris) = (anna.contact("ivan").await, anna.employee("boris").await);
    let old = set(&anna, json!({"title": "old", "deadline": "2030-01-01T00:00:05Z"})).await;
    anna.patch(path(&old, ""), json!({"status": "completed"})).await.expect(200);
    app.clock().advance(TimeDelta::seconds(10));
    let late = json!({"title": "late", "deadline": "2030-01-01T00:00:05Z", "priority": "urgent"});
    let late = set(&anna, late).await;
    let part = json!({"title": "part", "parent_id": late.id(), "assignees": [boris.me.id()]});
    let part = set(&anna, part).await;
    set(&anna, json!({"title": "his", "counterparty": ivan.id(), "deadline": "2031-01-01T00:00:00Z"})).await;
    anna.patch(path(&part, ""), json!({"status": "in_progress"})).await.expect(200);
    let table = [
        ("status=completed,in_progress".to_owned(), vec!["part", "old"]),
        ("is_active=false".to_owned(), vec!["old"]),
        ("is_active=true".to_owned(), vec!["his", "part", "late"]),
        ("is_active=true&status=completed".to_owned(), vec![]),
        ("priority=urgent".to_owned(), vec!["late"]),
        (format!("parent={}", late.id()), vec!["part"]),
        (format!("counterparty={}", ivan.id()), vec!["his"]),
        (format!("number={}", part["number"]), vec!["part"]),
        ("number=0".to_owned(), vec![]),
        ("deadline_before=2030-01-01T00:00:05Z".to_owned(), vec![]),
        ("deadline_before=2030-06-01T00:00:00Z".to_owned(), vec!["late", "old"]),
        (
            "deadline_after=2030-01-01T00:00:05Z&deadline_before=2030-01-02T00:00:00Z&order=deadline"
                .to_owned(),
            vec!["old", "late"],
        ),
        ("overdue=true".to_owned(), vec!["late"]),
        ("overdue=false".to_owned(), vec!["his", "part", "old"]),
        ("created_since=2030-01-01T00:00:10Z&direction=asc".to_owned(), vec!["late", "part", "his"]),
        ("unassigned=true&is_active=true".to_owned(), vec!["his", "late"]),
        ("unassigned=false".to_owned(), vec!["part"]),
        ("order=number&direction=asc".to_owned(), vec!["old", "late", "part", "his"]),
        ("order=priority".to_owned(), vec!["late", "his", "part", "old"]),
    ];
    for (query, expected) in table {
        assert_eq!(titles(&anna, &query).await, expected, "{query}");
    }
    assert_eq!(titles(&boris, "order=priority&is_active=true").await, ["part"]);
    for query in [format!("parent={NOBODY}"), format!("counterparty={NOBODY}")] {
        let answer = anna.get(format!("/v1/tasks?{query}")).await.expect(404);
        let name = query.split('=').next().unwrap();
        answer.problem_at("not_found", &[(&format!("?{name}"), "unknown_id")]);
    }
    for name in
        ["is_active", "overdue", "unassigned", "priority", "parent", "number", "deadline_before", "direction"]
    {
        let answer = anna.get(format!("/v1/tasks?{name}=x")).await.expect(422);
        answer.problem_at("validation_failed", &[(&format!("?{name}"), "invalid")]);
    }
    let answer = anna.get("/v1/tasks?status=new,open").await.expect(422);
    answer.problem_at("validation_failed", &[("?status", "invalid")]);
}

/// A deadline long ago is one like others.
async fn a_list_by_deadline_ends_with_the_tasks_that_have_none(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (title, deadline) in [
        ("none", Value::Null),
        ("ancient", json!("0001-01-01T00:00:00Z")),
        ("last", json!("9999-12-31T23:59:59.999999Z")),
        ("moon", json!("1969-07-20T20:17:00Z")),
        ("none too", Value::Null),
    ] {
        set(&anna, json!({"title": title, "deadline": deadline})).await;
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = anna.get(format!("/v1/tasks?order=deadline&limit=1{cursor}")).await.expect(200).json();
        found.extend(page.items().iter().map(|it| it["title"].text().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, ["ancient", "moon", "none", "last", "none too"]);
}

const ORDERS: [SortKey; 5] =
    [SortKey::Created, SortKey::Updated, SortKey::Deadline, SortKey::Priority, SortKey::Number];

/// Many tasks have the same moment, deadline and priority; a list looks at all of them for a page, or at three.
async fn a_list_that_is_narrowed_and_sorted_in_any_way_is_complete_and_in_order(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan, olga) =
        (anna.employee("boris").await, anna.contact("ivan").await, anna.contact("olga").await);
    let project = anna.post("/v1/projects", json!({"name": "Gates"})).await.expect(201).json();
    let parent = set(&anna, json!({"title": "parent"})).await;
    for i in 0..18 {
        let one_in = |n: usize| i % n == 0;
        let priority = ["low", "normal", "urgent"][i % 3];
        let body = json!({
            "title": format!("task {}", i % 4),
            "priority": priority,
            "deadline": (!one_in(4)).then(|| format!("2030-01-0{}T00:00:00Z", 1 + i % 3)),
            "project_id": one_in(2).then(|| project.id()),
            "counterparty": if one_in(3) { Some(ivan.id()) } else { one_in(5).then(|| olga.id()) },
            "parent_id": (i % 5 < 2).then(|| parent.id()),
            "assignees": if i % 3 == 1 { vec![boris.me.id(), ivan.id()] } else { vec![] },
            "participants": if one_in(2) { vec![boris.me.id()] } else { vec![] },
        });
        let task = set(&anna, body).await;
        if i % 7 > 3 {
            let status = ["completed", "cancelled", "in_progress"][i % 3];
            anna.patch(path(&task, ""), json!({"status": status})).await.expect(200);
        }
        if one_in(6) {
            app.clock().advance(TimeDelta::seconds(1));
            anna.post(path(&parent, "/comments"), json!({"text": "Go on"})).await.expect(201);
        }
    }
    let id = |of: &Value| of.id().parse::<Uuid>().unwrap();
    let account = AccountId::new(id(&anna.get("/v1/account").await.expect(200).json()));
    let (boris, ivan) = (PersonId::new(id(&boris.me)), PersonId::new(id(&ivan)));
    let now = app.clock().now();
    let every = Filter::default;
    let filters = [
        every(),
        Filter { is_open: Some(true), ..every() },
        Filter { viewer: Some(boris), ..every() },
        Filter { viewer: Some(boris), is_open: Some(true), ..every() },
        Filter { person: Some((boris, Some(TaskRole::Assignee))), ..every() },
        Filter { person: Some((ivan, None)), viewer: Some(boris), ..every() },
        Filter { project: Some(ProjectId::new(id(&project))), ..every() },
        Filter { project: Some(ProjectId::new(id(&project))), viewer: Some(boris), ..every() },
        Filter { counterparty: Some(ivan), unassigned: Some(true), ..every() },
        Filter { parent: Some(TaskId::new(id(&parent))), ..every() },
        Filter { statuses: vec![TaskStatus::New, TaskStatus::Cancelled], ..every() },
        Filter { q: Some("SK 1".to_owned()), updated_since: Some(now - TimeDelta::seconds(1)), ..every() },
        Filter { priority: Some(Priority::Urgent), created_since: Some(now), ..every() },
        Filter { overdue: Some((true, now + TimeDelta::days(2))), viewer: Some(boris), ..every() },
        Filter { deadline_after: Some(now), deadline_before: Some(now + TimeDelta::days(2)), ..every() },
        Filter { number: Some(4), ..every() },
    ];
    let mut tx = app.parts().database.read().await.unwrap();
    let all =
        task::list(&mut tx, account, &filters[0], Order::default(), PageRequest { limit: 200, after: None });
    let all = all.await.unwrap().items;
    assert_eq!(all.len(), 19);
    let members = task::list_members(&mut tx, account, all.iter().map(|it| it.id)).await.unwrap();
    for filter in &filters {
        for key in ORDERS {
            for direction in [Direction::Ascending, Direction::Descending] {
                let expected = expected(&all, &members, filter, key, direction);
                for window in [3, 10_000] {
                    let (mut found, mut page) = (Vec::new(), PageRequest { limit: 4, after: None });
                    loop {
                        let order = Order { key, direction };
                        let part =
                            task::list_within(&mut tx, account, filter, order, page, window).await.unwrap();
                        found.extend(part.items.iter().map(|it| it.number));
                        page.after = part.next;
                        if page.after.is_none() {
                            break;
                        }
                    }
                    assert_eq!(found, expected, "{filter:?} by {key:?} {direction:?}, {window} at once");
                }
            }
        }
    }
    drop(tx);
    mailed(&app).await;
}

/// The numbers of the tasks that a list is to show.
fn expected(
    all: &[Task],
    members: &HashMap<TaskId, Members>,
    filter: &Filter,
    key: SortKey,
    direction: Direction,
) -> Vec<i64> {
    let holds = |task: &Task, person: PersonId, role: Option<TaskRole>| {
        let roles = members[&task.id].roles_of(person);
        role.map_or(!roles.is_empty(), |it| roles.contains(&it))
    };
    let is_late = |task: &Task, now| task.closed_at.is_none() && task.deadline.is_some_and(|it| it < now);
    let is_meant = |it: &&Task| {
        filter.viewer.is_none_or(|viewer| holds(it, viewer, None))
            && filter.person.is_none_or(|(person, role)| holds(it, person, role))
            && (filter.statuses.is_empty() || filter.statuses.contains(&it.status))
            && filter.is_open.is_none_or(|open| it.closed_at.is_none() == open)
            && filter.priority.is_none_or(|priority| it.priority == priority)
            && filter.q.as_ref().is_none_or(|q| it.title.contains(&q.to_lowercase()))
            && filter.created_since.is_none_or(|since| it.created_at >= since)
            && filter.updated_since.is_none_or(|since| it.updated_at >= since)
            && filter.project.is_none_or(|project| it.project_id == Some(project))
            && filter.counterparty.is_none_or(|contact| it.counterparty_id == Some(contact))
            && filter.parent.is_none_or(|parent| it.parent_id == Some(parent))
            && filter.number.is_none_or(|number| it.number == number)
            && filter.deadline_before.is_none_or(|before| it.deadline.is_some_and(|at| at < before))
            && filter.deadline_after.is_none_or(|after| it.deadline.is_some_and(|at| at >= after))
            && filter.overdue.is_none_or(|(late, now)| is_late(it, now) == late)
            && filter
                .unassigned
                .is_none_or(|none| members[&it.id].of(TaskRole::Assignee).next().is_none() == none)
    };
    let mut meant: Vec<&Task> = all.iter().filter(is_meant).collect();
    let rank = |priority| Priority::ALL.iter().position(|it| *it == priority);
    meant.sort_by_key(|it| it.id);
    match key {
        SortKey::Created => {}
        SortKey::Updated => meant.sort_by_key(|it| it.updated_at),
        SortKey::Deadline => meant.sort_by_key(|it| (it.deadline.is_none(), it.deadline)),
        SortKey::Priority => meant.sort_by_key(|it| rank(it.priority)),
        SortKey::Number => meant.sort_by_key(|it| it.number),
    }
    if direction == Direction::Descending {
        meant.reverse();
    }
    meant.iter().map(|it| it.number).collect()
}
