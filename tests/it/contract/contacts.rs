//! What requests about contacts are about, and what becomes of everything that names a contact who is merged.

use std::collections::BTreeSet;

use liaison_persistence::testing::inspect::schema;
use serde_json::{Value, json};
use support::{Engine, JsonExt as _, Operation, TestApp, run};

use super::requests::World;

impl World {
    /// The body of an operation on contacts that needs others beside the one in its path; none for another operation.
    pub(super) async fn body_of_contacts(&self, operation: &Operation) -> Option<Value> {
        Some(match operation.id.as_str() {
            "check_contact" => json!({"first_name": "Ivan", "phones": [{"number": "+7 495 123-45-67"}]}),
            "create_contact_export" => json!({"format": "csv", "group_id": self.contact_group().await}),
            "create_contact_import" => {
                json!({"file_id": self.table().await, "mode": "ignore_existing", "match_by": "email",
                    "group_id": self.contact_group().await})
            }
            "preview_contact_import" => json!({"file_id": self.table().await}),
            "create_contact_group" => json!({"name": self.name()}),
            "update_contact_group" => json!({"name": "Friends"}),
            "merge_contacts" => json!({"into": self.contact().await, "from": [self.contact().await]}),
            "undo_merge_contacts" => {
                let body = json!({"into": self.contact().await, "from": [self.contact().await]});
                let merged = self.owner.post("/v1/contacts:merge", body).await.expect(200).json();
                json!({"undo_token": merged["undo_token"]})
            }
            _ => return None,
        })
    }

    /// A table of contacts that the member uploaded.
    async fn table(&self) -> String {
        self.member.upload("contacts.csv", b"Name;E-mail\nIvan;ivan@table.example\n").await.id().to_owned()
    }

    /// A table that is written soon.
    pub(super) async fn contact_export(&self) -> String {
        let made = self.member.post("/v1/contacts/exports", json!({"format": "csv"})).await;
        made.expect(202).json().id().to_owned()
    }

    /// A table that is taken in soon.
    pub(super) async fn contact_import(&self) -> String {
        let body = json!({"file_id": self.table().await, "mode": "ignore_existing"});
        self.member.post("/v1/contacts/imports", body).await.expect(202).json().id().to_owned()
    }

    pub(super) async fn contact_group(&self) -> String {
        let made = self.owner.post("/v1/contact-groups", json!({"name": self.name()})).await;
        made.expect(201).json().id().to_owned()
    }
}

/// Columns whose rows pass to the contact whom another became one with.
const PASSES: &[&str] = &[
    "comment.author_id",
    "comment_recipient.person_id",
    "contact_company.company_id",
    "link_waiting.person_id",
    "mirror_person.person_id",
    "person.merged_into",
    "person_link.person_id",
    "project.counterparty_id",
    "project_person.person_id",
    "task.counterparty_id",
    "task.description_author_id",
    "task_recipient.person_id",
    "task_role.person_id",
    "task_template_person.person_id",
    "virtual_address_assignee.person_id",
];

/// Columns that keep naming whom they named, by why.
const STAYS: &[(&str, &str)] = &[
    ("audit_event.actor_id", "employees only"),
    ("contact.id", "the card rests until the merge is undone"),
    ("contact_company.contact_id", "the card rests until the merge is undone"),
    ("contact_export.created_by", "employees only"),
    ("contact_import.created_by", "employees only"),
    ("contact_import_row.contact_id", "a report: shown as whom he became one with"),
    ("contact_merge.into_id", "the merge itself"),
    ("contact_merge_source.contact_id", "the merge itself"),
    ("contact_phone.contact_id", "the card rests until the merge is undone"),
    ("contact_responsible.contact_id", "the card rests until the merge is undone"),
    ("employee.id", "employees only"),
    ("external_access.contact_id", "the card rests until the merge is undone"),
    ("file.uploaded_by", "read as whom he became one with"),
    ("mail_sender.created_by", "employees only"),
    ("mail_suppression.created_by", "shown as whom he became one with"),
    ("notification.author_id", "shown as whom he became one with"),
    ("outgoing_mail.author_id", "a ledger: mails are composed of it"),
    ("outgoing_recipient.person_id", "a ledger: the tokens in mails are made of it"),
    ("password_link.person_id", "for him alone whose address it went to"),
    ("person_address.person_id", "the card rests until the merge is undone"),
    ("session.person_id", "the card rests until the merge is undone"),
    ("skipped_recipient.person_id", "a ledger: read as whom he became one with"),
    ("task.created_by", "shown as whom he became one with"),
];

/// DUP-5: whoever adds a column that names people decides what a merge does with it, in `persistence::contact::merge`.
#[test]
fn everything_that_names_a_contact_passes_or_stays_by_decision() {
    run(Engine::Sqlite, async |app: TestApp| {
        let schema = schema(&app.parts().database).await.unwrap();
        let names = schema.iter().flat_map(|(table, described)| {
            let keys = described.foreign_keys.iter();
            let people = keys.filter(|key| matches!(key.table.as_str(), "person" | "contact"));
            people.filter_map(move |key| Some(format!("{table}.{}", key.columns.get(1)?)))
        });
        let found: BTreeSet<String> = names.collect();
        let decided = PASSES.iter().copied().chain(STAYS.iter().map(|(name, _)| *name));
        assert_eq!(found, decided.map(ToOwned::to_owned).collect());
    });
}
