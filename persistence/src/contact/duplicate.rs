//! Contacts who may be somebody else who was written down before: by address, phone or name (DUP-3, DUP-4).

use std::collections::HashMap;

use liaison_domain::{
    Timestamp,
    contact::resemblance::Likeness,
    id::{AccountId, PersonId},
};

use crate::{
    database::Tx,
    error::StorageError,
    list::{Ids, in_ids},
    page::{Cursor, Page, PageRequest},
};

/// Most contacts that one page looks at.
const WINDOW: i64 = 1000;

struct SeenRow {
    id: PersonId,
    created_at: Timestamp,
}
record!(SeenRow { id, created_at });

/// What a contact has in common with the first who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchRow {
    pub id: PersonId,
    pub likeness: Likeness,
    /// The address, the number or the name, as it stands with the contact.
    pub value: String,
    /// Who had it first: the lowest id.
    pub first_id: PersonId,
}
record!(MatchRow { id, likeness, value, first_id });

/// A contact with those who may be him.
#[derive(Clone, Debug)]
pub struct Duplicate {
    pub id: PersonId,
    created_at: Timestamp,
    /// Not empty.
    pub matches: Vec<MatchRow>,
}

statements! {
    LIST_WINDOW = ["SELECT p.id, p.created_at FROM person p WHERE p.account_id = $1 AND p.kind = 'contact' \
        AND p.deleted_at IS NULL AND (p.created_at, p.id) < ($2, $3) ORDER BY p.created_at DESC, p.id DESC LIMIT $4"];
    /// Each is compared with the first alone, so that a thousand of one name are a thousand rows.
    LIST_MATCHES = [
        "SELECT m.id, m.likeness, m.value, m.first_id FROM (\
         SELECT a.person_id AS id, 'same_email' AS likeness, a.address AS value, \
         (SELECT o.person_id FROM person_address o \
          JOIN person q ON q.account_id = o.account_id AND q.id = o.person_id AND q.deleted_at IS NULL \
          WHERE o.account_id = a.account_id AND o.address_key = a.address_key ORDER BY o.person_id LIMIT 1) AS first_id \
         FROM person_address a WHERE a.account_id = $1 AND a.person_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " UNION ALL SELECT n.contact_id, 'same_phone', n.number, \
         (SELECT o.contact_id FROM contact_phone o \
          JOIN person q ON q.account_id = o.account_id AND q.id = o.contact_id AND q.deleted_at IS NULL \
          WHERE o.account_id = n.account_id AND o.number_key = n.number_key ORDER BY o.contact_id LIMIT 1) \
         FROM contact_phone n WHERE n.account_id = $1 AND n.number_key IS NOT NULL AND n.contact_id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        " UNION ALL SELECT p.id, 'same_name', p.name, \
         (SELECT o.id FROM person o WHERE o.account_id = p.account_id AND o.name_key = p.name_key \
          AND o.deleted_at IS NULL ORDER BY o.id LIMIT 1) \
         FROM person p WHERE p.account_id = $1 AND p.id "
        { sqlite: in_ids!("$2"), postgres: "= ANY($2)" }
        ") m WHERE m.first_id <> m.id ORDER BY m.id, m.likeness, m.value"
    ];
}

/// Contacts who have something in common with somebody who was written down before, newest first. A page looks at a thousand
/// contacts at most, so it may have fewer elements than asked for, even none, and go on all the same.
pub async fn list(
    tx: &mut dyn Tx,
    account: AccountId,
    page: PageRequest,
) -> Result<Page<Duplicate>, StorageError> {
    let before = page.before();
    let window = db!(tx, fetch_all::<SeenRow>(LIST_WINDOW, account, before.at(), before.id(), WINDOW))?;
    let ids = Ids::new(window.iter().map(|it| it.id.uuid()));
    let mut matches: HashMap<PersonId, Vec<MatchRow>> = HashMap::new();
    for row in db!(tx, fetch_all::<MatchRow>(LIST_MATCHES, account, ids))? {
        matches.entry(row.id).or_default().push(row);
    }
    let is_last = i64::try_from(window.len()).is_ok_and(|it| it < WINDOW);
    let rest = window.last().filter(|_| !is_last).map(|it| Cursor::new(it.created_at, it.id.uuid()));
    let duplicate = |it: SeenRow| {
        Some(Duplicate { id: it.id, created_at: it.created_at, matches: matches.remove(&it.id)? })
    };
    let found = window.into_iter().filter_map(duplicate).collect();
    let page = Page::cut(found, page.limit, |it| Cursor::new(it.created_at, it.id.uuid()));
    Ok(Page { next: page.next.or(rest), ..page })
}
