//! Who sees which comment. The one rule behind single reads, lists, mail history, portal, links and files.
//!
//! [`Scope`] is computed once for a viewer; [`Scope::allows`] judges one comment, and the same fields are bound
//! into the one SQL filter that lists use. A property test holds the two equal on both engines.

use crate::{
    account::Role,
    id::PersonId,
    named::named,
    person::{PersonKind, PersonRef},
};

/// What a viewer may see of a task that he may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub viewer: PersonId,
    /// Works here: sees what is not hidden, and what a stranger wrote before anybody has confirmed him.
    pub is_staff: bool,
    /// Sees the most of his kind: an employee hidden and held comments too (COM-5), others the conversation beyond what was for
    /// them (EXT-7).
    pub sees_all: bool,
    /// Sees what concerns his companies, in tasks about them (EXT-8).
    pub sees_company: bool,
}

named! {
    /// What of a conversation an account's external users see (EXT-7). A change counts for what was written before, too.
    pub enum ExternalUsersSee {
        /// All comments that are not hidden, what employees say among themselves with them.
        All = "all",
        /// What was addressed to them, and what they wrote.
        Addressed = "addressed",
    }
}

impl Scope {
    /// Staff see the whole conversation; hidden comments are for those addressed and for administrators (COM-5).
    pub const fn employee(viewer: PersonId, role: Role) -> Self {
        Self { viewer, is_staff: true, sees_all: role.is_admin(), sees_company: false }
    }

    /// A contact sees what he wrote and what was addressed to him, nothing else (DASH-5, LINK-4).
    pub const fn contact(viewer: PersonId) -> Self {
        Self { viewer, is_staff: false, sees_all: false, sees_company: false }
    }

    /// A contact who signs in sees what the account lets such people see (EXT-7).
    pub const fn external(viewer: PersonId, see: ExternalUsersSee) -> Self {
        Self { sees_all: matches!(see, ExternalUsersSee::All), ..Self::contact(viewer) }
    }

    /// In the portal he may see beside that what his companies' other contacts see (EXT-8).
    pub const fn guest(viewer: PersonId, sees_company_tasks: bool) -> Self {
        Self { sees_company: sees_company_tasks, ..Self::contact(viewer) }
    }

    /// Judges one comment.
    pub fn allows(&self, comment: &Visible<'_>) -> bool {
        let addressed = comment.audience.contains(&self.viewer);
        comment.author == self.viewer
            || (self.is_staff && self.sees_all)
            || (!comment.held
                && (self.is_staff || !comment.unrecognized_sender)
                && (addressed
                    || ((self.is_staff || self.sees_all) && !comment.hidden)
                    || (self.sees_company && comment.is_open_to_company())))
    }
}

/// The facts of a comment that decide who sees it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is so or not for itself")]
pub struct Visible<'a> {
    pub author: PersonId,
    pub audience: &'a [PersonId],
    pub hidden: bool,
    /// Has not left yet, so for its author and administrators alone (COM-8).
    pub held: bool,
    /// Not confirmed yet, so not for other contacts (R17).
    pub unrecognized_sender: bool,
    /// The task is about a company of the viewer's and open to its contacts, and one of these or the company itself wrote the
    /// comment or was addressed in it (EXT-8, EXT-9).
    pub concerns_company: bool,
}

impl Visible<'_> {
    /// Whether those see it who see what concerns their company: what is hidden is for the chosen alone (COM-5).
    const fn is_open_to_company(&self) -> bool {
        self.concerns_company && !self.hidden && !self.unrecognized_sender
    }
}

named! {
    /// By what a person sees a comment.
    pub enum SeenBy {
        /// He wrote it.
        Author = "author",
        /// It was addressed to him.
        Addressed = "addressed",
        /// He holds a role in the task, and the comment is not hidden.
        Role = "role",
        /// It concerns his company, and he sees its tasks (EXT-8).
        Company = "company",
        /// He administrates the account.
        Administrator = "administrator",
    }
}

