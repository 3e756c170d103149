//! What employees are told, by which channel, and what each of them wants to be told (NTF).

use std::collections::BTreeMap;

use chrono::{FixedOffset, NaiveTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use thiserror::Error;

use crate::{
    Timestamp,
    id::PersonId,
    named::named,
    task::{TaskRole, TaskStatus, custom::ShownStatus},
};

named! {
    /// What a notice to an employee is about.
    pub enum NotificationKind {
        /// He was made assignee.
        NewTask = "new_task",
        /// He was made participant.
        AddedAsParticipant = "added_as_participant",
        /// He was made auditor.
        AddedAsAuditor = "added_as_auditor",
        /// A comment was addressed to him.
        NewComment = "new_comment",
        /// A comment names him (COM-4).
        Mention = "mention",
        /// An assignee took on a task that he set.
        TaskAccepted = "task_accepted",
        /// A task that he set was rejected.
        TaskRejected = "task_rejected",
        /// A task that he set has another status.
        StatusChanged = "status_changed",
        /// A comment that he had scheduled did not leave: he may not write in its task any more (COM-8).
        NotPublished = "not_published",
        /// What he wrote did not reach a contact: refused for good, or given up.
        MailFailed = "mail_failed",
        /// A contact complained of a mail to him (R37).
        MailUnwanted = "mail_unwanted",
        /// Mail that nobody wrote by hand waits, because much of it leaves to one address: perhaps two robots talk (R1).
        MailHeld = "mail_held",
        /// An external mailbox of his, or of the account that he runs, failed three times in a row (R11).
        MailboxFailing = "mailbox_failing",
        /// Somebody of another account wants to send him tasks, and waits for his consent (LINKA-6).
        LinkRequested = "link_requested",
    }
}

impl NotificationKind {
    /// Those that employees choose the channels of (NTF-1). The others are told in the application, and nobody misses them.
    pub const CHOSEN: [Self; 8] = [
        Self::NewTask,
        Self::AddedAsParticipant,
        Self::AddedAsAuditor,
        Self::NewComment,
        Self::Mention,
        Self::TaskAccepted,
        Self::TaskRejected,
        Self::StatusChanged,
    ];

    /// Whether it tells of a status.
    pub const fn tells_status(self) -> bool {
        matches!(self, Self::TaskAccepted | Self::TaskRejected | Self::StatusChanged)
    }

    /// The channels where nobody decided: both (NTF-2), but none for who only takes part or watches (NTF-3, NTF-4).
    pub const fn default_channels(self) -> Channels {
        let told = !matches!(self, Self::AddedAsParticipant | Self::AddedAsAuditor);
        Channels { in_app: told, email: told }
    }
}

/// What those are told who were put in roles beside the assignees, who are told of the task: each once, an auditor's role
/// before a participant's. The assigner knows.
pub fn notices_of_roles(joining: &[(TaskRole, PersonId)]) -> BTreeMap<PersonId, Vec<NotificationKind>> {
    let holds = |wanted, person| joining.iter().any(|(role, it)| *role == wanted && *it == person);
    let mut notices: BTreeMap<PersonId, Vec<NotificationKind>> = BTreeMap::new();
    for (role, kind) in [
        (TaskRole::Auditor, NotificationKind::AddedAsAuditor),
        (TaskRole::Participant, NotificationKind::AddedAsParticipant),
    ] {
        let people = joining.iter().filter(|(it, _)| *it == role).map(|(_, person)| *person);
        for person in people.filter(|it| !holds(TaskRole::Assignee, *it)) {
            notices.entry(person).or_default().push(kind);
        }
    }
    notices
}

/// What the employee who set a task is told of its new status: the first of these that he wants to be told. A draft is
/// nobody's business but its maker's.
pub fn notices_of_status(
    before: ShownStatus,
    after: ShownStatus,
    by_assignee: bool,
) -> &'static [NotificationKind] {
    use NotificationKind::{StatusChanged, TaskAccepted, TaskRejected};
    if before == after {
        return &[];
    }
    match (before.standard, after.standard) {
        (TaskStatus::Draft, _) | (_, TaskStatus::Draft) => &[],
        (TaskStatus::New, TaskStatus::InProgress) if by_assignee => &[TaskAccepted, StatusChanged],
        (_, TaskStatus::Rejected) if by_assignee => &[TaskRejected, StatusChanged],
        _ => &[StatusChanged],
    }
}

