//! Laws that hold for any text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Lines that mean something to the splitter.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("On Mon, Mar 4, 2024 at 9:15 AM Desk <desk@example.com> wrote:".to_owned()),
        Just("On Mon, Mar 4, 2024 at 9:15 AM Desk <".to_owned()),
        Just("04.03.2024, 09:15, \"Desk\" <desk@example.com>:".to_owned()),
        Just("From: Desk <desk@example.com>".to_owned()),
        Just("Sent: 4 March 2024".to_owned()),
        Just("Subject: x".to_owned()),
        Just("-----Original Message-----".to_owned()),
        Just("________________".to_owned()),
        Just("Begin forwarded message:".to_owned()),
        Just("> Please type your reply above this line".to_owned()),
        Just("> quoted".to_owned()),
        Just(">> quoted twice".to_owned()),
        Just("-- ".to_owned()),
        Just("Best regards,".to_owned()),
        Just("Sent from my iPhone".to_owned()),
        Just(String::new()),
        "\\PC{0,40}",
    ]
}

/// Words of which no closing, footer or device is made: random letters spell one sooner or later ("vg").
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "the",
        "pump",
        "arrives",
        "monday",
        "two",
        "boxes",
        "заказ",
        "пришёл",
        "x7",
        "12",
        "ok",
    ])
}

fn joined(segments: &[Segment]) -> String {
    segments.iter().map(|it| it.text.as_str()).collect()
}

proptest! {
    /// R27: visible and elided together are the text.
    #[test]
    fn no_text_loses_a_character(text in any::<String>()) {
        prop_assert_eq!(joined(&split(&body(&text))), text);
    }

    #[test]
    fn no_mail_loses_a_character(lines in prop::collection::vec(line(), 0..30), end in prop::sample::select(vec!["\n", "\r\n"])) {
        let text = lines.join(end);
        let segments = split(&body(&text));
        prop_assert_eq!(joined(&segments), text);
        prop_assert!(segments.iter().all(|it| !it.text.is_empty()));
        prop_assert!(segments.windows(2).all(|pair| pair[0].kind != pair[1].kind));
    }

    #[test]
    fn marks_anywhere_lose_nothing(text in "(\\PC{0,12}\n){0,8}", ranges in prop::collection::vec((0usize..100, 0usize..100, 0u8..3), 0..6)) {
        let mut marked = body(&text);
        marked.marks = ranges.into_iter().map(|(start, len, kind)| {
            let kind = [MarkKind::Introduction, MarkKind::Quote, MarkKind::Signature][usize::from(kind)];
            crate::parse::html::Mark { kind, range: start..start + len }
        }).collect();
        prop_assert_eq!(joined(&split(&marked)), text);
    }

    /// Words that nothing opens and nothing signs are shown as they are.
    #[test]
    fn words_before_a_quote_are_shown(words in prop::collection::vec(word(), 1..12)) {
        let words = words.join(" ");
        shows(&format!("{words}\n\nOn 04.03.2024 09:15, Desk wrote:\n> x\n"), &words);
    }
}

/// R28: what thirty answers show grows with what was written, not with the thread.
#[test]
fn thirty_answers_grow_linearly() {
    let mut thread = String::new();
    let mut shown = 0;
    for turn in 0..30 {
        let quoted = thread.lines().fold(String::new(), |quoted, line| quoted + "> " + line + "\n");
        thread = format!(
            "This is answer {turn}.\n\nOn Mon, Mar 4, 2024 at 9:15 AM Desk <desk@example.com> wrote:\n\n{quoted}"
        );
        shows(&thread, &format!("This is answer {turn}."));
        shown += visible(&body(&thread)).len();
    }
    assert!(shown < 30 * 30, "{shown} bytes shown");

    let mut thread = String::new();
    for turn in 0..30 {
        thread = format!(
            "This is answer {turn}.\n\nFrom: Desk <desk@example.com>\nSent: 4 March 2024 9:15\nTo: Anna\nSubject: x\n\n{thread}"
        );
        shows(&thread, &format!("This is answer {turn}."));
    }
}

/// A mail can be as hostile as it likes: the time stays linear. At this length a quadratic way takes minutes, the linear
/// one a fraction of a second; the bound leaves room for a busy machine.
#[test]
fn hostile_lines_take_linear_time() {
    let lines = [
        ">",
        "> ",
        ">\n",
        "\n",
        "a\n",
        "On ",
        "On \n",
        "On 1\n",
        "On 1.1.2024 9:15 <\n",
        "On 1.1.2024 9:15 x@example.com wrote:\n\n\n",
        "wrote:\n",
        "x wrote:\n",
        "From: x\n",
        "Cc: x\nFrom: x\n",
        "From: x@example.com\nTo:\n\n",
        "---\n",
        "---\n\n",
        "-- \n",
        "--\n",
        "-Anna\n",
        "Regards,\n",
        "Sent from my \n",
        "<",
        "<\n>\n",
        "__\n",
        "> a\nb\n",
        "Please type your\n",
        "> On 1.1.2024 9:15 x wrote:\n>> x\n",
        "\u{200b}",
        "Anna Petrova\n",
    ];
    for line in lines {
        let text = line.repeat(100_000 / line.len());
        let started = Instant::now();
        assert_eq!(joined(&split(&body(&text))).len(), text.len());
        assert!(started.elapsed() < Duration::from_secs(20), "{line:?} took {:?}", started.elapsed());
    }
}
