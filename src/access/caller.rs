//! Permission as the argument of a handler.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::identity::{Holder, Identity};
use super::scope::Scope;
use super::sight::{Reach, Sight};
use crate::domain::ids::TopicRef;
use crate::http::idempotency::Attempt;
use crate::http::problem::{Code, Problem, Result};

/// What this server lets its callers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// What their keys allow.
    ByKey,
    /// To read what their keys allow, and to change nothing.
    ReadOnly,
}

/// What a handler needs its caller to be allowed.
pub trait Permission: 'static {
    /// The scope that a key must have; `None` if no key is needed.
    const NEEDED: Option<Scope>;
}

/// To read what is visible.
#[derive(Debug, Clone, Copy)]
pub struct Read;

/// To change topics, sources, and what is below them.
#[derive(Debug, Clone, Copy)]
pub struct Write;

/// To import files.
#[derive(Debug, Clone, Copy)]
pub struct Import;

/// To manage keys.
#[derive(Debug, Clone, Copy)]
pub struct Admin;

/// A permission to change something.
pub trait Changing: Permission {}

impl Changing for Write {}

impl Changing for Admin {}

impl Permission for Read {
    const NEEDED: Option<Scope> = None;
}

impl Permission for Write {
    const NEEDED: Option<Scope> = Some(Scope::Write);
}

impl Permission for Import {
    const NEEDED: Option<Scope> = Some(Scope::Import);
}

impl Permission for Admin {
    const NEEDED: Option<Scope> = Some(Scope::Admin);
}

/// Who is calling, with the proof that they have a permission.
#[derive(Debug, Clone)]
pub struct Caller<P> {
    pub(super) holder: Option<Arc<Holder>>,
    /// The topic that the path names, if it names one.
    pub(super) topic: Option<TopicRef>,
    /// What the client calls this change, if it may send it again.
    pub(super) attempt: Option<Attempt>,
    permission: PhantomData<fn() -> P>,
}

impl<P> Caller<P> {
    /// What the caller sees.
    pub fn sight(&self) -> Sight {
        match &self.holder {
            Some(holder) if holder.scopes.allow(Scope::Read) => {
                Sight::with_drafts_in(holder.reach.clone())
            }
            Some(_) | None => Sight::public(),
        }
    }
}

impl<P: Permission> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<P: Permission> Caller<P> {
    fn of(request: &HttpRequest) -> Result<Self> {
        let holder = match request.extensions().get::<Identity>() {
            Some(Identity::Key(holder)) => Some(Arc::clone(holder)),
            Some(Identity::Anonymous) | None => None,
        };
        let topic = request.match_info().get("topic");
        let is_in_topic = topic.is_some();
        let topic = topic.and_then(|name| name.parse().ok());
        if let Some(needed) = P::NEEDED {
            if request.method().is_safe() || !is_read_only(request) {
                check(holder.as_deref(), needed, is_in_topic)?;
            } else {
                let detail = "The operator of this server lets nobody write.";
                return Err(Problem::new(Code::ReadOnly, detail));
            }
        }
        let attempt = request.extensions().get::<Attempt>().cloned();
        Ok(Self { holder, topic, attempt, permission: PhantomData })
    }
}

/// Whether a key allows what needs this scope, in a topic or outside of all.
fn check(holder: Option<&Holder>, needed: Scope, is_in_topic: bool) -> Result<()> {
    let Some(holder) = holder else {
        let detail = format!(
            "This needs a key with the scope `{needed}`, in the header `Authorization: Bearer dbk_…`."
        );
        return Err(Problem::new(Code::KeyNeeded, detail));
    };
    if !holder.scopes.allow(needed) {
        return Err(Problem::scope_missing(needed.as_str()));
    }
    match holder.reach {
        Reach::Topics(_) if !is_in_topic => Err(Problem::new(
            Code::OutOfReach,
            "The key is bound to some topics, and this is in none.",
        )),
        Reach::Topics(_) | Reach::Everything => Ok(()),
    }
}

fn is_read_only(request: &HttpRequest) -> bool {
    // A server that forgot to say is closed.
    let policy = request.app_data::<web::Data<Policy>>().map(|policy| ***policy);
    policy.unwrap_or(Policy::ReadOnly) == Policy::ReadOnly
}
