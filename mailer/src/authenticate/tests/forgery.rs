//! What a forger tries, and what forwarding does to an honest mail.

use mail_auth::{AuthenticatedMessage, AuthenticationResults, arc::ArcSealer};

use super::*;
use crate::testing::seal;

const CLAIM: &str = "Authentication-Results: mx.liaison.example; spf=pass smtp.mailfrom=corp.example; \
                     dkim=pass header.d=corp.example; dmarc=pass header.from=corp.example\r\n\
                     Received-SPF: pass (mx.liaison.example: domain of anna@corp.example)\r\n";

/// S4, S27: whoever wrote it and wherever it stands.
#[tokio::test]
async fn authentication_results_in_the_mail_mean_nothing() {
    let world = World::with(CORP).await;
    let mail = mail_from("anna@corp.example");
    let (header, body) = mail.split_once("\r\n\r\n").unwrap();
    let below = format!("{header}\r\n{CLAIM}\r\n{body}");
    for forged in [format!("{CLAIM}{mail}"), below] {
        check(&world.verify(&forged, &hop(STRANGER, "anna@corp.example")).await, [Fail, None, Fail]);
    }
    let honest = world.signed(&mail, "corp.example");
    let denied = CLAIM.replace("pass", "fail") + &honest;
    check(&world.verify(&denied, &hop(STRANGER, "x@nowhere.example")).await, [None, Pass, Pass]);
}

/// Every way to let readers see another author than the one that is vouched for.
#[tokio::test]
async fn a_mail_with_several_authors_is_never_aligned() {
    let world = World::with(CORP).await;
    let honest = world.signed(&mail_from("anna@corp.example"), "corp.example");
    let signed = |from: &str| world.signed(&mail_from(from), "corp.example");
    for mail in [
        format!("From: boss@corp.example\r\n{honest}"),
        format!("from : boss@corp.example\r\n{honest}"),
        format!("FROM:\r\n boss@corp.example\r\n{honest}"),
        format!("From:\r\n{honest}"),
        format!("From: anna@corp.example\r\n{honest}"),
        honest.replace("\r\nTo:", "\r\nFrom: boss@corp.example\r\nTo:"),
        signed("anna@corp.example, boss@corp.example"),
        signed("anna@corp.example\r\nFrom: boss@corp.example"),
        signed("Staff: anna@corp.example, boss@corp.example;"),
        signed("Anna"),
        signed("undisclosed-recipients:;"),
        mail_from("x").replace("From: x\r\n", ""),
    ] {
        let verdict = world.verify(&mail, &hop(CORPS_SERVER, "anna@corp.example")).await;
        assert!(!verdict.is_aligned(), "{mail}\n{verdict:#?}");
        assert_eq!(verdict.from_domain, Option::None, "{mail}");
    }
}

#[tokio::test]
async fn a_changed_mail_is_not_signed() {
    let world = World::with(CORP).await;
    let honest = world.signed(&mail_from("anna@corp.example"), "corp.example");
    for mail in [
        honest.replace("today", "never"),
        honest.replace("anna@", "boss@"),
        honest.replace("Invoice", "Contract"),
        format!("Subject: Contract\r\n{honest}"),
        honest.clone() + "And one more thing.\r\n",
    ] {
        check(&world.verify(&mail, &hop(STRANGER, "x@nowhere.example")).await, [None, Fail, Fail]);
    }
}

#[tokio::test]
async fn a_signature_without_from_does_not_count() {
    let world = World::with(CORP).await;
    let signer =
        |key| DkimSigner::from_key(key).domain("corp.example").selector("s1").headers(["Subject", "To"]);
    let mail = world.signed_by(&mail_from("anna@corp.example"), signer);
    let verdict = world.verify(&mail, &hop(STRANGER, "x@nowhere.example")).await;
    check(&verdict, [None, PermError, Fail]);
    assert_eq!(verdict.dkim.detail, "corp.example permerror (From is not signed)");
}

#[tokio::test]
async fn a_signature_of_a_part_of_the_body_does_not_count() {
    let world = World::with(CORP).await;
    let signer = |key| {
        DkimSigner::from_key(key).domain("corp.example").selector("s1").headers(["From"]).body_length(true)
    };
    let mail = world.signed_by(&mail_from("anna@corp.example"), signer);
    let verdict = world.verify(&(mail + "Send money.\r\n"), &hop(STRANGER, "x@nowhere.example")).await;
    check(&verdict, [None, Neutral, Fail]);
}

