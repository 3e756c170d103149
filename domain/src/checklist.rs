//! Checklists: the steps of a task, in the order that people give them.

use crate::{Timestamp, id::ChecklistItemId};

/// Most items of one task (LIM-1).
pub const MAX_ITEMS: usize = 150;
/// How far apart items are put, so that others find a place between them.
const GAP: i64 = 1 << 32;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    pub id: ChecklistItemId,
    /// Smaller ones come first; of two at the same place that with the smaller id.
    pub position: i64,
    /// One line of at most 250 characters.
    pub text: String,
    /// None where it is still to do.
    pub done_at: Option<Timestamp>,
}

/// Where an item is put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: i64,
    /// The others that have to move for it.
    pub moved: Vec<ChecklistItem>,
}

/// The items of a new list, in this order.
pub fn lay_out(items: impl IntoIterator<Item = (ChecklistItemId, String)>) -> Vec<ChecklistItem> {
    let places = (0_i64..).map(|n| n.saturating_mul(GAP));
    let items = items.into_iter().zip(places);
    items.map(|((id, text), position)| ChecklistItem { id, position, text, done_at: None }).collect()
}

/// Finds a place before one of the `others`, which stand in their order, or after all of them; none where that one is not
/// among them.
pub fn plan_place(others: &[ChecklistItem], before: Option<ChecklistItemId>) -> Option<Place> {
    let at = match before {
        Some(id) => others.iter().position(|it| it.id == id)?,
        None => others.len(),
    };
    let position = |at: usize| others.get(at).map(|it| it.position);
    let between = match (at.checked_sub(1).and_then(position), position(at)) {
        (None, None) => Some(0),
        (Some(above), None) => above.checked_add(GAP),
        (None, Some(below)) => below.checked_sub(GAP),
        (Some(above), Some(below)) => Some(above.midpoint(below)).filter(|it| (above < *it) && (*it < below)),
    };
    if let Some(position) = between {
        return Some(Place { position, moved: Vec::new() });
    }
    let mut places = (0..=i64::try_from(others.len()).ok()?).map(|n| n.saturating_mul(GAP));
    let mut moved: Vec<ChecklistItem> = Vec::with_capacity(others.len());
    moved.extend(
        others
            .iter()
            .take(at)
            .zip(&mut places)
            .map(|(it, position)| ChecklistItem { position, ..it.clone() }),
    );
    let position = places.next()?;
    moved.extend(
        others.iter().skip(at).zip(places).map(|(it, position)| ChecklistItem { position, ..it.clone() }),
    );
    moved.retain(|it| !others.contains(it));
    Some(Place { position, moved })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn item(id: u128, position: i64) -> ChecklistItem {
        let id = ChecklistItemId::new(Uuid::from_u128(id));
        ChecklistItem { id, position, text: id.to_string(), done_at: None }
    }

    /// Puts item 9 before another one, and gives the order that comes of it.
    #[track_caller]
    fn check(others: &[ChecklistItem], before: Option<u128>, order: &[u128]) {
        let before = before.map(|it| ChecklistItemId::new(Uuid::from_u128(it)));
        let place = plan_place(others, before).unwrap();
        let mut all = vec![item(9, place.position)];
        all.extend(
            others.iter().map(|it| place.moved.iter().find(|to| to.id == it.id).unwrap_or(it)).cloned(),
        );
        all.sort_by_key(|it| (it.position, it.id));
        assert_eq!(all.iter().map(|it| it.id.uuid().as_u128()).collect::<Vec<_>>(), order);
    }

    #[test]
    fn an_item_is_put_before_another_or_at_the_end() {
        check(&[], None, &[9]);
        check(&[item(1, 0), item(2, GAP)], None, &[1, 2, 9]);
        check(&[item(1, 0), item(2, GAP)], Some(1), &[9, 1, 2]);
        check(&[item(1, 0), item(2, GAP)], Some(2), &[1, 9, 2]);
        assert_eq!(plan_place(&[item(1, 0)], Some(ChecklistItemId::new(Uuid::nil()))), None);
    }

    #[test]
    fn where_there_is_no_room_the_others_move() {
        check(&[item(1, 5), item(2, 6)], Some(2), &[1, 9, 2]);
        check(&[item(1, 5), item(2, 5)], Some(2), &[1, 9, 2]);
        check(&[item(1, i64::MAX)], None, &[1, 9]);
        check(&[item(1, i64::MIN)], Some(1), &[9, 1]);
    }
}
