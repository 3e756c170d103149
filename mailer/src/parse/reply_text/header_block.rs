//! The header lines of the mail answered, as Outlook and its like put them above it.

use std::{collections::HashMap, sync::LazyLock};

use super::lines::Line;

/// More wrapped lines under one key, or more lines at all, aren't a header block.
const MAX_WRAPPED: usize = 6;
const MAX_LINES: usize = 40;
/// A key is looked for in so many characters.
const MAX_KEY: usize = 30;

/// The index of the last line of the header block that begins at `first`. `announced` says that a line before it
/// already told that earlier mail follows.
pub(super) fn find(lines: &[Line<'_>], first: usize, announced: bool) -> Option<usize> {
    let mut block = Block::default();
    let mut last = None;
    let mut at = first;
    // An address in what may as well be the body counts only once another key follows.
    let (mut wrapped, mut wrapped_address) = (0, false);
    while let Some(line) = lines.get(at).filter(|_| at < first + MAX_LINES) {
        if let Some((key, value)) = key_of(line).filter(|(key, _)| !block.has(*key) || *key == Key::Other) {
            block.has_address |= wrapped_address;
            block.add(key, value);
            last = Some(at);
            (wrapped, wrapped_address) = (0, false);
        } else if last.is_none() || wrapped == MAX_WRAPPED {
            break;
        } else if line.is_blank() {
            let next_is_key = lines.get(at + 1).is_some_and(|line| key_of(line).is_some());
            if !next_is_key {
                break;
            }
        } else {
            wrapped += 1;
            wrapped_address |= line.content.contains('@');
        }
        at += 1;
    }
    last.filter(|_| block.is_header(announced))
}

/// What the lines of a block say.
#[derive(Default)]
struct Block {
    keys: Vec<Key>,
    has_address: bool,
    has_sending_time: bool,
}

impl Block {
    fn has(&self, key: Key) -> bool {
        self.keys.contains(&key)
    }

    fn add(&mut self, key: Key, value: &str) {
        self.keys.push(key);
        self.has_address |= matches!(key, Key::From | Key::To) && value.contains('@');
        self.has_sending_time |= key == Key::Sent && value.chars().filter(char::is_ascii_digit).count() >= 4;
    }

    /// A sender's own "From: Berlin, To: Munich" has neither an address nor a subject.
    fn is_header(&self, announced: bool) -> bool {
        let count =
            [Key::From, Key::Sent, Key::To, Key::Subject].into_iter().filter(|key| self.has(*key)).count();
        let is_sure = self.has_address || self.has(Key::Subject);
        (self.has(Key::From) && is_sure && count >= 3)
            || (self.has_address && self.has_sending_time)
            || (announced && self.has(Key::From) && count >= 2)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    From,
    Sent,
    To,
    Subject,
    /// Cc, importance and the like: allowed, proves nothing.
    Other,
}

fn key_of<'a>(line: &Line<'a>) -> Option<(Key, &'a str)> {
    let content = line.content.trim_start_matches(['*', '_', '|', ' ']);
    let colon = content.char_indices().take(MAX_KEY).find(|(_, c)| matches!(c, ':' | '：'))?.0;
    let (name, value) = content.split_at_checked(colon)?;
    let name = name.trim_matches(|c: char| c == '*' || c == '_' || c.is_whitespace());
    if name.is_empty() || !name.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase()) {
        return None;
    }
    let name = name.to_lowercase();
    let key = *KEY_BY_NAME.get(name.as_str())?;
    Some((key, value.trim_start_matches([':', '：', '*', ' '])))
}

static KEY_BY_NAME: LazyLock<HashMap<&str, Key>> =
    LazyLock::new(|| KEYS.iter().flat_map(|(key, names)| names.iter().map(|name| (*name, *key))).collect());

