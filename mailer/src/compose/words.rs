//! The words around a template: the reply marker, headings, dates and sizes, in each language.
//!
//! Kept as constants, so that a missing translation is a compile error.

use liaison_domain::{
    language::Language,
    task::{Priority, TaskStatus},
};

/// What one language calls things.
#[derive(Debug)]
pub struct Words {
    /// Stands on top of a mail; what an answer quotes below it is history. Part of the HTTP contract.
    pub reply_marker: &'static str,
    pub linked_files: &'static str,
    /// Files that are neither in the mail nor to be fetched.
    pub large_files: &'static str,
    pub history: &'static str,
    pub portal_link: &'static str,
    pub unsubscribe: &'static str,
    pub size_units: [&'static str; 4],
    pub decimal_point: char,
    /// From January, as they stand alone and as they stand in a date.
    pub months: [&'static str; 12],
    pub months_of_date: [&'static str; 12],
    pub short_months: [&'static str; 12],
    /// From Monday.
    pub weekdays: [&'static str; 7],
    pub short_weekdays: [&'static str; 7],
}

/// The words of `language`.
pub const fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Russian => &RUSSIAN,
    }
}

/// What a status is called.
pub const fn status(status: TaskStatus, language: Language) -> &'static str {
    match (language, status) {
        (Language::English, TaskStatus::Draft) => "Draft",
        (Language::English, TaskStatus::New) => "New",
        (Language::English, TaskStatus::InProgress) => "In progress",
        (Language::English, TaskStatus::Done) => "Done",
        (Language::English, TaskStatus::Completed) => "Completed",
        (Language::English, TaskStatus::Rejected) => "Rejected",
        (Language::English, TaskStatus::Deferred) => "Deferred",
        (Language::English, TaskStatus::Cancelled) => "Canceled",
        (Language::Russian, TaskStatus::Draft) => "Черновик",
        (Language::Russian, TaskStatus::New) => "Новая",
        (Language::Russian, TaskStatus::InProgress) => "В работе",
        (Language::Russian, TaskStatus::Done) => "Сделана",
        (Language::Russian, TaskStatus::Completed) => "Завершена",
        (Language::Russian, TaskStatus::Rejected) => "Отклонена",
        (Language::Russian, TaskStatus::Deferred) => "Отложена",
        (Language::Russian, TaskStatus::Cancelled) => "Отменена",
    }
}

/// What a priority is called.
pub const fn priority(priority: Priority, language: Language) -> &'static str {
    match (language, priority) {
        (Language::English, Priority::Low) => "Low",
        (Language::English, Priority::Normal) => "Normal",
        (Language::English, Priority::Urgent) => "Urgent",
        (Language::Russian, Priority::Low) => "Низкий",
        (Language::Russian, Priority::Normal) => "Обычный",
        (Language::Russian, Priority::Urgent) => "Срочный",
    }
}

/// A size as people read it: `812 bytes`, `1.5 MB`, `1,5 МБ`.
pub fn human_size(bytes: u64, language: Language) -> String {
    let words = words(language);
    let (mut unit, mut tenths) = (0, u128::from(bytes) * 10);
    // 999.95 is shown as 1000.0: a unit is left one rounding step before it is full.
    while tenths >= 10_235 && unit + 1 < words.size_units.len() {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    let name = words.size_units.get(unit).copied().unwrap_or_default();
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}{}{tenth} {name}", words.decimal_point),
    }
}

const ENGLISH: Words = Words {
    reply_marker: "Please type your reply above this line",
    linked_files: "Files to download",
    large_files: "Files that are too large for this mail; please ask for them",
    history: "Earlier in this conversation",
    portal_link: "See the whole conversation",
    unsubscribe: "Stop these automatic messages",
    size_units: ["bytes", "KB", "MB", "GB"],
    decimal_point: '.',
    months: ENGLISH_MONTHS,
    months_of_date: ENGLISH_MONTHS,
    short_months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    short_weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
};

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const RUSSIAN: Words = Words {
    reply_marker: "Пожалуйста, напишите ответ выше этой строки",
    linked_files: "Файлы для скачивания",
    large_files: "Файлы, которые не поместились в письмо; попросите прислать их",
    history: "Ранее в этой переписке",
    portal_link: "Посмотреть всю переписку",
    unsubscribe: "Не получать автоматические письма",
    size_units: ["байт", "КБ", "МБ", "ГБ"],
    decimal_point: ',',
    months: [
        "январь",
        "февраль",
        "март",
        "апрель",
        "май",
        "июнь",
        "июль",
        "август",
        "сентябрь",
        "октябрь",
        "ноябрь",
        "декабрь",
    ],
    months_of_date: [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    short_months: ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
    weekdays: ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"],
    short_weekdays: ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_the_unit_people_expect() {
        for (bytes, english, russian) in [
            (0, "0 bytes", "0 байт"),
            (812, "812 bytes", "812 байт"),
            (1_536, "1.5 KB", "1,5 КБ"),
            (1_048_575, "1 MB", "1 МБ"),
            (10_485_760, "10 MB", "10 МБ"),
            (1_610_612_736, "1.5 GB", "1,5 ГБ"),
        ] {
            assert_eq!(human_size(bytes, Language::English), english);
            assert_eq!(human_size(bytes, Language::Russian), russian);
        }
    }

    #[test]
    fn the_reply_markers_hold_the_words_of_the_contract() {
        assert!(words(Language::English).reply_marker.contains("above this line"));
        assert!(words(Language::Russian).reply_marker.contains("выше этой строки"));
    }
}
