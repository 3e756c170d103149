//! What templates may say, what they are refused for, and where that is told.

use chrono::DateTime;
use minijinja::Value;
use proptest::prelude::*;

use super::{
    render::sample,
    variables::{ROOTS, Shape, Variable},
    *,
};

fn source(html: &str) -> TemplateSource {
    TemplateSource { language: Language::English, subject: String::new(), html: html.to_owned(), text: None }
}

fn html(template: &str) -> String {
    Template::parse(&source(template)).unwrap().render(&sample(true)).unwrap().html
}

#[track_caller]
fn check(template: &str, expected: &str) {
    assert_eq!(html(template), expected, "{template}");
}

#[track_caller]
fn check_problems(template: &str, expected: &[&str]) {
    let problems = match Template::parse(&source(template)) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid.problems.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(problems, expected, "{template}");
}

#[test]
fn russian_and_english_names_are_the_same_variables() {
    check("{{ Задача.Название }} = {{ task.title }}", "Title = Title");
    check("{{Задача.Описание задачи}}{{ task.description }}", "<p>text</p><p>text</p>");
    check("{{ Задача.\"Описание задачи\" }}", "<p>text</p>");
    check("{{ задача.исполнители }}, {{ Получатель.E-mail }}", "Anna, Anna, anna@client.example");
    check("{% for файл in Действие.Файлы %}{{ loop.index }}) {{ файл.Имя }} {% endfor %}", "1) plan.pdf ");
    check("{% if Задача.Срок and Задача.Номер == 1 %}да{% else %}нет{% endif %}", "да");
    check("{{ \"Задача.Название\" }}", "Задача.Название");
}

#[test]
fn lists_join_records_have_a_text_and_filters_work() {
    check("{{ task.assignees }}; {{ task.assigner }}; {{ comment.author.name }}", "Anna, Anna; Anna; Anna");
    check("{{ task.assignees | join(\" and \") }}", "Anna and Anna");
    check(
        "{{ task.files | length }} {{ (task.files | first) }} {{ task.files | last }}",
        "1 plan.pdf plan.pdf",
    );
    check("{{ task.title | upper }} {{ task.title | lower }} {{ \" x \" | trim }}", "TITLE title x");
    check("{{ task.title | truncate(3) }}", "Ti…");
    check("{{ task.created | date(\"dd.MM.yyyy\") }}", "01.01.1970");
    check("{{ task.created }}", "1 January 1970, 00:00");
    check("{% for f in task.files %}{{ f.size | size }}{% endfor %}", "1 bytes");
    check("{% for p in task.assignees if p.name != \"Anna\" %}x{% else %}none{% endfor %}", "none");
    check("{# comment #}{{- task.number -}} !", "1!");
    check("{{ \"}}\" }} {{ 'a' ~ \"b\" }} { {% if not task.title %}x{% endif %}", "}} ab { ");
    check(
        "<ul>\n{% for f in task.files %}\n<li>{{ f }}</li>\n{% endfor %}\n</ul>",
        "<ul>\n<li>plan.pdf</li>\n</ul>",
    );
}

#[test]
fn absent_values_are_empty() {
    let template = "[{{ task.deadline }}{{ task.counterparty.name }}{{ comment.html }}{{ comment.author.name }}\
                    {{ task.project | default(\"—\") }}{{ task.deadline | date(\"d\") }}{{ task.files | first }}]";
    let rendered = Template::parse(&source(template)).unwrap().render(&sample(false)).unwrap();
    assert_eq!(rendered.html, "[—]");
}

/// S25
#[test]
fn every_value_is_escaped_for_its_part() {
    let mut facts = sample(true);
    facts.task.title = "<b>\"Ян\" & 'co'\nBcc: x</b>".to_owned();
    facts.comment.as_mut().unwrap().body =
        RichText { html: "<p onclick=x>Да</p><script>1</script>".to_owned(), text: "Да".to_owned() };
    let template = TemplateSource {
        subject: "{{ task.title }} {{ comment.html }}".to_owned(),
        text: Some("{{ task.title }} {{ comment.html }}".to_owned()),
        ..source("<a title=\"{{ task.title | trim }}\">{{ comment.html }}</a>{{ comment.text ~ \"<i>\" }}")
    };
    let rendered = Template::parse(&template).unwrap().render(&facts).unwrap();
    assert_eq!(rendered.subject, "<b>\"Ян\" & 'co' Bcc: x</b> Да");
    assert_eq!(rendered.text, "<b>\"Ян\" & 'co'\nBcc: x</b> Да\n");
    assert_eq!(
        rendered.html,
        "<a title=\"&lt;b&gt;&quot;Ян&quot; &amp; &#39;co&#39;<br>\nBcc: x&lt;/b&gt;\"><p>Да</p></a>Да&lt;i&gt;"
    );
}