/// By which ways somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// In his feed.
    pub in_app: bool,
    /// To his own address.
    pub email: bool,
}

named! {
    /// What somebody wants to be told of one task, or of the tasks of a project (NTF-6).
    pub enum TaskMode {
        /// Everything that he may see.
        All = "all",
        /// What he wants to be told of any task.
        Own = "own",
        /// Nothing.
        Off = "off",
    }
}

/// What an employee wants to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// What he decided; the defaults stand for the rest.
    pub chosen: BTreeMap<NotificationKind, Channels>,
    pub do_not_disturb: Option<DoNotDisturb>,
}

impl Preferences {
    /// The channels in force.
    pub fn channels(&self, kind: NotificationKind) -> Channels {
        self.chosen.get(&kind).copied().unwrap_or_else(|| kind.default_channels())
    }

    /// Whether he wants to be told anything by a channel.
    fn uses(&self, wanted: fn(Channels) -> bool) -> bool {
        NotificationKind::CHOSEN.iter().any(|it| wanted(self.channels(*it)))
    }
}

/// The hours of each day in which no mail leaves to an employee (NTF-7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoNotDisturb {
    from: NaiveTime,
    to: NaiveTime,
    zone: TimeZone,
}

impl DoNotDisturb {
    pub fn new(from: NaiveTime, to: NaiveTime, zone: TimeZone) -> Result<Self, NoHours> {
        if from == to { Err(NoHours) } else { Ok(Self { from, to, zone }) }
    }

    pub const fn from(&self) -> NaiveTime {
        self.from
    }

