//! A problem as it is sent (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

use super::{Code, DuplicateCandidate, Named, Part};
use crate::domain::input::{Fault, FaultCode};

/// Why a request was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The address of a page on this server that explains the problem.
    #[schema(format = "uri-reference", example = "/problems/invalid")]
    pub r#type: String,
    /// What happened, in a few words that are the same for every such problem.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened to this request.
    pub detail: String,
    /// The path that was asked for.
    #[schema(format = "uri-reference")]
    pub instance: String,
    /// What happened, for programs.
    pub code: Code,
    /// The id of this request, as in the header `X-Request-Id` and the server's log.
    pub request_id: String,
    /// Every fault found in the input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemFault>,
    /// With `in-use`: the records that still use the one to be deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub users: Vec<Named>,
    /// With `quotes-orphaned`: the citations that the new text would leave without a place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub orphans: Vec<Named>,
    /// With `duplicate-argument`: the arguments that claim nearly the same, the most alike first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub candidates: Vec<DuplicateCandidate>,
}

/// One fault of the input. One of `pointer`, `parameter` and `header` says where it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault {
    /// Where in the body: a JSON Pointer (RFC 6901); the empty string is the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Which query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// Which header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// What is wrong, for programs.
    pub code: FaultCode,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl ProblemFault {
    pub(super) fn new(part: Part, fault: &Fault) -> Self {
        // Outside a body the place is one step of a pointer: a name, escaped as RFC 6901 says.
        let step = fault.pointer.strip_prefix('/').unwrap_or(&fault.pointer);
        let name = || Some(step.replace("~1", "/").replace("~0", "~"));
        Self {
            pointer: (part == Part::Body).then(|| fault.pointer.clone()),
            parameter: if part == Part::Query { name() } else { None },
            header: if part == Part::Header { name() } else { None },
            code: fault.code,
            detail: fault.detail.clone(),
        }
    }
}