/// VAR-8
#[test]
fn whatever_is_unknown_is_told_with_its_place() {
    check_problems(
        "<p>\n  {{ task.titel }} {{ Задача.Имя }}</p>",
        &[
            "html, line 2, column 6: there is no variable `task.titel`",
            "html, line 2, column 23: there is no variable `Задача.Имя`",
        ],
    );
    check_problems("{{ client.name }}", &["html, line 1, column 4: there is no variable `client.name`"]);
    check_problems("{{ task.title.x.y }}", &["html, line 1, column 4: there is no variable `task.title.x`"]);
    check_problems("{{ task. }}", &["html, line 1, column 4: there is no variable `task.`"]);
    check_problems(
        "{{ task.assignees.name }}",
        &["html, line 1, column 4: there is no variable `task.assignees.name`"],
    );
    check_problems(
        "{% for f in task.files %}{{ f.nme }}{% endfor %}{{ f }}",
        &[
            "html, line 1, column 29: there is no variable `f.nme`",
            "html, line 1, column 52: there is no variable `f`",
        ],
    );
    check_problems(
        "{% for f in task.fils %}{{ f.nme }}{% endfor %}",
        &["html, line 1, column 13: there is no variable `task.fils`"],
    );
    check_problems("{{ task.title | shout }}", &["html, line 1, column 17: there is no filter `shout`"]);
    check_problems(
        "{% for c in task.title %}{% endfor %}",
        &["html, line 1, column 13: `task.title` is no list"],
    );
    check_problems(
        "{% if task.nope %}{% endif %}",
        &["html, line 1, column 7: there is no variable `task.nope`"],
    );
    check_problems("{{ loop.index }}", &["html, line 1, column 4: there is no variable `loop.index`"]);
}

#[test]
fn jinja_that_templates_do_not_have_is_refused() {
    for (template, what) in [
        ("{% set x = 1 %}", "statement `set`"),
        ("{% include \"x\" %}", "statement `include`"),
        ("{% macro m() %}{% endmacro %}", "statement `macro`"),
        ("{% raw %}{% endraw %}", "statement `raw`"),
        ("{{ 9 * 9 }}", "`*`"),
        ("{{ [1] }}", "`[`"),
        ("{{ task[\"title\"] }}", "`[`"),
        ("{{ (task).title }}", "`.`"),
        ("{{ task.title.upper }}", ""),
        ("{{ range(9) }}", ""),
        ("{{ task.title is defined }}", ""),
    ] {
        let invalid = Template::parse(&source(template)).unwrap_err();
        assert!(invalid.to_string().contains(what), "{template}: {invalid}");
    }
}

#[test]
fn broken_tags_are_told_with_their_place() {
    check_problems("a\n{{ task.title", &["html, line 2, column 1: the tag is not closed by }}"]);
    check_problems("{{ \"open }}", &["html, line 1, column 1: the tag is not closed by }}"]);
    check_problems("{% for in %}", &["html, line 1, column 4: a loop reads `for … in …`"]);
    check_problems("{%%}", &["html, line 1, column 1: the tag is empty"]);
    for template in
        ["{% if task.title %}", "{% endif %}", "{% endfor %}", "{{ task.title task.title }}", "{{ }}", "{# x"]
    {
        let invalid = Template::parse(&source(template)).unwrap_err();
        assert!(matches!(invalid.problems[0].kind, ProblemKind::Syntax(_)), "{template}: {invalid}");
    }
    // The engine's own complaints are placed in the text as it was written.
    let invalid =
        Template::parse(&source("{{ Задача.Название }}\n{{ Задача.Название | date(\"d\") }}")).unwrap_err();
    assert_eq!((invalid.problems[0].line, invalid.problems[0].column), (2, 22), "{invalid}");
}

