use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::domain::text::{Claim, Scheme};
use crate::formats::document::Document;
use crate::formats::document::{TargetName, TopicRecord};
use crate::formats::generating;
use crate::formats::note::Severity;
use crate::formats::reading::{Collected, no_files};

fn read(text: &str) -> Collected {
    let mut bytes = text.as_bytes();
    let mut input = Input { bytes: &mut bytes, name: Some("nodeset1"), files: &no_files };
    let mut sink = Collected::default();
    super::read(&mut input, &mut sink).unwrap();
    sink
}

fn written(document: &Document, is_wrapped: bool) -> (Value, Vec<Note>) {
    let mut losses = Vec::new();
    let debate = Debate::first_of(document).unwrap();
    let text = writing::write(&debate, is_wrapped, &mut losses);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value.as_object_mut().unwrap().shift_remove(nodeset::EXTRA);
    (value, losses)
}

fn goes_back(text: &str, is_wrapped: bool) -> Collected {
    let read = read(text);
    let (value, losses) = written(&read.document, is_wrapped);
    assert_eq!(value, serde_json::from_str::<Value>(text).unwrap(), "{:#?}", read.notes);
    assert_eq!(losses, []);
    read
}

fn codes(read: &Collected) -> Vec<NoteCode> {
    read.notes.iter().map(|note| note.code).collect()
}

/// Nodes as `id:type` and edges as `from>to`, with spaces between.
fn nodeset(nodes: &str, edges: &str) -> String {
    let node = |it: &str| {
        let (id, kind) = it.split_once(':').unwrap();
        json!({"nodeID": id, "text": format!("Text {id}"), "type": kind, "timestamp": "2020-05-28 19:08:56"})
    };
    let edge = |(at, it): (usize, &str)| {
        let (from, to) = it.split_once('>').unwrap();
        json!({"edgeID": format!("{}", at + 900), "fromID": from, "toID": to, "formEdgeID": null})
    };
    let nodes: Vec<Value> = nodes.split_whitespace().map(node).collect();
    let edges: Vec<Value> = edges.split_whitespace().enumerate().map(edge).collect();
    json!({"nodes": nodes, "edges": edges, "locutions": []}).to_string()
}

#[test]
fn premises_of_one_node_are_linked_and_its_conclusion_is_a_position() {
    let read = goes_back(&nodeset("1:I 2:I 3:RA 4:I", "1>3 2>3 3>4"), false);

    let topic = &read.document.topics[0];
    assert_eq!(topic.slug.as_str(), "nodeset1");
    assert_eq!(topic.positions.len(), 1);
    assert_eq!(topic.positions[0].statement.as_str(), "Text 4");
    assert_eq!(topic.arguments.len(), 2);
    assert_eq!(topic.relations[0].premises.len(), 2);
    assert_eq!(read.notes, []);
}

#[test]
fn a_conflict_onto_a_conflict_is_an_undercut_of_an_undercut() {
    let edges = "1>2 2>3 4>5 5>2 6>7 7>5";
    let read = goes_back(&nodeset("1:I 2:RA 3:I 4:I 5:CA 6:I 7:CA", edges), false);

    let topic = &read.document.topics[0];
    let onto: Vec<&TargetName> = topic.relations.iter().map(|it| &it.target).collect();
    assert!(matches!(onto[0], TargetName::Position(_)));
    assert_eq!(onto[1], &TargetName::Relation(topic.relations[0].slug.clone()));
    assert_eq!(onto[2], &TargetName::Relation(topic.relations[1].slug.clone()));
}

#[test]
fn a_circle_has_a_position_that_its_most_attacked_argument_supports() {
    let read = goes_back(&nodeset("1:I 2:RA 3:I 4:CA", "1>2 2>3 3>4 4>1"), false);

    let topic = &read.document.topics[0];
    assert_eq!(topic.positions[0].statement.as_str(), "Text 1");
    assert_eq!((topic.arguments.len(), topic.relations.len()), (2, 3));
    assert_eq!(codes(&read), [NoteCode::Guessed]);
}

#[test]
fn a_node_with_several_conclusions_is_several_relations_and_one_node_again() {
    let read = goes_back(&nodeset("1:I 2:RA 3:I 4:I", "1>2 2>3 2>4"), false);

    assert_eq!(read.document.topics[0].relations.len(), 2);
    assert_eq!(codes(&read), [NoteCode::Approximated]);
}

