//! What speaks for From, and what only for somebody else.

use super::*;

/// Anna's mail, signed for `domain`, from a client that may send for nobody.
async fn signed_for(domain: &str, zone: &str, from: &str) -> Verdict {
    let world = World::with(zone).await;
    let mail = world.signed(&mail_from(from), domain);
    world.verify(&mail, &hop(STRANGER, "bounces@nowhere.example")).await
}

#[tokio::test]
async fn a_signature_of_froms_domain_speaks_for_it() {
    let verdict = signed_for("corp.example", CORP, "Anna <Anna@Corp.Example>").await;
    check(&verdict, [None, Pass, Pass]);
    assert_eq!(verdict.dkim_domains, ["corp.example"]);
    assert_eq!(verdict.from_domain.as_deref(), Some("corp.example"));
    assert_eq!(verdict.dmarc.detail, "corp.example by DKIM, policy reject");
}

#[tokio::test]
async fn what_we_sign_holds_with_either_algorithm() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Rsa2048] {
        let world = World::with_key(CORP, algorithm).await;
        let mail = world.signed(&mail_from("anna@corp.example"), "corp.example");
        check(&world.verify(&mail, &hop(STRANGER, "x@nowhere.example")).await, [None, Pass, Pass]);
    }
}

#[tokio::test]
async fn an_envelope_of_froms_domain_speaks_for_it() {
    let world = World::with(CORP).await;
    let mail = mail_from("anna@corp.example");
    check(&world.verify(&mail, &hop(CORPS_SERVER, "anna@corp.example")).await, [Pass, None, Pass]);
    check(&world.verify(&mail, &hop(STRANGER, "anna@corp.example")).await, [Fail, None, Fail]);
}

/// S1: a forger has a domain of his own, with everything in order.
#[tokio::test]
async fn another_domain_does_not_speak_for_from() {
    let zone = format!(
        "{CORP}
        evil.example                TXT  v=spf1 ip4:203.0.113.9 -all
        s1._domainkey.evil.example  TXT  KEY
        _dmarc.evil.example         TXT  v=DMARC1; p=reject"
    );
    let world = World::with(&zone).await;
    let mail = world.signed(&mail_from("anna@corp.example"), "evil.example");
    let verdict = world.verify(&mail, &hop(STRANGER, "a@evil.example")).await;
    check(&verdict, [Pass, Pass, Fail]);
    assert_eq!(verdict.dkim_domains, ["evil.example"]);
}

/// S20: ending alike is not being the same.
#[tokio::test]
async fn a_domain_that_only_ends_like_froms_does_not_speak_for_it() {
    let zone = format!("{CORP}\ns1._domainkey.evilcorp.example TXT KEY");
    check(&signed_for("evilcorp.example", &zone, "anna@corp.example").await, [None, Pass, Fail]);
}

#[tokio::test]
async fn relaxed_alignment_takes_subdomains_and_strict_does_not() {
    for (policy, from, expected) in [
        ("p=reject", "anna@corp.example", Pass),
        ("p=reject; adkim=r", "anna@corp.example", Pass),
        ("p=reject; adkim=s", "anna@corp.example", Fail),
        ("p=reject; adkim=s", "anna@news.corp.example", Pass),
        ("p=reject", "anna@other.corp.example", Pass),
        ("p=reject; adkim=s", "anna@other.corp.example", Fail),
    ] {
        let zone = format!(
            "_dmarc.corp.example TXT v=DMARC1; {policy}
            s1._domainkey.news.corp.example TXT KEY"
        );
        let verdict = signed_for("news.corp.example", &zone, from).await;
        assert_eq!(verdict.dmarc.result, expected, "{policy}, {from}: {verdict:#?}");
    }
    for (policy, expected) in [("p=reject; aspf=r", Pass), ("p=reject; aspf=s", Fail)] {
        let zone = format!(
            "_dmarc.corp.example TXT v=DMARC1; {policy}
            bounce.corp.example TXT v=spf1 ip4:192.0.2.7 -all"
        );
        let world = World::with(&zone).await;
        let hop = hop(CORPS_SERVER, "b@bounce.corp.example");
        let verdict = world.verify(&mail_from("anna@corp.example"), &hop).await;
        assert_eq!(verdict.dmarc.result, expected, "{policy}: {verdict:#?}");
    }
}

#[tokio::test]
async fn a_pass_does_not_depend_on_the_policy() {
    for policy in ["none", "quarantine", "reject"] {
        let zone =
            format!("s1._domainkey.corp.example TXT KEY\n_dmarc.corp.example TXT v=DMARC1; p={policy}");
        check(&signed_for("corp.example", &zone, "anna@corp.example").await, [None, Pass, Pass]);
    }
}

#[tokio::test]
async fn a_domain_disowns_what_it_asks_to_refuse() {
    for (policy, expected) in [
        ("p=none", false),
        ("p=quarantine", true),
        ("p=reject", true),
        ("p=reject; t=y", true),
        ("p=quarantine; t=y", false),
        ("p=none; sp=reject", false),
    ] {
        let zone = format!("s1._domainkey.corp.example TXT KEY\n_dmarc.corp.example TXT v=DMARC1; {policy}");
        let forged = signed_for("evil.example", &zone, "anna@corp.example").await;
        assert_eq!((forged.dmarc.result, forged.is_disowned), (Fail, expected), "{policy}: {forged:#?}");
        assert!(!signed_for("corp.example", &zone, "anna@corp.example").await.is_disowned, "{policy}");
    }
    let silent = "s1._domainkey.corp.example TXT KEY";
    assert!(!signed_for("evil.example", silent, "anna@corp.example").await.is_disowned);
    let broken = signed_for("evil.example", "_dmarc.corp.example SERVFAIL", "anna@corp.example").await;
    assert_eq!((broken.dmarc.result, broken.is_disowned), (TempError, false));
}

#[tokio::test]
async fn a_domain_without_a_policy_vouches_for_nothing() {
    let zone = "s1._domainkey.corp.example TXT KEY";
    let verdict = signed_for("corp.example", zone, "anna@corp.example").await;
    check(&verdict, [None, Pass, None]);
    assert_eq!(verdict.dmarc.detail, "corp.example publishes no policy");
}

#[tokio::test]
async fn a_domain_in_another_script_is_compared_in_ascii() {
    let zone = "
        s1._domainkey.xn--e1afmkfd.example  TXT  KEY
        _dmarc.xn--e1afmkfd.example         TXT  v=DMARC1; p=reject
    ";
    let verdict = signed_for("xn--e1afmkfd.example", zone, "anna@пример.example").await;
    check(&verdict, [None, Pass, Pass]);
    assert_eq!(verdict.from_domain.as_deref(), Some("xn--e1afmkfd.example"));
}

#[tokio::test]
async fn of_several_signatures_the_aligned_one_counts() {
    let zone = format!("{CORP}\ns1._domainkey.list.example TXT KEY");
    let world = World::with(&zone).await;
    let mail = world.signed(&mail_from("anna@corp.example"), "corp.example");
    let mail = world.signed(&world.signed(&mail, "list.example"), "unknown.example");
    let verdict = world.verify(&mail, &hop(STRANGER, "list@list.example")).await;
    check(&verdict, [None, Pass, Pass]);
    assert_eq!(verdict.dkim_domains, ["list.example", "corp.example"]);
}
