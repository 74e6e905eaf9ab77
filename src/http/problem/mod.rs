//! Problems: every answer of 400 and above (RFC 9457), from one table of codes.

mod codes;

mod document;
mod found;

use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

pub use codes::Code;
pub use document::{ProblemDocument, ProblemFault};
pub use found::Found;

use crate::domain::ids::ArgumentId;
use crate::domain::input::{Fault, FaultCode, Faults};
use crate::domain::slug::Slug;
use crate::domain::text::Claim;

/// What every handler answers.
pub type Result<T> = std::result::Result<T, Problem>;

/// Where a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// In the body.
    Body,
    /// In the query string.
    Query,
    /// In a header.
    Header,
}

/// A fault with the part of the request that it is in.
#[derive(Debug, Clone)]
struct Located {
    part: Part,
    /// Whether the input alone would be right, and only does not fit what is there.
    is_misfit: bool,
    fault: Fault,
}

/// A record named in a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// What it is.
    #[serde(rename = "type")]
    #[schema(example = "relation")]
    pub kind: &'static str,
    /// Its topic.
    pub topic: String,
    /// Its slug.
    pub slug: String,
}

/// An argument that claims nearly the same as one that was to be made.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DuplicateCandidate {
    /// Its id.
    pub id: ArgumentId,
    /// Its slug.
    pub slug: Slug,
    /// What it claims.
    pub claim: Claim,
    /// How alike the claims are: 1 if they have the same words.
    #[schema(minimum = 0, maximum = 1)]
    pub likeness: f64,
    /// Its address on this server.
    #[schema(format = "uri-reference")]
    pub url: String,
}

/// Why a request was not done. Made into the answer by the middleware, which knows the request.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: String,
    faults: Vec<Located>,
    users: Vec<Named>,
    orphans: Vec<Named>,
    candidates: Vec<DuplicateCandidate>,
    allow: Option<String>,
    /// The scope that the caller's key lacks.
    scope: Option<&'static str>,
    /// When to come again, in seconds.
    retry_after: Option<u64>,
    /// Whether others got in the way, so that the same may be tried again at once.
    is_contended: bool,
    /// The error behind a 5xx, for the log alone.
    cause: Option<String>,
}