#[test]
fn what_only_rephrases_is_no_root_but_what_it_says_again_is() {
    let read = goes_back(&nodeset("1:I 2:RA 3:I 4:MA 5:I", "1>2 2>3 3>4 4>5"), false);

    let topic = &read.document.topics[0];
    assert_eq!(topic.positions.len(), 1);
    assert_eq!(topic.positions[0].statement.as_str(), "Text 5");
}

#[test]
fn an_empty_nodeset_is_an_empty_topic() {
    let read = goes_back(r#"{"nodes": [], "edges": [], "locutions": []}"#, false);

    assert_eq!(read.document.topics.len(), 1);
    assert_eq!(codes(&read), [NoteCode::Incomplete]);
}

#[test]
fn the_hazards_of_real_files_are_taken_told_and_given_back() {
    let hazards = [
        ("1:RA 2:I", "1>2"),
        ("1:I 2:RA", "1>2"),
        ("1:CA", ""),
        ("1:L 2:RA 3:I", "1>2 2>3"),
        ("1:I 2:CA 3:L", "1>2 2>3"),
        ("1:I 2:YA", "1>2"),
        ("1:I 2:MA 3:MA 4:I", "1>2 2>3 3>4"),
        ("1:I 2:CA 3:I 4:CA", "1>2 2>4 3>4 4>2"),
        ("1:I 2:PA 3:I 4: 5:ZZ", "1>2 2>3 4>5"),
        ("1:I 2:RA 3:I", "1>2 2>3 2>9 9>1 2>2 1>1"),
        ("1:I 1:I 2:RA 3:I", "1>2 2>3 2>3"),
        ("1:I 2:I", "1>2"),
        ("1:I 2:RA 3:RA 4:I 5:CA 6:I", "1>2 2>4 1>3 3>4 6>5 5>3"),
    ];
    for (nodes, edges) in hazards {
        let read = goes_back(&nodeset(nodes, edges), false);
        assert!(!read.notes.is_empty(), "{nodes} {edges}");
    }
}

#[test]
fn xaif_goes_back_with_its_wrapping_and_number_ids() {
    let texts = [
        r#"{"AIF": "{}", "text": "a<br>b", "dialog": true, "OVA": {"x": [1]}}"#,
        r#"{"AIF": null, "text": ""}"#,
        r#"{"AIF": {"nodes": [{"nodeID": 1, "text": "a", "type": "I"},
            {"nodeID": 2, "text": "RA", "type": "RA"}, {"nodeID": 3, "text": "b", "type": "I"}],
            "edges": [{"edgeID": 1, "fromID": 1, "toID": 2}, {"edgeID": 2, "fromID": 2, "toID": 3}],
            "schemefulfillments": [{"nodeID": 2, "schemeID": 15}], "descriptorfulfillments": null,
            "participants": [{"participantID": 1, "firstname": "A", "surname": "B"}],
            "locutions": null}, "text": "", "dialog": false, "OVA": {}}"#,
    ];
    for text in texts {
        let read = goes_back(text, true);
        assert_eq!(read.document.topics.len(), 1);
        if let Some(relation) = read.document.topics[0].relations.first() {
            assert_eq!(relation.scheme.as_ref().unwrap().as_str(), "ExpertOpinion");
        }
    }
}

