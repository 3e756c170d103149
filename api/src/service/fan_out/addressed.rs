//! Who gets which mail: each a mail of his own, or all of them one (ALL-1).

use liaison_domain::{
    Timestamp,
    account::Login,
    all_recipients::{self, Colleague},
    contact_mail::{ContactMailSettings, StaffWithoutEmail},
    fan_out::{FanOut, MailTo},
    id::AccountId,
    inbound::address::LocalPart,
    mail_address::EmailAddress,
};
use liaison_persistence::{
    database::Tx,
    employee::{self, ColleagueRow},
    outgoing_mail::CommonForm,
    suppression,
};

use super::Failure;

/// A mail and who gets it.
#[derive(Debug)]
pub(super) struct Addressed<'a> {
    pub first: &'a MailTo,
    pub others: Vec<MailTo>,
    pub common: Option<CommonForm>,
    pub is_suppressed: bool,
}

impl<'a> Addressed<'a> {
    pub(super) fn recipients(&self) -> impl Iterator<Item = &MailTo> {
        std::iter::once(self.first).chain(&self.others)
    }

    /// Whether it may repeat earlier messages: those of one contact (R26).
    pub(super) fn has_one_contact(&self) -> bool {
        self.common.as_ref().is_none_or(|it| it.contacts.len() == 1)
    }

    pub(super) const fn alone(to: &'a MailTo, is_suppressed: bool) -> Self {
        Self { first: to, others: Vec::new(), common: None, is_suppressed }
    }
}

/// Divides the plan into mails.
pub(super) async fn divide<'a>(
    tx: &mut dyn Tx,
    account: AccountId,
    settings: &ContactMailSettings,
    domain: &str,
    plan: &'a FanOut,
    now: Timestamp,
) -> Result<Vec<Addressed<'a>>, Failure> {
    let kept_back = plan.suppressed.iter().map(|it| Addressed::alone(it, true));
    let common = if settings.show_all_recipients {
        let colleagues = list_colleagues(tx, account, settings, domain, plan, now).await?;
        all_recipients::plan(&plan.mails, &colleagues, settings.staff_without_email)
    } else {
        None
    };
    Ok(match (common, plan.mails.split_first()) {
        (Some(common), Some((first, others))) => {
            let shown = common.shown.into_iter().map(|(name, address)| (name, address.to_string()));
            let contacts = plan.mails.iter().map(|it| it.person.uuid());
            let form = CommonForm { shown: shown.collect(), contacts: contacts.collect() };
            let others = others.iter().cloned().chain(common.staff).collect();
            let one = Addressed { first, others, common: Some(form), is_suppressed: false };
            std::iter::once(one).chain(kept_back).collect()
        }
        _ => plan.mails.iter().map(|it| Addressed::alone(it, false)).chain(kept_back).collect(),
    })
}

/// The employees who may stand in a common mail: whom no mail may leave to is not among them.
async fn list_colleagues(
    tx: &mut dyn Tx,
    account: AccountId,
    settings: &ContactMailSettings,
    domain: &str,
    plan: &FanOut,
    now: Timestamp,
) -> Result<Vec<Colleague>, Failure> {
    let is_omitted = settings.staff_without_email == StaffWithoutEmail::Omit;
    if is_omitted || plan.mails.is_empty() || plan.in_app.is_empty() {
        return Ok(Vec::new());
    }
    let rows = employee::list_colleagues(tx, account, plan.in_app.iter().copied()).await?;
    let known: Vec<Colleague> = rows.into_iter().filter_map(|row| colleague(row, domain)).collect();
    let keys = known.iter().map(|it| it.external.key());
    let mut stopped = settings.suppressed_keys();
    let by_list = suppression::list_by_addresses(tx, account, keys, now).await?;
    stopped.extend(by_list.into_iter().map(|it| it.address_key));
    Ok(known.into_iter().filter(|it| !stopped.contains(&it.external.key())).collect())
}

fn colleague(row: ColleagueRow, domain: &str) -> Option<Colleague> {
    let login = Login::parse(&row.login).ok()?;
    Some(Colleague {
        person: row.id,
        name: row.name,
        internal: LocalPart::Mailbox(login).at(domain).ok()?,
        external: EmailAddress::parse(&row.email).ok()?,
    })
}
