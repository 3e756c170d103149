//! The parts that a mail's text falls into: what its sender wrote now, and everything he carried along.

/// A run of the text with one origin.
///
/// The texts of all segments, joined in order, are exactly the text that was split: nothing is lost, nothing added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub kind: SegmentKind,
    /// The run with its line ends, untrimmed; never empty.
    pub text: String,
}

/// Where a run of text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Written by the sender in this mail.
    New,
    /// The sender's signature or his device's ("Sent from my phone").
    Signature,
    /// Earlier mail repeated, with the line that introduces it; also what stands below the reply marker.
    Quote,
    /// Another mail passed on, with its header lines.
    Forward,
}
