use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::quote::QuotableText;
use crate::domain::text::Title;
use crate::formats::document::TargetName;

#[test]
fn both_schemas_are_read() {
    let read = read(REAL);

    let document = &read.document;
    let titles: Vec<&str> = document.topics.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Charter schools", "school"]);
    let (topic, con) = argument(document, "671509c8-2019-04-17t11-47-34z-00007-000");
    assert_eq!(con.claim.as_str(), "Charter schools are exploited most by affable students");
    assert_eq!(topic.positions[0].statement.as_str(), "Charter schools");
    assert_eq!(topic.relations[0].kind, RelationKind::Attacks);
    let (topic, pro) = argument(document, "sb38112c8-a443a9828");
    assert_eq!(pro.claim.as_str(), "Done.");
    assert_eq!(topic.relations[0].kind, RelationKind::Supports);
    assert_eq!(topic.relations[0].premises.first(), Some(&pro.slug));
    assert_eq!(topic.relations[0].target, TargetName::Position(topic.positions[0].slug.clone()));
    let sources: Vec<String> =
        document.sources.iter().map(|it| it.url.as_ref().unwrap().to_string()).collect();
    assert_eq!(
        sources,
        [
            "http://www.debatepedia.org/en/index.php/Debate:_Charter_schools",
            "https://www.debate.org/debates/school/3/",
        ]
    );
    assert_eq!(told(&read.notes), [(NoteCode::KeptAside, None, "")]);
}

#[test]
fn what_was_read_is_written_as_it_was() {
    for text in [REAL, QUOTED] {
        let document = gathered(read(text).document);

        let (arguments, losses) = written(&document);

        assert_eq!(sorted(arguments), sorted(arguments_of(text)));
        assert_eq!(losses, []);
    }
}

#[test]
fn what_was_written_is_read_as_the_same_debate() {
    for text in [REAL, QUOTED] {
        let document = gathered(read(text).document);
        let (arguments, _) = written(&document);
        let lines: Vec<String> = arguments.iter().map(ToString::to_string).collect();

        let again = gathered(read(&lines.join("\n")).document);

        let by_slug = |document: Document| {
            let mut document = document.without_places();
            document.topics.sort_by_key(|it| it.slug.clone());
            document.sources.sort_by_key(|it| it.slug.clone());
            document
        };
        assert_eq!(by_slug(again), by_slug(document));
    }
}

#[test]
fn a_premise_is_quoted_from_the_text_of_its_source() {
    let read = read(QUOTED);
    let document = gathered(read.document);
    let topic = &document.topics[0];

    let quotes: Vec<(&str, &str)> = topic
        .citations
        .iter()
        .map(|it| {
            let source = document.sources.iter().find(|source| source.slug == it.source).unwrap();
            let text = QuotableText::new(source.text.as_ref().unwrap().as_str());
            let quote = text.anchor(&it.quote).unwrap();
            assert_eq!((Some(quote.start), Some(quote.end)), (it.quote.start, it.quote.end));
            (it.slug.as_str(), it.quote.exact.as_str())
        })
        .collect();
    assert_eq!(
        quotes,
        [
            (
                "s00000001-a00000001",
                "Nurses end their shift at eleven.\nThey have no other way home."
            ),
            ("s00000001-a00000002", "Nobody boards it after ten."),
            ("s00000001-a00000003", "Done."),
        ]
    );
    let pointer = |index| format!("/arguments/{index}/context/sourceText");
    let notes = read.notes.iter().filter(|it| it.place.pointer.ends_with("sourceText"));
    let notes: Vec<(NoteCode, String)> =
        notes.map(|it| (it.code, it.place.pointer.clone())).collect();
    assert_eq!(notes, [(NoteCode::Guessed, pointer(2)), (NoteCode::QuoteUnverified, pointer(3))]);
    // The text that all of them are from is one source.
    assert_eq!(document.sources.iter().filter(|it| it.text.is_some()).count(), 2);
    let publisher = document.sources[0].publisher.as_ref().unwrap();
    assert_eq!(publisher.as_str(), "ferry.example");
}

#[test]
fn the_same_conclusion_in_one_topic_is_one_position() {
    let document = gathered(read(QUOTED).document);

    let topic = &document.topics[1];
    let statements: Vec<&str> = topic.positions.iter().map(|it| it.statement.as_str()).collect();
    assert_eq!(
        statements,
        [
            "The harbour must be kept open.",
            "A harbour is a place where ships are kept from the sea."
        ]
    );
    let targets = topic.relations.iter().map(|it| it.target.slug());
    let first = &topic.positions[0].slug;
    assert_eq!(targets.filter(|it| *it == first).count(), 4);
    let slugs: Vec<&str> = topic.arguments.iter().map(|it| it.slug.as_str()).collect();
    assert_eq!(
        slugs,
        [
            "s00000002-a00000001",
            "s00000003-a00000001",
            "s00000003-a00000001-2",
            "s00000003-a00000001-3",
            "s00000004-a00000001",
        ]
    );
}

