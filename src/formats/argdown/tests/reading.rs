//! What becomes of Argdown.

use super::*;
use crate::domain::slug::Slug;

fn facts(topic: &TopicRecord) -> Vec<String> {
    topic
        .relations
        .iter()
        .map(|it| {
            let premises: Vec<&str> = it.premises.iter().map(Slug::as_str).collect();
            let sign = if it.symmetric { "><" } else { it.kind.as_str() };
            format!("{} {sign} {}", premises.join("+"), it.target.slug())
        })
        .collect()
}

#[test]
fn a_tree_of_pros_and_cons_is_read() {
    let topic = topic("[T]: Thesis.\n  + <A>: Pro.\n    - <B>: Con.\n      <_ <C>: No.\n  - <D>\n");

    assert_eq!(topic.positions.len(), 1);
    assert_eq!(topic.positions[0].statement.as_str(), "Thesis.");
    assert_eq!(
        facts(&topic),
        ["a supports t", "b attacks a", "d attacks t", "c attacks b-attacks-a"]
    );
}

#[test]
fn a_structure_is_one_relation_with_linked_premises() {
    let topic = topic(
        "<Arg>: Sketch.\n\n(1) [P]: One.\n(2) [Q]: Two.\n--\nModus ponens, Other {uses: [1,2]}\n--\n(3) [R]: Three.\n  <_ [U]: But.\n  -> [S]: Four.\n",
    );

    assert_eq!(facts(&topic), ["p+q supports r", "r attacks s", "u attacks arg"]);
    assert_eq!(topic.relations[0].scheme.as_ref().unwrap().as_str(), "Modus ponens, Other");
    assert_eq!(topic.relations[0].slug.as_str(), "arg");
    assert_eq!(topic.positions[0].slug.as_str(), "s");
}

#[test]
fn intermediary_conclusions_are_chained() {
    let topic = topic("(1) [A]: a\n(2) [B]: b\n----\n(3) [C]: c\n(4) [D]: d\n----\n(5) [E]: e\n");

    assert_eq!(facts(&topic), ["a+b supports c", "c+d supports e"]);
}

#[test]
fn both_ends_of_a_contradiction_are_positions() {
    let topic = topic("[A]: a\n  >< [B]: b\n");

    assert_eq!(topic.positions.len(), 2);
    assert_eq!(facts(&topic), ["a >< b", "a supports a"]);
}

#[test]
fn line_ends_of_both_kinds_say_the_same() {
    for (name, text, _) in oracle::DOCUMENTS {
        let (one, other) = (read(text), read(&text.replace('\n', "\r\n")));
        assert_eq!(facts(&one.document.topics[0]), facts(&other.document.topics[0]), "{name}");
    }
}

#[test]
fn what_the_grammar_does_not_allow_is_read_and_told() {
    let broken = [
        "[A]: a\n\n+ b",
        "[A]: a\n+ b",
        "[A] a",
        "(1) a\n(2) b",
        "(1) a\n--\nrule\n\n(2) b",
        "a [b] c",
        "a {b} c",
        "===\ntitle: x",
        "/* a",
        "(1) a\n----\n",
        "----\n(1) a",
        "<A>\n(1) a\n---\n(2) b",
        "(1) a\n\n----\n\n(2) b",
    ];
    for text in broken {
        let read = read(text);
        assert!(
            read.notes.iter().any(|it| it.severity > Severity::Info && it.place.line.is_some()),
            "{text}: {:?}",
            read.notes
        );
        assert_eq!(read.document.topics.len(), 1);
    }
}

#[test]
fn strict_mode_makes_attacks_between_statements_go_both_ways() {
    let topic = topic("===\nmodel: {mode: strict}\n===\n\n[A]: a\n  - [B]: b\n  + [C]: c\n");

    assert_eq!(facts(&topic)[..2], ["b >< a", "c supports a"]);
}
