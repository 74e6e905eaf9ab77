//! How often one client may ask: by key, else by address, and by what it asks for.
//!
//! Under `/v1` each answer says how much is left (draft-ietf-httpapi-ratelimit-headers); who asks
//! more often gets a 429 that says when to come again. **Invariant:** the memory of who asked is
//! bounded, however many addresses ask ([`limiter`]).

mod address;
pub mod limiter;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use uuid::Uuid;

use crate::http::middleware::{CallerId, routed_path};
pub use limiter::{Decision, Limiter};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// To read.
    Read,
    /// To change something.
    Write,
    /// To write a document.
    Import,
}

impl Class {
    /// The class of a request; `None` if it is under no limit.
    fn of(request: &ServiceRequest) -> Option<Self> {
        let below = routed_path(request).strip_prefix("/v1/")?;
        Some(match *request.method() {
            _ if below == "imports" || below.starts_with("imports/") => Self::Import,
            Method::GET | Method::HEAD | Method::OPTIONS => Self::Read,
            // A search that is too long for an address.
            Method::POST if below == "search" => Self::Read,
            _ => Self::Write,
        })
    }

    /// Its name, in the headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Import => "import",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The holder of a key.
    Key(Uuid),
    /// Whoever is at an address: an IPv4 address, or the network of an IPv6 address.
    Address(IpAddr),
}

/// Who asks: the holder of the key if there is one, else who is at the client's address.
pub fn subject(request: &ServiceRequest) -> Subject {
    match request.extensions().get::<CallerId>() {
        Some(CallerId(id)) => Subject::Key(*id),
        None => address_of(request),
    }
}

/// Who is at the client's address, whatever key it shows.
pub fn address_of(request: &ServiceRequest) -> Subject {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let client = match request.app_data::<Data<Limiter>>() {
        Some(limiter) => address::client(peer, request.headers(), limiter.proxies()),
        None => peer,
    };
    Subject::Address(address::network(client))
}

/// Answers a request if it is within the limits, and says how much is left.
pub async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let decision = match (request.app_data::<Data<Limiter>>(), Class::of(&request)) {
        (Some(limiter), Some(class)) => limiter.check(class, subject(&request)),
        _ => Decision::Unlimited,
    };
    let answered = match decision.problem() {
        Some(problem) => Ok(request.error_response(problem)),
        None => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
    };
    match answered {
        Ok(mut answer) => {
            decision.tell(answer.headers_mut());
            Ok(answer)
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut answer| {
                decision.tell(answer.headers_mut());
                answer
            });
            Err(error)
        }
    }
}