#[test]
fn every_form_of_the_file_gives_the_same_debate() {
    let list = arguments_of(QUOTED);
    let lines: Vec<String> = list.iter().map(ToString::to_string).collect();
    let forms = [
        format!("\u{feff}{}", lines.join("\r\n")),
        format!("{}\n\n", lines.join("\n\n")),
        format!("[{}]", lines.join(",")),
        format!("\u{feff} [\n{}\n]\r\n", lines.join("\r\n,\r\n")),
        format!("{{\"arguments\":[{}]}}", lines.join(",")),
        serde_json::to_string_pretty(&serde_json::json!({ "arguments": list })).unwrap(),
    ];
    let expected = read(QUOTED).document.without_places();
    for form in forms {
        let read = read(&form);
        assert_eq!(errors(&read), [""; 0]);
        assert_eq!(read.document.without_places(), expected);
        assert!(fits(&Beginning::new(form.as_bytes(), None)), "{form}");
    }
}

fn fits(beginning: &Beginning<'_>) -> bool {
    crate::formats::recognised(beginning).is_some_and(|it| it.name() == FORMAT)
}

#[test]
fn what_was_changed_since_is_written_as_it_is_now() {
    let mut document = gathered(read(QUOTED).document);
    let topic = &mut document.topics[0];
    topic.title = Title::parse("Should it run at all?").unwrap();
    topic.arguments[0].claim = crate::domain::text::Claim::parse("Nurses need it.").unwrap();
    topic.relations[1].kind = RelationKind::Supports;
    topic.positions[0].statement =
        crate::domain::text::Statement::parse("It should run at night.").unwrap();

    let (arguments, _) = written(&document);

    assert_eq!(arguments[0]["context"]["topic"], "Should it run at all?");
    assert_eq!(arguments[0]["premises"][0]["text"], "Nurses need it.");
    assert_eq!(arguments[0]["id"], "S00000001-A00000001");
    assert_eq!(arguments[1]["premises"][0]["stance"], "PRO");
    assert_eq!(arguments[1]["conclusion"], "It should run at night.");
}

#[test]
fn empty_texts_are_told_and_go_back() {
    let empty = r#"{"id":"a","conclusion":" ","premises":[{"text":"","stance":"CON"}],"context":{"topic":"t"}}"#;
    let bare = r#"{"id":"b","conclusion":"It rains.","premises":[],"context":{"topic":"t"}}"#;
    let nothing = r#"{"id":"c","conclusion":"","premises":[],"context":{"topic":"t"}}"#;

    let read = read(&[empty, bare, nothing].join("\n"));

    assert_eq!(
        told(&read.notes),
        [
            (NoteCode::Guessed, Some(1), ""),
            (NoteCode::Guessed, Some(1), "/premises/0/text"),
            (NoteCode::Incomplete, Some(2), ""),
            (NoteCode::LeftOut, Some(3), ""),
            (NoteCode::KeptAside, None, ""),
        ]
    );
    assert_eq!(claims(&read), [WORDLESS]);
    let document = gathered(read.document);
    let statements: Vec<&str> =
        document.topics[0].positions.iter().map(|it| it.statement.as_str()).collect();
    assert_eq!(statements, [WORDLESS, "It rains."]);
    let (arguments, _) = written(&document);
    assert_eq!(arguments[0], serde_json::from_str::<Value>(empty).unwrap());
    assert_eq!(arguments[1]["conclusion"], "It rains.");
    assert_eq!(arguments[1]["premises"], serde_json::json!([]));
}

#[test]
fn arguments_of_one_topic_that_lie_together_are_one_piece() {
    let line = |id: usize, topic: &str| json_of(&id.to_string(), "a").replace("\"t\"", topic);
    let lines: Vec<String> = (0..9).map(|id| line(id, ["\"x\"", "\"y\""][id / 3 % 2])).collect();

    let read = read(&lines.join("\n"));

    let sizes: Vec<usize> = read.document.topics.iter().map(|it| it.arguments.len()).collect();
    assert_eq!(sizes, [3, 3, 3]);
    assert_eq!(read.document.topics[0].slug, read.document.topics[2].slug);
}
