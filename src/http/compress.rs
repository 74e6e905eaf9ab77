//! Answers in fewer bytes, to those who can read them so.
//!
//! The entity tag names the state of a record and not the bytes of an answer, so it is the same in
//! each coding, and a tag got with a compressed answer is good for `If-Match`.

use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Decompress, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::{StreamExt, stream};

use super::problem::{Problem, Result};

/// The bytes below which compressing saves nothing: they go in one packet anyway.
const LEAST: u64 = 1_000;

/// Compresses an answer that is large enough, in the coding that the client likes best.
pub async fn compress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let coding = coding(&request);
    let answer = next.call(request).await?;
    let is_worth_it = match answer.response().body().size() {
        BodySize::Sized(bytes) => bytes >= LEAST,
        BodySize::Stream => true,
        BodySize::None => false,
    };
    let coding = coding.filter(|_| is_worth_it && is_compressible(answer.headers()));
    let Some(coding) = coding else { return Ok(answer.map_into_boxed_body()) };
    // The encoder adds to it, what is there already.
    let vary = answer.headers().get(header::VARY).cloned();
    let mut answer =
        answer.map_body(|head, body| BoxBody::new(Encoder::response(coding, head, body)));
    if let Some(vary) = vary {
        answer.headers_mut().insert(header::VARY, vary);
    }
    Ok(answer)
}

/// The coding in which a client gets a large answer.
pub fn coding(request: &impl HttpMessage) -> Option<ContentEncoding> {
    best(request, &["br", "zstd", "gzip"])
}

/// What is stored in gzip, as a client can read it.
#[derive(Debug)]
pub enum Stored {
    /// As it is stored.
    Packed(Bytes),
    /// Unpacked, for a client that does not ask for gzip.
    Plain(Bytes),
}

/// Unpacks what is stored in gzip, if the client does not ask for that.
pub async fn stored_in_gzip(request: &impl HttpMessage, bytes: Bytes) -> Result<Stored> {
    if best(request, &["gzip"]).is_some() {
        return Ok(Stored::Packed(bytes));
    }
    let mut plain = Vec::new();
    let packed = stream::iter([Ok(bytes)]);
    let mut unpacked = Decompress::new(packed, ContentEncoding::Gzip);
    while let Some(chunk) = unpacked.next().await {
        plain.extend_from_slice(&chunk.map_err(|error| Problem::internal(&error))?);
    }
    Ok(Stored::Plain(plain.into()))
}

/// The coding that a client likes best of these, unless it likes none as much as the bytes as they
/// are.
fn best(request: &impl HttpMessage, codings: &[&str]) -> Option<ContentEncoding> {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return None;
    }
    let accepted = request.get_header::<AcceptEncoding>()?;
    let identity = Encoding::identity();
    let known = codings.iter().filter_map(|coding| coding.parse().ok());
    let all: Vec<Encoding> = known.chain([identity]).collect();
    match accepted.negotiate(all.iter())? {
        Encoding::Known(ContentEncoding::Identity) | Encoding::Unknown(_) => None,
        Encoding::Known(coding) => Some(coding),
    }
}

/// Text is; pictures are compressed already, and so is what has a coding.
fn is_compressible(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_text = |media_type: &str| {
        media_type.starts_with("text/")
            || ["json", "javascript", "xml"].iter().any(|word| media_type.contains(word))
    };
    !headers.contains_key(header::CONTENT_ENCODING) && media_type.is_some_and(is_text)
}
