//! The quotes of each mail program, in the languages it speaks (R27).

use super::*;

const ANSWER: &str = "The parcel came today.\n\nThe box was open, though.";

/// A reply above a quote that a line introduces, with and without `>` before the quoted lines.
#[track_caller]
fn introduces(introduction: &str) {
    shows(&format!("{ANSWER}\n\n{introduction}\n\n> Has it come?\n> Please tell us.\n"), ANSWER);
    shows(&format!("{ANSWER}\n\n{introduction}\n\nHas it come?\n\nPlease tell us.\n"), ANSWER);
    shows(&format!("{ANSWER}\n{introduction}\n> Has it come?\n"), ANSWER);
    shows(&format!("{ANSWER}\n\n> {}\n>\n> Has it come?\n", introduction.replace('\n', "\n> ")), ANSWER);
}

/// A reply above header lines or a banner.
#[track_caller]
fn announces(lines: &str) {
    shows(&format!("{ANSWER}\n\n{lines}\n\nHas it come?\n\nPlease tell us.\n"), ANSWER);
    shows(&format!("{ANSWER}\n{lines}\nHas it come?\n"), ANSWER);
    shows(&format!("{ANSWER}\n\n{lines}\n\n> Has it come?\n>\n> Please tell us.\n"), ANSWER);
}

#[test]
fn gmail_introductions_are_quotes() {
    introduces("On Mon, Mar 4, 2024 at 9:15 AM Support Desk <desk@example.com> wrote:");
    introduces("On Mon, 4 Mar 2024 at 09:15, Support Desk <desk@example.com> wrote:");
    introduces(
        "On Mon, Mar 4, 2024 at 9:15 AM The Support Desk of Example Corporation <\nthe-support-desk@example.com> wrote:",
    );
    introduces("On Mon, Mar 4, 2024 at 9:15 AM Support Desk <desk@example.com>\nwrote:");
    introduces("On Mon, Mar 4, 2024 at 9:15 AM Support Desk\n<desk@example.com>\nwrote:");
    introduces("2024-03-04 9:15 GMT+03:00 Support Desk <desk@example.com>:");
    introduces("пн, 4 мар. 2024 г. в 09:15, Служба поддержки <desk@example.com>:");
    introduces("4 марта 2024 г., 9:15 пользователь Служба поддержки <desk@example.com>\nнаписал:");
    introduces("пн, 4 бер. 2024 р. о 09:15 Служба підтримки <desk@example.com> пише:");
    introduces("Am Mo., 4. März 2024 um 09:15 Uhr schrieb Support <desk@example.com>:");
    introduces("Le lun. 4 mars 2024 à 09:15, Support <desk@example.com> a écrit :");
    introduces("Le lun. 4 mars 2024 à 09:15, Service après-vente <desk@example.com> a\nécrit :");
    introduces("El lun, 4 mar 2024 a las 9:15, Soporte (<desk@example.com>) escribió:");
    introduces("Il giorno lun 4 mar 2024 alle ore 09:15 Assistenza <desk@example.com>\nha scritto:");
    introduces("Em seg., 4 de mar. de 2024 às 09:15, Suporte <desk@example.com> escreveu:");
    introduces("Op ma 4 mrt 2024 om 09:15 schreef Support <desk@example.com>:");
    introduces("pon., 4 mar 2024 o 09:15 Pomoc <desk@example.com> napisał(a):");
    introduces("po 4. 3. 2024 v 9:15 odesílatel Podpora <desk@example.com> napsal:");
    introduces("Den mån 4 mars 2024 kl 09:15 skrev Support <desk@example.com>:");
    introduces("man. 4. mar. 2024 kl. 09.15 skrev Support <desk@example.com>:");
    introduces("ma 4. maalisk. 2024 klo 9.15 Tuki (desk@example.com) kirjoitti:");
    introduces("Destek <desk@example.com>, 4 Mar 2024 Pzt, 09:15 tarihinde şunu yazdı:");
    introduces("2024年3月4日(月) 9:15 サポート <desk@example.com>:");
    introduces("Support <desk@example.com> 于2024年3月4日周一 09:15写道：");
    introduces("2024년 3월 4일 (월) 오전 9:15, 지원팀 <desk@example.com>님이 작성:");
    introduces(
        "\u{202b}בתאריך יום ב׳, 4 במרץ 2024 ב-9:15 מאת \u{202a}Support\u{202c}\u{200f} <\u{202a}desk@example.com\u{202c}\u{200f}>:\u{202c}",
    );
    introduces("Vào 09:15 4 tháng 3, 2024, Hỗ trợ <desk@example.com> đã viết:");
}