#[test]
fn what_was_deleted_or_renamed_since_is_merged() {
    let read = read(&nodeset("1:I 2:RA 3:I 4:I 5:CA 6:L 7:YA", "1>2 2>3 4>5 5>3 6>7 7>1"));
    let mut document = read.document;
    let topic = &mut document.topics[0];
    topic.arguments.remove(0);
    topic.relations.remove(0);
    topic.arguments[0].claim = Claim::parse("Something else").unwrap();

    let (value, losses) = written(&document, false);

    let ids: Vec<&str> = value["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["nodeID"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["3", "4", "5", "6", "7"]);
    assert_eq!(value["nodes"][1]["text"], "Something else");
    assert_eq!(value["edges"].as_array().unwrap().len(), 3);
    assert_eq!(losses.len(), 1);
}

#[test]
fn a_debate_that_was_not_aif_gets_ids_of_its_own() {
    let mut document = read(&nodeset("a:I b:I c:RA d:I e:I f:CA", "a>c b>c c>d e>f f>c")).document;
    let topic = &mut document.topics[0];
    topic.origin = None;
    topic.positions.iter_mut().for_each(|it| it.origin = None);
    topic.arguments.iter_mut().for_each(|it| it.origin = None);
    topic.relations.iter_mut().for_each(|it| it.origin = None);
    topic.relations[0].scheme = Some(Scheme::parse("expert opinion").unwrap());

    let (value, losses) = written(&document, false);

    assert_eq!(losses, []);
    assert_eq!(value["nodes"][4]["schemeID"], "15");
    let again = read(&value.to_string()).document;
    let again = &again.topics[0];
    let topic = &document.topics[0];
    let told = |topic: &TopicRecord| {
        let relations = topic.relations.iter();
        let relations = relations
            .map(|it| (it.kind, it.premises.clone(), it.target.clone(), it.scheme.clone()));
        let claims = topic.arguments.iter().map(|it| it.claim.clone());
        (relations.collect::<Vec<_>>(), claims.collect::<Vec<_>>())
    };
    assert_eq!(told(again), told(topic));
}

#[test]
fn a_debate_that_was_not_aif_comes_back_with_its_names_positions_and_languages() {
    let mut document = read(&nodeset("1:I 2:RA 3:I 4:I 5:CA 6:I", "1>2 2>3 4>5 5>3")).document;
    let topic = &mut document.topics[0];
    topic.origin = None;
    topic.positions.iter_mut().for_each(|it| it.origin = None);
    topic.arguments.iter_mut().for_each(|it| it.origin = None);
    topic.relations.iter_mut().for_each(|it| it.origin = None);
    let slug = |text| Slug::parse(text).unwrap();
    topic.arguments[0].slug = slug("renamed");
    topic.arguments[0].language = Language::parse("de").unwrap();
    topic.relations[0].premises = vec![slug("renamed")];
    topic.relations[1].slug = slug("against");
    topic.relations[1].symmetric = true;
    // A position that nothing bears on.
    let mut lonely = topic.positions[0].clone();
    (lonely.slug, lonely.rank) = (slug("lonely"), 1);
    topic.positions.push(lonely);

    let debate = Debate::first_of(&document).unwrap();
    let text = writing::write(&debate, false, &mut Vec::new());
    let again = read(&text);

    assert_eq!(codes(&again), []);
    let (topic, again) = (&document.topics[0], &again.document.topics[0]);
    let points = |topic: &TopicRecord| {
        let positions = topic.positions.iter().map(|it| (it.slug.clone(), it.rank));
        let arguments = topic.arguments.iter().map(|it| (it.slug.clone(), it.language.clone()));
        (positions.collect::<Vec<_>>(), arguments.collect::<Vec<_>>())
    };
    assert_eq!(points(again), points(topic));
    let relations = |topic: &TopicRecord| {
        let relations = topic.relations.iter();
        let told = relations
            .map(|it| (it.slug.clone(), it.premises.clone(), it.target.clone(), it.symmetric));
        told.collect::<Vec<_>>()
    };
    assert_eq!(relations(again), relations(topic));
}

#[test]
fn a_name_told_of_two_nodes_is_the_first_ones() {
    let text = nodeset("1:I 2:RA 3:I", "1>2 2>3").replacen(
        '{',
        r#"{"debatebase": {"records": {"1": {"argument": "one"}, "3": {"argument": "one", "position": "1"},
            "2": {"relations": ["r"], "symmetric": true}, "9": 3}}, "#,
        1,
    );

    let read = read(&text).document;

    let topic = &read.topics[0];
    assert_eq!(topic.arguments[0].slug.as_str(), "one");
    assert_eq!(topic.positions.len(), 1);
    assert_eq!(topic.relations[0].slug.as_str(), "r");
    assert!(!topic.relations[0].symmetric, "only an attack is");
}

#[test]
fn what_is_no_aif_is_refused_with_its_place() {
    for bad in ["", "[]", "{}", "{\"nodes\": [\"\\ud800\"]}", "{\"AIF\": \"{\"}", "{\"AIF\": 3}"] {
        let read = read(bad);
        assert_eq!(codes(&read), [NoteCode::Malformed], "{bad}");
        assert!(read.document.topics.is_empty());
    }
}

