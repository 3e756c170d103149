//! The test bench: an application of its own for each test, driven as its users drive it.
//!
//! ```ignore
//! both_engines!(a_contact_is_shown_as_it_was_made);
//!
//! /// CONF-1
//! async fn a_contact_is_shown_as_it_was_made(app: TestApp) {
//!     let anna = app.sign_up("acme").await;
//!     let made = anna.post("/v1/contacts", json!({"name": "Ivan"})).await.expect(201).json();
//!     let shown = anna.get(format!("/v1/contacts/{}", made.id())).await.expect(200).json();
//!     assert_eq!(shown, made);
//! }
//! ```
//!
//! [`TestApp`] owns the time, the ids and the secrets; [`Client`] speaks HTTP and holds each answer against
//! `openapi.yaml`. Nothing of the application is replaced but what [`sources`] gives.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a test ends at what it did not expect"
)]
#![expect(missing_debug_implementations, reason = "nobody prints a test bench")]
#![expect(clippy::needless_pass_by_value, reason = "`json!({…})` reads best without a `&`")]
#![expect(clippy::return_self_not_must_use, reason = "what was expected need not be looked at")]

mod answer;
mod app;
mod client;
mod contract;
pub mod cost;
mod dovecot;
mod events;
mod form;
pub mod hostile;
pub mod load;
pub mod process;
mod readers;
mod smtp_server;
mod sources;
mod world;

pub use answer::{Answer, JsonExt};
pub use app::{TestApp, run, run_beside};
pub use client::{Call, Client};
pub use contract::{Contract, Operation};
pub use dovecot::{Dovecot, Wire};
pub use events::{Event, Events};
pub use form::Form;
pub use liaison_persistence::database::Engine;
pub use readers::{Seen, read_inbox, read_mail};
pub use smtp_server::{SmtpServer, Taken};
pub use sources::TestClock;
pub use world::PASSWORD;

/// Runs tests once on each engine: `both_engines!(a_name, another)` makes the tests `a_name::sqlite`,
/// `a_name::postgres` and so on of the functions `async fn a_name(app: TestApp)`.
#[macro_export]
macro_rules! both_engines {
    ($($test:ident),+ $(,)?) => { $(
        mod $test {
            #[test]
            fn sqlite() {
                $crate::run($crate::Engine::Sqlite, super::$test);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Engine::Postgres, super::$test);
            }
        }
    )+ };
}
