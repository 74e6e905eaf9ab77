//! The answers that are kept.

use std::sync::Arc;
use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use moka::sync::Cache;

use super::Shown;
use super::flights::Flights;
use super::question::Question;
use crate::db::changes::{Changes, Held, Moment};
use crate::http::answer::AlwaysWhole;
use crate::metrics::{CacheResult, HitMeter, Metrics};

/// An answer may take this part of the memory at most: one file is not to put all else out.
const LARGEST_PART: u64 = 8;

/// What an answer takes beside its body, roughly: its headers, its marks, its place.
const OVERHEAD: usize = 3_000;

/// The headers of an answer that are new in each.
const OF_REQUEST: [HeaderName; 3] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
];

/// The headers that describe a body, and go with it.
const OF_BODY: [HeaderName; 3] =
    [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_DISPOSITION];

/// The answers that are kept, up to so many bytes. All workers share them.
#[derive(Debug)]
pub struct Answers {
    kept: Cache<Key, Arc<Kept>>,
    /// Those that are being made.
    pub(super) flights: Flights,
    changes: Changes,
    metrics: Metrics,
    capacity: u64,
}

/// The key of a question.
pub(super) type Key = Box<[u8]>;

/// An answer that was given.
#[derive(Debug)]
pub(super) struct Kept {
    held: Held,
    /// What it takes to know what it was found by.
    basis_bytes: usize,
    headers: HeaderMap,
    body: Bytes,
    /// The entity tag, if it tells the state of all that is shown.
    tag: Option<String>,
    /// The pattern of the route that gave it.
    pub(super) route: String,
    /// What counts how often it is given again.
    pub(super) meter: HitMeter,
}

impl Answers {
    /// Keeps up to `capacity` bytes; with none, nothing.
    pub fn new(capacity: u64, changes: Changes, metrics: Metrics) -> Self {
        let weight = |bytes: usize| u32::try_from(bytes + OVERHEAD).unwrap_or(u32::MAX);
        let kept: Cache<Key, Arc<Kept>> = Cache::builder()
            .max_capacity(capacity)
            .weigher(move |key: &Key, kept: &Arc<Kept>| {
                weight(key.len() + kept.body.len() + kept.basis_bytes)
            })
            .build();
        Self { kept, flights: Flights::default(), changes, metrics, capacity }
    }

    /// Whether answers are kept at a time.
    pub(super) fn are_kept(&self, now: Instant) -> bool {
        self.capacity > 0 && self.changes.are_known(now)
    }

    /// The moment now, to be asked before an answer is made.
    pub(super) fn now(&self) -> Moment {
        self.changes.now()
    }

    /// The answer to a question, if there is one that holds.
    pub(super) fn find(&self, question: &Question, now: Instant) -> Option<Arc<Kept>> {
        let kept = self.kept.get(question.key.as_slice())?;
        self.changes.holds(&kept.held, now).then_some(kept)
    }

    /// Keeps an answer that was made since a moment; gives the entity tag that tells its state.
    pub(super) fn keep(
        &self,
        question: &Question,
        since: Moment,
        shown: &Shown,
        answer: &HttpResponse<Bytes>,
        route: String,
    ) -> Option<String> {
        let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let tag = tag.map(|tag| tag.trim_matches('"').to_owned());
        // Such an answer shows more than its entity tag tells the state of.
        let tag = tag.filter(|_| !answer.extensions().contains::<AlwaysWhole>());
        let body = answer.body().clone();
        let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
        if size > self.capacity / LARGEST_PART {
            return tag;
        }
        let Shown { subjects, found_by } = shown;
        let basis_bytes = found_by.as_ref().map_or(0, |found_by| found_by.bytes());
        let Some(held) = self.changes.hold(since, subjects, found_by.clone()) else { return tag };
        let mut headers = answer.headers().clone();
        for name in OF_REQUEST {
            headers.remove(name);
        }
        // What is kept is known to hold at this moment.
        headers.insert(header::AGE, HeaderValue::from_static("0"));
        let meter = self.metrics.hits_of(&route);
        let kept = Kept { held, basis_bytes, headers, body, tag: tag.clone(), route, meter };
        self.kept.insert(question.key.as_slice().into(), Arc::new(kept));
        self.kept.run_pending_tasks();
        self.metrics.cache_holds(self.kept.entry_count(), self.kept.weighted_size());
        tag
    }

    /// Counts what came of a question, and tells it in the headers of the answer.
    pub(super) fn tell(&self, result: CacheResult, headers: &mut HeaderMap) {
        if self.capacity > 0 {
            self.metrics.cache_asked(result);
            headers.insert(SERVER_TIMING, result.server_timing());
        }
    }

    /// An answer that was neither looked for nor kept.
    pub(super) fn passed_by<B>(&self, mut answer: ServiceResponse<B>) -> ServiceResponse<B> {
        self.tell(CacheResult::Bypass, answer.headers_mut());
        answer
    }
}

/// The header that tells what came of a question (Server Timing, W3C).
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

impl Kept {
    /// The answer again, as whole as the client needs it.
    pub(super) fn again(&self, question: &Question) -> HttpResponse {
        if self.tag.as_ref().is_some_and(|tag| question.conditions.has(tag)) {
            return not_modified(&self.headers);
        }
        let mut answer = HttpResponse::with_body(StatusCode::OK, BoxBody::new(self.body.clone()));
        copy(&self.headers, answer.headers_mut());
        answer
    }
}

/// That the client has this state, with the headers of the whole answer.
pub(super) fn not_modified(headers: &HeaderMap) -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::NOT_MODIFIED);
    copy(headers, answer.headers_mut());
    for name in OF_BODY {
        answer.headers_mut().remove(name);
    }
    answer
}

/// One by one: the map of a new answer has been used before, and has room for them.
fn copy(headers: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in headers {
        to.append(name.clone(), value.clone());
    }
}
