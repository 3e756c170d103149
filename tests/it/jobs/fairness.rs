//! One account's trouble is no other's.

use liaison_api::worker;
use liaison_mailer::transport::Misbehavior;
use support::{TestApp, both_engines};

use super::{address, comment, newest_mail, task};

both_engines!(mail_that_hangs_delays_no_other_accounts_mail);

/// R38
async fn mail_that_hangs_delays_no_other_accounts_mail(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = app.sign_up("bravo").await;
    let offer = task(&anna).await;
    for n in 0..20 {
        let contact = anna.contact(&format!("hole{n}")).await;
        app.mail().misbehave(&address(&format!("hole{n}@client.example")), Misbehavior::Hang);
        comment(&anna, &offer, "Hello", &[&contact]).await;
    }
    let olga = boris.contact("olga").await;
    comment(&boris, &task(&boris).await, "Hello", &[&olga]).await;
    let arrived = async { while newest_mail(&boris).await["state"] != "accepted" {} };
    tokio::select! {
        () = arrived => {}
        _ = worker::drain(app.parts()) => panic!("a server that hangs never answers"),
    }
    assert_eq!(app.mail().take()[0].envelope.recipients, [address("olga@client.example")]);

    for n in 0..20 {
        app.mail().behave(&address(&format!("hole{n}@client.example")));
    }
    worker::take_back(app.parts()).await.unwrap();
    app.work().await;
    assert_eq!(app.mail().take().len(), 20);
}
