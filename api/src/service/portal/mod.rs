//! The portal: a contact reads what was addressed to him and answers, without a login (DASH-1 … DASH-8).
//!
//! [`link`] is how he comes in, [`session`] how he stays, [`request`] how he asks for
//! another link, [`reading`] what he sees, [`answer`] what he writes.

pub mod answer;
pub mod link;
pub mod reading;
pub mod request;
pub mod session;
