//! What the author of a comment should know of what became of it.

use liaison_domain::{fan_out::FanOut, file::File, outgoing::SkipReason, person::Addressee};
use liaison_persistence::comment::Warning;

use crate::app::App;

/// What the author should know: nobody was addressed (COM-1), or somebody gets nothing.
pub(super) fn warnings_of(audience: &[Addressee], fan_out: &FanOut) -> Vec<Warning> {
    if audience.is_empty() {
        return vec![nobody_addressed()];
    }
    let skipped = fan_out.skipped.iter().map(|(person, reason)| Warning {
        code: reason.as_str().to_owned(),
        detail: describe(*reason).to_owned(),
        person_id: Some(person.uuid()),
    });
    let suppressed = fan_out.suppressed.iter().map(|it| Warning {
        code: "suppressed".to_owned(),
        detail: format!("No mail leaves to {}: the address is suppressed.", it.address),
        person_id: Some(it.person.uuid()),
    });
    skipped.chain(suppressed).collect()
}

pub(in crate::service) fn nobody_addressed() -> Warning {
    let detail = "Nobody is addressed: no contact will see it.".to_owned();
    Warning { code: "nobody_addressed".to_owned(), detail, person_id: None }
}

pub(super) fn template_failed(failed: &str) -> Warning {
    let detail = format!("The built-in text was used: {failed}.");
    Warning { code: "template_failed".to_owned(), detail, person_id: None }
}

pub(super) fn too_large(app: &App, file: &File) -> Warning {
    let instead = if app.config.public_url().is_some() { "holds a link to it" } else { "names it" };
    let detail = format!("{} is too large for a mail; the mail {instead}.", file.name);
    Warning { code: "file_not_attached".to_owned(), detail, person_id: None }
}

const fn describe(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NoAddress => "The contact has no e-mail address, so no mail leaves.",
        SkipReason::SameAddress => "Somebody else in the audience has the same address and gets the mail.",
        SkipReason::InactiveEmployee => "The employee does not work here any more.",
        SkipReason::NoticeDisabled => {
            "Contacts get no mail about comments: see /v1/settings/contact-mail/notifications."
        }
        SkipReason::Muted => "The employee wants to be told of no such thing, or of nothing in this task.",
        SkipReason::NotLinked => {
            "The person is of another account that he can't be asked in, so nothing crosses."
        }
        SkipReason::UnconfirmedSender => "The mail waits until the sender of this comment is confirmed.",
    }
}
