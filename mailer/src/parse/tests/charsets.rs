//! R30: text is readable whatever its label says, or without one.

use super::read;

#[track_caller]
fn check(name: &str, from: &str, subject: &str, text: &str) {
    let mail = read(name);
    let from_name = mail.from.and_then(|it| it.name).unwrap_or_default();
    assert_eq!((from_name.as_str(), mail.subject.as_str(), mail.text.trim()), (from, subject, text));
}

#[test]
fn every_charset_is_read_with_or_without_a_label() {
    check(
        "charset/cp1251-unlabeled",
        "Ирина Соколова",
        "Вопрос по договору поставки",
        "Добрый день!\n\nКогда будет готов договор? Мы ждём его с понедельника.",
    );
    check("charset/koi8r-labeled", "Пётр Ильин", "Счёт на оплату", "Счёт получили, спасибо.");
    check(
        "charset/cp1251-called-latin1",
        "",
        "Latin",
        "Здравствуйте, пришлите, пожалуйста, накладную ещё раз.",
    );
    check("charset/utf8-called-cp1251", "", "Wrong label", "Заявка принята в работу.");
    check("charset/iso-2022-jp", "佐藤", "納期の確認", "納期をお知らせください。");
}

#[test]
fn what_was_guessed_is_said() {
    let warnings = read("charset/cp1251-called-latin1").warnings;
    assert_eq!(warnings, ["a text labelled iso-8859-1 was read as windows-1251"]);
    assert!(read("charset/koi8r-labeled").warnings.is_empty());
}

/// Characters cut in two, words in quotes, groups, unknown labels.
#[test]
fn encoded_words_are_joined_before_they_are_decoded() {
    let mail = read("charset/cut-words");
    assert_eq!(mail.from.unwrap().name.unwrap(), "Константин Константинопольский");
    assert_eq!(mail.to.first().unwrap().name.as_deref(), Some("Заказы"));
    assert_eq!(mail.subject, "Смета на (2)");
    let cc: Vec<_> =
        mail.cc.iter().map(|it| (it.name.as_deref().unwrap_or_default(), it.address.as_str())).collect();
    let expected =
        [("Lee, Ann", "ann@klient.example"), ("", "bob@klient.example"), ("Ева", "eve@klient.example")];
    assert_eq!(cc, expected);
}

/// S11, S16
#[test]
fn controls_and_direction_marks_are_taken_out() {
    let mail = read("charset/controls");
    assert_eq!(mail.subject, "a Bcc: x@yzb");
    assert_eq!(mail.from.unwrap().name.unwrap(), "Eve moc.live");
}
