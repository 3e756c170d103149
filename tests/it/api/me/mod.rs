//! `/v1/me`

mod show;
