//! What mail programs write in which language. Tables only, all in lower case.

/// `true` when one of the phrases stands in the text as words of its own. Scripts without spaces have no words.
pub(super) fn contains_phrase(lower: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        lower.match_indices(phrase).any(|(at, _)| {
            let before = lower.get(..at).and_then(|text| text.chars().next_back());
            let after = lower.get(at + phrase.len()..).and_then(|text| text.chars().next());
            is_unspaced(phrase)
                || !(before.is_some_and(char::is_alphabetic) || after.is_some_and(char::is_alphabetic))
        })
    })
}

fn is_unspaced(phrase: &str) -> bool {
    phrase.chars().next().is_some_and(|c| c >= '\u{2e80}')
}

/// "wrote" as the line before a quote says it.
pub(super) const ATTRIBUTION_VERBS: &[&str] = &[
    "wrote", "writes", // English
    "писал", "писала", "писали", "писал(а)", "написал", "написала", "написал(а)", "пишет", "пишете", // Russian
    "пише", "пишете", "писав", "писала", "написав", "написала", "написав(-ла)", // Ukrainian
    "schrieb", "geschrieben", // German
    "a écrit", "a ecrit", "écrit", // French
    "escribió", "escribio", "ha escrito", // Spanish
    "ha scritto", "scritto", "scrive", // Italian
    "escreveu", // Portuguese
    "schreef", "geschreven", // Dutch
    "napisał", "napisała", "napisał(a)", "napisał/a", "pisze", // Polish
    "napsal", "napsala", "napsal(a)", "napísal", "napísala", "napísal(a)", "píše", // Czech, Slovak
    "napisao", "napisala", "je napisao/la", "написао", "написа", // Serbian, Croatian, Bulgarian
    "skrev", // Swedish, Norwegian, Danish
    "kirjoitti", "kirjutas", "rakstīja", "rašė", // Finnish, Estonian, Latvian, Lithuanian
    "írta", "a scris", "έγραψε", "yazdı", "şunu yazdı", // Hungarian, Romanian, Greek, Turkish
    "כתב", "כתבה", "כתב/ה", "كتب", "كتبت", "đã viết", "menulis", // Hebrew, Arabic, Vietnamese, Indonesian
    "写道", "寫道", "写到", "書きました", "のメール", "작성", "님이 씀", "เขียนว่า", // Chinese, Japanese, Korean, Thai
];

/// How a sentence of the sender's own begins that only looks like an introduction ("As you wrote:").
pub(super) const ATTRIBUTION_OPENERS: &[&str] = &[
    "as ", "like ", "what ", "since ", "because ", "and ", "but ", "как ", "что ", "wie ", "was ", "comme ",
    "como ", "come ",
];

/// What stands between dashes above the mail answered.
pub(super) const ORIGINAL_BANNERS: &[&str] = &[
    "original message", "original mail", "original email", "reply message", "original-nachricht",
    "ursprüngliche nachricht", "originalnachricht", "antwort nachricht", "message d'origine",
    "message d’origine", "message original", "message initial", "mensaje original", "correo original",
    "mensagem original", "messaggio originale", "oorspronkelijk bericht", "origineel bericht",
    "oorspronkelijke bericht", "oryginalna wiadomość", "wiadomość oryginalna", "treść oryginalnej wiadomości",
    "ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse", "oprindelig besked",
    "opprinnelig melding", "alkuperäinen viesti", "původní zpráva", "původní e-mail", "pôvodná správa",
    "eredeti üzenet", "mesaj original", "orijinal mesaj", "orijinal ileti", "özgün ileti", "исходное сообщение",
    "оригинальное сообщение", "первоначальное сообщение", "исходное письмо", "початкове повідомлення",
    "оригінальне повідомлення", "вихідне повідомлення", "originalna poruka", "izvirno sporočilo",
    "αρχικό μήνυμα", "הודעה מקורית", "الرسالة الأصلية", "原始邮件", "原始郵件", "原始消息", "原邮件", "元のメッセージ", "オリジナルメッセージ",
    "원본 메시지", "원본메시지", "원본 이메일", "원본 메일", "tin nhắn gốc", "thư gốc",
];

