//! `/v1/settings`

mod incoming_mail;
