//! What happens around every request: an id, a line in the log, and the form of the answer.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{ConnectionType, Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use uuid::Uuid;

use super::draining::Draining;
use super::idempotency::IDEMPOTENCY_REPLAYED;
use super::problem::{Code, Problem};
use crate::domain::input::FaultCode;
use crate::metrics::{Answered, Metrics, QuoteRefusal};

/// The header that tells the id of a request.
pub const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");

/// What a browser must not do with an answer, unless the answer has a rule of its own: guess what it
/// is, load anything for it, show it inside another page, or tell others where it was read. Pages
/// of other origins may read it as far as CORS lets them.
const RULES: [(header::HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
];

/// The name under which requests are logged.
const ACCESS: &str = "debatebase::access";

/// The id of a request: the client's own if it is a plain word, else a new one.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The public id of the key that a request was sent with, for the log.
#[derive(Debug, Clone, Copy)]
pub struct CallerId(pub Uuid);

impl RequestId {
    /// The id of this request.
    pub fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_plain = |text: &&str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        let new =
            || Uuid::now_v7().hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned();
        Self(given.filter(is_plain).map_or_else(new, str::to_owned))
    }
}

/// The path of a request as the router reads it: its percent-encoding is undone. To be asked before
/// the request is routed.
pub fn routed_path(request: &ServiceRequest) -> &str {
    request.match_info().unprocessed()
}

/// Whether a request is for the API, and not for the pages about the service. To be asked before the
/// request is routed.
pub fn is_for_api(request: &ServiceRequest) -> bool {
    routed_path(request).starts_with("/v1/")
}

/// The address that takes a file of any length.
pub const UPLOADS: &str = "/v1/imports";

/// Whether the body of a request is a file that is read as it comes: nothing holds it as a whole,
/// and the bounds of other bodies and requests are not its own. To be asked before the request is
/// routed.
pub fn is_upload(request: &ServiceRequest) -> bool {
    *request.method() == Method::POST && routed_path(request) == UPLOADS
}

/// Gives the request an id, lets it be answered, gives the answer its form, counts and logs it.
pub async fn around<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let begun = Instant::now();
    let id = RequestId::of(&request);
    request.extensions_mut().insert(id.clone());
    let metrics = request.app_data::<Data<Metrics>>().cloned();
    let in_flight = metrics.as_ref().map(|metrics| metrics.request_in_flight());
    let draining = request.app_data::<Data<Draining>>().cloned();
    let method = request.method().clone();
    if method == Method::HEAD {
        // HEAD is GET without the body, which the encoder leaves out by itself.
        request.head_mut().method = Method::GET;
    }
    let path = request.path().to_owned();
    let (request, answer) = match next.call(request).await {
        Ok(answer) => {
            let (request, answer) = answer.into_parts();
            (Some(request), answer.map_into_boxed_body())
        }
        // What was cut off at its deadline has no request any more.
        Err(error) => (None, error.error_response()),
    };
    if let Some(metrics) = &metrics {
        count_refused_quotes(&answer, metrics);
    }
    let answer = with_problem_body(answer, &path, &id);
    let is_public = request.as_ref().and_then(caller).is_none();
    let mut answer = with_headers(answer, &method, is_public, &id);
    if draining.is_some_and(|draining| draining.has_begun()) {
        // A client that keeps its connection open for more requests is to send them elsewhere.
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    drop(in_flight);
    let route = request.as_ref().and_then(HttpRequest::match_pattern);
    if let Some(metrics) = &metrics {
        count(&answer, &method, route.clone(), begun, metrics);
    }
    let caller = request.as_ref().and_then(caller);
    log(answer.status(), &method, route.as_deref(), caller, begun, &id);
    match request {
        Some(request) => Ok(ServiceResponse::new(request, answer)),
        None => Err(InternalError::from_response("cut off", answer).into()),
    }
}

/// The key that a request was sent with.
fn caller(request: &HttpRequest) -> Option<Uuid> {
    request.extensions().get::<CallerId>().map(|caller| caller.0)
}

