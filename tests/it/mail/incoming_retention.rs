//! Received mail past its time: its bytes go first, its entry much later, and nothing that somebody else has.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use liaison_api::worker::sweep::{Swept, sweep};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, check_refused, check_state, text_fixture};

both_engines!(
    the_bytes_go_after_their_time_and_the_entry_stays,
    what_waits_for_somebody_keeps_its_bytes,
    the_entry_goes_last_and_what_it_brought_stays,
    content_that_somebody_else_holds_stays,
);

impl Talk {
    /// Some days later, when everything past its time was cleared away.
    async fn later(&mut self, days: i64) -> Swept {
        self.app.clock().advance(TimeDelta::days(days));
        self.anna = self.app.sign_in("acme", "anna@acme.example").await;
        sweep(self.app.parts()).await.unwrap()
    }

    async fn answer_at_length(&self, n: u32) -> Value {
        let long = "It is a long story. ".repeat(5_000);
        let mail = text_fixture("answer.eml", &self.asked.reply_to).replace("Tomorrow at ten.", &long);
        self.answer(&mail.replace("answer-1@", &format!("long-{n}@"))).await
    }
}

/// The files in a folder, however deep.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|it| it.unwrap().path());
    paths.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

/// Product §9: 15 days.
async fn the_bytes_go_after_their_time_and_the_entry_stays(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    let small = talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    let large = talk.answer_at_length(1).await;
    let stored = app.folder().join("files");
    assert_eq!(files(&stored).len(), 1);
    assert_eq!(talk.later(14).await, Swept { raws: 0, entries: 0 });
    assert_eq!(talk.later(2).await, Swept { raws: 2, entries: 0 });
    assert_eq!(files(&stored), Vec::<PathBuf>::new());
    for entry in [small, large] {
        let shown = talk.entry(entry.id()).await;
        check_state(&shown, "applied", None);
        assert_eq!(
            (&shown["raw_dropped_at"], &shown["parsed"]),
            (&json!("2030-01-17T00:00:00Z"), &json!(null))
        );
        for path in [
            format!("/v1/mail/incoming/{}/raw", entry.id()),
            format!("/v1/comments/{}/raw", entry["comment_id"].text()),
        ] {
            check_refused(&talk.anna.get(path).await, 410, "raw_gone");
        }
    }
    assert_eq!(talk.later(1).await, Swept { raws: 0, entries: 0 });
}

async fn what_waits_for_somebody_keeps_its_bytes(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    let blank = text_fixture("answer.eml", &talk.asked.reply_to).replace("Tomorrow at ten.", " ");
    let entry = talk.answer(&blank).await;
    assert_eq!(talk.later(100).await, Swept { raws: 0, entries: 0 });
    let raw = talk.anna.get(format!("/v1/mail/incoming/{}/raw", entry.id())).await.expect(200);
    assert_eq!(&raw.body[..], blank.as_bytes());
}

/// Product §9: 180 days.
async fn the_entry_goes_last_and_what_it_brought_stays(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    let entry = talk.answer_at_length(1).await;
    let blank = text_fixture("answer.eml", &talk.asked.reply_to).replace("Tomorrow at ten.", " ");
    let blank = talk.answer(&blank).await;
    assert_eq!(talk.later(181).await, Swept { raws: 1, entries: 2 });
    for entry in [&entry, &blank] {
        talk.anna.get(format!("/v1/mail/incoming/{}", entry.id())).await.expect(404);
    }
    let comment = talk.last_comment().await;
    assert_eq!(comment["id"], entry["comment_id"]);
    check_refused(&talk.anna.get(format!("/v1/comments/{}/raw", comment.id())).await, 410, "raw_gone");
    assert_eq!(talk.anna.get("/v1/mail/incoming/summary").await.expect(200).json()["received"], 0);
}

async fn content_that_somebody_else_holds_stays(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    let entry = talk.answer_at_length(1).await;
    let path = format!("/v1/mail/incoming/{}/raw", entry.id());
    let raw = talk.anna.get(&path).await.expect(200).body;
    let globex = app.sign_up("globex").await;
    let parts = [
        b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"kept.eml\"\r\n\r\n".as_slice(),
        &raw,
        b"\r\n--cut--\r\n",
    ];
    let call = globex.call(actix_web::http::Method::POST, "/v1/files");
    let kept = call.body("multipart/form-data; boundary=cut", parts.concat()).await.expect(201).json();
    let kept = format!("/v1/files/{}/content", kept.items()[0].id());
    assert_eq!(talk.later(16).await, Swept { raws: 1, entries: 0 });
    check_refused(&talk.anna.get(&path).await, 410, "raw_gone");
    let globex = app.sign_in("globex", "anna@globex.example").await;
    assert!(globex.get(kept).await.expect(200).body == raw, "another account has the same content");
}