#[test]
fn apple_mail_introductions_are_quotes() {
    introduces("On 4 Mar 2024, at 09:15, Support Desk <desk@example.com> wrote:");
    introduces("On Mar 4, 2024, at 9:15 AM, Support Desk <desk@example.com> wrote:");
    introduces("4 марта 2024 г., в 09:15, Служба поддержки <desk@example.com> написал(а):");
    introduces("Am 04.03.2024 um 09:15 schrieb Support <desk@example.com>:");
    introduces("Le 4 mars 2024 à 09:15, Support <desk@example.com> a écrit :");
    introduces("El 4 mar 2024, a las 9:15, Soporte <desk@example.com> escribió:");
    introduces("Il giorno 4 mar 2024, alle ore 09:15, Assistenza <desk@example.com> ha scritto:");
    introduces("Op 4 mrt. 2024 om 09:15 heeft Support <desk@example.com> het volgende geschreven:");
    introduces("No dia 4 de mar. de 2024, às 09:15, Suporte <desk@example.com> escreveu:");
    introduces("在 2024年3月4日，09:15，Support <desk@example.com> 写道：");
    introduces("2024/03/04 9:15、サポート <desk@example.com>のメール:");
}

#[test]
fn thunderbird_and_webmail_introductions_are_quotes() {
    introduces("On 3/4/24 9:15 AM, Support Desk wrote:");
    introduces("On 04/03/2024 09:15, Support Desk wrote:");
    introduces("04.03.2024 09:15, Служба поддержки пишет:");
    introduces("Am 04.03.24 um 09:15 schrieb Support:");
    introduces("Le 04/03/2024 à 09:15, Support a écrit :");
    introduces("Il 04/03/2024 09:15, Assistenza ha scritto:");
    introduces("W dniu 04.03.2024 o 09:15, Pomoc pisze:");
    introduces("Op 04-03-2024 om 09:15 schreef Support:");
    introduces("04.03.2024, 09:15, \"Служба поддержки\" <desk@example.com>:");
    introduces("Понедельник, 4 марта 2024, 9:15 +03:00 от Служба поддержки <desk@example.com>:");
    introduces("Monday, 4 March 2024, 9:15 +0300 from desk@example.com:");
    introduces("On Monday, March 4th, 2024 at 9:15 AM, Support Desk <desk@example.com> wrote:");
    introduces("On Monday, March 4, 2024 at 09:15:22 AM GMT+3, Support Desk <desk@example.com> wrote:");
    introduces("---- On Mon, 04 Mar 2024 09:15:22 +0300 desk@example.com wrote ----");
    introduces("Dnia 4 marca 2024 09:15 Pomoc <desk@example.com> napisał(a):");
}

#[test]
fn a_name_before_the_verb_introduces_quoted_lines_only() {
    for introduction in [
        "Support Desk wrote:",
        "Служба поддержки писал 2024-03-04 09:15:",
        "Вы писали 4 марта 2024 г., 09:15:",
        "Support schrieb am 04.03.2024:",
        "2024/3/4 Support <desk@example.com>",
    ] {
        shows(&format!("{ANSWER}\n\n{introduction}\n\n> Has it come?\n"), ANSWER);
    }
    shows_all("Support Desk wrote:\n\nHas it come?");
}

#[test]
fn outlook_header_lines_are_quotes() {
    announces(
        "From: Support Desk <desk@example.com>\nSent: Monday, March 4, 2024 9:15 AM\nTo: Anna Petrova\nSubject: Your parcel",
    );
    announces(
        "*From:* Support Desk <desk@example.com>\n*Sent:* Monday, March 4, 2024 9:15 AM\n*To:* Anna\n*Subject:* Your parcel",
    );
    announces(
        "________________________________\nFrom: Support Desk\nSent: Monday, March 4, 2024 9:15 AM\nTo: Anna\nSubject: Your parcel",
    );
    announces(
        "________________________________\n\nFrom: Support Desk\n\nSent: Monday, March 4, 2024 9:15 AM\n\nTo: Anna\n\nSubject: Your parcel",
    );
    announces(
        "От: Служба поддержки <desk@example.com>\nОтправлено: 4 марта 2024 г. 9:15\nКому: Анна Петрова\nТема: Ваша посылка",
    );
    announces(
        "От: desk@example.com\nДата: 04.03.2024 09:15\nКому: anna@example.net\nКопия: oleg@example.net\nТема: Ваша посылка",
    );
    announces(
        "Від: Служба <desk@example.com>\nНадіслано: 4 березня 2024 р. 9:15\nКому: Анна\nТема: Ваша посилка",
    );
    announces(
        "Von: Support <desk@example.com>\nGesendet: Montag, 4. März 2024 09:15\nAn: Anna\nBetreff: Ihr Paket",
    );
    announces(
        "De : Support <desk@example.com>\nEnvoyé : lundi 4 mars 2024 09:15\nÀ : Anna\nObjet : Votre colis",
    );
    announces(
        "De: Soporte <desk@example.com>\nEnviado el: lunes, 4 de marzo de 2024 9:15\nPara: Anna\nAsunto: Su paquete",
    );
    announces(
        "Da: Assistenza <desk@example.com>\nInviato: lunedì 4 marzo 2024 09:15\nA: Anna\nOggetto: Il pacco",
    );
    announces(
        "De: Suporte <desk@example.com>\nEnviada em: segunda-feira, 4 de março de 2024 09:15\nPara: Anna\nAssunto: Pacote",
    );
    announces(
        "Van: Support <desk@example.com>\nVerzonden: maandag 4 maart 2024 09:15\nAan: Anna\nOnderwerp: Uw pakket",
    );
    announces(
        "Od: Pomoc <desk@example.com>\nWysłano: poniedziałek, 4 marca 2024 09:15\nDo: Anna\nTemat: Paczka",
    );
    announces("Fra: Support <desk@example.com>\nSendt: 4. marts 2024 09:15\nTil: Anna\nEmne: Din pakke");
    announces("Från: Support <desk@example.com>\nSkickat: den 4 mars 2024 09:15\nTill: Anna\nÄmne: Paketet");
    announces("发件人: 客服 <desk@example.com>\n发送时间: 2024年3月4日 9:15\n收件人: Anna\n主题: 包裹");
    announces("差出人: サポート <desk@example.com>\n送信日時: 2024年3月4日 9:15\n宛先: Anna\n件名: お荷物");
    announces(
        "From: Support Desk\n<the-support-desk@example.com>\nSent: Monday, March 4, 2024 9:15 AM\nTo: Anna\nSubject: Your parcel",
    );
    announces(
        "Date: Mon, 4 Mar 2024 09:15:22 +0300\nFrom: desk@example.com\nTo: anna@example.net\nSubject: Your parcel",
    );
}

