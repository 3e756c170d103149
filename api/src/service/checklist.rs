//! The checklist of a task: its steps, for everybody in the task; who may change its status changes them.

use liaison_domain::{
    change::Change,
    checklist::{ChecklistItem, MAX_ITEMS, Place, plan_place},
    id::ChecklistItemId,
    refusal::{Code, Refusal},
    task::TaskRight,
    text::Title,
};
use liaison_persistence::{change_feed, checklist, database::WriteTx, task};

use super::{Failure, access::Entered, caller::StaffCaller, link};
use crate::app::App;

/// What changes of an item, or what a new one is.
#[derive(Debug, Default)]
pub struct ItemChange {
    pub text: Option<Title>,
    pub is_done: Option<bool>,
    /// Before which one it is put; a new nothing puts it last.
    pub before: Option<Option<ChecklistItemId>>,
}

/// Adds an item, last where nothing else is said.
pub async fn add(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    text: Title,
    before: Option<ChecklistItemId>,
) -> Result<ChecklistItem, Failure> {
    entered.require(caller, TaskRight::ChangeStatus)?;
    let items = checklist::list(tx, caller.account, entered.task.id).await?;
    if items.len() >= MAX_ITEMS {
        let detail = format!("A checklist has at most {MAX_ITEMS} items.");
        return Err(Refusal::new(Code::ChecklistFull, detail).into());
    }
    let Place { position, moved } = place(&items, before)?;
    let new = ChecklistItem { id: app.env.id(), position, text: text.into_string(), done_at: None };
    put(tx, app, caller, entered, new, moved).await
}

/// Changes an item: its text, whether it is done, its place.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    id: ChecklistItemId,
    change: ItemChange,
) -> Result<ChecklistItem, Failure> {
    entered.require(caller, TaskRight::ChangeStatus)?;
    let mut items = checklist::list(tx, caller.account, entered.task.id).await?;
    let at = items.iter().position(|it| it.id == id).ok_or_else(Refusal::not_found)?;
    let current = items.remove(at);
    let Place { position, moved } = match change.before {
        Some(before) => place(&items, before)?,
        None => Place { position: current.position, moved: Vec::new() },
    };
    let changed = ChecklistItem {
        position,
        text: change.text.map_or_else(|| current.text.clone(), Title::into_string),
        done_at: match change.is_done {
            Some(true) => current.done_at.or(Some(app.env.now())),
            Some(false) => None,
            None => current.done_at,
        },
        id: current.id,
    };
    if changed == current {
        return Ok(current);
    }
    put(tx, app, caller, entered, changed, moved).await
}

/// Deletes an item.
pub async fn delete(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    id: ChecklistItemId,
) -> Result<(), Failure> {
    entered.require(caller, TaskRight::ChangeStatus)?;
    let items = checklist::list(tx, caller.account, entered.task.id).await?;
    if !items.iter().any(|it| it.id == id) {
        return Err(Refusal::not_found().into());
    }
    checklist::delete(tx, caller.account, entered.task.id, [id]).await?;
    link::checklist::deleted(tx, app, caller, entered, id).await?;
    note(tx, app, caller, entered).await
}

fn place(others: &[ChecklistItem], before: Option<ChecklistItemId>) -> Result<Place, Refusal> {
    plan_place(others, before).ok_or_else(|| Refusal::unknown_id("/before"))
}

/// Writes an item and those that had to move for it.
async fn put(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    item: ChecklistItem,
    moved: Vec<ChecklistItem>,
) -> Result<ChecklistItem, Failure> {
    let mut written = moved;
    written.push(item.clone());
    checklist::upsert(tx, caller.account, entered.task.id, &written).await?;
    link::checklist::written(tx, app, caller, entered, written).await?;
    note(tx, app, caller, entered).await?;
    Ok(item)
}

/// Notes the change of the task: its version is the checklist's.
async fn note(tx: &mut WriteTx, app: &App, caller: &StaffCaller, entered: &Entered) -> Result<(), Failure> {
    let (id, now) = (entered.task.id, app.env.now());
    task::touch(tx, caller.account, id, now).await?;
    change_feed::append(tx, caller.account, Change::TaskUpdated, id.uuid(), now);
    Ok(())
}
