//! Mails taken in over LMTP, and mails turned into comments: each alone, then both at once.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use liaison_mailer::testing::DnsStub;
use support::{
    Engine,
    process::{Office, Sender, Server, Site, wait_until},
};

use tokio::runtime::Runtime;

use crate::{jobs::Jobs, line, mib};

pub(super) const SESSIONS: usize = 4;
/// Mails of each measurement.
const MAILS: usize = 10_000;
/// Mails before it, so that caches are warm.
const WARM_UP: usize = 500;
/// Mails that are looked up in the DNS, and how far away that is.
const LOOKED_UP: usize = 2_000;
const DISTANCE: Duration = Duration::from_millis(50);

pub(super) fn measure() {
    let site = Site::new(Engine::Sqlite);
    let server = site.start();
    let office = Office::open(&site);
    let reply_to = office.reply_to.clone();
    assert!(server.terminate().success());
    let jobs = Jobs::open(&site);

    println!("\n{MAILS} answers of 2 KB to one account, {SESSIONS} sessions, SQLite, synchronous = full");
    let lmtp = site.start_only("lmtp");
    let sender = |_| "ivan@client.test".to_owned();
    deliver(&site, &sender, &reply_to, 0..WARM_UP);
    let before = lmtp.memory("VmRSS");
    let time = deliver(&site, &sender, &reply_to, WARM_UP..WARM_UP + MAILS);
    report("taken in", time, &lmtp, before);
    assert!(lmtp.terminate().success());

    let workers = site.start_only("workers");
    let time = jobs.wait_for_the_end();
    let rate = (WARM_UP + MAILS) as f64 / time.as_secs_f64();
    line("applied", format!("{rate:.0}/s"));
    let before = workers.memory("VmRSS");
    line("  memory of the workers, at most", mib(workers.memory("VmHWM")));
    line("  memory of the workers, at rest", mib(before));
    assert!(workers.terminate().success());

    let server = site.start();
    let before = server.memory("VmRSS");
    let started = Instant::now();
    let taken = deliver(&site, &sender, &reply_to, WARM_UP + MAILS..WARM_UP + 2 * MAILS);
    jobs.wait_for_the_end();
    let applied = started.elapsed();
    report("taken in while others are applied", taken, &server, before);
    line("applied while others are taken in", format!("{:.0}/s", MAILS as f64 / applied.as_secs_f64()));
    assert!(server.terminate().success());
    look_up("of one domain", &sender);
    look_up("each of a domain of its own", &|i| format!("ivan@n{i}.client.test"));
}

/// Applies mails whose senders are looked up; the sender of each goes by its number.
fn look_up(what: &str, sender: &(dyn Fn(usize) -> String + Sync)) {
    let mut zone =
        "client.test TXT v=spf1 ip4:192.0.2.171 -all\n_dmarc.client.test TXT v=DMARC1; p=none\n".to_owned();
    zone.extend((0..LOOKED_UP).map(|i| format!("n{i}.client.test TXT v=spf1 ip4:192.0.2.171 -all\n")));
    let runtime = Runtime::new().unwrap();
    let dns = runtime.block_on(DnsStub::start_afar(&zone, DISTANCE));
    let mut site = Site::new(Engine::Sqlite);
    site.set("LIAISON_MAIL__AUTH", "enforce");
    site.set("LIAISON_DNS__SERVERS", dns.server().to_string());
    let server = site.start();
    let reply_to = Office::open(&site).reply_to;
    assert!(server.terminate().success());
    let lmtp = site.start_only("lmtp");
    deliver(&site, sender, &reply_to, 0..LOOKED_UP);
    assert!(lmtp.terminate().success());
    let workers = site.start_only("workers");
    let time = Jobs::open(&site).wait_for_the_end();
    line(
        &format!("applied, {what}, DNS of {} ms", DISTANCE.as_millis()),
        format!("{:.0}/s", LOOKED_UP as f64 / time.as_secs_f64()),
    );
    line("  questions to it", dns.asked().len().to_string());
    assert!(workers.terminate().success());
}

fn report(what: &str, time: Duration, server: &Server, before: u64) {
    line(what, format!("{:.0}/s", MAILS as f64 / time.as_secs_f64()));
    line("  memory of the server before", mib(before));
    line("  memory of the server after", mib(server.memory("VmRSS")));
}

/// Hands mails over, one session a thread; the time until the last was acknowledged.
fn deliver(
    site: &Site,
    from: &(dyn Fn(usize) -> String + Sync),
    reply_to: &str,
    mails: std::ops::Range<usize>,
) -> Duration {
    let next = AtomicUsize::new(mails.start);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..SESSIONS {
            scope.spawn(|| {
                let mut sender = wait_until(|| Sender::connect(&site.lmtp).ok());
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= mails.end {
                        break;
                    }
                    let reply = sender.deliver(&from(i), reply_to, mail(i, reply_to)).unwrap();
                    assert!(reply.starts_with("250"), "{reply}");
                }
            });
        }
    });
    started.elapsed()
}

/// An answer as they come: traces of its way, a few new words, a quote, a signature.
pub(super) fn mail(i: usize, to: &str) -> String {
    let hop = "Received: from mail-qt1-f171.client.test (mail-qt1-f171.client.test [192.0.2.171])\r\n\
               \tby mx.acme.example (Postfix) with ESMTPS id 4T1bXy0Zs5z9sT\r\n\
               \tfor <desk@acme.example>; Mon,  4 Mar 2024 09:15:42 +0000 (UTC)\r\n";
    let quote = "> We have looked at the gate and found that the left hinge is worn out.\r\n".repeat(12);
    format!(
        "{hop}{hop}From: Ivan Client <ivan@client.test>\r\nTo: Anna <{to}>\r\nSubject: Re: =?utf-8?B?0JLQvtGA0L7RgtCw?=\r\n\
         Date: Mon, 4 Mar 2024 09:15:40 +0000\r\nMessage-ID: <{i}.CAJ9mhQ@mail.client.test>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Answer {i}: tomorrow at ten suits us well, please ring at the left door.\r\n\r\n\
         Best regards,\r\nIvan Client\r\n\r\n\
         On Mon, Mar 4, 2024 at 9:15 AM Anna <{to}> wrote:\r\n{quote}"
    )
}