#[test]
fn banners_are_quotes() {
    announces("-----Original Message-----\nFrom: Support Desk\nSent: Monday, March 4, 2024\nTo: Anna");
    announces("-----Original Message-----");
    announces(
        "-------- Исходное сообщение --------\nОт: Служба <desk@example.com>\nДата: 04.03.2024 9:15 (GMT+03:00)\nКому: Анна\nТема: Посылка",
    );
    announces("-----Ursprüngliche Nachricht-----\nVon: Support");
    announces("-------- Message d'origine --------\nDe : Support");
    announces("-----Mensaje original-----");
    announces("-----Messaggio originale-----");
    announces("-----Oryginalna wiadomość-----");
    announces("-----Mensagem original-----");
    announces("-----Oorspronkelijk bericht-----");
    announces("------------------ 原始邮件 ------------------\n发件人: 客服 <desk@example.com>;");
    announces(
        "------- Original Message -------\nOn Monday, March 4th, 2024 at 9:15 AM, Support <desk@example.com> wrote:",
    );
}

#[test]
fn forwards_are_told_from_quotes() {
    for lines in [
        "---------- Forwarded message ---------\nFrom: Support <desk@example.com>\nDate: Mon, Mar 4, 2024 at 9:15 AM\nSubject: Parcel",
        "Begin forwarded message:\n\nFrom: Support <desk@example.com>\nSubject: Parcel\nDate: 4 March 2024",
        "-------- Пересылаемое сообщение --------\n04.03.2024, 09:15, \"Служба\" <desk@example.com>:",
        "---------- Пересланное сообщение ----------\nОт кого: Служба <desk@example.com>",
        "-------- Weitergeleitete Nachricht --------\nBetreff: Paket\nVon: Support <desk@example.com>",
        "-------- Message transféré --------\nSujet : Colis",
        "----- Forwarded by Anna Petrova on 04.03.2024 -----",
    ] {
        announces(lines);
        let text = format!("{ANSWER}\n\n{lines}\n\nHas it come?\n");
        assert_eq!(kinds(&text), [SegmentKind::New, SegmentKind::Forward], "in the text:\n{text}");
    }
    assert_eq!(
        kinds("See below.\n\n> Begin forwarded message:\n>\n> From: x@example.com\n"),
        [SegmentKind::New, SegmentKind::Forward]
    );
}

/// R28: everything from our own marker on is history, whatever stands before it.
#[test]
fn everything_from_the_reply_marker_on_is_quote() {
    for marker in
        ["Please type your reply above this line", "— Пожалуйста, напишите ответ выше этой строки —"]
    {
        shows(&format!("{ANSWER}\n\n{marker}\n\nHas it come?\n\n-- \nDesk\n"), ANSWER);
        shows(&format!("{ANSWER}\n\n> {marker}\n>\n> Has it come?\n"), ANSWER);
        shows(
            &format!("{ANSWER}\n\nDesk, yesterday:\n> {}\n> Has it come?\n", marker.replacen(' ', "\n> ", 3)),
            &format!("{ANSWER}\n\nDesk, yesterday:"),
        );
    }
    let answered = "Hello,\n\n> Please type your reply above this line\n> Has it come?\n\nYes.\n\n> Is it whole?\n\nNo.\n";
    shows(answered, "Hello,\n\nYes.\n\nNo.");
}
