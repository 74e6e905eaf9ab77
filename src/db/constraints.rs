//! What a refusal by the database means to a client.
//!
//! Constraints decide: queries insert and do not ask first. This is the only place that knows
//! constraint names, and no name leaves it. A test demands that each one is listed.

use diesel::result::{DatabaseErrorKind, Error};

use crate::http::problem::{Code, Problem};

/// Constraint name → the problem that it is to a client.
///
/// `Code::Internal` marks what checked types and locked topics keep from ever happening.
pub const CONSTRAINTS: &[(&str, Code)] = &[
    ("topics_slug_key", Code::SlugTaken),
    ("positions_slug_key", Code::SlugTaken),
    ("arguments_slug_key", Code::SlugTaken),
    ("relations_slug_key", Code::SlugTaken),
    ("sources_slug_key", Code::SlugTaken),
    ("citations_slug_key", Code::SlugTaken),
    ("relations_target_position_fkey", Code::InUse),
    ("relations_target_argument_fkey", Code::InUse),
    ("relations_target_relation_fkey", Code::InUse),
    ("premises_argument_fkey", Code::InUse),
    ("citations_source_id_fkey", Code::InUse),
    ("citations_position_fkey", Code::InUse),
    ("citations_argument_fkey", Code::InUse),
    ("citations_relation_fkey", Code::InUse),
    ("positions_topic_id_fkey", Code::NotFound),
    ("arguments_topic_id_fkey", Code::NotFound),
    ("relations_topic_id_fkey", Code::NotFound),
    ("citations_topic_id_fkey", Code::NotFound),
    ("relations_not_itself_check", Code::DoesNotFit),
    ("relations_symmetric_check", Code::Invalid),
    ("positions_topic_id_id_key", Code::Internal),
    ("arguments_topic_id_id_key", Code::Internal),
    ("relations_topic_id_id_key", Code::Internal),
    ("premises_argument_key", Code::Internal),
    ("premises_relation_fkey", Code::Internal),
    ("relations_premises_check", Code::Internal),
    ("premises_relation_check", Code::Internal),
    ("relations_one_target_check", Code::Internal),
    ("relations_kind_check", Code::Internal),
    ("relations_scheme_check", Code::Internal),
    ("relations_slug_check", Code::Internal),
    ("changes_subject_check", Code::Internal),
    ("changes_words_check", Code::Internal),
    ("topics_slug_check", Code::Internal),
    ("topics_title_check", Code::Internal),
    ("topics_summary_check", Code::Internal),
    ("topics_status_check", Code::Internal),
    ("positions_slug_check", Code::Internal),
    ("positions_statement_check", Code::Internal),
    ("positions_summary_check", Code::Internal),
    ("arguments_slug_check", Code::Internal),
    ("arguments_claim_check", Code::Internal),
    ("arguments_body_check", Code::Internal),
    ("sources_slug_check", Code::Internal),
    ("sources_title_check", Code::Internal),
    ("sources_text_check", Code::Internal),
    ("sources_text_together_check", Code::Internal),
    ("citations_slug_check", Code::Internal),
    ("citations_backs_check", Code::Internal),
    ("citations_exact_check", Code::Internal),
    ("citations_span_check", Code::Internal),
    ("keys_label_check", Code::Internal),
    ("keys_secret_sha256_check", Code::Internal),
    ("keys_scopes_check", Code::Internal),
    ("keys_topic_ids_check", Code::Internal),
    ("outlines_topic_id_fkey", Code::NotFound),
    ("kept_answers_key_id_fkey", Code::BadKey),
    ("kept_answers_idempotency_key_check", Code::Internal),
    ("kept_answers_request_sha256_check", Code::Internal),
    ("kept_answers_status_check", Code::Internal),
    ("search_entries_kind_check", Code::Internal),
    ("search_entries_class_check", Code::Internal),
    ("search_entries_passage_check", Code::Internal),
];

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let Error::DatabaseError(kind, info) = &error else {
            return Self::internal(&error);
        };
        let listed = info.constraint_name().and_then(|name| {
            CONSTRAINTS.iter().find(|(listed, _)| *listed == name).map(|(_, code)| *code)
        });
        match listed {
            Some(Code::SlugTaken) => {
                let kind = info.constraint_name().and_then(|name| name.strip_suffix("s_slug_key"));
                Self::slug_taken(kind.unwrap_or("record"), "with this slug")
            }
            Some(code) if code != Code::Internal => Self::new(code, code.title()),
            _ if matches!(kind, DatabaseErrorKind::SerializationFailure)
                || info.message() == "deadlock detected" =>
            {
                Self::contended(&error)
            }
            _ if matches!(kind, DatabaseErrorKind::ReadOnlyTransaction) => {
                Self::not_now("The database takes no changes just now.", &error)
            }
            _ if matches!(kind, DatabaseErrorKind::ClosedConnection) || is_away(info.message()) => {
                Self::unavailable(&error)
            }
            _ if info.message().starts_with("canceling statement") => Self::not_now(
                "The database did not get to it in time. Nothing was changed.",
                &error,
            ),
            _ => Self::internal(&error),
        }
    }
}

/// Whether PostgreSQL is going or coming. diesel hands on the words, but not the SQLSTATE (57P01, 57P03).
fn is_away(message: &str) -> bool {
    [
        "terminating connection",
        "the database system is",
        "connection closed",
        "closed the connection",
        "error communicating with the server",
    ]
    .iter()
    .any(|words| message.contains(words))
}
