//! Transactions: what happens to one that nobody waits for any more.

use std::pin::pin;

use futures_util::poll;
use liaison_api::env::Clock as _;
use liaison_persistence::idempotency;
use support::{TestApp, both_engines};

both_engines!(a_request_that_goes_away_while_it_begins_leaves_no_transaction_behind);

async fn a_request_that_goes_away_while_it_begins_leaves_no_transaction_behind(app: TestApp) {
    let database = &app.parts().database;
    for polls in 1..20 {
        let mut reading = pin!(database.read());
        for _ in 0..polls {
            if poll!(reading.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    for _ in 0..20 {
        let mut tx = database.write().await.unwrap();
        idempotency::delete_expired(&mut tx, app.clock().now()).await.unwrap();
        tx.commit().await.unwrap();
    }
}
