//! The time that a whole request may take.

use std::time::Duration;

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;

use super::middleware::is_upload;
use super::problem::Problem;

/// How long a whole request may take. Data of the application; without it, as long as it takes.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Duration);

/// Cuts a request off that is not answered in time.
///
/// Reads of the database that were waited for are cancelled by that; writes run to their end. A file
/// takes as long as it comes, and is bounded where it is read.
pub async fn deadline<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let bound = request.app_data().copied().filter(|_| !is_upload(&request));
    let Some(Deadline(patience)) = bound else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    match timeout(patience, next.call(request)).await {
        Ok(answered) => Ok(answered?.map_into_boxed_body()),
        Err(_late) => Err(Problem::deadline_exceeded(patience).into()),
    }
}
