//! The rows that name a contact, table by table: they pass to the survivor of a merge, and back.

use liaison_domain::id::{AccountId, ContactMergeId, PersonId};

use crate::{database::WriteTx, error::StorageError};

/// Writes down the rows of `$table` that name $3 in `$person`. One goes where the survivor, $4, is named beside.
macro_rules! note {
    ($place:literal, $table:literal, $row:literal, $person:literal, $detail:literal, $position:literal, $at:literal) => {
        concat!(
            "INSERT INTO contact_merge_row (account_id, merge_id, contact_id, place, row_id, detail, has_gone, position, at) \
             SELECT $1, $2, $3, '", $place, "', t.", $row, ", ", $detail, ", EXISTS (SELECT 1 FROM ", $table,
            " o WHERE o.account_id = t.account_id AND o.", $row, " = t.", $row, " AND o.", $person,
            " = $4 AND ", $detail, " = ", $detail, "), ", $position, ", ", $at, " FROM ", $table,
            " t WHERE t.account_id = $1 AND t.", $person, " = $3"
        )
    };
}

/// The same where the name in `$name` tells rows apart, such as a role.
macro_rules! note_named {
    ($table:literal, $row:literal, $name:literal, $position:literal) => {
        concat!(
            "INSERT INTO contact_merge_row (account_id, merge_id, contact_id, place, row_id, detail, has_gone, position) \
             SELECT $1, $2, $3, '", $table, "', t.", $row, ", t.", $name, ", EXISTS (SELECT 1 FROM ", $table,
            " o WHERE o.account_id = t.account_id AND o.", $row, " = t.", $row, " AND o.", $name, " = t.", $name,
            " AND o.person_id = $4), ", $position, " FROM ", $table, " t WHERE t.account_id = $1 AND t.person_id = $3"
        )
    };
}

/// Takes the rows away that were noted as going.
macro_rules! drop_beside {
    ($place:literal, $table:literal, $row:literal, $person:literal, $detail:literal) => {
        concat!(
            "DELETE FROM ", $table, " AS t WHERE t.account_id = $1 AND t.", $person, " = $3 AND EXISTS (\
             SELECT 1 FROM contact_merge_row j WHERE j.account_id = t.account_id AND j.merge_id = $2 AND j.contact_id = $3 \
             AND j.place = '", $place, "' AND j.row_id = t.", $row, " AND j.detail = ", $detail, " AND j.has_gone = TRUE)"
        )
    };
}

/// Has the other rows name the survivor, $3.
macro_rules! pass {
    ($table:literal, $person:literal) => {
        concat!("UPDATE ", $table, " SET ", $person, " = $3 WHERE account_id = $1 AND ", $person, " = $2")
    };
}

/// Has rows that passed from $3 to the survivor, $4, name $3 again.
macro_rules! give_back {
    ($place:literal, $table:literal, $row:literal, $person:literal, $detail:literal) => {
        concat!(
            "UPDATE ", $table, " AS t SET ", $person, " = $3 WHERE t.account_id = $1 AND t.", $person, " = $4 AND EXISTS (\
             SELECT 1 FROM contact_merge_row j WHERE j.account_id = t.account_id AND j.merge_id = $2 AND j.contact_id = $3 \
             AND j.place = '", $place, "' AND j.row_id = t.", $row, " AND j.detail = ", $detail, " AND j.has_gone = FALSE)"
        )
    };
}

/// Brings rows back that went, where the survivor, $4, is still named beside.
macro_rules! bring_back {
    ($place:literal, $table:literal, $row:literal, $person:literal, $columns:literal, $values:literal, $and:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (account_id, ",
            $row,
            ", ",
            $person,
            $columns,
            ") SELECT $1, j.row_id, $3",
            $values,
            " FROM contact_merge_row j JOIN ",
            $table,
            " o ON o.account_id = j.account_id AND o.",
            $row,
            " = j.row_id AND o.",
            $person,
            " = $4",
            $and,
            " WHERE j.account_id = $1 AND j.merge_id = $2 \
             AND j.contact_id = $3 AND j.place = '",
            $place,
            "' AND j.has_gone = TRUE ON CONFLICT DO NOTHING"
        )
    };
}