#[test]
fn a_part_and_its_output_have_a_size_limit() {
    let invalid = Template::parse(&source(&"x".repeat(MAX_SOURCE_BYTES + 1))).unwrap_err();
    assert_eq!(invalid.problems[0].kind, ProblemKind::TooLong);
    let template = Template::parse(&source(&"{{ comment.text }}".repeat(100))).unwrap();
    let mut facts = sample(true);
    facts.comment.as_mut().unwrap().body.text = "x".repeat(64 * 1024);
    assert_eq!(template.render(&facts), Err(RenderError::TooLong(Part::Html)));
}

/// One table for checking, rendering and the documentation.
#[test]
fn each_variable_of_the_table_has_a_value_and_a_line_in_the_guide() {
    let guide = include_str!("../../../../docs/templates.md");
    for is_full in [true, false] {
        let values = values::of(&sample(is_full), Language::Russian);
        for root in ROOTS {
            check_variable(&values, root, guide, "", "");
        }
    }
    for filter in variables::FILTERS {
        assert!(guide.contains(&format!("| `{filter}")), "docs/templates.md misses the filter {filter}");
    }
}

fn check_variable(parent: &Value, variable: &Variable, guide: &str, path: &str, russian_path: &str) {
    let path = format!("{path}{}", variable.name);
    let russian_path = format!("{russian_path}{}", variable.russian[0]);
    let value = parent.get_attr(variable.name).unwrap();
    assert!(!value.is_undefined(), "{path}");
    assert!(guide.contains(&format!("`{}`", variable.name)), "docs/templates.md misses {path}");
    for russian in variable.russian {
        assert!(
            guide.contains(&format!("`{russian}`")),
            "docs/templates.md misses {russian_path} ({russian})"
        );
    }
    match variable.shape {
        Shape::Record(fields) => {
            for field in fields {
                check_variable(&value, field, guide, &format!("{path}."), &format!("{russian_path}."));
            }
        }
        Shape::List(fields) => {
            for (item, field) in
                value.try_iter().unwrap().flat_map(|item| fields.iter().map(move |it| (item.clone(), it)))
            {
                check_variable(&item, field, guide, &format!("{path}[]."), &format!("{russian_path}[]."));
            }
        }
        Shape::Text | Shape::Rich | Shape::Number | Shape::Date => {}
    }
}

#[test]
fn dates_compare() {
    let mut facts = sample(true);
    facts.task.deadline = Some(crate::compose::facts::When::Moment(DateTime::UNIX_EPOCH.fixed_offset()));
    facts.system.now = DateTime::parse_from_rfc3339("2030-01-01T00:00:00Z").unwrap();
    let template = source("{% if task.deadline < system.now %}overdue{% endif %}");
    assert_eq!(Template::parse(&template).unwrap().render(&facts).unwrap().html, "overdue");
}

/// S25: however deep or dense a source is, the stack holds.
#[test]
fn deep_and_dense_sources_are_refused() {
    for unit in ["{{ (", "{% if task.title %}", "{% for a in task.files %}", "{{ nope }}", "{{", "{% "] {
        let dense = unit.repeat(MAX_SOURCE_BYTES / unit.len());
        let invalid = Template::parse(&source(&dense)).unwrap_err();
        assert!(invalid.problems.len() <= 50, "{unit}");
    }
    for (start, unit, end) in [
        ("{{ ", "(", "task.title }}"),
        ("{{ ", "not ", "task.title }}"),
        ("{{ task.title", " ~ task.title", " }}"),
        ("{{ task.title", " | upper", " }}"),
        ("{{ task.title", " if task.title else task.title", " }}"),
        ("{% if task.title %}", "{% elif task.title %}", "{% endif %}"),
        ("{{ 1", " < 1", " }}"),
    ] {
        let n = (MAX_SOURCE_BYTES - start.len() - end.len()) / unit.len();
        let _refused = Template::parse(&source(&format!("{start}{}{end}", unit.repeat(n)))).unwrap_err();
        // As deep as the limits allow; whether the engine takes it is its own matter.
        let n = if start.starts_with("{%") { 29 } else { 190 / unit.split(' ').count() };
        let _answer = Template::parse(&source(&format!("{start}{}{end}", unit.repeat(n))));
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_or_renders(
        text in "(\\{\\{|\\}\\}|\\{%|%\\}|[ -.|~()<>=]|for|in|if|endif|endfor|else|task|\\.title|\\.files|Задача|Название|\\| ?upper|\"x\"|f|\n){0,40}",
    ) {
        if let Ok(template) = Template::parse(&source(&text)) {
            template.render(&sample(true)).unwrap();
            template.render(&sample(false)).unwrap();
        }
    }
}
