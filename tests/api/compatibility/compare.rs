//! What of a new document would break the clients of an old one.
//!
//! What a client sends has to be taken as before, so the new schema of an input must take all that
//! the old one took. What it is given has to be what it knows, so the new schema of an output must
//! give nothing that the old one did not. Only additions remain, and what cannot be compared (two
//! patterns) is taken for a break.

use std::collections::HashSet;

use serde_json::{Map, Value};

static NOTHING: Value = Value::Null;

/// Everything that would break, each with its place and the reason.
pub fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, found: Vec::new(), seen: HashSet::new() };
    for (path, item) in fields(old, "paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let at = format!("{} {path}", method.to_uppercase());
            match new["paths"][path].get(method) {
                Some(now) => comparison.operation(operation, now, &at),
                None => comparison.say(&at, "is no longer there"),
            }
        }
    }
    comparison.found
}

fn fields<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(name).and_then(Value::as_object).into_iter().flatten()
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    /// From the client to the server.
    Sent,
    /// From the server to the client.
    Given,
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: Vec<String>,
    /// The pairs of named schemas that were compared already: schemas may contain themselves.
    seen: HashSet<(String, String, Way)>,
}

impl<'a> Comparison<'a> {
    fn say(&mut self, at: &str, reason: &str) {
        self.found.push(format!("{at}: {reason}"));
    }

    fn operation(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        if old["operationId"] != new["operationId"] {
            let reason = format!("has another operationId than {}", old["operationId"]);
            self.say(at, &reason);
        }
        self.parameters(old, new, at);
        self.security(old, new, at);
        self.body(&old["requestBody"], &new["requestBody"], at);
        for (status, before) in fields(old, "responses") {
            let at = format!("{at} → {status}");
            match new["responses"].get(status) {
                Some(now) => self.response(before, now, &at),
                None => self.say(&at, "is no longer answered"),
            }
        }
        for (status, _) in fields(new, "responses") {
            let is_problem = status.starts_with(['4', '5']);
            if !is_problem && old["responses"].get(status).is_none() {
                self.say(&format!("{at} → {status}"), "is a new answer, which no client expects");
            }
        }
    }

    fn parameters(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
        for before in items(old, "parameters") {
            let at = format!("{at} {} {}", word(&before["in"]), word(&before["name"]));
            match items(new, "parameters").find(|now| same(before, now)) {
                None => self.say(&at, "is no longer taken"),
                Some(now) => {
                    if now["required"] == true && before["required"] != true {
                        self.say(&at, "is needed now");
                    }
                    self.schema(&before["schema"], &now["schema"], Way::Sent, &at);
                }
            }
        }
        for now in items(new, "parameters") {
            let is_new = !items(old, "parameters").any(|before| same(before, now));
            if is_new && now["required"] == true {
                let at = format!("{at} {} {}", word(&now["in"]), word(&now["name"]));
                self.say(&at, "is new, and needed");
            }
        }
    }

    /// What sufficed to be let in must suffice still.
    fn security(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let ways = |document: &Value, operation: &Value| -> Vec<Value> {
            let own = operation.get("security").or(document.get("security"));
            let listed = own.and_then(Value::as_array).cloned().unwrap_or_default();
            if listed.is_empty() { vec![Value::Object(Map::new())] } else { listed }
        };
        let asks_no_more = |now: &Value, before: &Value| {
            now.as_object().into_iter().flatten().all(|(scheme, scopes)| {
                let had = before.get(scheme).and_then(Value::as_array);
                let mut scopes = scopes.as_array().into_iter().flatten();
                had.is_some_and(|had| scopes.all(|scope| had.contains(scope)))
            })
        };
        let now = ways(self.new, new);
        for before in ways(self.old, old) {
            if !now.iter().any(|now| asks_no_more(now, &before)) {
                self.say(at, &format!("is not open any more to who has {before}"));
            }
        }
    }

    fn body(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let at = format!("{at} body");
        match (old.is_null(), new.is_null()) {
            (true, false) if new["required"] == true => self.say(&at, "is new, and needed"),
            (false, true) => self.say(&at, "is no longer taken"),
            (false, false) => {
                if new["required"] == true && old["required"] != true {
                    self.say(&at, "is needed now");
                }
                self.content(old, new, Way::Sent, &at);
            }
            (true, _) => {}
        }
    }