statements! {
    NOTE_ROLES = [note_named!("task_role", "task_id", "role", "NULL")];
    DROP_ROLES = [drop_beside!("task_role", "task_role", "task_id", "person_id", "t.role")];
    PASS_ROLES = [pass!("task_role", "person_id")];
    GIVE_BACK_ROLES = [give_back!("task_role", "task_role", "task_id", "person_id", "t.role")];
    BRING_BACK_ROLES = [bring_back!("task_role", "task_role", "task_id", "person_id",
        ", role, is_open, updated_at, due_at", ", j.detail, o.is_open, o.updated_at, o.due_at", " AND o.role = j.detail")];

    NOTE_PARTS = [note_named!("project_person", "project_id", "part", "t.position")];
    DROP_PARTS = [drop_beside!("project_person", "project_person", "project_id", "person_id", "t.part")];
    PASS_PARTS = [pass!("project_person", "person_id")];
    GIVE_BACK_PARTS = [give_back!("project_person", "project_person", "project_id", "person_id", "t.part")];
    BRING_BACK_PARTS = [bring_back!("project_person", "project_person", "project_id", "person_id", ", part, position",
        ", j.detail, j.position", " AND o.part = j.detail")];

    NOTE_TEMPLATES = [note_named!("task_template_person", "template_id", "part", "t.position")];
    DROP_TEMPLATES = [drop_beside!("task_template_person", "task_template_person", "template_id", "person_id", "t.part")];
    PASS_TEMPLATES = [pass!("task_template_person", "person_id")];
    GIVE_BACK_TEMPLATES = [give_back!("task_template_person", "task_template_person", "template_id", "person_id", "t.part")];
    BRING_BACK_TEMPLATES = [bring_back!("task_template_person", "task_template_person", "template_id", "person_id",
        ", part, position", ", j.detail, j.position", " AND o.part = j.detail")];

    NOTE_AUDIENCE = [note!("comment_recipient", "comment_recipient", "comment_id", "person_id", "''", "t.position", "NULL")];
    DROP_AUDIENCE = [drop_beside!("comment_recipient", "comment_recipient", "comment_id", "person_id", "''")];
    PASS_AUDIENCE = [pass!("comment_recipient", "person_id")];
    GIVE_BACK_AUDIENCE = [give_back!("comment_recipient", "comment_recipient", "comment_id", "person_id", "''")];
    BRING_BACK_AUDIENCE = [bring_back!("comment_recipient", "comment_recipient", "comment_id", "person_id", ", position",
        ", j.position", "")];

    NOTE_TASKS_SENT = [note!("task_recipient", "task_recipient", "task_id", "person_id", "''", "NULL", "NULL")];
    DROP_TASKS_SENT = [drop_beside!("task_recipient", "task_recipient", "task_id", "person_id", "''")];
    PASS_TASKS_SENT = [pass!("task_recipient", "person_id")];
    GIVE_BACK_TASKS_SENT = [give_back!("task_recipient", "task_recipient", "task_id", "person_id", "''")];
    BRING_BACK_TASKS_SENT = [bring_back!("task_recipient", "task_recipient", "task_id", "person_id", "", "", "")];

    NOTE_MIRRORS = [note!("mirror_person", "mirror_person", "mirror_id", "person_id", "''", "NULL", "NULL")];
    DROP_MIRRORS = [drop_beside!("mirror_person", "mirror_person", "mirror_id", "person_id", "''")];
    PASS_MIRRORS = [pass!("mirror_person", "person_id")];
    GIVE_BACK_MIRRORS = [give_back!("mirror_person", "mirror_person", "mirror_id", "person_id", "''")];
    BRING_BACK_MIRRORS = [bring_back!("mirror_person", "mirror_person", "mirror_id", "person_id", "", "", "")];

    NOTE_WAITING = [note!("link_waiting", "link_waiting", "task_id", "person_id", "''", "NULL", "t.since")];
    DROP_WAITING = [drop_beside!("link_waiting", "link_waiting", "task_id", "person_id", "''")];
    PASS_WAITING = [pass!("link_waiting", "person_id")];
    GIVE_BACK_WAITING = [give_back!("link_waiting", "link_waiting", "task_id", "person_id", "''")];
    BRING_BACK_WAITING = [bring_back!("link_waiting", "link_waiting", "task_id", "person_id", ", since", ", j.at", "")];

    NOTE_MEMBERS = [note!("company", "contact_company", "contact_id", "company_id", "''", "NULL", "NULL")];
    DROP_MEMBERS = [drop_beside!("company", "contact_company", "contact_id", "company_id", "''")];
    PASS_MEMBERS = [pass!("contact_company", "company_id")];
    GIVE_BACK_MEMBERS = [give_back!("company", "contact_company", "contact_id", "company_id", "''")];
    BRING_BACK_MEMBERS = [bring_back!("company", "contact_company", "contact_id", "company_id", "", "", "")];

    NOTE_VIRTUAL = [note!("virtual_address", "virtual_address_assignee", "address_id", "person_id", "''", "t.position",
        "NULL")];
    DROP_VIRTUAL = [drop_beside!("virtual_address", "virtual_address_assignee", "address_id", "person_id", "''")];
    PASS_VIRTUAL = [pass!("virtual_address_assignee", "person_id")];
    GIVE_BACK_VIRTUAL = [give_back!("virtual_address", "virtual_address_assignee", "address_id", "person_id", "''")];
    BRING_BACK_VIRTUAL = [bring_back!("virtual_address", "virtual_address_assignee", "address_id", "person_id",
        ", position", ", j.position", "")];

    NOTE_AUTHOR = [note!("comment_author", "comment", "id", "author_id", "''", "NULL", "NULL")];
    PASS_AUTHOR = [pass!("comment", "author_id")];
    GIVE_BACK_AUTHOR = [give_back!("comment_author", "comment", "id", "author_id", "''")];

    NOTE_COUNTERPARTY = [note!("task_counterparty", "task", "id", "counterparty_id", "''", "NULL", "NULL")];
    PASS_COUNTERPARTY = [pass!("task", "counterparty_id")];
    GIVE_BACK_COUNTERPARTY = [give_back!("task_counterparty", "task", "id", "counterparty_id", "''")];

    NOTE_PROJECTS = [note!("project_counterparty", "project", "id", "counterparty_id", "''", "NULL", "NULL")];
    PASS_PROJECTS = [pass!("project", "counterparty_id")];
    GIVE_BACK_PROJECTS = [give_back!("project_counterparty", "project", "id", "counterparty_id", "''")];

    NOTE_DESCRIBER = [note!("task_describer", "task", "id", "description_author_id", "''", "NULL", "NULL")];
    PASS_DESCRIBER = [pass!("task", "description_author_id")];
    GIVE_BACK_DESCRIBER = [give_back!("task_describer", "task", "id", "description_author_id", "''")];

    NOTE_LINK = [note!("link", "person_link", "stream_id", "person_id", "''", "NULL", "NULL")];
    PASS_LINK = [pass!("person_link", "person_id")];
    GIVE_BACK_LINK = [give_back!("link", "person_link", "stream_id", "person_id", "''")];

    /// Who became one with him before.
    NOTE_MERGED = [note!("merged", "person", "id", "merged_into", "''", "NULL", "NULL")];
    PASS_MERGED = [pass!("person", "merged_into")];
    GIVE_BACK_MERGED = [give_back!("merged", "person", "id", "merged_into", "''")];
}

