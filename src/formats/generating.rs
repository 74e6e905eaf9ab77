//! Valid documents of all shapes, for the laws of the formats.
//!
//! The debates are graphs, not trees: arguments and relations bear on one another in cycles, undercuts
//! on undercuts, several premises are linked, and the same step is made twice. The texts are those
//! that writers and readers stumble over. Every quote stands in the text of its source.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use super::document::{
    ArgumentRecord, BacksName, CitationRecord, Document, PositionRecord, RelationRecord,
    SourceRecord, TargetName, TopicRecord,
};
use super::place::Place;
use crate::domain::input::{self, FromJson};
use crate::domain::kinds::{RelationKind, Status};
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::quote::{Context, Exact, QuotableText, QuoteDraft, SourceText};
use crate::domain::slug::Slug;
use crate::domain::web_url::WebUrl;

/// Lines that are something else to a careless reader or writer.
const LINES: &[&str] = &[
    "no",
    "Yes",
    "null",
    "~",
    "true",
    "1e3",
    "007",
    "0x1f",
    ".inf",
    "2024-07-23",
    "1_000",
    "12:30:45",
    "- x",
    "-",
    "-- x",
    "a: b",
    "a:",
    ": a",
    "# a",
    "a # b",
    "a #b",
    "? a",
    "! a",
    "!tag a",
    "& a",
    "&a",
    "*a",
    "* a",
    "%YAML 1.2",
    "@a",
    "`a`",
    "| a",
    "> a",
    "[a, b]",
    "{a: b}",
    "---",
    "...",
    "'",
    "\"",
    "'a'",
    "\"a\" b",
    "a\"b\\c",
    "\\",
    "\\n",
    "a\tb",
    "a, b",
    "a  b",
    "<<",
    "=",
    "=1+1",
    "+1",
    "1. a",
    "1.1. Con: a",
    "-> See 1.1.",
    "[a]: b",
    "<a>: b",
    "#tag",
    "// a",
    "/* a */",
    "<!-- a -->",
    "a\u{a0}b",
    "e\u{301}\u{323} a",
    "\u{1f469}\u{200d}\u{1f4bb} \u{1f1e9}\u{1f1ea}",
    "\u{5d0}\u{200f} a",
    "\u{4e2d}\u{6587}",
    "\u{1d4d0}\u{1d4d1}",
    "<b>&amp;</b>",
    "a;b",
    "$x$",
];

/// Lines of longer texts: these may be blank, indented, or end with spaces.
const TEXT_LINES: &[&str] = &[
    "",
    " ",
    "  indented",
    "\ttab",
    "ends with spaces  ",
    "- item",
    "# heading",
    "a: b",
    "---",
    "...",
    "    code",
    "> quote",
    "a \u{2028}b",
    "\u{2029}",
    "\u{2066}a\u{2069}",
    "\\",
    "\"q\"",
    "'",
    "| a |",
    "Several words that go on for so long that a writer of lines will want to divide them somewhere.",
    "two  spaces  between  the words of a line that is long enough to be divided where they stand, too",
];

/// What only a text kept to the byte may have.
const VERBATIM: &[&str] = &[
    "\r\n",
    "\r",
    "\u{c}",
    "\u{85}",
    "\u{7f}",
    "\u{9f}",
    "\u{feff}",
    "\u{fffe}",
    "\u{fdd0}",
    "\u{10ffff}",
    "e\u{301}",
    "\u{1f600}",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\n\n",
    "\t",
    "  ",
    "word ",
    "word ",
    "other, ",
    "\u{2028}",
    "\u{e000}",
];

/// Slugs that read as something else.
const SLUGS: &[&str] = &[
    "no",
    "null",
    "true",
    "1e3",
    "007",
    "0x1f",
    "2024-07-23",
    "y",
    "12",
    "a",
    "b",
    "of-many-words",
];

/// Documents of one to three topics and the sources that they quote.
pub(crate) fn document() -> impl Strategy<Value = Document> {
    vec(source(), 1..4).prop_flat_map(|sources| {
        let sources = with_slugs(sources, |source| &mut source.slug);
        let topics = vec(topic(sources.clone()), 1..4);
        topics.prop_map(move |topics| Document {
            sources: sources.clone(),
            topics: with_slugs(topics, |topic| &mut topic.slug),
        })
    })
}

