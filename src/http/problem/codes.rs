//! The codes: every problem there is, one entry each. A new one gets its page and its place in the
//! API document by that.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

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
    BadHeader "bad-header" BAD_REQUEST "A header is not right"
        "`errors` names the header and says what is wrong with it. Entity tags are given in double quotes, as in `If-Match: \"3\"`.";
    KeyNeeded "key-needed" UNAUTHORIZED "This needs a key"
        "Reading what is published needs no key; this does. Send one in the header `Authorization: Bearer dbk_…`. An operator makes keys with `debatebase key create` or `POST /v1/keys`.";
    BadKey "bad-key" UNAUTHORIZED "The key is not valid"
        "The key that the header `Authorization` gives is damaged, not known here, revoked, or has expired: `detail` says which. Leave the header out to read what is published.";
    ScopeMissing "scope-missing" FORBIDDEN "The key does not allow this"
        "`detail` and the header `WWW-Authenticate` name the scope that the key would need. A key's scopes never change: have another one made.";
    OutOfReach "out-of-reach" FORBIDDEN "The key does not reach this"
        "The key is bound to some topics: it changes what is in them, and nothing else.";
    ReadOnly "read-only" FORBIDDEN "This server takes no changes"
        "The operator runs this server read-only (`READ_ONLY=true`). Everything published can be read; nothing can be written.";
    NotFound "not-found" NOT_FOUND "There is nothing at this address"
        "No record has this id or slug here, or it is not for you to see; where a query parameter names it, `errors` says which. Paths and slugs are case-sensitive, and a path has no slash at its end.";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "This address does not take this method"
        "The header `Allow` lists the methods that it takes.";
    NotAcceptable "not-acceptable" NOT_ACCEPTABLE "There is no answer in a form that is accepted"
        "The header `Accept` names no media type that there is an answer in. `detail` lists those that there are.";
    SlugTaken "slug-taken" CONFLICT "Another record already uses this slug"
        "A slug is unique: among all topics, among all sources, and within a topic among its positions, arguments, relations and citations. Choose another, leave it out to have one derived, or use PUT to replace the record.";
    DoesNotFit "does-not-fit" CONFLICT "The input does not fit what is there"
        "The input is well-formed, but speaks of something that is not so here: a record that is not there, a quote that does not stand in its source, a slug that is not the record's own. `errors` names every fault: `pointer` (RFC 6901) says where, `code` what, `detail` how to mend it. Nothing was changed.";
    BadCursor "bad-cursor" CONFLICT "The cursor does not belong to this query"
        "A cursor continues the very list that gave it: use it with the same path, filters and sort, and as it was given. To start again, leave `cursor` out.";
    InUse "in-use" CONFLICT "Other records still use this one"
        "Relations or citations refer to the record, and deleting it would leave them without an end. `users` names them. Delete or change them first, or add `?cascade=true` to delete them with it.";
    DuplicateArgument "duplicate-argument" CONFLICT "The topic has this argument already, or nearly"
        "With `?check_duplicates=true`, an argument is not made when one of the topic claims nearly the same in its words and letters. `candidates` names those, the most alike first. Use one of them, for instance as a premise of another relation; or, if yours says something else, send it again without the parameter. Neither the meaning nor the order of the words is looked at: a claim that denies another with one word, or turns it round, is taken for the same.";
    TopicArchived "topic-archived" CONFLICT "The topic is archived"
        "An archived topic stays readable and refuses changes, to itself and to everything below it. Patch its `status` to `published` or `draft` first.";
    StillRunning "still-running" CONFLICT "The same request is still running"
        "Another request with the same `Idempotency-Key` has not ended yet. Send this one again after the time that `Retry-After` gives: it will be given the answer of the first.";
    KeyEnded "key-ended" CONFLICT "The key works no more"
        "A key that was revoked or has expired cannot be rotated. Make a new one.";
    QuotesOrphaned "quotes-orphaned" CONFLICT "Quotes would lose their place in the text"
        "The new text no longer holds the words that some citations quote, or holds them more than once. `orphans` names those citations. Mend or delete them first; all others would be moved to their new place.";
    PreconditionFailed "precondition-failed" PRECONDITION_FAILED "The record is not in the state that you asked for"
        "With `If-Match`: the record has changed since you read it, or is not there. Read it again, apply your change to what you find, and send it with the new `ETag`. With `If-None-Match: *`: the record exists already.";
    RequestTimeout "request-timeout" REQUEST_TIMEOUT "The body did not come in time"
        "`detail` says how long the server waits for the whole body of a request, or for more of a file. Send it again, faster or in smaller parts.";
    BodyTooLarge "body-too-large" PAYLOAD_TOO_LARGE "The body is too large"
        "`detail` gives the bound. Send less at once.";
    UriTooLong "uri-too-long" URI_TOO_LONG "The address is too long"
        "The query string is longer than any that this server has a use for. `detail` gives the bound.";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The body is of a type that is not taken here"
        "Send JSON, with `Content-Type: application/json`; a patch, and only a patch, may also come as `application/merge-patch+json` (RFC 7396). An import takes the formats of files that `detail` lists.";
    Invalid "invalid" UNPROCESSABLE_ENTITY "The input is not valid"
        "The body is well-formed JSON, but not what is needed here, whatever the server holds. `errors` names every fault: `pointer` (RFC 6901) says where, `code` what, `detail` how to mend it. Nothing was changed.";
    KeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "Another request had this Idempotency-Key"
        "An `Idempotency-Key` names one change, with one method, path, body and conditions, for 24 hours. Use a new one for each change.";
    TooManyRequests "too-many-requests" TOO_MANY_REQUESTS "Too many requests came from you"
        "The headers `RateLimit-Policy` and `RateLimit` say how many requests are allowed in which time, by the class of what is asked for, and how many are left; they are counted by key, else by address. Nothing was changed. Try again after the time that `Retry-After` gives.";
    Internal "internal" INTERNAL_SERVER_ERROR "Something broke on our side"
        "The request may be right. Nothing was changed. The server's log has the reason under the `request_id`: please tell it to the operator.";
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The service cannot answer just now"
        "The database is away, takes no changes, or is busy. Nothing was changed, unless the database went away in the very moment of the change: a change that is sent with its `Idempotency-Key` is safe to send again. Try again after the time that `Retry-After` gives.";
    DeadlineExceeded "deadline-exceeded" SERVICE_UNAVAILABLE "The request took too long"
        "The server gave up waiting. A read was cancelled: ask for less, or again after the time that `Retry-After` gives. **A change may have been made all the same**, or be made yet. Send it with an `Idempotency-Key` and, after a while, send it again with the same one: it is made once, and the answer is that of the first time. Without one, read the record and look.";
    Draining "draining" SERVICE_UNAVAILABLE "The service is about to stop"
        "The program was told to stop: it is not ready any more, answers what still comes for a moment, and finishes what is in flight. Send new requests to another one, or try again after the time that `Retry-After` gives.";
    SchemaBehind "schema-behind" SERVICE_UNAVAILABLE "The database is older than the program"
        "The database lacks migrations that this program was built with, which `detail` names. The operator runs `debatebase migrate`, or restarts the program, which migrates at its start.";
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