/// Runs statements one after the other with the same arguments.
macro_rules! each {
    (@one $tx:ident, $SQL:ident, ($($arg:expr),+)) => { db!($tx, execute($SQL, $($arg),+))? };
    ($tx:ident, $args:tt, $($SQL:ident),+ $(,)?) => { $( each!(@one $tx, $SQL, $args); )+ };
}

/// Has everything that names one of them name the survivor.
pub(super) async fn pass(
    tx: &mut WriteTx,
    account: AccountId,
    merge: ContactMergeId,
    from: PersonId,
    into: PersonId,
) -> Result<(), StorageError> {
    each!(
        tx,
        (account, merge, from, into),
        NOTE_ROLES,
        NOTE_PARTS,
        NOTE_TEMPLATES,
        NOTE_AUDIENCE,
        NOTE_TASKS_SENT,
        NOTE_MIRRORS,
        NOTE_WAITING,
        NOTE_MEMBERS,
        NOTE_VIRTUAL,
        NOTE_AUTHOR,
        NOTE_COUNTERPARTY,
        NOTE_PROJECTS,
        NOTE_DESCRIBER,
        NOTE_LINK,
        NOTE_MERGED,
    );
    each!(
        tx,
        (account, merge, from),
        DROP_ROLES,
        DROP_PARTS,
        DROP_TEMPLATES,
        DROP_AUDIENCE,
        DROP_TASKS_SENT,
        DROP_MIRRORS,
        DROP_WAITING,
        DROP_MEMBERS,
        DROP_VIRTUAL,
    );
    each!(
        tx,
        (account, from, into),
        PASS_ROLES,
        PASS_PARTS,
        PASS_TEMPLATES,
        PASS_AUDIENCE,
        PASS_TASKS_SENT,
        PASS_MIRRORS,
        PASS_WAITING,
        PASS_MEMBERS,
        PASS_VIRTUAL,
        PASS_AUTHOR,
        PASS_COUNTERPARTY,
        PASS_PROJECTS,
        PASS_DESCRIBER,
        PASS_LINK,
        PASS_MERGED,
    );
    Ok(())
}

/// Has everything that passed name him again, as far as it still names the survivor.
pub(super) async fn give_back(
    tx: &mut WriteTx,
    account: AccountId,
    merge: ContactMergeId,
    from: PersonId,
    into: PersonId,
) -> Result<(), StorageError> {
    each!(
        tx,
        (account, merge, from, into),
        BRING_BACK_ROLES,
        BRING_BACK_PARTS,
        BRING_BACK_TEMPLATES,
        BRING_BACK_AUDIENCE,
        BRING_BACK_TASKS_SENT,
        BRING_BACK_MIRRORS,
        BRING_BACK_WAITING,
        BRING_BACK_MEMBERS,
        BRING_BACK_VIRTUAL,
        GIVE_BACK_ROLES,
        GIVE_BACK_PARTS,
        GIVE_BACK_TEMPLATES,
        GIVE_BACK_AUDIENCE,
        GIVE_BACK_TASKS_SENT,
        GIVE_BACK_MIRRORS,
        GIVE_BACK_WAITING,
        GIVE_BACK_MEMBERS,
        GIVE_BACK_VIRTUAL,
        GIVE_BACK_AUTHOR,
        GIVE_BACK_COUNTERPARTY,
        GIVE_BACK_PROJECTS,
        GIVE_BACK_DESCRIBER,
        GIVE_BACK_LINK,
        GIVE_BACK_MERGED,
    );
    Ok(())
}
