//! Problems: every answer of 400 and above (RFC 9457), from one table of codes.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::input::{Fault, FaultCode, Faults};

/// What every handler answers.
pub type Result<T> = std::result::Result<T, Problem>;

macro_rules! codes {
    ($($variant:ident $slug:literal $status:ident $title:literal $explanation:literal;)*) => {
        /// Every problem there is. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub enum Code {
            $(#[doc = $title] #[serde(rename = $slug)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the status.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it, in `code` and at the end of `type`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)* }
            }

            /// The status that it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// What happened, in a few words that are always the same.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do, in Markdown, for the page behind `type`.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    BadRequest "bad-request" BAD_REQUEST "The request cannot be understood"
        "The request is not well-formed HTTP, or a part of it cannot be read. Send it again in the form that the API document gives.";
    BadJson "bad-json" BAD_REQUEST "The body is not JSON"
        "The body was to be JSON (RFC 8259) and is not. `detail` says at which line and column reading ended. An empty body is not JSON either.";
    BadParameter "bad-parameter" BAD_REQUEST "A query parameter is not right"
        "`errors` names every query parameter that is unknown, given twice, or has a value that is not allowed, and says what is.";
    BadCursor "bad-cursor" BAD_REQUEST "The cursor does not belong to this query"
        "A cursor continues the very list that gave it: use it with the same path, filters and sort, and as it was given. To start again, leave `cursor` out.";
    BadHeader "bad-header" BAD_REQUEST "A header is not right"
        "`errors` names the header and says what is wrong with it. Entity tags are given in double quotes, as in `If-Match: \"3\"`.";
    ReadOnly "read-only" FORBIDDEN "This server takes no changes"
        "The operator runs this server read-only (`READ_ONLY=true`). Everything published can be read; nothing can be written.";
    NotFound "not-found" NOT_FOUND "There is nothing at this address"
        "No record has this id or slug here, or it is not for you to see. Paths and slugs are case-sensitive, and a path has no slash at its end.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "This address does not take this method"
        "The header `Allow` lists the methods that it takes.";
    SlugTaken "slug-taken" CONFLICT "Another record already uses this slug"
        "A slug is unique: among all topics, among all sources, and within a topic among its positions, arguments, relations and citations. Choose another, leave it out to have one derived, or use PUT to replace the record.";
    InUse "in-use" CONFLICT "Other records still use this one"
        "Relations or citations refer to the record, and deleting it would leave them without an end. `users` names them. Delete or change them first, or add `?cascade=true` to delete them with it.";
    TopicArchived "topic-archived" CONFLICT "The topic is archived"
        "An archived topic stays readable and refuses changes, to itself and to everything below it. Patch its `status` to `published` or `draft` first.";
    QuotesOrphaned "quotes-orphaned" CONFLICT "Quotes would lose their place in the text"
        "The new text no longer holds the words that some citations quote, or holds them more than once. `orphans` names those citations. Mend or delete them first; all others would be moved to their new place.";
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "The record is not in the state that you asked for"
        "With `If-Match`: the record has changed since you read it, or is not there. Read it again, apply your change to what you find, and send it with the new `ETag`. With `If-None-Match: *`: the record exists already.";
    RequestTimeout "request-timeout" REQUEST_TIMEOUT "The body did not come in time"
        "The server waits a minute for the whole body of a request. Send it again, faster or in smaller parts.";
    BodyTooLarge "body-too-large" PAYLOAD_TOO_LARGE "The body is too large"
        "`detail` gives the bound. Send less at once.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The body is of a type that is not taken here"
        "Send JSON, with `Content-Type: application/json`; a patch may also come as `application/merge-patch+json` (RFC 7396).";
    Invalid "invalid" UNPROCESSABLE_ENTITY "The input is not valid"
        "The body is well-formed, but not what is needed. `errors` names every fault: `pointer` (RFC 6901) says where, `code` what, `detail` how to mend it. Nothing was changed.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something broke on our side"
        "The request may be right. Nothing was changed. The server's log has the reason under the `request_id`: please tell it to the operator.";
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The service cannot answer just now"
        "The database is away or all its connections are busy. Nothing was changed. Try again after the time that `Retry-After` gives.";
}

// utoipa does not see through a macro's literal, so the words are given to it here.
impl utoipa::PartialSchema for Code {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(Self::ALL.iter().map(|code| code.slug())))
            .description(Some("Every problem there is. A code never changes its meaning."))
            .build()
            .into()
    }
}

impl ToSchema for Code {}

