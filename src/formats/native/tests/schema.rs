use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::*;
use crate::domain::kinds::Status;
use crate::domain::language::Language;
use crate::domain::quote::{Context, Exact, Offset, SourceText};
use crate::domain::slug::Slug;
use crate::domain::text::*;
use crate::domain::web_url::WebUrl;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

pub(super) static VALIDATOR: LazyLock<jsonschema::Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&schema()).unwrap());

#[test]
fn the_schema_is_a_schema() {
    assert!(jsonschema::draft202012::meta::is_valid(&schema()));
}

#[test]
fn the_seed_document_is_valid() {
    let (document, _) = yaml::parse(SEED).unwrap();

    assert!(VALIDATOR.is_valid(&document));
}

#[test]
fn the_schema_refuses_what_a_schema_can_see() {
    for (text, _) in refusing::seen_by_a_schema() {
        let (document, _) = yaml::parse(&text).unwrap();
        assert!(!VALIDATOR.is_valid(&document), "{text}");
    }
}

#[test]
fn the_schema_has_the_bounds_of_the_domain() {
    let schema = schema();
    let agree = |name: &str, domain: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>| {
        let domain = serde_json::to_value(domain).unwrap();
        let ours = &schema["$defs"][name];
        let bounds = ["type", "minLength", "maxLength", "minimum"];
        let with_pattern = ["slug", "language", "url"];
        for bound in bounds.into_iter().chain(with_pattern.contains(&name).then_some("pattern")) {
            assert_eq!(ours.get(bound), domain.get(bound), "{bound} of {name}");
        }
    };
    agree("slug", Slug::schema());
    agree("language", Language::schema());
    agree("url", WebUrl::schema());
    agree("title", Title::schema());
    agree("statement", Statement::schema());
    agree("claim", Claim::schema());
    agree("summary", Summary::schema());
    agree("body", Body::schema());
    agree("tag", Tag::schema());
    agree("scheme", Scheme::schema());
    agree("name", Name::schema());
    agree("licence", Licence::schema());
    agree("url", WebUrl::schema());
    agree("source_text", SourceText::schema());
    agree("exact", Exact::schema());
    agree("context", Context::schema());
    agree("offset", Offset::schema());
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
    assert_eq!(schema["$defs"]["status"]["enum"], json!(words));
}

#[test]
fn the_schema_has_the_bounds_of_the_reader() {
    let schema = schema();
    let of = |pointer: &str| schema.pointer(pointer).unwrap().as_u64().unwrap();

    assert_eq!(of("/properties/debatebase/const"), VERSION);
    for (pointer, bound) in [
        ("/$defs/source/properties/authors/maxItems", MAX_AUTHORS),
        ("/$defs/source/properties/text_file/maxLength", MAX_FILE_NAME),
        ("/$defs/topic/properties/tags/maxItems", MAX_TAGS),
        ("/$defs/linked_arguments/properties/linked/maxItems", MAX_LINKED),
        ("/$defs/relation/properties/premises/maxItems", MAX_LINKED),
    ] {
        assert_eq!(of(pointer), u64::try_from(bound).unwrap(), "{pointer}");
    }
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    fn objects<'s>(schema: &'s Value, found: &mut Vec<&'s Value>) {
        if schema["type"] == "object" {
            found.push(schema);
        }
        match schema {
            Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
            Value::Object(fields) => fields.values().for_each(|field| objects(field, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let schema = schema();
    let mut found = Vec::new();
    objects(&schema, &mut found);
    for object in found {
        let is_free = object["title"] == "Other fields";
        assert_eq!(
            object.get("additionalProperties"),
            (!is_free).then_some(&json!(false)),
            "{object}"
        );
    }
    let fields = |name: &str| {
        let properties = schema["$defs"][name]["properties"].as_object().unwrap();
        let mut fields: Vec<&str> = properties.keys().map(String::as_str).collect();
        fields.sort_unstable();
        fields
    };
    let sorted = |fields: &[&'static str]| {
        let mut fields = fields.to_vec();
        fields.sort_unstable();
        fields
    };
    assert_eq!(fields("source"), sorted(sources::FIELDS));
    assert_eq!(fields("topic"), sorted(topics::TOPIC));
    assert_eq!(fields("position"), sorted(topics::POSITION));
    assert_eq!(fields("argument"), sorted(items::ARGUMENT));
    assert_eq!(fields("named_argument"), sorted(items::NAMED));
    assert_eq!(fields("linked_arguments"), sorted(items::LINKED));
    assert_eq!(fields("via"), sorted(items::VIA));
    assert_eq!(fields("relation"), sorted(relations::RELATION));
    assert_eq!(fields("end"), sorted(relations::END));
    assert_eq!(fields("quote"), sorted(items::QUOTE));
    assert_eq!(fields("topic_quote"), sorted(items::TOPIC_QUOTE));
    let mut any_item =
        [fields("argument_with_via"), fields("linked_arguments"), fields("named_argument")]
            .concat();
    any_item.sort_unstable();
    any_item.dedup();
    assert_eq!(any_item, sorted(items::ITEM));
}

/// What a field left empty is to the reader: left out. The schema asks to leave it out.
fn without_empty_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_empty_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty_fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #[test]
    fn what_the_reader_takes_the_schema_takes(
        at in any::<prop::sample::Index>(),
        length in 0usize..12,
        put in prop_oneof!["[ -~\n]{0,4}", Just("\n".to_owned())],
    ) {
        let text = slipped(at, length, &put);
        if read_all(&text).is_ok() {
            let (mut document, _) = yaml::parse(&text).unwrap();
            without_empty_fields(&mut document);
            prop_assert!(VALIDATOR.is_valid(&document), "{}", text);
        }
    }
}
