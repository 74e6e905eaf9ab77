//! What a request asks for, as the answers that are kept are told apart.

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};
use smallvec::SmallVec;

use crate::http::compress::coding;
use crate::http::conditions::Conditions;
use crate::http::middleware::is_for_api;

/// A request whose answer may be kept.
#[derive(Debug)]
pub(super) struct Question {
    /// All that the answer depends on, beside the state of what it shows.
    pub(super) key: SmallVec<[u8; 256]>,
    /// Which state the client has.
    pub(super) conditions: Conditions,
}

impl Question {
    /// What a request asks for; `None` if its answer is not for everybody, or its form is to be
    /// judged by others.
    pub(super) fn of(request: &ServiceRequest, is_for_every_origin: bool) -> Option<Self> {
        let headers = request.headers();
        if *request.method() != Method::GET
            || !is_for_api(request)
            || headers.contains_key(header::AUTHORIZATION)
            || headers.contains_key(header::IF_MATCH)
        {
            return None;
        }
        let is_from_page = headers.contains_key(header::ORIGIN);
        if is_from_page && !is_for_every_origin {
            return None;
        }
        let conditions = Conditions::of(headers).ok()?;
        let mut key = SmallVec::new();
        key.push(
            coding(request).map_or(b'-', |coding| coding.as_str().bytes().next().unwrap_or(b'?')),
        );
        key.push(if is_from_page { b'o' } else { b'-' });
        let address = request.uri().path_and_query()?.as_str();
        key.extend_from_slice(address.as_bytes());
        // The one operation whose media type is agreed upon.
        if request.path().ends_with("/export") {
            for accepted in headers.get_all(header::ACCEPT) {
                key.push(b'\n');
                key.extend_from_slice(accepted.as_bytes());
            }
        }
        Some(Self { key, conditions })
    }
}
