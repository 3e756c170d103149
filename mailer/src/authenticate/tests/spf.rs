//! Whether a client may send for the envelope's domain.

use super::*;

async fn spf(zone: &str, client_ip: &str, envelope_sender: &str) -> AuthResult {
    let world = World::with(zone).await;
    world.verify(&mail_from("anna@corp.example"), &hop(client_ip, envelope_sender)).await.spf.result
}

#[tokio::test]
async fn the_record_of_the_envelopes_domain_decides() {
    let zone = "
        fail.example      TXT  v=spf1 ip4:192.0.2.0/24 -all
        softfail.example  TXT  v=spf1 ip4:192.0.2.0/24 ~all
        neutral.example   TXT  v=spf1 ip4:192.0.2.0/24 ?all
        silent.example    TXT  v=spf1 ip4:192.0.2.0/24
        none.example      TXT  google-site-verification=4711
        bent.example      TXT  v=spf1 ipv4:192.0.2.0/24 -all
    ";
    for (domain, expected) in [
        ("fail.example", Fail),
        ("softfail.example", SoftFail),
        ("neutral.example", Neutral),
        ("silent.example", Neutral),
    ] {
        assert_eq!(spf(zone, CORPS_SERVER, &format!("a@{domain}")).await, Pass, "{domain}");
        assert_eq!(spf(zone, STRANGER, &format!("a@{domain}")).await, expected, "{domain}");
    }
    for (domain, expected) in [("none.example", None), ("unknown.example", None), ("bent.example", PermError)]
    {
        assert_eq!(spf(zone, CORPS_SERVER, &format!("a@{domain}")).await, expected, "{domain}");
    }
}

#[tokio::test]
async fn every_mechanism_is_understood() {
    let zone = "
        mail.corp.example        A     192.0.2.7
        mail.corp.example        AAAA  2001:db8::7
        7.2.0.192.in-addr.arpa   PTR   mail.corp.example
        a.example                TXT   v=spf1 a:mail.corp.example -all
        mx.example               TXT   v=spf1 mx -all
        mx.example               MX    mail.corp.example
        ptr.example              TXT   v=spf1 ptr:corp.example -all
        exists.example           TXT   v=spf1 exists:%{i}.ok.example -all
        192.0.2.7.ok.example     A     127.0.0.2
        include.example          TXT   v=spf1 include:a.example -all
        redirect.example         TXT   v=spf1 redirect=mx.example
    ";
    for name in ["a", "mx", "ptr", "exists", "include", "redirect"] {
        let sender = format!("anna@{name}.example");
        assert_eq!(spf(zone, CORPS_SERVER, &sender).await, Pass, "{name}");
        assert_eq!(spf(zone, STRANGER, &sender).await, Fail, "{name}");
    }
    assert_eq!(spf(zone, "2001:db8::7", "anna@a.example").await, Pass);
}

#[tokio::test]
async fn the_null_sender_is_judged_by_its_helo() {
    let zone = "mx.corp.example  TXT  v=spf1 ip4:192.0.2.7 -all";
    assert_eq!(spf(zone, CORPS_SERVER, "").await, Pass);
    assert_eq!(spf(zone, STRANGER, "").await, Fail);
}

#[tokio::test]
async fn without_the_clients_address_spf_says_nothing() {
    let world = World::with(CORP).await;
    let unknown = Hop { client_ip: Option::None, ..hop(STRANGER, "anna@corp.example") };
    check(&world.verify(&mail_from("anna@corp.example"), &unknown).await, [None, None, Fail]);
}

#[tokio::test]
async fn a_record_that_wants_more_than_ten_lookups_is_an_error() {
    let zone = (0..20).map(|n| format!("s{n}.example  TXT  v=spf1 include:s{}.example -all", n + 1));
    let zone = zone.collect::<Vec<_>>().join("\n");
    let world = World::with(&zone).await;
    let verdict = world.verify(&mail_from("anna@corp.example"), &hop(STRANGER, "a@s0.example")).await;
    assert_eq!(verdict.spf.result, PermError);
    assert_eq!(world.dns.asked().iter().filter(|it| it.ends_with("s11.example.")).count(), 0);
}

/// RFC 7208 §5.2: `?include` says neutral of whoever the included record lets pass, however deep that is.
#[tokio::test]
async fn an_include_that_does_not_vouch_lets_nobody_pass() {
    let provider = "
        provider.example  TXT  v=spf1 include:net.provider.example -all
        net.provider.example  TXT  v=spf1 ip4:203.0.113.0/24 -all
    ";
    for record in [
        "v=spf1 ip4:192.0.2.7 ?include:provider.example -all",
        "v=spf1 ip4:192.0.2.7 ~include:provider.example -all",
        "v=spf1 ip4:192.0.2.7 ?include:%{d2}.provider.example -all",
    ] {
        let zone = format!(
            "corp.example TXT {record}\ncorp.example.provider.example TXT v=spf1 include:provider.example\n{provider}"
        );
        assert_eq!(spf(&zone, STRANGER, "anna@corp.example").await, Neutral, "{record}");
    }
    let zone = format!("corp.example TXT v=spf1 include:provider.example -all\n{provider}");
    assert_eq!(spf(&zone, STRANGER, "anna@corp.example").await, Pass);
}
