//! The links of the document: what can be asked next, with values that an answer gives.
//!
//! They follow from the addresses alone: an answer that tells a record leads to all that is done
//! with that record and to what lies right below it; a list leads to its next page; what was deleted
//! leads to where it was.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::link::{Link, LinkBuilder};
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::{OpenApi, RefOr};

use super::operations;

/// An operation, as far as links need to know it.
#[derive(Debug, Clone)]
struct Target {
    id: String,
    method: &'static str,
    path: String,
    /// Whether it answers in pages.
    is_list: bool,
}

impl Target {
    fn of(path: &str, method: &'static str, operation: &Operation) -> Self {
        let is_cursor =
            |it: &RefOr<Parameter>| matches!(it, RefOr::T(parameter) if parameter.name == "cursor");
        Self {
            id: operation.operation_id.clone().unwrap_or_default(),
            method,
            path: path.to_owned(),
            is_list: operation.parameters.iter().flatten().any(is_cursor),
        }
    }
}

/// Gives every answer its links.
pub fn add(document: &mut OpenApi) {
    let mut targets = Vec::new();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            targets.push(Target::of(path, method, operation));
        }
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let from = Target::of(path, method, operation);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && status.starts_with('2')
                {
                    let links = links_of(&from, &targets);
                    response.links.extend(links.into_iter().map(|(name, it)| (name, it.into())));
                }
            }
        }
    }
}

/// The links of the answers of an operation, by name.
fn links_of(from: &Target, targets: &[Target]) -> BTreeMap<String, Link> {
    let mut links = BTreeMap::new();
    // The address of the record that is told, and where in the answer its name stands.
    let (record, name) = match (from.method, item_of(&from.path, targets)) {
        // A key is named by its id alone.
        ("POST", Some(item)) if parameter(&item) == Some("key") => {
            (item, Some("$response.body#/id"))
        }
        ("POST", Some(item)) => (item, Some("$response.body#/slug")),
        _ => (from.path.clone(), None),
    };
    if from.is_list {
        links.insert("next_page".to_owned(), next_page(from));
    }
    for target in targets.iter().filter(|target| target.id != from.id) {
        let is_right_there = target.path == record;
        let is_below = target
            .path
            .strip_prefix(&record)
            .is_some_and(|below| below.starts_with('/') && !below.contains('{'));
        let leads_there = match from.method {
            "DELETE" => is_right_there && target.method == "GET",
            _ if from.is_list => false,
            _ => record.contains('{') && (is_right_there || is_below),
        };
        if leads_there {
            links.insert(target.id.clone(), link(target, &record, name));
        }
    }
    links
}

/// The address of the records of a list, if this is the address of a list.
fn item_of(path: &str, targets: &[Target]) -> Option<String> {
    let begins = format!("{path}/{{");
    let is_right_below =
        |item: &&String| item.strip_prefix(&begins).is_some_and(|rest| !rest.contains('/'));
    targets.iter().map(|target| &target.path).find(is_right_below).cloned()
}

fn link(target: &Target, record: &str, name: Option<&str>) -> Link {
    let own = parameter(record);
    let mut link = LinkBuilder::new().operation_id(&target.id);
    for segment in target.path.split('/') {
        if let Some(parameter) = parameter(segment) {
            let given = name.filter(|_| own == Some(parameter));
            let known = format!("$request.path.{parameter}");
            link = link.parameter(parameter, given.unwrap_or(&known));
        }
    }
    // Nothing that has changed since the answer is overwritten.
    if matches!(target.method, "PUT" | "PATCH" | "DELETE") && target.path == record {
        link = link.parameter("header.If-Match", "$response.header.ETag");
    }
    link.build()
}

/// The parameter that is the last segment of a path.
fn parameter(path: &str) -> Option<&str> {
    path.rsplit('/').next()?.strip_prefix('{')?.strip_suffix('}')
}

/// The list itself, from where the answer ends.
fn next_page(list: &Target) -> Link {
    let mut link = LinkBuilder::new().operation_id(&list.id);
    for segment in list.path.split('/') {
        if let Some(parameter) = parameter(segment) {
            link = link.parameter(parameter, format!("$request.path.{parameter}"));
        }
    }
    link.parameter("cursor", Value::from("$response.body#/page/next_cursor")).build()
}