/// What stands between dashes above a mail passed on; it may go on ("Forwarded by John on 15.01.2024").
pub(super) const FORWARD_BANNERS: &[&str] = &[
    "forwarded message", "forwarded mail", "forwarded by", "forwarded email", "weitergeleitete nachricht",
    "weitergeleitete mail", "message transféré", "message réexpédié", "mensaje reenviado",
    "mensagem encaminhada", "mensagem reencaminhada", "messaggio inoltrato", "doorgestuurd bericht",
    "doorgestuurde bericht", "przekazana wiadomość", "wiadomość przekazana", "treść przekazanej wiadomości",
    "vidarebefordrat meddelande", "vidarebefordrat mail", "videresendt meddelelse", "videresendt besked",
    "videresendt melding", "välitetty viesti", "přeposlaná zpráva", "preposlaná správa", "továbbított üzenet",
    "mesaj redirecționat", "iletilen mesaj", "yönlendirilen ileti", "пересылаемое сообщение",
    "пересланное сообщение", "переадресованное сообщение", "перенаправленное сообщение", "пересылаемое письмо",
    "пересланное письмо", "пересилане повідомлення", "переслане повідомлення", "переадресоване повідомлення",
    "προωθημένο μήνυμα", "הודעה שהועברה", "الرسالة المعاد توجيهها", "转发的邮件", "转发邮件", "轉寄郵件", "转发消息", "転送メッセージ",
    "転送メール", "전달된 메시지", "전달된 메일", "thư được chuyển tiếp", "pesan terusan",
];

/// Apple Mail writes this line without dashes, with a colon.
pub(super) const FORWARD_LINES: &[&str] = &[
    "begin forwarded message", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "début du message transféré", "début du message réexpédié", "inicio del mensaje reenviado",
    "inizio messaggio inoltrato", "início da mensagem encaminhada", "início da mensagem reencaminhada",
    "begin doorgestuurd bericht", "początek przekazywanej wiadomości", "początek przesyłanej dalej wiadomości",
    "vidarebefordrat brev", "start på videresendt besked", "videresendt melding", "välitetty viesti alkaa",
    "začátek přeposílané zprávy", "továbbított levél kezdete", "начало переадресованного сообщения",
    "начало пересылаемого сообщения", "начало переадресованного письма", "початок листа, що пересилається",
    "початок переадресованого повідомлення", "iletilen ileti başlangıcı", "开始转发的邮件", "以下是转发的邮件", "下面是被转发的邮件",
    "轉寄訊息開始", "以下は転送されたメッセージです", "転送されたメッセージ", "전달된 메시지 시작",
];

/// The reply marker that our own mails carry: the phrase, and what the sender is asked to do.
pub(super) const MARKER_PHRASES: &[&str] = &["above this line", "выше этой строки"];
pub(super) const MARKER_HINTS: &[&str] = &["bove", "BOVE", "ыше", "ЫШЕ"];
pub(super) const MARKER_REQUESTS: &[&str] =
&[
    "reply", "answer", "respond", "type", "write", "ответ", "отвеч", "пиш",
];

/// What a device says of itself, up to the name of the device or the program.
pub(super) const SENT_FROM: &[&str] = &[
    "sent from", "sent with", "sent via", "sent using", "sent wirelessly from", "sent by", "get outlook for",
    "sent on", "composed on", "отправлено с", "отправлено со", "отправлено из", "отправлено через", "послано с",
    "скачать outlook для", "получить outlook для", "надіслано з", "надіслано із", "відправлено з",
    "отримати outlook для", "gesendet von", "gesendet mit", "gesendet über", "gesendet aus", "von meinem",
    "von meiner", "diese nachricht wurde von meinem", "outlook für", "hol dir outlook für", "envoyé de",
    "envoyé depuis", "envoyé à partir de", "envoyé à partir d'", "envoyé avec", "envoyé par", "envoyé via",
    "envoyé sans fil", "obtenir outlook pour", "obtenez outlook pour", "télécharger outlook pour",
    "provenance : courrier", "enviado desde", "enviado con", "enviado de", "obtener outlook para",
    "obtén outlook para", "enviado do", "enviado da", "enviado a partir", "enviado pelo", "enviado por",
    "enviado via", "obter o outlook para", "inviato da", "inviato dal", "inviato con", "ottieni outlook per",
    "scarica outlook per", "verzonden vanaf", "verzonden met", "verzonden via", "verstuurd vanaf",
    "verstuurd met", "outlook voor", "download outlook voor", "wysłane z", "wysłano z", "pobierz outlook dla",
    "pobierz program outlook dla", "skickat från", "hämta outlook för", "sendt fra", "hent outlook til",
    "få outlook for", "lähetetty", "hanki outlook for", "odesláno z", "odoslané z", "stáhnout outlook pro",
    "elküldve", "trimis de pe", "στάλθηκε από", "iphone'umdan gönderildi", "発信元", "发自我的", "發自我的", "发自", "從我的",
    "从我的", "来自我的", "iphoneから送信", "나의", "נשלח מ", "đã gửi từ", "dikirim dari",
];

