//! Who writes into a conversation and is known to nobody in it: he waits until an employee says who he is.

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Sent, Talk, audience, check_applied, check_refused, goes_to, text_fixture, warnings};

both_engines!(
    a_stranger_becomes_a_contact_and_waits_for_confirmation,
    what_was_held_leaves_when_the_sender_is_confirmed,
    a_sender_is_confirmed_once,
    a_sender_is_confirmed_by_who_sees_the_comment,
);

/// Anna's question went to Ivan and Olga; Pyotr, whom nobody knows, has the token.
async fn begin(app: &TestApp) -> Talk {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    Talk::with(app, anna, ivan, &[&olga]).await
}

fn pyotrs_mail(talk: &Talk, n: u32) -> String {
    text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("Ivan Client <ivan@client.example>", "Pyotr <pyotr@other.example>")
        .replace("answer-1@", &format!("pyotr-{n}@"))
        .replace("at ten", &format!("at {n}"))
}

async fn confirm(talk: &Talk, comment: &Value) -> Value {
    let path = format!("/v1/comments/{}:confirm-sender", comment.id());
    talk.anna.post(path, json!({})).await.expect(200).json()
}

async fn deliveries(talk: &Talk, comment: &Value) -> Vec<Value> {
    let path = format!("/v1/comments/{}/deliveries", comment.id());
    let listed = talk.anna.get(path).await.expect(200).json();
    listed.items().iter().map(|it| json!([it["person"]["name"], it["channel"], it["state"]])).collect()
}

/// CBM-3, CONF-4, R17, S9: a token lets a mail in, not its author into somebody's place.
async fn a_stranger_becomes_a_contact_and_waits_for_confirmation(app: TestApp) {
    let talk = begin(&app).await;
    check_applied(&talk, &talk.answer(&pyotrs_mail(&talk, 9)).await, "reply_token");

    let comment = talk.last_comment().await;
    assert_eq!(comment["unrecognized_sender"], true);
    assert_eq!(comment["author"]["name"], "Pyotr");
    assert_eq!(audience(&comment), ["Anna", "ivan", "olga"]);
    talk.answer(&pyotrs_mail(&talk, 10)).await;
    assert_eq!(talk.last_comment().await["unrecognized_sender"], true, "he is known now, and not confirmed");
    assert_eq!(app.mail().take().len(), 0, "no contact is told before a confirmation");
    let contact = talk.anna.get("/v1/contacts?email=pyotr@other.example").await.expect(200).json();
    assert_eq!(contact.items()[0]["selectable_as_participant"], true);
    assert_eq!(contact.items()[0]["id"], comment["author"]["id"]);
    let shown = talk.anna.get(format!("/v1/tasks/{}", talk.task.id())).await.expect(200).json();
    let participants = shown["participants"].as_array().unwrap();
    assert!(participants.iter().any(|it| it["id"] == comment["author"]["id"]), "{shown:#}");
}

/// R17, S9: nothing before a confirmation, then all of it, once.
async fn what_was_held_leaves_when_the_sender_is_confirmed(app: TestApp) {
    let talk = begin(&app).await;
    talk.answer(&pyotrs_mail(&talk, 9)).await;
    let first = talk.last_comment().await;
    talk.answer(&pyotrs_mail(&talk, 10)).await;
    let second = talk.last_comment().await;
    assert_eq!(warnings(&first), ["unconfirmed_sender", "unconfirmed_sender"]);
    let held = [
        json!(["Anna", "in_app", "delivered"]),
        json!(["ivan", "mail", "skipped"]),
        json!(["olga", "mail", "skipped"]),
    ];
    assert_eq!(deliveries(&talk, &first).await, held);
    let explained = talk.anna.get(format!("/v1/comments/{}/audience", first.id())).await.expect(200).json();
    assert!(!explained.to_string().contains("\"ivan\""), "{explained:#}");

    let confirmed = confirm(&talk, &second).await;
    assert_eq!((&confirmed["id"], &confirmed["unrecognized_sender"]), (&second["id"], &json!(false)));
    assert_eq!((warnings(&confirmed), audience(&confirmed)), (vec![], vec!["Anna", "ivan", "olga"]));
    app.work().await;
    let mails = app.mail().take();
    for name in ["ivan", "olga"] {
        let address = format!("{name}@client.example");
        let texts: Vec<String> = mails
            .iter()
            .filter(|it| goes_to(it, &address))
            .map(|it| String::from_utf8_lossy(&it.message).into_owned())
            .collect();
        assert_eq!(texts.len(), 2, "{name} gets both comments of him who is known now");
        assert!(["at 9", "at 10"].iter().all(|said| texts.iter().any(|it| it.contains(said))), "{texts:?}");
    }
    assert_eq!(mails.len(), 4);
    let left = [
        json!(["Anna", "in_app", "delivered"]),
        json!(["ivan", "mail", "accepted"]),
        json!(["olga", "mail", "accepted"]),
    ];
    assert_eq!(deliveries(&talk, &first).await, left);

    // He is a contact like any other from now on.
    talk.answer(&pyotrs_mail(&talk, 11)).await;
    assert_eq!(talk.last_comment().await["unrecognized_sender"], false);
    let mails = app.mail().take();
    assert_eq!(mails.len(), 2);
    // What leaves can be answered.
    let answer = text_fixture("answer.eml", &Sent::read(&mails[0]).reply_to);
    check_applied(&talk, &talk.hand_in(&answer, &[&Sent::read(&mails[0]).reply_to]).await, "reply_token");
    assert_eq!(app.mail().take().len(), 2);
}

async fn a_sender_is_confirmed_once(app: TestApp) {
    let talk = begin(&app).await;
    talk.answer(&pyotrs_mail(&talk, 9)).await;
    let comment = talk.last_comment().await;
    let first = confirm(&talk, &comment).await;
    assert_eq!(confirm(&talk, &comment).await, first);
    let path = format!("/v1/comments/{}:confirm-sender", comment.id());
    for _ in 0..2 {
        let call = talk.anna.post(&path, json!({})).header("Idempotency-Key", "once");
        assert_eq!(call.await.expect(200).json(), first);
    }
    // Nor is there anything to confirm about a comment that no stranger wrote.
    assert_eq!(confirm(&talk, &talk.question).await["id"], talk.question["id"]);
    app.work().await;
    assert_eq!(app.mail().take().len(), 2);
}

async fn a_sender_is_confirmed_by_who_sees_the_comment(app: TestApp) {
    let talk = begin(&app).await;
    talk.answer(&pyotrs_mail(&talk, 9)).await;
    let path = format!("/v1/comments/{}:confirm-sender", talk.last_comment().await.id());
    let (boris, globex) = (talk.anna.employee("boris").await, app.sign_up("globex").await);
    check_refused(&app.anon().post(&path, json!({})).await, 401, "unauthenticated");
    for other in [&boris, &globex] {
        check_refused(&other.post(&path, json!({})).await, 404, "not_found");
    }
    assert_eq!(talk.last_comment().await["unrecognized_sender"], true);
    let participants = format!("/v1/tasks/{}/participants", talk.task.id());
    talk.anna.post(participants, json!({"person_id": boris.me.id()})).await.expect(200);
    assert_eq!(boris.post(&path, json!({})).await.expect(200).json()["unrecognized_sender"], false);
    app.work().await;
    assert_eq!(app.mail().take().len(), 2);
}