const KEYS: [(Key, &[&str]); 5] = [
    (
        Key::From,
        &[
            "from",
            "von",
            "de",
            "da",
            "od",
            "van",
            "fra",
            "från",
            "lähettäjä",
            "kimden",
            "gönderen",
            "от",
            "от кого",
            "від",
            "від кого",
            "feladó",
            "expéditeur",
            "remitente",
            "mittente",
            "nadawca",
            "afzender",
            "avsender",
            "afsender",
            "absender",
            "odesílatel",
            "odosielateľ",
            "de la",
            "από",
            "từ",
            "מאת",
            "من",
            "发件人",
            "发送人",
            "寄件者",
            "寄件人",
            "發件人",
            "差出人",
            "送信者",
            "보낸 사람",
            "보낸사람",
            "saatja",
        ],
    ),
    (
        Key::Sent,
        &[
            "sent",
            "date",
            "sent on",
            "sent at",
            "gesendet",
            "gesendet am",
            "datum",
            "envoyé",
            "envoyé le",
            "date d'envoi",
            "enviado",
            "enviado el",
            "enviado em",
            "enviada",
            "enviada em",
            "enviado a",
            "enviados",
            "fecha",
            "data",
            "inviato",
            "inviato il",
            "data invio",
            "wysłano",
            "verzonden",
            "verzonden op",
            "sendt",
            "dato",
            "skickat",
            "lähetetty",
            "päivämäärä",
            "gönderildi",
            "gönderme tarihi",
            "tarih",
            "отправлено",
            "дата",
            "дата отправки",
            "отправлен",
            "надіслано",
            "відправлено",
            "odesláno",
            "odoslané",
            "dátum",
            "küldve",
            "elküldve",
            "trimis",
            "στάλθηκε",
            "ημερομηνία",
            "đã gửi",
            "ngày",
            "נשלח",
            "תאריך",
            "تاريخ الإرسال",
            "التاريخ",
            "发送时间",
            "发送日期",
            "日期",
            "时间",
            "寄件日期",
            "傳送時間",
            "發送時間",
            "送信日時",
            "日付",
            "日時",
            "보낸 날짜",
            "날짜",
            "보낸시간",
            "message du",
            "saatmisaeg",
            "kuupäev",
        ],
    ),
    (
        Key::To,
        &[
            "to",
            "an",
            "à",
            "a",
            "para",
            "do",
            "aan",
            "til",
            "till",
            "vastaanottaja",
            "kime",
            "alıcı",
            "кому",
            "komu",
            "pro",
            "címzett",
            "destinataire",
            "destinatario",
            "destinatário",
            "către",
            "προς",
            "đến",
            "אל",
            "إلى",
            "收件人",
            "收件者",
            "宛先",
            "받는 사람",
            "받는사람",
        ],
    ),
    (
        Key::Subject,
        &[
            "subject",
            "betreff",
            "objet",
            "sujet",
            "asunto",
            "assunto",
            "oggetto",
            "temat",
            "onderwerp",
            "emne",
            "ämne",
            "aihe",
            "konu",
            "тема",
            "předmět",
            "predmet",
            "tárgy",
            "subiect",
            "θέμα",
            "chủ đề",
            "נושא",
            "الموضوع",
            "主题",
            "主題",
            "主旨",
            "件名",
            "제목",
            "teema",
        ],
    ),
    (
        Key::Other,
        &[
            "cc",
            "bcc",
            "copie",
            "copie à",
            "kopie",
            "kopie (cc)",
            "kopia",
            "kopi",
            "kopio",
            "копия",
            "копії",
            "копія",
            "с копией",
            "dw",
            "másolat",
            "másolatot kap",
            "bilgi",
            "抄送",
            "副本",
            "참조",
            "עותק",
            "نسخة",
            "κοιν.",
            "reply-to",
            "reply to",
            "antwort an",
            "répondre à",
            "importance",
            "priority",
            "wichtigkeit",
            "importância",
            "importancia",
            "priorità",
            "важность",
            "attachments",
            "anlagen",
            "pièces jointes",
            "вложения",
            "organization",
            "resent-from",
        ],
    ),
];
