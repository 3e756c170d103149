//! `/v1/settings`

mod contact_mail;
mod incoming_mail;
