//! The states of what two accounts have agreed on.

use crate::named::named;

named! {
    /// A person of this account who is a person of another one.
    pub enum LinkState {
        /// The other account has named him; what he is not told of yet goes to him once he has agreed.
        Introduced = "introduced",
        /// He was asked.
        Pending = "pending",
        /// What is addressed to him crosses.
        Active = "active",
    }
}

named! {
    /// What an employee lets another account's people send to him.
    pub enum GrantState {
        /// He was asked (LINKA-6).
        Pending = "pending",
        Active = "active",
        /// He or his account said no.
        Refused = "refused",
        /// The other side has ended it.
        Ended = "ended",
    }
}

named! {
    /// Whether a task and its copy go on together.
    pub enum MirrorState {
        Open = "open",
        /// Nothing crosses, until somebody is addressed anew (LINKD-4).
        Cut = "cut",
    }
}
