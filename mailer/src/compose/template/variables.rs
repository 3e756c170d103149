//! The variables of templates: one table that checking, rendering and the documentation share (VAR-2, VAR-3).

/// A name that may follow a dot, or stand first, with its Russian names.
#[derive(Debug)]
pub struct Variable {
    pub name: &'static str,
    /// The first is the one we recommend; the others are accepted.
    pub russian: &'static [&'static str],
    pub shape: Shape,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Text,
    /// HTML in an HTML part, text elsewhere.
    Rich,
    Number,
    /// A day or a moment, written in the language of the template.
    Date,
    /// Has fields, and is a text itself: a person's name, a task's title.
    Record(&'static [Variable]),
    /// Is looped over, or written as its items with commas between (VAR-7).
    List(&'static [Variable]),
}

impl Variable {
    /// The field of this English or Russian name; capitals don't matter.
    pub(super) fn find<'a>(fields: &'a [Self], name: &str) -> Option<&'a Self> {
        let name = name.to_lowercase();
        fields
            .iter()
            .find(|it| it.name == name || it.russian.iter().any(|russian| russian.to_lowercase() == name))
    }
}

const fn variable(name: &'static str, russian: &'static [&'static str], shape: Shape) -> Variable {
    Variable { name, russian, shape }
}

/// The variables that stand first.
pub const ROOTS: &[Variable] = &[
    variable("system", &["Системные"], Shape::Record(SYSTEM)),
    variable("recipient", &["Получатель"], Shape::Record(PERSON)),
    variable("task", &["Задача"], Shape::Record(TASK)),
    variable("comment", &["Действие"], Shape::Record(COMMENT)),
    variable("contact", &["Контакт"], Shape::Record(PERSON)),
];

const SYSTEM: &[Variable] = &[
    variable("today", &["Сегодня"], Shape::Date),
    variable("now", &["Сейчас", "Текущее время"], Shape::Date),
    variable("account", &["Аккаунт", "Компания"], Shape::Text),
];

const PERSON: &[Variable] = &[
    variable("name", &["Имя", "ФИО"], Shape::Text),
    variable("email", &["Почта", "E-mail", "Email"], Shape::Text),
];

const TASK: &[Variable] = &[
    variable("title", &["Название"], Shape::Text),
    variable("number", &["Номер"], Shape::Number),
    variable("description", &["Описание", "Описание задачи"], Shape::Rich),
    variable("status", &["Статус"], Shape::Text),
    variable("priority", &["Приоритет"], Shape::Text),
    variable("start", &["Начало", "Дата начала"], Shape::Date),
    variable("deadline", &["Срок", "Дата завершения"], Shape::Date),
    variable("created", &["Создана", "Дата создания"], Shape::Date),
    variable("assigner", &["Постановщик"], Shape::Record(PERSON)),
    variable("assignees", &["Исполнители", "Исполнитель"], Shape::List(PERSON)),
    variable("participants", &["Участники", "Участник"], Shape::List(PERSON)),
    variable("auditors", &["Аудиторы", "Аудитор", "Аудитор задачи"], Shape::List(PERSON)),
    variable("counterparty", &["Контрагент"], Shape::Record(PERSON)),
    variable("project", &["Проект"], Shape::Text),
    variable("files", &["Файлы", "Прикрепленные файлы", "Все файлы задачи"], Shape::List(FILE)),
];

const COMMENT: &[Variable] = &[
    variable("html", &["HTML"], Shape::Rich),
    variable("text", &["Текст"], Shape::Text),
    variable("author", &["Автор"], Shape::Record(PERSON)),
    variable("date", &["Дата"], Shape::Date),
    variable("files", &["Файлы"], Shape::List(FILE)),
];

const FILE: &[Variable] = &[
    variable("name", &["Имя", "Название"], Shape::Text),
    variable("size", &["Размер"], Shape::Number),
    variable("url", &["Ссылка"], Shape::Text),
];

/// What `loop` says inside `{% for %}`.
pub(super) const LOOP: Shape = Shape::Record(&[
    variable("index", &["Номер"], Shape::Number),
    variable("first", &["Первый"], Shape::Number),
    variable("last", &["Последний"], Shape::Number),
    variable("length", &["Количество"], Shape::Number),
]);

/// The filters, in the order of the documentation.
pub const FILTERS: [&str; 11] =
    ["date", "default", "first", "join", "last", "length", "lower", "size", "trim", "truncate", "upper"];
