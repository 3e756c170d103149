//! Signatures leave the visible text, words below a greeting don't.

use super::*;

#[track_caller]
fn signs(signature: &str) {
    shows(&format!("It works now.\n\n{signature}\n"), "It works now.");
    shows(
        &format!("It works now.\n\n{signature}\n\nOn 04.03.2024 09:15, Desk wrote:\n> Does it?\n"),
        "It works now.",
    );
    shows(
        &format!("It works now.\n\nOn 04.03.2024 09:15, Desk wrote:\n> Does it?\n\n{signature}\n"),
        "It works now.",
    );
}

#[test]
fn signatures_are_elided() {
    signs("-- \nAnna Petrova\nExample Ltd\n+7 900 000-00-00");
    signs("--\nAnna");
    signs("---\nAnna Petrova");
    signs("-Anna");
    signs("Best regards,\nAnna Petrova\nExample Ltd");
    signs("Kind regards, Anna");
    signs("С уважением,\nАнна Петрова");
    signs("С уважением, Анна Петрова");
    signs("Mit freundlichen Grüßen\n\nAnna Petrova");
    signs("Cordialement,\nAnna");
    signs("Saludos,\nAnna\n\n-- \nExample SL");
    signs("Anna Petrova\nExample Ltd, www.example.com");
    signs("____________________\nusers mailing list\nhttps://lists.example.com/users");
    signs(
        "This e-mail and any attachments are confidential and intended for the addressee only, so please delete it.",
    );
}

#[test]
fn devices_sign_in_their_language() {
    for line in [
        "Sent from my iPhone",
        "Sent from my Galaxy",
        "Sent from Mail for Windows",
        "Sent from Outlook for Android<https://aka.ms/x>",
        "Get Outlook for iOS<https://aka.ms/x>",
        "Sent from Yahoo Mail on Android",
        "Sent with Proton Mail secure email.",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "Отправлено из мобильной Яндекс Почты",
        "Отправлено с моего Galaxy",
        "Надіслано з iPhone",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Lähetetty iPhonesta",
        "从我的iPhone发送",
        "iPhoneから送信",
    ] {
        signs(line);
    }
}

#[test]
fn words_below_a_closing_stay() {
    shows_all("It works.\n\nRegards,\nAnna\n\nP.S. When will the other parcel come");
    shows_all("It works.\n\nRegards,\nAnna\n\nOh, and could you send the bill?");
    shows_all("With regards to the bill, it is paid.\n\nRegards from the sea!");
    shows_all("Thanks,\nAnna");
}
