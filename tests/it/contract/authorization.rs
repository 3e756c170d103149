//! Who may do what: every operation, asked for by everybody, against a table that people read (invariant 9).

use std::fmt::Write as _;

use support::{Contract, Engine, TestApp, run};

use super::{guest::is_of_portal, requests::World};

const TABLE: &str = include_str!("authorization.txt");

/// S6: what belongs to another account sounds like what is not there.
#[test]
fn everybody_may_do_what_the_table_says() {
    run(Engine::Sqlite, async |app: TestApp| {
        let world = World::new(&app).await;
        let anonymous = app.anon();
        let callers =
            [&anonymous, &world.outsider, &world.member, &world.admin, &world.external, &world.stranger];
        let mut rows = Vec::new();
        for operation in Contract::shared(|contract| contract.operations.clone()) {
            let mut row = format!("{:<26}", operation.id);
            for caller in callers {
                let (path, body) = (world.path(&operation).await, world.body(&operation).await);
                // Signing out ends the session that it is done with.
                let caller = match (&caller.token, operation.id.as_str()) {
                    (Some(_), "delete_current_session") => &world.session_of(caller).await,
                    _ => caller,
                };
                let answer = World::call(caller, &operation, &path, &body).await;
                write!(row, "{:>11}", answer.status).unwrap();
            }
            rows.push(row);
        }
        app.work().await;
        app.mail().take();
        let expected: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        let new: Vec<_> = rows.iter().filter(|row| !expected.contains(&row.as_str())).cloned().collect();
        assert!(new.is_empty(), "not in authorization.txt:\n{}", new.join("\n"));
        assert_eq!(rows, expected, "authorization.txt has rows too many, or in another order");
    });
}

/// DASH-3: a contact's token opens the portal and nothing else.
#[test]
fn a_contact_gets_no_further_than_the_portal() {
    run(Engine::Sqlite, async |app: TestApp| {
        let world = World::new(&app).await;
        for operation in Contract::shared(|contract| contract.operations.clone()) {
            if operation.object["security"].is_null() {
                continue;
            }
            let (path, body) = (world.path(&operation).await, world.body(&operation).await);
            let answer = World::call(&world.guest, &operation, &path, &body).await;
            assert_eq!(answer.status < 400, is_of_portal(&operation), "{answer}");
            assert!(answer.status < 400 || answer.status == 401, "{answer}");
        }
        app.work().await;
        app.mail().take();
    });
}
