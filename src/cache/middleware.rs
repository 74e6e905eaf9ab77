//! Answers what is kept, before anything else is done; and keeps what may be asked for again.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{self, BoxBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::{ConnectionType, StatusCode, header};
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use futures_util::future::Either;

use super::Shown;
use super::answers::{Answers, Kept, not_modified};
use super::flights::Turn;
use super::question::Question;
use crate::config::Origins;
use crate::http::draining::Draining;
use crate::http::middleware::{self, REQUEST_ID, RequestId};
use crate::limits::{self, Class, Decision, Limiter};
use crate::metrics::CacheResult;

/// The outermost layer: what it answers by itself passes none of the others, so it does here what
/// they would have done.
#[derive(Debug, Clone)]
pub struct Caching {
    answers: Data<Answers>,
    limiter: Option<Data<Limiter>>,
    draining: Data<Draining>,
    /// Whether pages of every origin may read, and get the same answer.
    is_for_every_origin: bool,
}

impl Caching {
    /// Over these answers, within these limits.
    pub fn new(
        answers: Data<Answers>,
        limiter: Option<Data<Limiter>>,
        draining: Data<Draining>,
        origins: &Origins,
    ) -> Self {
        Self { answers, limiter, draining, is_for_every_origin: origins.is_empty() }
    }

    /// Counts a request; `None` if it is one too many, which is for the other layers to say.
    fn admit(&self, request: &ServiceRequest) -> Option<Decision> {
        let Some(limiter) = &self.limiter else { return Some(Decision::Unlimited) };
        let decision = limiter.check(Class::Read, limits::subject(request));
        decision.problem().is_none().then_some(decision)
    }

    /// The answer to a question, if it is kept and may be given.
    fn kept(
        &self,
        request: &ServiceRequest,
        question: &Question,
        begun: Instant,
        now: Instant,
    ) -> Option<HttpResponse> {
        let kept = self.answers.find(question, now)?;
        let decision = self.admit(request)?;
        Some(self.answer(request, question, &kept, decision, begun))
    }

    /// The answer that is kept, with what is new in each.
    fn answer(
        &self,
        request: &ServiceRequest,
        question: &Question,
        kept: &Kept,
        decision: Decision,
        begun: Instant,
    ) -> HttpResponse {
        let id = RequestId::of(request);
        let mut answer = kept.again(question);
        decision.tell(answer.headers_mut());
        if let Ok(id) = header::HeaderValue::from_str(&id.0) {
            answer.headers_mut().insert(REQUEST_ID, id);
        }
        if self.draining.has_begun() {
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
        self.answers.tell(CacheResult::Hit, answer.headers_mut());
        let status = answer.status();
        let method = request.method();
        let body_bytes = middleware::body_bytes(&answer);
        kept.meter.answered(status == StatusCode::OK, begun, body_bytes);
        middleware::log(status, method, Some(&kept.route), None, begun, &id);
        answer
    }
}

impl<S> Transform<S, ServiceRequest> for Caching
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = CachingService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(CachingService { caching: self.clone(), service: Rc::new(service) }))
    }
}

/// The layer around the others.
#[derive(Debug)]
pub struct CachingService<S> {
    caching: Caching,
    service: Rc<S>,
}

type Answering = Pin<Box<dyn Future<Output = Result<ServiceResponse<BoxBody>, Error>>>>;

impl<S> Service<ServiceRequest> for CachingService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Either<Ready<Result<Self::Response, Error>>, Answering>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let begun = Instant::now();
        let answers = &self.caching.answers;
        let question = if answers.are_kept(begun) {
            Question::of(&request, self.caching.is_for_every_origin)
        } else {
            None
        };
        let Some(question) = question else {
            if !middleware::is_for_api(&request) || !request.method().is_safe() {
                return Either::Right(Box::pin(self.service.call(request)));
            }
            let answers = Data::clone(answers);
            let answering = self.service.call(request);
            return Either::Right(Box::pin(async move { Ok(answers.passed_by(answering.await?)) }));
        };
        if let Some(answer) = self.caching.kept(&request, &question, begun, begun) {
            return Either::Left(ready(Ok(request.into_response(answer))));
        }
        let (service, caching) = (Rc::clone(&self.service), self.caching.clone());
        Either::Right(Box::pin(made_once(service, caching, question, request, begun)))
    }
}

/// Has an answer made, unless another who asked the same is having it made: then that is waited for,
/// once, and given if it holds for this one, too.
async fn made_once<S>(
    service: Rc<S>,
    caching: Caching,
    question: Question,
    request: ServiceRequest,
    begun: Instant,
) -> Result<ServiceResponse<BoxBody>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    let _flight = match caching.answers.flights.turn(&question.key) {
        Turn::Own(flight) => Some(flight),
        Turn::Others(landing) => {
            landing.wait().await;
            if let Some(answer) = caching.kept(&request, &question, begun, Instant::now()) {
                return Ok(request.into_response(answer));
            }
            None
        }
    };
    made(service, &caching.answers, question, request).await
}

/// Has an answer made, and keeps it if it says what it shows.
async fn made<S>(
    service: Rc<S>,
    answers: &Answers,
    question: Question,
    mut request: ServiceRequest,
) -> Result<ServiceResponse<BoxBody>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = Error> + 'static,
{
    let since = answers.now();
    // The whole answer is for the next who asks, also where this client has it already.
    request.headers_mut().remove(header::IF_NONE_MATCH);
    let answer = service.call(request).await?;
    let shown = answer.response().extensions().get::<Shown>().cloned();
    let route = answer.request().match_pattern();
    let (Some(shown), Some(route), StatusCode::OK) = (shown, route, answer.status()) else {
        return Ok(answers.passed_by(answer));
    };
    let (request, answer) = answer.into_parts();
    let (answer, body) = answer.into_parts();
    let body = body::to_bytes(body).await.map_err(ErrorInternalServerError)?;
    let answer = answer.set_body(body);
    let tag = answers.keep(&question, since, &shown, &answer, route);
    let mut answer = match tag.filter(|tag| question.conditions.has(tag)) {
        Some(_) => not_modified(answer.headers()),
        None => answer.map_into_boxed_body(),
    };
    answers.tell(CacheResult::Miss, answer.headers_mut());
    Ok(ServiceResponse::new(request, answer))
}