/// Devices and programs that sign themselves.
pub(super) const DEVICES: &[&str] = &[
    "iphone", "ipad", "ios", "android", "blackberry", "samsung", "galaxy", "huawei", "honor", "xiaomi", "redmi",
    "poco", "oneplus", "oppo", "realme", "pixel", "nokia", "htc", "lumia", "sony", "xperia", "motorola",
    "windows", "phone", "smartphone", "handy", "mobile", "mobil", "móvil", "celular", "teléfono", "téléphone",
    "telefon", "cellulare", "телефон", "телефона", "смартфон", "смартфона", "планшета", "mac", "tablet",
    "device", "handheld", "outlook", "mail", "email", "e-mail", "webmail", "почты", "почта", "пошти", "gmail",
    "yahoo", "yandex", "яндекс", "protonmail", "proton", "thunderbird", "spark", "airmail", "superhuman",
    "mailbox", "mailspring", "bluemail", "typeapp", "newton", "canary", "sparrow", "polymail", "postbox",
    "edison", "front", "missive", "hey", "zoho", "tutanota", "tuta", "aol", "gmx", "web.de", "k-9", "fairemail",
    "nine", "aqua", "myMail", "boxer", "telekom", "verizon", "at&t", "t-mobile", "wiko", "手机", "手機", "邮箱",
    "app",
];

/// Complimentary closings. Closings that say something to the reader ("thanks", "see you") stay, and so does
/// "sincerely", with which automatic letters name their sender.
pub(super) const CLOSINGS: &[&str] = &[
    "regards", "best regards", "kind regards", "kindest regards", "warm regards", "warmest regards",
    "many regards", "best wishes", "with best regards", "with kind regards", "with regards",
    "thanks and regards", "thanks & regards", "thanks and best regards",
    "best regards / mit freundlichen grüßen", "rgds", "br", "mit freundlichen grüßen",
    "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße", "viele grüße", "beste grüße",
    "herzliche grüße", "liebe grüße", "schöne grüße", "mit besten grüßen", "mfg", "lg", "vg", "cordialement",
    "bien cordialement", "très cordialement", "bien à vous", "meilleures salutations", "sincères salutations",
    "saludos", "saludos cordiales", "un saludo", "un cordial saludo", "atentamente", "atte", "cordiali saluti",
    "distinti saluti", "un cordiale saluto", "saluti", "cordialmente", "atenciosamente", "cumprimentos",
    "melhores cumprimentos", "com os melhores cumprimentos", "met vriendelijke groet",
    "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "mvg", "pozdrawiam",
    "z poważaniem", "pozdrawiam serdecznie", "s pozdravem", "s pozdravom", "med vänliga hälsningar",
    "vänliga hälsningar", "med vennlig hilsen", "vennlig hilsen", "med venlig hilsen", "venlig hilsen", "mvh",
    "ystävällisin terveisin", "üdvözlettel", "saygılarımla", "iyi çalışmalar", "с уважением", "с ув",
    "с наилучшими пожеланиями", "с искренним уважением", "с глубоким уважением", "з повагою", "此致", "祝好", "敬具",
];

