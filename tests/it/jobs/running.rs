//! The workers as the server runs them.

use liaison_api::worker;
use support::{TestApp, both_engines};
use tokio_util::sync::CancellationToken;

use super::{comment, die_after_it_left, newest_mail, task};

both_engines!(
    a_commit_wakes_the_workers_and_a_stop_lets_them_finish,
    what_a_stopped_node_left_is_taken_up_at_its_start,
);

async fn a_commit_wakes_the_workers_and_a_stop_lets_them_finish(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.parts().clone().into_inner(), stop.clone()));
    comment(&anna, &offer, "Hello", &[&ivan]).await;
    app.mail().arrived(1).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
    assert_eq!(app.mail().take().len(), 1);
}

/// api.md: after a restart the mail whose sending was cut leaves again.
async fn what_a_stopped_node_left_is_taken_up_at_its_start(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    die_after_it_left(&app).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(worker::run(app.parts().clone().into_inner(), stop.clone()));
    app.mail().arrived(2).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
    assert_eq!(app.mail().take().len(), 2);
}