impl Problem {
    /// A problem with what is particular to this request.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            faults: Vec::new(),
            users: Vec::new(),
            orphans: Vec::new(),
            candidates: Vec::new(),
            allow: None,
            scope: None,
            retry_after: (code == Code::StillRunning
                || code.status() == StatusCode::SERVICE_UNAVAILABLE)
                .then_some(2),
            is_contended: false,
            cause: None,
        }))
    }

    /// Nothing of this kind has this name.
    pub fn not_found(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {kind} `{name}` here."))
    }

    /// A record of this kind has the slug already; `which` is how it is called.
    pub fn slug_taken(kind: &str, which: impl fmt::Display) -> Self {
        let detail = format!(
            "There is a {kind} {which} already: give another `slug`, leave it out to have one \
             derived, or PUT to its address to replace the {kind}."
        );
        Self::new(Code::SlugTaken, detail)
    }

    /// The faults that an input has whatever the server holds: its schema would find them, too.
    pub fn faults(part: Part, faults: Vec<Fault>) -> Self {
        Self::located(part, false, faults)
    }

    /// The faults of an input that would be right if other things were there.
    pub fn misfits(part: Part, faults: Vec<Fault>) -> Self {
        Self::located(part, true, faults)
    }

    fn located(part: Part, is_misfit: bool, faults: Vec<Fault>) -> Self {
        Self::of(faults.into_iter().map(|fault| Located { part, is_misfit, fault }).collect())
    }

    /// One fault of the input alone makes it invalid, whatever else does not fit.
    fn of(faults: Vec<Located>) -> Self {
        let fits_its_schema = faults.iter().all(|fault| fault.is_misfit);
        let code = match faults.first().map_or(Part::Body, |fault| fault.part) {
            Part::Body if fits_its_schema => Code::DoesNotFit,
            Part::Body => Code::Invalid,
            Part::Query if fits_its_schema => Code::NotFound,
            Part::Query => Code::BadParameter,
            Part::Header => Code::BadHeader,
        };
        let detail = match faults.len() {
            1 => "There is one fault, named in `errors`.".to_owned(),
            n @ Faults::MOST.. => format!("There are many faults; `errors` names the first {n}."),
            n => format!("There are {n} faults, named in `errors`."),
        };
        let mut problem = Self::new(code, detail);
        problem.0.faults = faults;
        problem
    }

    /// One fault of a body.
    pub fn fault(pointer: impl Into<String>, code: FaultCode, detail: impl Into<String>) -> Self {
        let fault = Fault { pointer: pointer.into(), code, detail: detail.into() };
        Self::faults(Part::Body, vec![fault])
    }

    /// One fault of a body that would be right if other things were there.
    pub fn misfit(pointer: impl Into<String>, code: FaultCode, detail: impl Into<String>) -> Self {
        let fault = Fault { pointer: pointer.into(), code, detail: detail.into() };
        Self::misfits(Part::Body, vec![fault])
    }

    /// Other records still use the one to be deleted.
    pub fn in_use(users: Vec<Named>) -> Self {
        let detail = format!("{} record(s) still use it: see `users`.", counted(&users));
        let mut problem = Self::new(Code::InUse, detail);
        problem.0.users = first(users);
        problem
    }

    /// Quotes that a new text would leave without a place.
    pub fn orphaned(orphans: Vec<Named>) -> Self {
        let detail = format!("{} citation(s) would be orphaned: see `orphans`.", counted(&orphans));
        let mut problem = Self::new(Code::QuotesOrphaned, detail);
        problem.0.orphans = first(orphans);
        problem
    }

    /// Arguments that claim nearly the same as one that was to be made.
    pub fn duplicate_argument(candidates: Vec<DuplicateCandidate>) -> Self {
        let detail = "The topic has an argument that claims nearly the same: see `candidates`. \
                      Without `check_duplicates=true`, yours is made all the same.";
        let mut problem = Self::new(Code::DuplicateArgument, detail);
        problem.0.candidates = candidates;
        problem
    }

    /// The address takes other methods.
    pub fn method_not_allowed(method: &str, allow: String) -> Self {
        let mut problem =
            Self::new(Code::MethodNotAllowed, format!("{method} is not taken here; {allow} are."));
        problem.0.allow = Some(allow);
        problem
    }

    /// The caller's key lacks a scope.
    pub fn scope_missing(scope: &'static str) -> Self {
        let detail = format!("The key lacks the scope `{scope}`.");
        let mut problem = Self::new(Code::ScopeMissing, detail);
        problem.0.scope = Some(scope);
        problem
    }

    /// The client asked too often, and may come again in some seconds.
    pub fn too_many_requests(detail: impl Into<String>, retry_after: u64) -> Self {
        let mut problem = Self::new(Code::TooManyRequests, detail);
        problem.0.retry_after = Some(retry_after);
        problem
    }

    /// The request took longer than the server waits.
    pub fn deadline_exceeded(waited: Duration) -> Self {
        let detail = format!(
            "It was not done within {} seconds. A read was cancelled; a change may have been made \
             all the same: sent again with its `Idempotency-Key`, it is made only once.",
            waited.as_secs()
        );
        let mut problem = Self::new(Code::DeadlineExceeded, detail);
        problem.0.retry_after = Some(5);
        problem
    }

    /// Something broke. The client learns only that; the log learns the cause.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        let mut problem =
            Self::new(Code::Internal, "The log has the reason under this request's id.");
        problem.0.cause = Some(chain(cause));
        problem
    }

    /// The database cannot be reached in time.
    pub fn unavailable(cause: &dyn std::error::Error) -> Self {
        Self::not_now("The database cannot be reached just now.", cause)
    }

    /// The database does not do it now, and nothing was changed.
    pub fn not_now(detail: &str, cause: &dyn std::error::Error) -> Self {
        let mut problem = Self::new(Code::Unavailable, detail);
        problem.0.cause = Some(chain(cause));
        problem
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What is particular to this request.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The error behind it, for the log alone.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Others changed the same records at the same time, and one of all had to give way.
    pub fn contended(cause: &dyn std::error::Error) -> Self {
        let mut problem = Self::not_now(
            "Others were changing the same records. Nothing was changed; send the request again.",
            cause,
        );
        problem.0.is_contended = true;
        problem
    }

    /// Whether others got in the way, so that the same may be tried again at once.
    pub fn is_contended(&self) -> bool {
        self.0.is_contended
    }

    /// What is wrong with each place of the input.
    pub fn fault_codes(&self) -> impl Iterator<Item = FaultCode> {
        self.0.faults.iter().map(|located| located.fault.code)
    }

    /// The faults, without the part of the request they are in.
    pub fn into_faults(self) -> Vec<Fault> {
        self.0.faults.into_iter().map(|located| located.fault).collect()
    }

    /// The body of the answer to one request.
    pub fn document(&self, instance: &str, request_id: &str) -> ProblemDocument {
        let inner = &*self.0;
        ProblemDocument {
            r#type: inner.code.type_path(),
            title: inner.code.title(),
            status: inner.code.status().as_u16(),
            detail: inner.detail.clone(),
            instance: instance.to_owned(),
            code: inner.code,
            request_id: request_id.to_owned(),
            errors: inner
                .faults
                .iter()
                .map(|located| ProblemFault::new(located.part, &located.fault))
                .collect(),
            users: inner.users.clone(),
            orphans: inner.orphans.clone(),
            candidates: inner.candidates.clone(),
        }
    }
}

impl Problem {
    /// What a client is to show of itself (RFC 6750 section 3).
    fn challenge(&self) -> Option<String> {
        let realm = "Bearer realm=\"debatebase\"";
        match (self.0.code, self.0.scope) {
            (Code::KeyNeeded, _) => Some(realm.to_owned()),
            (Code::BadKey, _) => Some(format!("{realm}, error=\"invalid_token\"")),
            (Code::ScopeMissing, Some(scope)) => {
                Some(format!("{realm}, error=\"insufficient_scope\", scope=\"{scope}\""))
            }
            _ => None,
        }
    }
}

/// How many records a problem names at most.
const MOST_NAMED: usize = 100;

fn first(mut named: Vec<Named>) -> Vec<Named> {
    named.truncate(MOST_NAMED);
    named
}

/// How many there are, and that not all are named if they are not.
fn counted(named: &[Named]) -> String {
    match named.len() {
        few @ 0..=MOST_NAMED => few.to_string(),
        many => format!("{many} (of which {MOST_NAMED} are named)"),
    }
}

/// An error with the errors that caused it, outermost first.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.title(), self.0.detail)?;
        for Located { fault, .. } in &self.0.faults {
            write!(f, " [{} {}]", fault.pointer, fault.detail)?;
        }
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    /// An answer without a body: the middleware writes it, because it knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(allow) = &self.0.allow {
            answer.insert_header((header::ALLOW, allow.as_str()));
        }
        if let Some(challenge) = self.challenge() {
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut answer = answer.finish();
        answer.extensions_mut().insert(self.clone());
        answer
    }
}