/// The people around a comment.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    pub author: &'a PersonRef,
    pub audience: &'a [PersonRef],
    /// Who holds a role in the task.
    pub members: &'a [PersonRef],
    /// Who sees it because it concerns his company.
    pub colleagues: &'a [PersonRef],
    pub administrators: &'a [PersonRef],
    /// Those of the members who sign in as external users and see more than what was for them.
    pub readers: &'a [PersonId],
    pub hidden: bool,
    pub held: bool,
    pub unrecognized_sender: bool,
}

/// Names everybody who can see a comment, each with the first thing that lets him.
pub fn explain(around: &Around<'_>) -> Vec<(PersonRef, SeenBy)> {
    let is_employee = |it: &&PersonRef| it.kind == PersonKind::Employee;
    let has_left = |_: &&PersonRef| !around.held;
    let addressed = around.audience.iter().filter(|it| is_employee(it) || !around.unrecognized_sender);
    let reads = |it: &&PersonRef| around.readers.contains(&it.id) && !around.unrecognized_sender;
    let members = around.members.iter().filter(|it| (is_employee(it) || reads(it)) && !around.hidden);
    let colleagues = around.colleagues.iter().filter(|_| !around.hidden && !around.unrecognized_sender);
    let people = [(around.author, SeenBy::Author)]
        .into_iter()
        .chain(addressed.filter(has_left).map(|it| (it, SeenBy::Addressed)))
        .chain(members.filter(has_left).map(|it| (it, SeenBy::Role)))
        .chain(colleagues.filter(has_left).map(|it| (it, SeenBy::Company)))
        .chain(around.administrators.iter().map(|it| (it, SeenBy::Administrator)));
    let mut seen: Vec<(PersonRef, SeenBy)> = Vec::new();
    for (person, by) in people {
        if !seen.iter().any(|(it, _)| it.id == person.id) {
            seen.push((person.clone(), by));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const AUTHOR: PersonId = PersonId::new(Uuid::from_u128(1));
    const ADDRESSED: PersonId = PersonId::new(Uuid::from_u128(2));
    const OTHER: PersonId = PersonId::new(Uuid::from_u128(3));

    #[track_caller]
    fn check(scope: Scope, hidden: bool, unrecognized_sender: bool, expected: bool) {
        let comment = Visible {
            author: AUTHOR,
            audience: &[ADDRESSED],
            hidden,
            held: false,
            unrecognized_sender,
            concerns_company: true,
        };
        assert_eq!(scope.allows(&comment), expected, "{scope:?} {comment:?}");
    }

    /// CLI-3, DASH-5, LINK-4: being addressed is the only way for a contact to see.
    #[test]
    fn a_contact_sees_what_he_wrote_and_what_was_addressed_to_him() {
        check(Scope::contact(AUTHOR), false, false, true);
        check(Scope::contact(ADDRESSED), false, false, true);
        check(Scope::contact(ADDRESSED), true, false, true);
        check(Scope::contact(OTHER), false, false, false);
    }

    /// R17: what a stranger wrote waits for an employee before other contacts see it.
    #[test]
    fn a_strangers_comment_is_kept_from_contacts() {
        check(Scope::contact(AUTHOR), false, true, true);
        check(Scope::contact(ADDRESSED), false, true, false);
        check(Scope::employee(OTHER, Role::Member), false, true, true);
    }

    /// EXT-7: staff talk too, or what was for him; never what is hidden, held or unconfirmed.
    #[test]
    fn an_external_user_sees_what_the_account_lets_such_people_see() {
        let (all, addressed) = (ExternalUsersSee::All, ExternalUsersSee::Addressed);
        check(Scope::external(OTHER, all), false, false, true);
        check(Scope::external(OTHER, addressed), false, false, false);
        for see in [all, addressed] {
            check(Scope::external(AUTHOR, see), false, true, true);
            check(Scope::external(ADDRESSED, see), true, false, true);
            check(Scope::external(ADDRESSED, see), false, true, false);
            check(Scope::external(OTHER, see), true, false, false);
            check(Scope::external(OTHER, see), false, true, false);
        }
    }

    /// COM-5: hidden comments are for chosen people and administrators.
    #[test]
    fn a_hidden_comment_is_for_the_chosen_and_for_administrators() {
        check(Scope::employee(OTHER, Role::Member), false, false, true);
        check(Scope::employee(OTHER, Role::Member), true, false, false);
        check(Scope::employee(ADDRESSED, Role::Member), true, false, true);
        check(Scope::employee(OTHER, Role::Admin), true, false, true);
    }

    /// EXT-8: who sees what concerns his company sees no more than its other contacts all may.
    #[test]
    fn what_concerns_his_company_is_for_who_sees_its_tasks() {
        check(Scope::guest(OTHER, true), false, false, true);
        check(Scope::guest(OTHER, false), false, false, false);
        check(Scope::guest(OTHER, true), true, false, false);
        check(Scope::guest(OTHER, true), false, true, false);
    }

    /// COM-8: nobody else knows of what has not left.
    #[test]
    fn a_held_comment_is_for_its_author_and_administrators() {
        let sees = |scope: Scope| {
            let held = Visible {
                author: AUTHOR,
                audience: &[ADDRESSED],
                hidden: false,
                held: true,
                unrecognized_sender: false,
                concerns_company: true,
            };
            scope.allows(&held)
        };
        assert!(sees(Scope::employee(AUTHOR, Role::Member)) && sees(Scope::employee(OTHER, Role::Admin)));
        assert!(!sees(Scope::employee(ADDRESSED, Role::Member)) && !sees(Scope::contact(ADDRESSED)));
        assert!(!sees(Scope::external(OTHER, ExternalUsersSee::All)));
    }

    /// `explain` names exactly those whom `Scope::allows` lets see.
    #[test]
    fn who_sees_a_comment_is_explained_as_it_is_decided() {
        let person = |n: u128, kind| PersonRef::of(PersonId::new(Uuid::from_u128(n)), kind, n.to_string());
        let (author, staff, client) = (
            person(1, PersonKind::Employee),
            person(2, PersonKind::Employee),
            person(3, PersonKind::Contact),
        );
        let (member, admin) = (person(4, PersonKind::Employee), person(5, PersonKind::Employee));
        let (colleague, reader) = (person(6, PersonKind::Contact), person(7, PersonKind::Contact));
        let audience = [staff.clone(), client.clone()];
        let ids = [staff.id, client.id];
        for flags in 0..8 {
            let [hidden, held, unrecognized_sender] = [1, 2, 4].map(|it| flags & it != 0);
            let around = Around {
                author: &author,
                audience: &audience,
                members: &[member.clone(), client.clone(), reader.clone()],
                readers: &[reader.id],
                colleagues: std::slice::from_ref(&colleague),
                administrators: std::slice::from_ref(&admin),
                hidden,
                held,
                unrecognized_sender,
            };
            let explained: Vec<PersonId> = explain(&around).into_iter().map(|(it, _)| it.id).collect();
            let comment = Visible {
                author: author.id,
                audience: &ids,
                hidden,
                held,
                unrecognized_sender,
                concerns_company: true,
            };
            for (who, scope) in [
                (&author, Scope::employee(author.id, Role::Member)),
                (&staff, Scope::employee(staff.id, Role::Member)),
                (&client, Scope::contact(client.id)),
                (&member, Scope::employee(member.id, Role::Member)),
                (&admin, Scope::employee(admin.id, Role::Admin)),
                (&reader, Scope::external(reader.id, ExternalUsersSee::All)),
                (&colleague, Scope::guest(colleague.id, true)),
            ] {
                assert_eq!(explained.contains(&who.id), scope.allows(&comment), "{who:?} {comment:?}");
            }
        }
    }
}
