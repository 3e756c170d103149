//! `/v1/projects/{id}/notification-settings` (NTF-6)

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::types;
use crate::api::tasks::{NOBODY, path, set};

both_engines!(a_project_is_followed_or_left_alone_but_for_tasks_that_he_decided_about);

async fn mode(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()["mode"].clone()
}

/// NTF-6: the task's before the project's, the project's before his own settings; what he may not see he is not told of.
async fn a_project_is_followed_or_left_alone_but_for_tasks_that_he_decided_about(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let made = anna.post("/v1/projects", json!({"name": "The fence"})).await.expect(201).json();
    let project = format!("/v1/projects/{}/notification-settings", made.id());
    let participants = [boris.me.id()];
    let body = json!({"title": "Gate", "participants": participants, "project_id": made.id()});
    let task = set(&anna, body).await;
    let hidden = set(&anna, json!({"title": "Not his", "project_id": made.id()})).await;
    let other = set(&anna, json!({"title": "Elsewhere", "participants": participants})).await;
    let own = path(&task, "/notification-settings");
    let told = async |notify: Value| {
        let before = types(&boris).await.len();
        for (it, notify) in [(&task, notify), (&hidden, json!([])), (&other, json!([]))] {
            let body = json!({"text": "See", "notify": notify});
            anna.post(path(it, "/comments"), body).await.expect(201);
        }
        types(&boris).await.len() - before
    };
    let (nobody, him) = (json!([]), json!(participants));
    assert_eq!((mode(&boris, &project).await, mode(&boris, &own).await), (json!("own"), json!("own")));
    assert_eq!((told(nobody.clone()).await, told(him.clone()).await), (0, 1));
    boris.put(&project, json!({"mode": "all"})).await.expect(200);
    assert_eq!((mode(&boris, &project).await, mode(&boris, &own).await), (json!("all"), json!("all")));
    assert_eq!((told(nobody.clone()).await, told(him.clone()).await), (1, 1));
    boris.put(&own, json!({"mode": "own"})).await.expect(200);
    assert_eq!((mode(&boris, &project).await, mode(&boris, &own).await), (json!("all"), json!("own")));
    assert_eq!((told(nobody.clone()).await, told(him.clone()).await), (0, 1));
    boris.put(&project, json!({"mode": "off"})).await.expect(200);
    boris.put(&own, json!({"mode": "all"})).await.expect(200);
    assert_eq!((told(nobody.clone()).await, told(him.clone()).await), (1, 1));
    let body = json!({"title": "Quiet", "assignees": participants, "project_id": made.id()});
    let before = types(&boris).await.len();
    set(&anna, body).await;
    assert_eq!(types(&boris).await.len(), before);
    assert_eq!(mode(&anna, &project).await, "own", "it is his alone");
    let unknown = format!("/v1/projects/{NOBODY}/notification-settings");
    boris.get(&unknown).await.expect(404);
    boris.put(&unknown, json!({"mode": "all"})).await.expect(404);
    boris.put(&project, json!({"mode": "loud"})).await.expect(422).problem_names("/mode", "invalid");
}
