//! Deputies in tasks: told of what the absent one is told of, and part of the task from then on (NTF-10).

use std::collections::{BTreeMap, BTreeSet};

use liaison_domain::{
    change::Change,
    id::PersonId,
    notification::decide,
    task::{TaskRight, TaskRole, may, role_of_deputy},
};
use liaison_persistence::{change_feed, database::WriteTx, notification_settings::SubscriberRow, task};

use super::{
    Failure, Notice,
    staff::{ToldEmployee, sees},
};
use crate::app::App;

/// Decides who stands in for those whom the event is told to, and puts those into the task who have no role in it. Whoever is told
/// by himself is not told twice, whoever did it is not told, and nobody stands in for a deputy.
pub(super) async fn stand_in<'a>(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    of_task: &'a [SubscriberRow],
    told: &[ToldEmployee<'_>],
) -> Result<Vec<ToldEmployee<'a>>, Failure> {
    let mut absent: BTreeMap<PersonId, Vec<&ToldEmployee<'_>>> = BTreeMap::new();
    for it in told {
        if let Some(deputy) = it.row.deputy.filter(|deputy| *deputy != notice.author) {
            absent.entry(deputy).or_default().push(it);
        }
    }
    if absent.is_empty() {
        return Ok(Vec::new());
    }
    let members = task::list_members(tx, notice.account, [notice.task.id]).await?.remove(&notice.task.id);
    let members = members.unwrap_or_default();
    let (mut standing, mut joining) = (Vec::new(), Vec::new());
    for (deputy, absent) in absent {
        // Who does not work here any more counts as none.
        let Some(row) = of_task.iter().find(|it| it.id == deputy) else { continue };
        let held: BTreeSet<TaskRole> = absent.iter().flat_map(|it| members.roles_of(it.row.id)).collect();
        let new = role_of_deputy(&held).filter(|_| !row.is_member);
        joining.extend(new.map(|role| (role, deputy)));
        let enters = row.is_member || new.is_some() || may(TaskRight::View, row.role, &BTreeSet::default());
        let is_told = told.iter().any(|it| it.row.id == deputy);
        let wanted = absent
            .iter()
            .find(|it| !decide(&it.row.preferences, it.row.mode, &it.kinds, app.env.now()).is_nothing());
        if let Some(it) = wanted.filter(|_| enters && !is_told)
            && sees(tx, notice, row).await?
        {
            let absent = Some(it.row.name.clone());
            standing.push(ToldEmployee { row, kinds: it.kinds.clone(), absent });
        }
    }
    if task::insert_members(tx, notice.account, notice.task.id, joining).await? > 0 {
        let id = notice.task.id.uuid();
        change_feed::append(tx, notice.account, Change::TaskUpdated, id, app.env.now());
    }
    Ok(standing)
}
