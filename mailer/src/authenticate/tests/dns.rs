//! A name server that is slow, broken, wordy or not there.

use std::{net::Ipv4Addr, time::Duration};

use tokio::net::UdpSocket;

use super::*;

async fn verify_signed(world: &World, authenticator: &Authenticator) -> Verdict {
    let mail = world.signed(&mail_from("anna@corp.example"), "corp.example");
    authenticator.verify(mail.as_bytes(), &hop(CORPS_SERVER, "anna@corp.example"), now()).await
}

#[tokio::test]
async fn what_the_dns_cannot_tell_is_a_temporary_error() {
    let world = World::with("example SERVFAIL").await;
    check(&verify_signed(&world, &world.authenticator).await, [TempError, TempError, TempError]);
}

#[tokio::test]
async fn a_policy_that_cannot_be_had_leaves_dmarc_open() {
    let zone =
        CORP.replace("_dmarc.corp.example         TXT  v=DMARC1; p=reject", "_dmarc.corp.example SERVFAIL");
    let world = World::with(&zone).await;
    check(&verify_signed(&world, &world.authenticator).await, [Pass, Pass, TempError]);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_temporary_error() {
    let world = World::with(CORP).await;
    let nobody = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
    let mut settings = world.dns.settings();
    settings.servers = vec![nobody];
    settings.query_timeout = Duration::from_millis(50);
    let authenticator = Authenticator::new(&settings).unwrap();
    check(&verify_signed(&world, &authenticator).await, [TempError, TempError, TempError]);
}

/// The patience is a minute, and not even the first question is asked.
#[tokio::test]
async fn where_no_server_answers_nobody_waits() {
    let world = World::with(CORP).await;
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut settings = world.dns.settings();
    settings.servers = vec![socket.local_addr().unwrap()];
    settings.query_timeout = Duration::from_millis(50);
    let authenticator = Authenticator::new(&settings).unwrap();
    let verdict = verify_signed(&world, &authenticator).await;
    check(&verdict, [TempError, TempError, TempError]);
    for check in [&verdict.spf, &verdict.dmarc] {
        assert_eq!(check.detail, "the DNS did not answer in time");
    }
    assert_eq!(verdict.arc.result, None);
}

/// The query's patience is a minute here: it is the verification's that ends.
#[tokio::test]
async fn a_server_that_never_answers_holds_nobody_up() {
    let world = World::with("example SILENT").await;
    let mut settings = world.dns.settings();
    settings.verification_timeout = Duration::from_millis(100);
    let authenticator = Authenticator::new(&settings).unwrap();
    let verdict = verify_signed(&world, &authenticator).await;
    check(&verdict, [TempError, TempError, TempError]);
    assert_eq!(verdict.spf.detail, "the DNS did not answer in time");
}

#[tokio::test]
async fn an_answer_too_large_for_udp_is_asked_for_over_tcp() {
    let networks = (0..200).map(|n| format!("ip4:198.51.100.{n}/32")).collect::<Vec<_>>().join(" ");
    let zone = CORP.replace("ip4:192.0.2.0/24", &format!("{networks} ip4:192.0.2.0/24"));
    let world = World::with(&zone).await;
    check(&verify_signed(&world, &world.authenticator).await, [Pass, Pass, Pass]);
}

#[tokio::test]
async fn an_answer_is_asked_for_once() {
    let world = World::with(CORP).await;
    verify_signed(&world, &world.authenticator).await;
    let asked = world.dns.asked();
    verify_signed(&world, &world.authenticator).await;
    let again = world.dns.asked().split_off(asked.len());
    let has_answer = |name: &String| CORP.contains(name.trim_end_matches('.'));
    assert!(asked.iter().any(has_answer), "{asked:?}");
    assert!(!again.iter().any(has_answer), "{again:?}");
}
