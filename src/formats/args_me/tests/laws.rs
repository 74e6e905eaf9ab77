use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::kinds::RelationKind;
use crate::domain::slug::Slug;
use crate::formats::document::TargetName;
use crate::formats::generating;

/// What bears directly on the positions, by what it says, which way, and on what.
fn bearing(topic: &TopicRecord) -> BTreeSet<(String, RelationKind, String)> {
    let claim = |slug: &Slug| {
        let record = topic.arguments.iter().find(|it| it.slug == *slug).unwrap();
        naming::written(&record.claim, &record.body)
    };
    let mut found = BTreeSet::new();
    for relation in &topic.relations {
        let TargetName::Position(target) = &relation.target else { continue };
        let position = topic.positions.iter().find(|it| it.slug == *target).unwrap();
        for premise in &relation.premises {
            let kind = match relation.kind {
                RelationKind::Supports | RelationKind::Rephrases => RelationKind::Supports,
                RelationKind::Attacks => RelationKind::Attacks,
            };
            found.insert((claim(premise), kind, position.statement.to_string()));
        }
    }
    found
}

/// All that is said, as one text.
fn everything(document: &Document) -> String {
    let mut said = String::new();
    for topic in &document.topics {
        for position in &topic.positions {
            said.push_str(&format!("{}\n{}\n", position.statement, position.summary));
        }
        for argument in &topic.arguments {
            said.push_str(&format!("{}\n{}\n", argument.claim, argument.body));
        }
    }
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_claim_and_every_direct_reason_goes_there_and_back(document in generating::document()) {
        for topic in &document.topics {
            let mut losses = Vec::new();
            let debate = Debate { topic, sources: &document.sources };
            let text = ArgsMe.write(&debate, &mut losses);
            let again = read(&text);
            prop_assert_eq!(errors(&again), [""; 0], "{}", text);
            let again = gathered(again.document);
            let said = everything(&again);
            for argument in &topic.arguments {
                prop_assert!(said.contains(argument.claim.as_str()), "{}", argument.claim);
            }
            for position in &topic.positions {
                prop_assert!(said.contains(position.statement.as_str()), "{}", position.statement);
            }
            if let Some(first) = again.topics.first() {
                prop_assert_eq!(again.topics.len(), 1);
                prop_assert_eq!(&first.title, &topic.title);
                let there = bearing(first);
                for reason in bearing(topic) {
                    prop_assert!(there.contains(&reason), "{reason:?} {there:#?}");
                }
            }
        }
    }

    #[test]
    fn whatever_is_read_of_a_debate_is_written_as_it_was(document in generating::document()) {
        for topic in &document.topics {
            let debate = Debate { topic, sources: &document.sources };
            let first = ArgsMe.write(&debate, &mut Vec::new());
            let (again, losses) = written(&gathered(read(&first).document));
            let with_premises = |list: Vec<Value>| {
                let mut list = sorted(list);
                list.retain(|it| it["premises"] != serde_json::json!([]));
                list
            };
            prop_assert_eq!(with_premises(again), with_premises(arguments_of(&first)));
            prop_assert_eq!(losses, []);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\[\\]{}:,\"\\\\a\n 0]{0,60}") {
        let list = format!("{{\"arguments\":[{text}");
        let good = json_of("good", "good");
        for text in [&text, &list, &format!("{good}\n{text}\n{good}"), &format!("[{good},{text},{good}")] {
            read(text);
        }
    }
}