/// Writes the body of every answer of 400 and above.
fn with_problem_body(answer: HttpResponse, path: &str, id: &RequestId) -> HttpResponse {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    let problem = answer.extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| {
        let detail = answer.error().map_or_else(|| status.to_string(), ToString::to_string);
        Problem::new(Code::of_framework(status), detail)
    });
    if let Some(cause) = problem.cause() {
        log::error!(request_id = id.0.as_str(), code = problem.code().slug(); "{cause}");
    }
    let document = problem.document(path, &id.0);
    // Strings and numbers always serialise.
    let body = serde_json::to_vec(&document).unwrap_or_default();
    // What was said in headers stands: `Allow`, `Retry-After`, how much of a limit is left.
    let mut written = answer.set_body(BoxBody::new(body));
    *written.status_mut() = problem.code().status();
    let media_type = header::HeaderValue::from_static("application/problem+json");
    written.headers_mut().insert(header::CONTENT_TYPE, media_type);
    written
}

/// Says how long an answer may be kept, and by whom.
fn with_headers(
    mut answer: HttpResponse,
    method: &Method,
    is_public: bool,
    id: &RequestId,
) -> HttpResponse {
    let readable = matches!(*method, Method::GET | Method::HEAD)
        && (answer.status().is_success() || answer.status().is_redirection());
    let headers = answer.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Debates change at any time: keep an answer, and ask whether it still holds.
        // What a key shows is not for others.
        let rule = if readable && is_public { "public, no-cache" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(rule));
    }
    let varies =
        if readable { "Accept, Accept-Encoding, Authorization" } else { "Accept-Encoding" };
    let by_origin = headers.get(header::VARY).and_then(|value| value.to_str().ok());
    let varies = by_origin.map_or_else(|| varies.to_owned(), |also| format!("{varies}, {also}"));
    if let Ok(varies) = header::HeaderValue::try_from(varies) {
        headers.insert(header::VARY, varies);
    }
    for (name, rule) in RULES {
        if !headers.contains_key(&name) {
            headers.insert(name, header::HeaderValue::from_static(rule));
        }
    }
    if let Ok(id) = header::HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    answer
}

fn count_refused_quotes(answer: &HttpResponse, metrics: &Metrics) {
    let extensions = answer.extensions();
    let codes = extensions.get::<Problem>().into_iter().flat_map(Problem::fault_codes);
    for code in codes {
        if code == FaultCode::QuoteNotFound {
            metrics.quote_refused(QuoteRefusal::NotFound);
        } else if code == FaultCode::QuoteAmbiguous {
            metrics.quote_refused(QuoteRefusal::Ambiguous);
        }
    }
}

/// The length of a body, if it is known.
pub fn body_bytes(answer: &HttpResponse) -> u64 {
    match answer.body().size() {
        BodySize::Sized(length) => length,
        BodySize::None | BodySize::Stream => 0,
    }
}

fn count(
    answer: &HttpResponse,
    method: &Method,
    route: Option<String>,
    begun: Instant,
    metrics: &Metrics,
) {
    let body_bytes = if *method == Method::HEAD { 0 } else { body_bytes(answer) };
    metrics.answered(Answered {
        route,
        method: method.as_str(),
        status: answer.status().as_u16(),
        begun,
        body_bytes,
        is_replayed: answer.headers().contains_key(IDEMPOTENCY_REPLAYED),
    });
}

/// Logs a request, when its answer is made.
pub fn log(
    status: StatusCode,
    method: &Method,
    route: Option<&str>,
    caller: Option<Uuid>,
    begun: Instant,
    id: &RequestId,
) {
    if !log::log_enabled!(target: ACCESS, log::Level::Info) {
        return;
    }
    let caller = caller.map_or_else(|| "-".to_owned(), |key| key.to_string());
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    log::info!(
        target: ACCESS,
        method = method.as_str(),
        route = route.unwrap_or("-"),
        status = status.as_u16(),
        micros = micros,
        key = caller.as_str(),
        request_id = id.0.as_str();
        "request"
    );
}
