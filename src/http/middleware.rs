//! What happens around every request: an id, a line in the log, and the form of the answer.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use uuid::Uuid;

use super::draining::Draining;
use super::problem::{Code, Problem};
use crate::domain::input::FaultCode;
use crate::metrics::{Answered, Metrics, QuoteRefusal};

const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");
const REPLAYED: header::HeaderName = header::HeaderName::from_static("idempotency-replayed");

/// The id of a request: the client's own if it is a plain word, else a new one.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_plain = |text: &&str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        Self(given.filter(is_plain).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
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
    let method = request.method().clone();
    if method == Method::HEAD {
        // HEAD is GET without the body, which the encoder leaves out by itself.
        request.head_mut().method = Method::GET;
    }
    let answer = match next.call(request).await {
        Ok(answer) => answer.map_into_boxed_body(),
        // Only a broken request line or a fault of the framework comes this way.
        Err(error) => return Err(error),
    };
    if let Some(metrics) = &metrics {
        count_refused_quotes(&answer, metrics);
    }
    let answer = with_problem_body(answer, &id);
    let answer = with_headers(answer, &id);
    let answer = closing_if_draining(answer);
    drop(in_flight);
    if let Some(metrics) = &metrics {
        count(&answer, &method, begun, metrics);
    }
    log(&answer, &method, begun, &id);
    Ok(answer)
}

/// Writes the body of every answer of 400 and above.
fn with_problem_body(answer: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    let problem = answer.response().extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| {
        let detail =
            answer.response().error().map_or_else(|| status.to_string(), ToString::to_string);
        Problem::new(Code::of_framework(status), detail)
    });
    if let Some(cause) = problem.cause() {
        log::error!(request_id = id.0.as_str(), code = problem.code().slug(); "{cause}");
    }
    let document = problem.document(answer.request().path(), &id.0);
    let (request, response) = answer.into_parts();
    let mut written = HttpResponse::build(problem.code().status());
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            written.insert_header((name, value.clone()));
        }
    }
    let written = written.content_type("application/problem+json").body(
        // Strings and numbers always serialise.
        serde_json::to_vec(&document).unwrap_or_default(),
    );
    ServiceResponse::new(request, written)
}

/// Says how long an answer may be kept, and by whom.
fn with_headers(mut answer: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let readable = answer.request().method() == Method::GET
        && (answer.status().is_success() || answer.status().is_redirection());
    let headers = answer.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Debates change at any time: keep an answer, and ask whether it still holds.
        let rule = if readable { "public, no-cache" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(rule));
    }
    if readable {
        headers.insert(header::VARY, header::HeaderValue::from_static("Accept, Authorization"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    if let Ok(id) = header::HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, id);
    }
    answer
}

/// Has a client that keeps its connection open for more requests send them elsewhere.
fn closing_if_draining(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let draining = answer.request().app_data::<Data<Draining>>();
    if draining.is_some_and(|draining| draining.has_begun()) {
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    answer
}

fn count_refused_quotes(answer: &ServiceResponse<BoxBody>, metrics: &Metrics) {
    let extensions = answer.response().extensions();
    let codes = extensions.get::<Problem>().into_iter().flat_map(Problem::fault_codes);
    for code in codes {
        if code == FaultCode::QuoteNotFound {
            metrics.quote_refused(QuoteRefusal::NotFound);
        } else if code == FaultCode::QuoteAmbiguous {
            metrics.quote_refused(QuoteRefusal::Ambiguous);
        }
    }
}

fn count(answer: &ServiceResponse<BoxBody>, method: &Method, begun: Instant, metrics: &Metrics) {
    let body_bytes = match answer.response().body().size() {
        BodySize::Sized(length) if *method != Method::HEAD => length,
        BodySize::Sized(_) | BodySize::None | BodySize::Stream => 0,
    };
    metrics.answered(Answered {
        route: answer.request().match_pattern(),
        method: method.as_str(),
        status: answer.status().as_u16(),
        begun,
        body_bytes,
        is_replayed: answer.headers().contains_key(&REPLAYED),
    });
}

fn log(answer: &ServiceResponse<BoxBody>, method: &Method, begun: Instant, id: &RequestId) {
    let route = answer.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    log::info!(
        target: "debatebase::access",
        method = method.as_str(),
        route = route.as_str(),
        status = answer.status().as_u16(),
        micros = micros,
        request_id = id.0.as_str();
        "request"
    );
}
