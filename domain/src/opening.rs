//! Who fetched the image that tells of an opened mail (TRK-2, R36).

use chrono::TimeDelta;

use crate::{Timestamp, named::named};

named! {
    /// Who opened a mail.
    pub enum Opener {
        Human = "human",
        /// A provider's proxy, a scanner, or whoever came too soon to be a reader.
        Machine = "machine",
    }
}

/// So soon after a server took the mail, it is a program that looks into it (api.md).
pub const FIRST_SECONDS: TimeDelta = TimeDelta::seconds(10);
/// So long after a mail was written its openings are still noted.
pub const NOTED_FOR: TimeDelta = TimeDelta::days(180);

/// What the programs call themselves, in small letters: proxies of mail providers, scanners, link previews, and libraries.
const MACHINES: [&str; 20] = [
    "googleimageproxy",
    "yahoomailproxy",
    "yahoocachesystem",
    "imageresizer",
    "mail.ru",
    "proxy",
    "scanner",
    "barracuda",
    "mimecast",
    "proofpoint",
    "bot",
    "crawl",
    "spider",
    "preview",
    "headless",
    "curl/",
    "wget/",
    "python",
    "java/",
    "go-http-client",
];

/// Decides who it was. `agent` is his User-Agent, `is_prefetch` whether he says that nobody looks yet, `accepted_at` when
/// a server took the mail.
pub fn decide_opener(
    agent: &str,
    is_prefetch: bool,
    accepted_at: Option<Timestamp>,
    now: Timestamp,
) -> Opener {
    let agent = agent.trim().to_ascii_lowercase();
    // Apple's Mail Privacy Protection says no more than that.
    let is_masked = agent.is_empty() || agent == "mozilla/5.0";
    let is_named = MACHINES.iter().any(|it| agent.contains(it));
    let is_too_soon = accepted_at.is_none_or(|it| now < it + FIRST_SECONDS);
    if is_prefetch || is_masked || is_named || is_too_soon { Opener::Machine } else { Opener::Human }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0";

    /// R36
    #[test]
    fn proxies_scanners_and_whoever_comes_too_soon_are_machines() {
        let sent = Timestamp::UNIX_EPOCH;
        for (agent, is_prefetch, seconds, opener) in [
            (FIREFOX, false, 10, Opener::Human),
            (FIREFOX, false, 9, Opener::Machine),
            (FIREFOX, true, 60, Opener::Machine),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15",
                false,
                60,
                Opener::Human,
            ),
            ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)", false, 60, Opener::Human),
            ("Mozilla/5.0", false, 60, Opener::Machine),
            ("", false, 60, Opener::Machine),
            ("Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)", false, 60, Opener::Machine),
            (
                "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
                false,
                60,
                Opener::Machine,
            ),
            ("Mozilla/5.0 (compatible; YandexImageResizer/2.0)", false, 60, Opener::Machine),
            ("Mozilla/5.0 (compatible; bingbot/2.0)", false, 60, Opener::Machine),
            ("python-requests/2.32", false, 60, Opener::Machine),
        ] {
            let now = sent + TimeDelta::seconds(seconds);
            assert_eq!(
                decide_opener(agent, is_prefetch, Some(sent), now),
                opener,
                "{agent} after {seconds} s"
            );
        }
        assert_eq!(decide_opener(FIREFOX, false, None, sent), Opener::Machine, "before anybody took it");
    }
}