/// A text that a reader of the domain takes.
fn parsed<T: FromJson + std::fmt::Debug>(
    text: impl Strategy<Value = String>,
) -> impl Strategy<Value = T> {
    text.prop_filter_map("a text of this kind", |text| input::read(Value::String(text)).ok())
}

fn line<T: FromJson + std::fmt::Debug>() -> impl Strategy<Value = T> {
    parsed(prop_oneof![
        4 => select(LINES).prop_map(str::to_owned),
        2 => "[A-Za-z]{1,8}( [a-z,]{1,9}){0,30}[.?]",
        1 => "\\PC{1,30}",
        1 => vec(select(LINES), 2..4).prop_map(|parts| parts.join(" ")),
    ])
}

fn lines<T: FromJson + std::fmt::Debug>() -> impl Strategy<Value = T> {
    let some_line = prop_oneof![select(TEXT_LINES), select(LINES)];
    parsed(prop_oneof![
        2 => Just(String::new()),
        3 => vec(some_line, 1..7).prop_map(|lines| lines.join("\n")),
        1 => "[A-Za-z]{1,8}( [a-z,]{1,9}){20,60}\\.",
        1 => "\\PC{1,60}",
    ])
}

fn language() -> impl Strategy<Value = Language> {
    let tags = select(&["en", "en", "de", "pt-BR", "zh-Hant-TW", "no"]);
    tags.prop_filter_map("a language", Language::parse)
}

fn json_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        select(LINES).prop_map(str::to_owned),
        vec(select(VERBATIM), 1..4).prop_map(|parts| parts.concat()),
        "[^\\x00]{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e12..1e12).prop_map(Value::from),
        Just(json!(1.0)),
        Just(json!(1.5e-7)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            fields(text.clone(), inner).prop_map(Value::Object),
        ]
    })
}

