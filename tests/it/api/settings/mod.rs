//! `/v1/settings`

mod contact_mail;
mod contact_notifications;
mod incoming_mail;
