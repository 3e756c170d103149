//! The lines that tell people what was seen in a mail and what followed.

use liaison_persistence::incoming_mail::Step;

/// Longest detail in characters: parts of it come from the mail.
const MAX_DETAIL_CHARS: usize = 500;

/// The steps so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Explain(Vec<Step>);

impl Explain {
    pub(super) fn add(&mut self, step: &str, verdict: &str, detail: impl AsRef<str>) {
        let detail = detail.as_ref().chars().take(MAX_DETAIL_CHARS).collect();
        self.0.push(Step { step: step.to_owned(), verdict: verdict.to_owned(), detail });
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.0
    }
}