fn fields(
    name: impl Strategy<Value = String>,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Map<String, Value>> {
    vec((name, value), 0..4).prop_map(|fields| fields.into_iter().collect())
}

fn origin() -> impl Strategy<Value = Option<Origin>> {
    let some = fields("[a-zA-Z:. -]{1,12}", json_value());
    option::weighted(0.2, (select(LINES), option::of(select(LINES)), option::of(some))).prop_map(
        |origin| {
            let (format, id, fields) = origin?;
            input::read(json!({"format": format, "id": id, "fields": fields})).ok()
        },
    )
}

/// Gives every record a slug of its own.
fn with_slugs<T>(records: Vec<T>, slug: impl Fn(&mut T) -> &mut Slug) -> Vec<T> {
    let mut taken = HashSet::new();
    let own = |mut record: T| {
        let slug = slug(&mut record);
        let mut number = 1;
        let wanted = slug.clone();
        while !taken.insert(slug.clone()) {
            number += 1;
            *slug = wanted.numbered(number);
        }
        record
    };
    records.into_iter().map(own).collect()
}

fn slug() -> impl Strategy<Value = Slug> {
    let long = "[a-z0-9]{1,30}(-[a-z0-9]{1,20}){0,4}";
    prop_oneof![4 => select(SLUGS).prop_map(str::to_owned), 1 => long]
        .prop_filter_map("a slug", |text| Slug::parse(&text).ok())
}

prop_compose! {
    fn source()(
        slug in slug(),
        title in line(),
        authors in vec(line(), 0..3),
        (publisher, licence) in (option::of(line()), option::of(line())),
        published_on in option::of(select(&["2024-02-29", "0001-01-01", "9999-12-31"])),
        url in option::of(select(&["https://example.org", "http://a-b.example:80/c_(d)?e=f&g#h:%20'i'"])),
        text in option::weighted(0.8, vec(prop_oneof![select(VERBATIM), select(LINES), select(TEXT_LINES)], 0..40)),
        origin in origin(),
    ) -> SourceRecord {
        let mut different = Vec::new();
        authors.into_iter().for_each(|it| if !different.contains(&it) { different.push(it); });
        SourceRecord {
            at: Place::default(),
            slug, title, authors: different, publisher, licence, origin,
            published_on: published_on.and_then(|date| date.parse().ok()),
            url: url.and_then(WebUrl::parse),
            text: text.and_then(|parts| SourceText::parse(parts.concat()).ok()),
        }
    }
}

prop_compose! {
    fn position()(
        slug in slug(), statement in line(), summary in lines(), step in 0..3_i32, origin in origin(),
    ) -> PositionRecord {
        PositionRecord { at: Place::default(), slug, statement, summary, rank: step, origin }
    }
}

prop_compose! {
    fn argument()(
        slug in slug(), claim in line(), body in lines(), language in language(), origin in origin(),
    ) -> ArgumentRecord {
        ArgumentRecord { at: Place::default(), slug, claim, body, language, origin }
    }
}

/// A relation before its ends are known.
#[derive(Debug, Clone)]
struct Step {
    record: RelationRecord,
    premises: Vec<Index>,
    target: (u8, Index),
    has_derived_slug: bool,
}

prop_compose! {
    fn step()(
        slug in slug(),
        kind in select(RelationKind::ALL),
        scheme in option::of(line()),
        is_symmetric in any::<bool>(),
        origin in origin(),
        premises in prop_oneof![3 => vec(any::<Index>(), 1..2), 1 => vec(any::<Index>(), 2..5)],
        target in (0..6_u8, any::<Index>()),
        has_derived_slug in any::<bool>(),
    ) -> Step {
        let nowhere = TargetName::Position(slug.clone());
        let symmetric = is_symmetric && kind == RelationKind::Attacks;
        let record = RelationRecord {
            at: Place::default(), slug, kind, premises: Vec::new(), target: nowhere, scheme, symmetric, origin,
        };
        Step { record, premises, target, has_derived_slug }
    }
}

/// A quote before its words are known.
#[derive(Debug, Clone)]
struct Cut {
    slug: Slug,
    source: Index,
    backs: (u8, Index),
    from: Index,
    length: usize,
    is_bare: bool,
    has_derived_slug: bool,
    origin: Option<Origin>,
}

prop_compose! {
    fn cut()(
        slug in slug(),
        source in any::<Index>(),
        backs in (0..4_u8, any::<Index>()),
        from in any::<Index>(),
        length in 1..60_usize,
        (is_bare, has_derived_slug) in any::<(bool, bool)>(),
        origin in origin(),
    ) -> Cut {
        Cut { slug, source, backs, from, length, is_bare, has_derived_slug, origin }
    }
}

fn topic(sources: Vec<SourceRecord>) -> impl Strategy<Value = TopicRecord> {
    let head =
        (slug(), line(), lines(), vec(line(), 0..4), language(), select(Status::ALL), origin());
    let inside =
        (vec(position(), 0..4), vec(argument(), 0..8), vec(step(), 0..10), vec(cut(), 0..6));
    (head, inside).prop_map(move |(head, (positions, arguments, steps, cuts))| {
        let (slug, title, summary, words, language, status, origin) = head;
        let mut tags = Vec::new();
        words.into_iter().for_each(|tag| {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        });
        let mut topic = TopicRecord {
            at: Place::default(),
            slug,
            title,
            summary,
            tags,
            language,
            status,
            origin,
            positions: with_slugs(positions, |it| &mut it.slug),
            arguments: with_slugs(arguments, |it| &mut it.slug),
            relations: Vec::new(),
            citations: Vec::new(),
        };
        let mut rank = -1;
        for position in &mut topic.positions {
            rank += position.rank;
            position.rank = rank;
        }
        topic.relations = relations(&topic, steps);
        topic.citations = citations(&topic, &sources, cuts);
        topic
    })
}

/// Chooses the ends: arguments more often than positions, relations before and after.
fn relations(topic: &TopicRecord, steps: Vec<Step>) -> Vec<RelationRecord> {
    if topic.arguments.is_empty() {
        return Vec::new();
    }
    let steps = with_slugs(steps, |step| &mut step.record.slug);
    let mut slugs: Vec<Slug> = steps.iter().map(|step| step.record.slug.clone()).collect();
    let mut made: Vec<RelationRecord> = Vec::new();
    for (at, step) in steps.into_iter().enumerate() {
        let mut record = step.record;
        for index in &step.premises {
            let premise = &index.get(&topic.arguments).slug;
            if !record.premises.contains(premise) {
                record.premises.push(premise.clone());
            }
        }
        let (choice, index) = step.target;
        let other = index.index(slugs.len());
        record.target = match choice {
            0 | 1 if !topic.positions.is_empty() => {
                TargetName::Position(index.get(&topic.positions).slug.clone())
            }
            2 | 3 if other != at => TargetName::Relation(slugs[other].clone()),
            // The same step again.
            4 if !made.is_empty() => {
                let before = index.get(&made);
                (record.kind, record.premises) = (before.kind, before.premises.clone());
                record.symmetric &= record.kind == RelationKind::Attacks;
                before.target.clone()
            }
            _ => TargetName::Argument(index.get(&topic.arguments).slug.clone()),
        };
        let derived = Slug::of_relation(&record.premises[0], record.kind, record.target.slug());
        let is_named = |it: &RelationRecord| it.target == TargetName::Relation(slugs[at].clone());
        if step.has_derived_slug && !slugs.contains(&derived) && !made.iter().any(is_named) {
            slugs[at] = derived.clone();
            record.slug = derived;
        }
        if record.target != TargetName::Relation(record.slug.clone()) {
            made.push(record);
        } else {
            record.target = TargetName::Argument(record.premises[0].clone());
            made.push(record);
        }
    }
    made
}

fn citations(topic: &TopicRecord, sources: &[SourceRecord], cuts: Vec<Cut>) -> Vec<CitationRecord> {
    let mut made = Vec::new();
    for cut in cuts {
        let source = cut.source.get(sources);
        let Some(text) = source.text.as_ref().map(SourceText::as_str) else { continue };
        let Some(quote) = quote(text, &cut) else { continue };
        let backs = match cut.backs.0 {
            1 if !topic.positions.is_empty() => {
                BacksName::Position(cut.backs.1.get(&topic.positions).slug.clone())
            }
            2 if !topic.arguments.is_empty() => {
                BacksName::Argument(cut.backs.1.get(&topic.arguments).slug.clone())
            }
            3 if !topic.relations.is_empty() => {
                BacksName::Relation(cut.backs.1.get(&topic.relations).slug.clone())
            }
            _ => BacksName::Topic,
        };
        let backed = match &backs {
            BacksName::Topic => &topic.slug,
            BacksName::Position(slug) | BacksName::Argument(slug) | BacksName::Relation(slug) => {
                slug
            }
        };
        let derived = Slug::of_citation(backed, quote.exact.as_str());
        made.push(CitationRecord {
            at: Place::default(),
            slug: if cut.has_derived_slug { derived } else { cut.slug },
            source: source.slug.clone(),
            backs,
            quote,
            origin: cut.origin,
        });
    }
    with_slugs(made, |it| &mut it.slug)
}

/// Words that stand in a text: told by themselves alone, or with their place and context.
fn quote(text: &str, cut: &Cut) -> Option<QuoteDraft> {
    let points: Vec<char> = text.chars().collect();
    if points.is_empty() {
        return None;
    }
    let from = cut.from.index(points.len());
    let words: String = points.iter().skip(from).take(cut.length).collect();
    let exact: Exact = input::read(Value::String(words)).ok()?;
    let bare = QuoteDraft { exact, prefix: None, suffix: None, start: None, end: None };
    let quotable = QuotableText::new(text);
    if cut.is_bare && quotable.anchor(&bare).is_ok() {
        return Some(bare);
    }
    let placed = QuoteDraft { start: i32::try_from(from).ok(), ..bare };
    let quote = quotable.anchor(&placed).ok()?;
    let context = |text: String| input::read::<Context>(Value::String(text)).ok();
    Some(QuoteDraft {
        exact: quote.exact,
        prefix: context(quote.prefix),
        suffix: context(quote.suffix),
        start: Some(quote.start),
        end: Some(quote.end),
    })
}

proptest! {
    #[test]
    fn a_generated_document_names_only_what_is_there(document in document()) {
        for topic in &document.topics {
            let positions: HashSet<&Slug> = topic.positions.iter().map(|it| &it.slug).collect();
            let arguments: HashSet<&Slug> = topic.arguments.iter().map(|it| &it.slug).collect();
            let relations: HashSet<&Slug> = topic.relations.iter().map(|it| &it.slug).collect();
            prop_assert_eq!(relations.len(), topic.relations.len());
            for relation in &topic.relations {
                prop_assert!(!relation.premises.is_empty());
                prop_assert!(relation.premises.iter().all(|it| arguments.contains(it)));
                prop_assert!(match &relation.target {
                    TargetName::Position(slug) => positions.contains(slug),
                    TargetName::Argument(slug) => arguments.contains(slug),
                    TargetName::Relation(slug) => relations.contains(slug) && *slug != relation.slug,
                }, "{:?}", relation);
            }
            for citation in &topic.citations {
                let source = document.sources.iter().find(|it| it.slug == citation.source).unwrap();
                let text = QuotableText::new(source.text.as_ref().unwrap().as_str());
                prop_assert!(text.anchor(&citation.quote).is_ok(), "{:?}", citation);
            }
        }
    }
}