/// How lists, scanners and lawyers begin what they put below every mail.
pub(super) const FOOTERS: &[&str] = &[
    "you received this message because you are subscribed", "you are receiving this because",
    "to unsubscribe from this", "virus-free.", "virenfrei.", "без вирусов.",
    "this email has been checked for viruses", "this email has been scanned", "this message has been scanned",
    "this e-mail is confidential", "this email is confidential", "this message is confidential",
    "this e-mail and any", "this email and any", "this message and any", "this communication and any",
    "confidentiality notice", "disclaimer:", "the information contained in this", "the information in this e",
    "the contents of this e", "privileged and confidential", "diese e-mail enthält vertrauliche",
    "diese nachricht enthält vertrauliche", "ce message et toutes les pièces jointes", "ce message et ses",
    "ce courriel et", "avis de confidentialité", "este mensaje y sus", "este correo electrónico",
    "aviso de confidencialidad", "esta mensagem pode conter", "aviso de confidencialidade",
    "le informazioni contenute in", "questo messaggio e", "dit bericht is uitsluitend", "de informatie in dit",
    "niniejsza wiadomość", "ta wiadomość", "настоящее сообщение", "это сообщение и любые", "данное сообщение",
    "информация, содержащаяся в", "это электронное сообщение", "данное электронное", "цей лист та",
    "please consider the environment",
];

/// The keys of header lines: who sent it.
pub(super) const FROM_KEYS: &[&str] = &[
    "from", "von", "de", "da", "od", "van", "fra", "från", "lähettäjä", "kimden", "gönderen", "от", "от кого",
    "від", "від кого", "feladó", "expéditeur", "remitente", "mittente", "nadawca", "afzender", "avsender",
    "afsender", "absender", "odesílatel", "odosielateľ", "de la", "από", "từ", "מאת", "من", "发件人", "发送人", "寄件者",
    "寄件人", "發件人", "差出人", "送信者", "보낸 사람", "보낸사람", "saatja",
];

/// When it was sent, in words that only mails use.
pub(super) const SENT_KEYS: &[&str] = &[
    "sent", "sent on", "sent at", "gesendet", "gesendet am", "envoyé", "envoyé le", "date d'envoi", "enviado",
    "enviado el", "enviado em", "enviada", "enviada em", "enviado a", "enviados", "inviato", "inviato il",
    "data invio", "wysłano", "verzonden", "verzonden op", "sendt", "skickat", "lähetetty", "gönderildi",
    "gönderme tarihi", "отправлено", "дата отправки", "отправлен", "надіслано", "відправлено", "odesláno",
    "odoslané", "küldve", "elküldve", "trimis", "στάλθηκε", "đã gửi", "נשלח", "تاريخ الإرسال", "发送时间", "发送日期",
    "寄件日期", "傳送時間", "發送時間", "送信日時", "보낸 날짜", "보낸시간", "message du", "saatmisaeg",
];

/// When it was sent, in words that any text uses.
pub(super) const DATE_KEYS: &[&str] = &[
    "date", "datum", "fecha", "data", "dato", "päivämäärä", "tarih", "дата", "dátum", "ημερομηνία", "ngày",
    "תאריך", "التاريخ", "日期", "时间", "日付", "日時", "날짜", "kuupäev",
];

/// To whom.
pub(super) const TO_KEYS: &[&str] = &[
    "to", "an", "à", "a", "para", "do", "aan", "til", "till", "vastaanottaja", "kime", "alıcı", "кому", "komu",
    "pro", "címzett", "destinataire", "destinatario", "destinatário", "către", "προς", "đến", "אל", "إلى",
    "收件人", "收件者", "宛先", "받는 사람", "받는사람",
];

/// The subject.
pub(super) const SUBJECT_KEYS: &[&str] = &[
    "subject", "betreff", "objet", "sujet", "asunto", "assunto", "oggetto", "temat", "onderwerp", "emne",
    "ämne", "aihe", "konu", "тема", "předmět", "predmet", "tárgy", "subiect", "θέμα", "chủ đề", "נושא",
    "الموضوع", "主题", "主題", "主旨", "件名", "제목", "teema",
];

/// What else stands among header lines.
pub(super) const OTHER_KEYS: &[&str] = &[
    "cc", "bcc", "copie", "copie à", "kopie", "kopie (cc)", "kopia", "kopi", "kopio", "копия", "копії", "копія",
    "с копией", "dw", "másolat", "másolatot kap", "bilgi", "抄送", "副本", "참조", "עותק", "نسخة", "κοιν.",
    "reply-to", "reply to", "antwort an", "répondre à", "importance", "priority", "wichtigkeit", "importância",
    "importancia", "priorità", "важность", "attachments", "anlagen", "pièces jointes", "вложения",
    "organization", "resent-from",
];
