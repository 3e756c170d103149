//! Files of a mail, and which of them travel inside it.

use std::{fmt, sync::Arc};

/// Encoded bytes of files that a mail may carry: 10 MiB (R35, ATT-1).
pub const DEFAULT_BUDGET: u64 = 10 * 1024 * 1024;

/// A file inside the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// As the author called it; cleaned on the way into the header.
    pub name: String,
    /// A media type; what is none, and types that must not be encoded in base64, are sent as
    /// `application/octet-stream`.
    pub content_type: String,
    pub content: Arc<[u8]>,
}

/// An image that the HTML shows by `cid:`.
#[derive(Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// Without angle brackets, as in `<img src="cid:…">`.
    pub content_id: String,
    pub file: Attachment,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.content.len())
            .finish()
    }
}

impl fmt::Debug for InlineImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InlineImage").field("content_id", &self.content_id).field("file", &self.file).finish()
    }
}

/// Bytes that a file of `size` bytes takes in a mail: base64 in lines of 76 characters with CRLF.
pub const fn encoded_size(size: u64) -> u64 {
    let characters = size.div_ceil(3).saturating_mul(4);
    characters.saturating_add(characters.div_ceil(76).saturating_mul(2))
}

/// Which files travel inside the mail and which as links; both in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentPlan<Id> {
    pub attached: Vec<Id>,
    pub linked: Vec<Id>,
}

/// Attaches files, smallest first and among equals in the order given, while their encoded total stays within
/// `budget` bytes; links the others (R35).
pub fn plan_attachments<Id: Clone>(files: &[(Id, u64)], budget: u64) -> AttachmentPlan<Id> {
    let mut by_size = files.iter().enumerate().map(|(index, (_, size))| (*size, index)).collect::<Vec<_>>();
    by_size.sort_unstable();
    let mut left = budget;
    let mut is_attached = vec![false; files.len()];
    for (size, index) in by_size {
        let Some(rest) = left.checked_sub(encoded_size(size)) else { break };
        left = rest;
        if let Some(it) = is_attached.get_mut(index) {
            *it = true;
        }
    }
    let chosen = |wanted: bool| {
        let pairs = files.iter().zip(&is_attached).filter(move |(_, attached)| **attached == wanted);
        pairs.map(|((id, _), _)| id.clone()).collect()
    };
    AttachmentPlan { attached: chosen(true), linked: chosen(false) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[track_caller]
    fn check(sizes: &[u64], attached: &[usize]) {
        let files = sizes.iter().copied().enumerate().collect::<Vec<_>>();
        let plan = plan_attachments(&files, DEFAULT_BUDGET);
        assert_eq!(plan.attached, attached, "{sizes:?}");
        assert_eq!(plan.attached.len() + plan.linked.len(), sizes.len());
    }

    /// R35
    #[test]
    fn small_files_are_attached_first_and_the_encoded_total_counts() {
        check(&[], &[]);
        check(&[7 * MIB], &[0]);
        check(&[8 * MIB], &[]);
        check(&[25 * MIB, 1000], &[1]);
        check(&[4 * MIB, 3 * MIB, 4 * MIB], &[0, 1]);
        check(&[3 * MIB, 3 * MIB, 3 * MIB], &[0, 1]);
        check(&[u64::MAX, 0], &[1]);
    }

    proptest! {
        #[test]
        fn the_plan_loses_no_file_and_keeps_to_the_budget(sizes in prop::collection::vec(0u64..9_000_000, 0..40)) {
            let files = sizes.iter().copied().enumerate().collect::<Vec<_>>();
            let plan = plan_attachments(&files, DEFAULT_BUDGET);
            let total = plan.attached.iter().map(|&it| encoded_size(sizes[it])).sum::<u64>();
            prop_assert!(total <= DEFAULT_BUDGET);
            let mut all = plan.attached.iter().chain(&plan.linked).copied().collect::<Vec<_>>();
            all.sort_unstable();
            prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
            let largest = plan.attached.iter().map(|&it| sizes[it]).max().unwrap_or(0);
            prop_assert!(plan.linked.iter().all(|&it| sizes[it] >= largest));
        }
    }
}
