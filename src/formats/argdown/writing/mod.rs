//! A debate as Argdown that its authors would write: positions with trees of pros and cons, linked
//! premises as premise–conclusion structures, each thing defined once and named elsewhere.
//!
//! What came from Argdown and has not been changed is written as it was, under its headings. What
//! Argdown has no syntax for stands in data where the reader finds it: `body`, `summary`, `scheme`
//! of a relation of one premise, `rephrases`, `position: false`, `joins: true`.

mod blocks;
mod lines;
mod plan;
mod text;

use serde_json::{Value, json};

use plan::Found;

use super::front;
use super::inline;
use super::masking::Masked;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::Title;
use crate::formats::document::BacksName;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming;
use crate::formats::writing::{Debate, of_record};

pub(super) fn write(debate: &Debate<'_>, losses: &mut Vec<Note>) -> String {
    let topic = debate.topic;
    let found = Found::of(topic.origin.as_ref());
    let plan = plan::plan(debate, losses);
    let sections = found.fields.get("sections").and_then(Value::as_array);
    let sections: Vec<(usize, String)> = sections
        .into_iter()
        .flatten()
        .filter_map(|it| {
            let level = usize::try_from(it.get(0)?.as_u64()?).ok()?;
            Some((level, taming::exactly(it.get(1)?)?))
        })
        .collect();
    let (front, is_strict) =
        frontmatter(debate, &found, sections.first().map(|(_, it)| it.as_str()));
    if found.fields.contains_key("comments") {
        let place = of_record("topic", &topic.slug);
        let detail = "comments between the blocks have no place that would still be theirs";
        losses.push(Note::warning(
            NoteCode::LeftOut,
            place,
            detail,
            "those that stood between blocks are left out",
        ));
    }
    let parts = blocks::emit(&plan, &sections, is_strict);
    let body = lines::render(&parts, &plan);
    format!("{front}{}\n", body.trim_end())
}

/// The frontmatter as it was, if it still says what the topic does, and whether it is strict.
fn frontmatter(debate: &Debate<'_>, found: &Found, heading: Option<&str>) -> (String, bool) {
    let topic = debate.topic;
    let kept = found.text("frontmatter");
    let raw = kept.as_ref().map(|it| format!("===\n{it}\n===\n"));
    let (was, _) = front::split(raw.as_deref().unwrap_or_default(), &mut Vec::new());
    let was = was.unwrap_or_default();
    let line = |text: &str| {
        taming::line::<Title>(text, &Place::default(), &mut Vec::new()).map(|it| it.text)
    };
    let heading = heading.map(|it| {
        let masked = Masked::new(it, 0);
        inline::read(&masked, 0..it.len(), false, false, &mut Vec::new()).text
    });
    let said = was.fields.get("title").and_then(Value::as_str).map(str::to_owned).or(heading);
    let is_titled = said.as_deref().and_then(line).as_ref() == Some(&topic.title);
    let language = was
        .fields
        .get("language")
        .and_then(Value::as_str)
        .and_then(Language::parse)
        .unwrap_or_default();
    if is_titled && language == topic.language && !found.fields.is_empty() {
        let front = raw.map(|it| format!("{it}\n")).unwrap_or_default();
        return (front, was.is_strict());
    }
    let mut lines = vec![("title".to_owned(), json!(topic.title.as_str()))];
    let mut put = |name: &str, value: Value| lines.push((name.to_owned(), value));
    if Slug::derive(topic.title.as_str(), "argdown") != topic.slug {
        put("slug", json!(topic.slug.as_str()));
    }
    if !topic.summary.to_string().is_empty() {
        put("summary", json!(topic.summary.to_string()));
    }
    if !topic.tags.is_empty() {
        put("tags", json!(topic.tags));
    }
    if topic.language != Language::default() {
        put("language", json!(topic.language.as_str()));
    }
    if topic.status.as_str() != "published" {
        put("status", json!(topic.status.as_str()));
    }
    let quotes: Vec<&str> = topic
        .citations
        .iter()
        .filter(|it| it.backs == BacksName::Topic)
        .map(|it| it.quote.exact.as_str())
        .collect();
    if !quotes.is_empty() {
        put("quotes", json!(quotes));
    }
    if was.is_strict() || was.removes_tags() {
        let mode = if was.is_strict() { "strict" } else { "loose" };
        put("model", json!({"mode": mode, "removeTagsFromText": was.removes_tags()}));
    }
    let mut out = "===\n".to_owned();
    for (name, value) in lines {
        out.push_str(&format!("{name}: {}\n", text::front(&value)));
    }
    out.push_str(&sources(debate));
    out.push_str("===\n\n");
    (out, was.is_strict())
}

/// The sources that are quoted, with what their licences ask for.
fn sources(debate: &Debate<'_>) -> String {
    let mut out = String::new();
    for source in debate.sources {
        let fields = [
            ("slug", Some(json!(source.slug.as_str()))),
            ("title", Some(json!(source.title.as_str()))),
            ("authors", (!source.authors.is_empty()).then(|| json!(source.authors))),
            ("publisher", source.publisher.as_ref().map(|it| json!(it.as_str()))),
            ("published_on", source.published_on.map(|it| json!(it.to_string()))),
            ("url", source.url.as_ref().map(|it| json!(it.to_string()))),
            ("licence", source.licence.as_ref().map(|it| json!(it.as_str()))),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (number, (name, value)) in fields.enumerate() {
            let begin = if number == 0 { "  - " } else { "    " };
            out.push_str(&format!("{begin}{name}: {}\n", text::front(&value)));
        }
    }
    if out.is_empty() { out } else { format!("sources:\n{out}") }
}