    fn response(&mut self, old: &'a Value, new: &'a Value, at: &str) {
        let (old, _) = resolved(self.old, old);
        let (new, _) = resolved(self.new, new);
        for (name, _) in fields(old, "headers") {
            if new["headers"].get(name).is_none() {
                self.say(&format!("{at} header {name}"), "is no longer given");
            }
        }
        self.content(old, new, Way::Given, at);
        for (media_type, _) in fields(new, "content") {
            // Sparse records are given only to those who ask for some of the fields.
            let is_asked_for = media_type == "application/vnd.debatebase.sparse+json";
            if old["content"].get(media_type).is_none() && !is_asked_for {
                self.say(&format!("{at} {media_type}"), "is a new type, which no client expects");
            }
        }
    }

    fn content(&mut self, old: &'a Value, new: &'a Value, way: Way, at: &str) {
        for (media_type, before) in fields(old, "content") {
            let at = format!("{at} {media_type}");
            match new["content"].get(media_type) {
                Some(now) => self.schema(&before["schema"], &now["schema"], way, &at),
                None if way == Way::Sent => self.say(&at, "is no longer taken"),
                None => self.say(&at, "is no longer given"),
            }
        }
    }

    fn schema(&mut self, old: &'a Value, new: &'a Value, way: Way, at: &str) {
        let ((old, old_name), (new, new_name)) = (resolved(self.old, old), resolved(self.new, new));
        if let (Some(old_name), Some(new_name)) = (old_name, new_name)
            && !self.seen.insert((old_name.to_owned(), new_name.to_owned(), way))
        {
            return;
        }
        let (narrow, wide) = match way {
            Way::Sent => (alternatives(old), alternatives(new)),
            Way::Given => (alternatives(new), alternatives(old)),
        };
        for one in narrow {
            self.covered(one, &wide, way, at);
        }
    }