#[tokio::test]
async fn a_signature_with_sha1_does_not_count() {
    let world = World::with(CORP).await;
    let mail = mail_from("anna@corp.example");
    let signed =
        format!("DKIM-Signature: v=1; a=rsa-sha1; d=corp.example; s=s1; h=From; bh=AAAA; b=AAAA\r\n{mail}");
    let verdict = world.verify(&signed, &hop(STRANGER, "x@nowhere.example")).await;
    check(&verdict, [None, PermError, Fail]);
    assert_eq!(verdict.dkim.detail, "corp.example permerror (SHA-1 is too weak)");
}

#[tokio::test]
async fn a_signature_expires_by_the_time_of_receipt() {
    let world = World::with(CORP).await;
    let signer = |key| {
        DkimSigner::from_key(key).domain("corp.example").selector("s1").headers(["From"]).expiration(3_600)
    };
    let mail = world.signed_by(&mail_from("anna@corp.example"), signer);
    let hop = hop(STRANGER, "x@nowhere.example");
    check(&world.verify(&mail, &hop).await, [None, Fail, Fail]);
    let then = DateTime::UNIX_EPOCH;
    check(&world.authenticator.verify(mail.as_bytes(), &hop, then).await, [None, Pass, Pass]);
}

#[tokio::test]
async fn a_heap_of_signatures_is_not_looked_up() {
    let world = World::with(CORP).await;
    let mut mail = mail_from("anna@corp.example");
    for n in 0..100 {
        mail = world.signed(&mail, &format!("d{n}.example"));
    }
    let verdict = world.verify(&mail, &hop(STRANGER, "x@nowhere.example")).await;
    check(&verdict, [None, PermError, Fail]);
    assert_eq!(world.dns.asked().iter().filter(|it| it.contains("_domainkey")).count(), 10);
}

/// RFC 8617: a list changes the mail, says what it saw, and seals. The chain holds; From is not vouched for by that.
#[tokio::test]
async fn a_forwarders_seal_is_reported_and_changes_nothing() {
    let zone = format!("{CORP}\ns1._domainkey.list.example TXT KEY");
    let world = World::with(&zone).await;
    let hop = hop(STRANGER, "list@list.example");
    let mail = world.signed(&mail_from("anna@corp.example"), "corp.example").replace("Re:", "[list] Re:");
    let changed = AuthenticatedMessage::parse(mail.as_bytes()).unwrap();
    let results = AuthenticationResults::new("list.example");
    let forwarder = ArcSealer::from_key(world.plain_key()).domain("list.example").selector("s1");
    let no_chain = world.authenticator.resolver.verify_arc(&changed).await;
    let set =
        forwarder.headers(["From", "Subject", "DKIM-Signature"]).seal(&changed, &results, &no_chain).unwrap();
    let sealed = set.to_header() + &mail;

    let verdict = world.verify(&sealed, &hop).await;
    check(&verdict, [None, Fail, Fail]);
    assert_eq!(verdict.arc.result, Pass);
    assert_eq!(verdict.arc.detail, "1 seals, the last by list.example");
    assert_eq!(world.verify(&sealed.replace("today", "never"), &hop).await.arc.result, Fail);
    assert_eq!(world.verify(&sealed.replace("cv=none", "cv=pass"), &hop).await.arc.result, Fail);
    assert_eq!(world.verify(&mail, &hop).await.arc.result, None);
}

/// Which forwarder vouches for From: the last one, in his own words, under a seal that holds.
#[tokio::test]
async fn a_forwarder_who_saw_a_pass_is_named() {
    let world = World::with(&format!("{CORP}\ns1._domainkey.list.example TXT KEY")).await;
    let hop = hop(STRANGER, "list@list.example");
    let mail = mail_from("anna@corp.example");
    let sealed = |results: &str| seal(&mail, "List.example", results, &world.key);
    let honest = sealed("dmarc=pass header.from=corp.example");
    let sealed_by = async |mail: &str| world.verify(mail, &hop).await.sealed_by;
    assert_eq!(sealed_by(&honest).await.as_deref(), Some("list.example"));
    for mail in [
        mail.clone(),
        sealed("dmarc=fail header.from=corp.example"),
        sealed("dmarc=pass header.from=evil.example"),
        sealed("dmarc=fail header.from=corp.example").replace("dmarc=fail", "dmarc=pass"),
        honest.replace("today", "never"),
        honest.replace("anna@", "boss@"),
        format!("From: boss@corp.example\r\n{honest}"),
        seal(&mail, "unknown.example", "dmarc=pass header.from=corp.example", &world.key),
    ] {
        assert_eq!(sealed_by(&mail).await, Option::None, "{mail}");
    }
}

#[tokio::test]
async fn what_is_no_mail_has_no_results() {
    let world = World::with(CORP).await;
    for raw in ["", "\r\n", "\r\nFrom: anna@corp.example\r\n\r\n"] {
        check(&world.verify(raw, &hop(STRANGER, "")).await, [None, None, None]);
    }
}