/// What of a topic AIF can say: who says what, and what bears on what.
fn said(topic: &TopicRecord) -> (BTreeSet<String>, BTreeSet<String>) {
    let positions = topic.positions.iter().map(|it| format!("{}: {}", it.slug, it.statement));
    let arguments =
        topic.arguments.iter().map(|it| format!("{}: {} ({})", it.slug, it.claim, it.language));
    let relations = topic.relations.iter().map(|it| {
        let premises: BTreeSet<&str> = it.premises.iter().map(Slug::as_str).collect();
        let scheme = it.scheme.as_ref().map(ToString::to_string);
        format!("{}: {premises:?} {} {:?} {scheme:?} {}", it.slug, it.kind, it.target, it.symmetric)
    });
    (positions.chain(arguments).collect(), relations.collect())
}

const KINDS: [&str; 10] = ["I", "I", "I", "RA", "CA", "MA", "L", "YA", "PA", ""];

proptest! {
    #[test]
    fn any_debate_comes_back_but_for_what_is_told(document in generating::document()) {
        for debate in document.topics.iter().map(|topic| Debate { topic, sources: &document.sources }) {
            let text = writing::write(&debate, false, &mut Vec::new());
            let again = read(&text);

            let (points, relations) = said(debate.topic);
            let (points_again, relations_again) = said(&again.document.topics[0]);
            prop_assert_eq!(points_again, points);
            // What bears on itself in the end, and what another says already, is told and kept.
            let missing: Vec<&String> = relations.difference(&relations_again).collect();
            prop_assert_eq!(relations_again.difference(&relations).next(), None);
            let told = again.notes.iter().filter(|it| it.severity > Severity::Info).count();
            prop_assert!(missing.len() <= told, "{missing:?} {:#?}", again.notes);
        }
    }

    #[test]
    fn any_nodeset_goes_back_as_it_was(
        kinds in prop::collection::vec(0..KINDS.len(), 0..14),
        edges in prop::collection::vec((0_usize..15, 0_usize..15), 0..40),
        texts in prop::collection::vec("\\PC{0,4}|[\0-\u{20}]{0,3}", 14),
        numbers in any::<bool>(),
    ) {
        let id = |n: usize| if numbers { json!(n) } else { json!(n.to_string()) };
        // Every thirteenth node repeats the id of the first.
        let nodes: Vec<Value> = kinds.iter().zip(&texts).enumerate().map(|(at, (kind, text))| {
            json!({"nodeID": id(at % 12), "text": text, "type": KINDS[*kind]})
        }).collect();
        let edges: Vec<Value> = edges.iter().enumerate().map(|(at, (from, to))| {
            json!({"edgeID": at, "fromID": id(*from), "toID": id(*to)})
        }).collect();
        let text = json!({"nodes": nodes, "edges": edges, "locutions": null, "more": {"a": [1]}}).to_string();

        let read = goes_back(&text, false);

        let topic = &read.document.topics[0];
        let mut seen = HashSet::new();
        for relation in &topic.relations {
            // Outer before inner, and nothing names what is not there.
            let names = |slug: &Slug| topic.arguments.iter().any(|it| it.slug == *slug);
            prop_assert!(!relation.premises.is_empty() && relation.premises.iter().all(names));
            match &relation.target {
                TargetName::Relation(slug) => prop_assert!(seen.contains(slug)),
                TargetName::Argument(slug) => prop_assert!(names(slug)),
                TargetName::Position(slug) => prop_assert!(topic.positions.iter().any(|it| it.slug == *slug)),
            }
            seen.insert(relation.slug.clone());
        }
    }
}

#[test]
fn more_premises_than_a_relation_can_have_are_taken_as_arguments_and_told() {
    let count = 40_000;
    let mut nodes: Vec<Value> = (0..count)
        .map(|it| json!({"nodeID": it, "text": format!("Reason {it}"), "type": "I"}))
        .collect();
    let mut edges: Vec<Value> =
        (0..count).map(|it| json!({"edgeID": it, "fromID": it, "toID": "node"})).collect();
    nodes.push(json!({"nodeID": "node", "text": "RA", "type": "RA"}));
    nodes.push(json!({"nodeID": "end", "text": "So.", "type": "I"}));
    edges.push(json!({"edgeID": "last", "fromID": "node", "toID": "end"}));

    let read = read(&json!({"nodes": nodes, "edges": edges}).to_string());

    let topic = &read.document.topics[0];
    assert_eq!(topic.arguments.len(), count + 1);
    assert!(topic.relations.is_empty());
    assert!(codes(&read).contains(&NoteCode::TooMuch));
}