impl Code {
    /// The address of the page that explains the code.
    pub fn type_path(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// The code for an error that the framework answered by itself.
    pub fn of_framework(status: StatusCode) -> Self {
        let same = Self::ALL.iter().find(|code| code.status() == status);
        match same {
            Some(code) => *code,
            None if status.is_server_error() => Self::Internal,
            None => Self::BadRequest,
        }
    }
}

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

/// Why a request was not done. Made into the answer by the middleware, which knows the request.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: String,
    faults: Vec<(Part, Fault)>,
    users: Vec<Named>,
    orphans: Vec<Named>,
    allow: Option<String>,
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
            allow: None,
            cause: None,
        }))
    }

    /// Nothing of this kind has this name.
    pub fn not_found(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("There is no {kind} `{name}` here."))
    }

    /// A record of this kind has the slug already.
    pub fn slug_taken(kind: &str, slug: Option<&str>) -> Self {
        let named = slug.map_or_else(|| "with this slug".to_owned(), |slug| format!("`{slug}`"));
        let detail = format!(
            "There is a {kind} {named} already: give another `slug`, leave it out to have one \
             derived, or PUT to its address to replace the {kind}."
        );
        Self::new(Code::SlugTaken, detail)
    }

    /// The faults of an input.
    pub fn faults(part: Part, faults: Vec<Fault>) -> Self {
        let code = match part {
            Part::Body => Code::Invalid,
            Part::Query => Code::BadParameter,
            Part::Header => Code::BadHeader,
        };
        let detail = match faults.len() {
            1 => "There is one fault, named in `errors`.".to_owned(),
            n @ Faults::MOST.. => format!("There are many faults; `errors` names the first {n}."),
            n => format!("There are {n} faults, named in `errors`."),
        };
        let mut problem = Self::new(code, detail);
        problem.0.faults = faults.into_iter().map(|fault| (part, fault)).collect();
        problem
    }

    /// One fault of a body.
    pub fn fault(pointer: impl Into<String>, code: FaultCode, detail: impl Into<String>) -> Self {
        let fault = Fault { pointer: pointer.into(), code, detail: detail.into() };
        Self::faults(Part::Body, vec![fault])
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

    /// The address takes other methods.
    pub fn method_not_allowed(method: &str, allow: String) -> Self {
        let mut problem =
            Self::new(Code::MethodNotAllowed, format!("{method} is not taken here; {allow} are."));
        problem.0.allow = Some(allow);
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
        let mut problem = Self::new(Code::Unavailable, "The database cannot be reached just now.");
        problem.0.cause = Some(chain(cause));
        problem
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The error behind it, for the log alone.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Others changed the same records at the same time, and one of all had to give way.
    pub fn contended(cause: &dyn std::error::Error) -> Self {
        let mut problem = Self::new(
            Code::Unavailable,
            "Others were changing the same records. Nothing was changed; send the request again.",
        );
        problem.0.cause = Some(chain(cause));
        problem
    }

    /// The faults, without the part of the request they are in.
    pub fn into_faults(self) -> Vec<Fault> {
        self.0.faults.into_iter().map(|(_, fault)| fault).collect()
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
                .map(|(part, fault)| ProblemFault::new(*part, fault))
                .collect(),
            users: inner.users.clone(),
            orphans: inner.orphans.clone(),
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

/// Faults that are found one after the other, in the database, to be told together.
#[derive(Debug, Default)]
pub struct Found(Vec<(Part, Fault)>);

impl Found {
    /// Keeps the faults of a result. `None` means that there were some.
    pub fn keep<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(problem) if !problem.0.faults.is_empty() => {
                self.0.extend(problem.0.faults);
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Whether there is no fault.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem that they are, in the order they were found.
    pub fn into_problem(self) -> Problem {
        let part = self.0.first().map_or(Part::Body, |(part, _)| *part);
        Problem::faults(part, self.0.into_iter().map(|(_, fault)| fault).collect())
    }
}

/// An error with the errors that caused it, outermost first.
fn chain(error: &dyn std::error::Error) -> String {
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
        for (_, fault) in &self.0.faults {
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
        if self.0.code == Code::Unavailable {
            answer.insert_header((header::RETRY_AFTER, "2"));
        }
        let mut answer = answer.finish();
        answer.extensions_mut().insert(self.clone());
        answer
    }
}

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
    fn new(part: Part, fault: &Fault) -> Self {
        let name = || Some(fault.pointer.trim_start_matches('/').to_owned());
        Self {
            pointer: (part == Part::Body).then(|| fault.pointer.clone()),
            parameter: if part == Part::Query { name() } else { None },
            header: if part == Part::Header { name() } else { None },
            code: fault.code,
            detail: fault.detail.clone(),
        }
    }
}
