//! What an export told of its nodes beside AIF: the field `records` of [`nodeset::EXTRA`], by the
//! ids of the nodes.
//!
//! So a debate that was never AIF comes back with its slugs, its languages and its positions, while
//! every other tool reads the nodeset alone. A node that another tool added is read as in any file.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::nodeset::{Kind, Nodeset};
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::formats::names::Names;

/// What was told of one node. A node may be a position and an argument at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// The slug of the position that it is.
    pub position: Option<Slug>,
    /// The slug of the argument that it is.
    pub argument: Option<Slug>,
    /// The argument's own language.
    pub language: Option<Language>,
    /// The slugs of the relations that it is, one for each conclusion.
    pub relations: Vec<Slug>,
    /// Whether each end of the relation attacks the other.
    pub is_symmetric: bool,
}

impl Told {
    fn of(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let slug = |text: &str| Slug::parse(text).ok();
        let relations = value.get("relations").and_then(Value::as_array).into_iter().flatten();
        Self {
            position: text("position").and_then(slug),
            argument: text("argument").and_then(slug),
            language: text("language").and_then(Language::parse),
            relations: relations.filter_map(|it| slug(it.as_str()?)).collect(),
            is_symmetric: value.get("symmetric") == Some(&json!(true)),
        }
    }

    fn to_json(&self) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            value.into_iter().for_each(|value| _ = fields.insert(name.to_owned(), value));
        };
        put("position", self.position.as_ref().map(|it| json!(it)));
        put("argument", self.argument.as_ref().map(|it| json!(it)));
        put("language", self.language.as_ref().map(|it| json!(it)));
        put("relations", (!self.relations.is_empty()).then(|| json!(self.relations)));
        put("symmetric", self.is_symmetric.then(|| json!(true)));
        Value::Object(fields)
    }
}

/// What was told, by the places of the nodes in [`Nodeset::nodes`], and the names that are taken by
/// it: of positions, arguments and relations. Of what changed its type since nothing is known, and a
/// slug that was told twice is told of the first node only.
pub(super) fn read(set: &Nodeset) -> (HashMap<usize, Told>, [Names; 3]) {
    let (mut all, mut names) = (HashMap::new(), <[Names; 3]>::default());
    let Some(Value::Object(records)) = set.extra.get("records") else { return (all, names) };
    let [positions, arguments, relations] = &mut names;
    for (at, node) in set.nodes.iter().enumerate() {
        let Some(mut told) = records.get(&node.id).map(Told::of) else { continue };
        if node.kind == Kind::Information {
            told.relations.clear();
            told.position = told.position.filter(|slug| positions.claim(slug));
            told.argument = told.argument.filter(|slug| arguments.claim(slug));
        } else {
            (told.position, told.argument) = (None, None);
            told.relations.retain(|slug| relations.claim(slug));
        }
        all.insert(at, told);
    }
    (all, names)
}

/// The field `records`, in the order of the nodes.
pub(super) fn write(told: &[(String, Told)]) -> Value {
    Value::Object(told.iter().map(|(id, told)| (id.clone(), told.to_json())).collect())
}