    /// Demands that one alternative is covered by one of the others; else says how the nearest differs.
    fn covered(&mut self, one: &'a Value, others: &[&'a Value], way: Way, at: &str) {
        let (found, seen) = (std::mem::take(&mut self.found), self.seen.clone());
        let mut nearest: Option<Vec<String>> = None;
        for other in others {
            self.seen.clone_from(&seen);
            match way {
                Way::Sent => self.plain(one, other, way, at),
                Way::Given => self.plain(other, one, way, at),
            }
            let differences = std::mem::take(&mut self.found);
            if nearest.as_ref().is_none_or(|nearest| differences.len() < nearest.len()) {
                nearest = Some(differences);
            }
        }
        self.found = found;
        self.found.extend(nearest.into_iter().flatten());
    }

    /// Compares two schemas that are no choice between others.
    fn plain(&mut self, old: &'a Value, new: &'a Value, way: Way, at: &str) {
        let ((old, old_name), (new, new_name)) = (resolved(self.old, old), resolved(self.new, new));
        if let (Some(old_name), Some(new_name)) = (old_name, new_name)
            && !self.seen.insert((old_name.to_owned(), new_name.to_owned(), way))
        {
            return;
        }
        // What the narrow one allows, the wide one must allow.
        let (narrow, wide) = if way == Way::Sent { (old, new) } else { (new, old) };
        let change =
            if way == Way::Sent { "is taken more narrowly" } else { "is given more widely" };
        for (what, fits) in [
            ("type", types(narrow).is_subset(&types(wide))),
            (
                "enum",
                words(wide).is_none_or(|wide| words(narrow).is_some_and(|it| it.is_subset(&wide))),
            ),
            ("pattern", wide.get("pattern").is_none_or(|it| narrow.get("pattern") == Some(it))),
            ("format", wide.get("format").is_none_or(|it| narrow.get("format") == Some(it))),
            ("not", wide.get("not").is_none_or(|it| narrow.get("not") == Some(it))),
            ("allOf", wide.get("allOf") == narrow.get("allOf")),
            ("uniqueItems", wide["uniqueItems"] != true || narrow["uniqueItems"] == true),
        ] {
            if !fits {
                let reason = format!("{change}: {what} was {}, is {}", old[what], new[what]);
                self.say(at, &reason);
            }
        }
        self.bounds(old, new, way, at, change);
        if old.get("items").is_some() || new.get("items").is_some() {
            let (before, now) = (&old["items"], &new["items"]);
            self.schema(before, now, way, &format!("{at}/items"));
        }
        self.properties(old, new, way, at);
    }

    fn bounds(&mut self, old: &'a Value, new: &'a Value, way: Way, at: &str, change: &str) {
        let (narrow, wide) = if way == Way::Sent { (old, new) } else { (new, old) };
        for what in ["minLength", "minItems", "minimum", "maxLength", "maxItems", "maximum"] {
            let Some(bound) = wide[what].as_f64() else { continue };
            let fits = match narrow[what].as_f64() {
                Some(own) if what.starts_with("min") => own >= bound,
                Some(own) => own <= bound,
                // No text and no list is shorter than 0.
                None => bound == 0.0 && what != "minimum" && what.starts_with("min"),
            };
            if !fits {
                let reason = format!("{change}: {what} was {}, is {}", old[what], new[what]);
                self.say(at, &reason);
            }
        }
    }

    fn properties(&mut self, old: &'a Value, new: &'a Value, way: Way, at: &str) {
        let needs = |schema: &Value, name: &str| items(schema, "required").any(|it| it == name);
        for (name, before) in fields(old, "properties") {
            let at = format!("{at}/{name}");
            match (new["properties"].get(name), way) {
                (Some(now), _) => {
                    if way == Way::Given && needs(old, name) && !needs(new, name) {
                        self.say(&at, "is not always given any more");
                    }
                    self.schema(before, now, way, &at);
                }
                (None, Way::Sent) => self.say(&at, "is no longer taken"),
                (None, Way::Given) => self.say(&at, "is no longer given"),
            }
        }
        if way == Way::Sent {
            for name in items(new, "required").filter(|name| !needs(old, word(name))) {
                self.say(&format!("{at}/{}", word(name)), "is needed now");
            }
        }
        let (narrow, wide) = if way == Way::Sent { (old, new) } else { (new, old) };
        if wide["additionalProperties"] == false && narrow["additionalProperties"] != false {
            let reason = if way == Way::Sent {
                "takes no other fields any more"
            } else {
                "may have other fields now"
            };
            self.say(at, reason);
        }
        if old["additionalProperties"].is_object() && new["additionalProperties"].is_object() {
            let (before, now) = (&old["additionalProperties"], &new["additionalProperties"]);
            self.schema(before, now, way, &format!("{at}/*"));
        }
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What a reference leads to, and its name; anything else is itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> (&'a Value, Option<&'a str>) {
    match value.get("$ref").and_then(Value::as_str) {
        Some(name) => {
            let pointer = name.trim_start_matches('#');
            (document.pointer(pointer).unwrap_or(&NOTHING), Some(name))
        }
        None => (value, None),
    }
}

/// The schemas between which a schema lets choose; itself if it lets nothing choose.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let choice = schema.get("oneOf").or(schema.get("anyOf")).and_then(Value::as_array);
    choice.map_or_else(|| vec![schema], |choice| choice.iter().collect())
}

/// The types that a schema allows; a whole number is a number.
fn types(schema: &Value) -> HashSet<&str> {
    let all = ["null", "boolean", "integer", "number", "string", "array", "object"];
    let mut types: HashSet<&str> = match schema.get("type") {
        Some(Value::String(one)) => HashSet::from([one.as_str()]),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => HashSet::from(all),
    };
    if types.contains("number") {
        types.insert("integer");
    }
    types
}

/// The values that a schema lists, if it does.
fn words(schema: &Value) -> Option<HashSet<String>> {
    let listed = schema.get("enum").and_then(Value::as_array);
    let constant = || schema.get("const").map(std::slice::from_ref);
    let values = listed.map(Vec::as_slice).or_else(constant)?;
    Some(values.iter().map(Value::to_string).collect())
}