    pub const fn to(&self) -> NaiveTime {
        self.to
    }

    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The zone's name, as [`parse_zone`] takes it.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Whether he is not to be disturbed now; the hours may go over midnight.
    pub fn covers(&self, now: Timestamp) -> bool {
        let at = jiff::Timestamp::from_microsecond(now.timestamp_micros()).unwrap_or_default();
        let offset = FixedOffset::east_opt(self.zone.to_offset(at).seconds());
        let time = offset.map_or_else(|| now.time(), |it| now.with_timezone(&it).time());
        if self.from < self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

/// A time of day as people write it: `08:00`.
pub fn parse_time(text: &str) -> Result<NaiveTime, NotATime> {
    let is_short = text.len() == 5;
    NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| is_short).ok_or(NotATime)
}

/// A time zone by its name in the IANA database: `Europe/Berlin`.
pub fn parse_zone(name: &str) -> Result<TimeZone, UnknownZone> {
    let found = TimeZoneDatabase::bundled().get(name).ok();
    found.filter(|it| it.iana_name() == Some(name)).ok_or(UnknownZone)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must not begin and end at the same time")]
pub struct NoHours;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a time of day such as 08:00")]
pub struct NotATime;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be the IANA name of a time zone, such as Europe/Berlin")]
pub struct UnknownZone;

/// What an employee is told of one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In his feed.
    pub in_app: Option<NotificationKind>,
    /// By mail.
    pub email: Option<NotificationKind>,
}

impl Told {
    /// He wants to be told nothing of it.
    pub const fn is_nothing(&self) -> bool {
        self.in_app.is_none() && self.email.is_none()
    }
}

/// Decides what an employee is told of an event that `kinds` name, the most telling first: by each channel once, as the first
/// kind that he wants there (R8); of a task that he wants to be told everything of, by each channel that he uses at all. What would have left while he is not to be disturbed stands in his feed (NTF-7).
pub fn decide(preferences: &Preferences, mode: TaskMode, kinds: &[NotificationKind], now: Timestamp) -> Told {
    let first = |wanted: fn(Channels) -> bool| match mode {
        TaskMode::Off => None,
        TaskMode::All => kinds.first().copied().filter(|_| preferences.uses(wanted)),
        TaskMode::Own => kinds.iter().copied().find(|it| wanted(preferences.channels(*it))),
    };
    let told = Told { in_app: first(|it| it.in_app), email: first(|it| it.email) };
    if preferences.do_not_disturb.as_ref().is_some_and(|it| it.covers(now)) {
        Told { in_app: told.in_app.or(told.email), email: None }
    } else {
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NotificationKind::{AddedAsParticipant, Mention, NewComment, NewTask, StatusChanged, TaskAccepted};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night(zone: &str) -> DoNotDisturb {
        let [from, to] = ["20:00", "08:00"].map(|it| parse_time(it).unwrap());
        DoNotDisturb::new(from, to, parse_zone(zone).unwrap()).unwrap()
    }

    /// NTF-2, NTF-3, NTF-4, NTF-6: the settings, the task's own, and the defaults.
    #[test]
    fn each_channel_gives_the_first_kind_that_is_wanted_there() {
        let none = Channels { in_app: false, email: false };
        let by_mail = Channels { in_app: false, email: true };
        let in_feed = Channels { in_app: true, email: false };
        let told = |in_app, email| Told { in_app, email };
        for (chosen, mode, kinds, expected) in [
            (vec![], TaskMode::Own, vec![NewTask], told(Some(NewTask), Some(NewTask))),
            (vec![], TaskMode::Own, vec![AddedAsParticipant], told(None, None)),
            (
                vec![],
                TaskMode::All,
                vec![AddedAsParticipant],
                told(Some(AddedAsParticipant), Some(AddedAsParticipant)),
            ),
            (vec![], TaskMode::Off, vec![Mention, NewComment], told(None, None)),
            (vec![], TaskMode::Own, vec![Mention, NewComment], told(Some(Mention), Some(Mention))),
            (
                vec![(Mention, by_mail)],
                TaskMode::Own,
                vec![Mention, NewComment],
                told(Some(NewComment), Some(Mention)),
            ),
            (
                vec![(Mention, none)],
                TaskMode::Own,
                vec![Mention, NewComment],
                told(Some(NewComment), Some(NewComment)),
            ),
            (vec![(NewComment, none)], TaskMode::Own, vec![NewComment], told(None, None)),
            (
                vec![(NewComment, none)],
                TaskMode::All,
                vec![NewComment],
                told(Some(NewComment), Some(NewComment)),
            ),
            (vec![], TaskMode::All, vec![], told(None, None)),
            (
                NotificationKind::CHOSEN.map(|it| (it, in_feed)).to_vec(),
                TaskMode::All,
                vec![NewComment],
                told(Some(NewComment), None),
            ),
        ] {
            let preferences = Preferences { chosen: chosen.into_iter().collect(), do_not_disturb: None };
            let found = decide(&preferences, mode, &kinds, at("2030-01-01T00:00:00Z"));
            assert_eq!(found, expected, "{preferences:?} {mode} {kinds:?}");
        }
    }

    /// NTF-7: over midnight, in his own zone, through the change of clocks.
    #[test]
    fn nobody_is_disturbed_in_his_own_night() {
        for (zone, now, expected) in [
            ("UTC", "2030-01-01T19:59:59Z", false),
            ("UTC", "2030-01-01T20:00:00Z", true),
            ("UTC", "2030-01-02T07:59:59Z", true),
            ("UTC", "2030-01-02T08:00:00Z", false),
            ("Asia/Tokyo", "2030-01-01T12:00:00Z", true),
            ("America/New_York", "2030-01-01T12:00:00Z", true),
            ("America/New_York", "2030-07-01T12:00:00Z", false),
            ("Europe/Berlin", "2030-01-01T06:30:00Z", true),
            ("Europe/Berlin", "2030-07-01T06:30:00Z", false),
        ] {
            assert_eq!(night(zone).covers(at(now)), expected, "{zone} {now}");
        }
        let [from, to] = ["12:00", "13:00"].map(|it| parse_time(it).unwrap());
        let noon = DoNotDisturb::new(from, to, TimeZone::UTC).unwrap();
        assert!(noon.covers(at("2030-01-01T12:30:00Z")) && !noon.covers(at("2030-01-01T13:00:00Z")));
        assert_eq!(DoNotDisturb::new(from, from, TimeZone::UTC), Err(NoHours));
    }

    /// NTF-7: the feed is filled all the same, also with what he wanted by mail alone.
    #[test]
    fn what_would_have_been_mailed_stands_in_the_feed() {
        let by_mail = Channels { in_app: false, email: true };
        let chosen = BTreeMap::from([(NewComment, by_mail)]);
        let preferences = Preferences { chosen, do_not_disturb: Some(night("UTC")) };
        let told = |now| decide(&preferences, TaskMode::Own, &[NewComment], at(now));
        let (by_night, by_day) = (told("2030-01-01T23:00:00Z"), told("2030-01-01T12:00:00Z"));
        assert_eq!(by_night, Told { in_app: Some(NewComment), email: None });
        assert_eq!(by_day, Told { in_app: None, email: Some(NewComment) });
    }

    #[test]
    fn times_and_zones_are_what_they_say() {
        for bent in ["", "8:00", "24:00", "08:60", "08:00:00", "08-00", "+8:00", "ab:cd"] {
            assert_eq!(parse_time(bent), Err(NotATime), "{bent}");
        }
        for bent in ["", "Berlin", "europe/berlin", "UTC+1", "Mars/Olympus"] {
            assert_eq!(parse_zone(bent), Err(UnknownZone), "{bent}");
        }
    }

    /// NTF-3, NTF-4
    #[test]
    fn who_joins_in_several_roles_is_told_of_the_first() {
        use NotificationKind::{AddedAsAuditor, AddedAsParticipant};
        use TaskRole::{Assignee, Assigner, Auditor, Participant};
        let person = |n| PersonId::new(uuid::Uuid::from_u128(n));
        let joining =
            [(Assigner, 1), (Assignee, 2), (Participant, 2), (Participant, 3), (Auditor, 3), (Auditor, 4)];
        let notices = notices_of_roles(&joining.map(|(role, n)| (role, person(n))));
        let expected =
            [(person(3), vec![AddedAsAuditor, AddedAsParticipant]), (person(4), vec![AddedAsAuditor])];
        assert_eq!(notices, BTreeMap::from(expected));
    }

    /// STA-3
    #[test]
    fn who_set_a_task_is_told_of_its_status_by_one_notice() {
        use TaskStatus::{Done, Draft, InProgress, New, Rejected};
        for (before, after, by_assignee, notices) in [
            (New, InProgress, true, &[TaskAccepted, StatusChanged][..]),
            (New, InProgress, false, &[StatusChanged]),
            (New, Rejected, true, &[NotificationKind::TaskRejected, StatusChanged]),
            (New, Rejected, false, &[StatusChanged]),
            (InProgress, Done, true, &[StatusChanged]),
            (Done, Done, true, &[]),
            (Draft, New, false, &[]),
            (New, Draft, false, &[]),
        ] {
            assert_eq!(
                notices_of_status(before.into(), after.into(), by_assignee),
                notices,
                "{before} to {after}"
            );
        }
    }

    #[test]
    fn every_kind_that_is_chosen_is_there_once() {
        let mut kinds = NotificationKind::CHOSEN.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), NotificationKind::CHOSEN.len());
    }
}
