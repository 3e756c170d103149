//! What a received mail becomes. Decided in this order: [`address`] reads whom it was sent to, [`matching`] finds the
//! conversation, [`addressed`] says who takes what begins a new one, [`authenticity`] judges whether the sender may be
//! believed, [`verdict`] decides the mail's state, [`audience`] decides who is told of the comment and [`participants`]
//! who takes part in the task. [`order`] is the word of an administrator, [`report`] is about mail that reports on mail of
//! ours. What an account may choose stands in [`settings`].

pub mod address;
pub mod addressed;
pub mod audience;
pub mod authenticity;
pub mod marker;
pub mod matching;
pub mod new_task;
pub mod order;
pub mod participants;
pub mod provider_id;
pub mod report;
pub mod settings;
pub mod standing;
pub mod subject;
pub mod verdict;
pub mod via;
