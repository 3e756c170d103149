//! S7: of what an employee was told he finds what `domain::visibility` lets him see, and counts no more.

use std::collections::BTreeSet;

use liaison_domain::{
    Timestamp,
    id::{NotificationId, TaskId},
    notification::NotificationKind,
    task::TaskRole,
};
use liaison_persistence::{
    notification::{self, NewNotification},
    page::PageRequest,
    task,
};
use proptest::prelude::*;
use support::{TestApp, both_engines};
use uuid::Uuid;

use super::{
    equal, for_all,
    visibility::{N_PEOPLE, N_TASKS, World, written},
};

both_engines!(notices_are_seen_exactly_with_what_they_are_about);

/// Everybody who works here: the owner, an administrator and two members.
const N_EMPLOYEES: usize = 4;

/// S7, COM-5: whatever he was told of, whoever told it.
async fn notices_are_seen_exactly_with_what_they_are_about(app: TestApp) {
    let world = &World::build(app).await;
    let values = (
        prop::collection::vec(written(), 0..8),
        prop::collection::btree_set((0..N_TASKS, 0..N_PEOPLE), 0..6),
        prop::collection::btree_set(0..N_TASKS, 0..=N_TASKS),
    );
    for_all(150, &values, async |(conversation, members, told_of)| {
        let mut tx = world.begin().await;
        for id in &world.tasks {
            // Who set them up takes no part here.
            let nobody: [_; 0] = [];
            task::replace_members(&mut tx, world.account, *id, TaskRole::Assigner, &nobody).await.unwrap();
        }
        for (task, person) in &members {
            let member = [(TaskRole::Participant, world.person(*person))];
            task::insert_members(&mut tx, world.account, world.tasks[*task], member).await.unwrap();
        }
        let mut events: Vec<(Option<TaskId>, Option<usize>)> = vec![(None, None)];
        events.extend(told_of.iter().map(|it| (Some(world.tasks[*it]), None)));
        let mut comments = Vec::new();
        for (n, written) in conversation.iter().enumerate() {
            comments.push(world.write(&mut tx, n, written).await);
            events.push((Some(world.tasks[written.task]), Some(n)));
        }
        let at: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        for (viewer, scope) in world.scopes.iter().enumerate().take(N_EMPLOYEES) {
            let id = |event: usize| NotificationId::new(Uuid::from_u128((viewer * 100 + event) as u128 + 1));
            let notices = events.iter().enumerate().map(|(i, (task, comment))| NewNotification {
                id: id(i),
                person: world.person(viewer),
                kind: NotificationKind::NewComment,
                task: *task,
                comment: comment.map(|it| comments[it].id),
                author: None,
                detail: None,
            });
            notification::insert_all(&mut tx, world.account, notices, at).await.unwrap();
            let enters = |task: TaskId| {
                let place = world.tasks.iter().position(|it| *it == task).unwrap();
                viewer < 2 || members.contains(&(place, viewer))
            };
            let sees = |(task, comment): &(Option<TaskId>, Option<usize>)| {
                task.is_none_or(enters) && comment.is_none_or(|it| world.allows(scope, &conversation[it]))
            };
            let visible = events.iter().enumerate().filter(|(_, event)| sees(event));
            let expected: BTreeSet<NotificationId> = visible.map(|(i, _)| id(i)).collect();
            let page = PageRequest { limit: 200, after: None };
            for unread in [false, true] {
                let found = notification::list(&mut tx, world.account, *scope, unread, page).await.unwrap();
                equal(viewer, &found.items.iter().map(|it| it.id).collect(), &expected)?;
            }
            let count = notification::count_unread(&mut tx, world.account, *scope, 1000).await.unwrap();
            equal(viewer, &usize::try_from(count).unwrap(), &expected.len())?;
        }
        Ok(())
    })
    .await;
}
