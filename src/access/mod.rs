//! Who is calling, and what they may see.
//!
//! A handler that changes something takes a [`Caller<Write>`]: no argument, no access.
//! One predicate, [`visible`], decides what a caller sees, in every read, list and count.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use diesel::dsl;
use diesel::expression::AsExpression;
use diesel::expression_methods::{BoolExpressionMethods, ExpressionMethods};
use diesel::sql_types::{Bool, Text};

use crate::domain::kinds::Status;
use crate::http::problem::{Code, Problem, Result};

/// What this server lets its callers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Everyone may read and write.
    Open,
    /// Everyone may read what is published; nobody may write.
    ReadOnly,
}

/// May read.
#[derive(Debug, Clone, Copy)]
pub struct Read;

/// May write.
#[derive(Debug, Clone, Copy)]
pub struct Write;

/// Who is calling, with the proof of what they may do.
#[derive(Debug, Clone, Copy)]
pub struct Caller<May> {
    sight: Sight,
    may: PhantomData<May>,
}

/// What a caller sees of the topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Drafts too: the sight of those who may write.
    Everything,
    /// What is published or archived.
    Public,
}

impl<May> Caller<May> {
    /// What the caller sees.
    pub fn sight(self) -> Sight {
        self.sight
    }
}

impl Policy {
    fn of(request: &HttpRequest) -> Self {
        // A server that forgot to say is closed.
        request.app_data::<web::Data<Self>>().map_or(Self::ReadOnly, |policy| ***policy)
    }

    fn sight(self) -> Sight {
        match self {
            Self::Open => Sight::Everything,
            Self::ReadOnly => Sight::Public,
        }
    }
}

impl FromRequest for Caller<Read> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { sight: Policy::of(request).sight(), may: PhantomData }))
    }
}

impl FromRequest for Caller<Write> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let policy = Policy::of(request);
        ready(match policy {
            Policy::Open => Ok(Self { sight: policy.sight(), may: PhantomData }),
            Policy::ReadOnly => {
                Err(Problem::new(Code::ReadOnly, "The operator of this server lets nobody write."))
            }
        })
    }
}

/// Whether something is visible, as SQL over the status of its topic.
pub fn visible<S>(status: S, sight: Sight) -> Visible<S>
where
    S: diesel::Expression<SqlType = Text>,
{
    status.ne(Status::Draft).or(AsExpression::<Bool>::as_expression(sight == Sight::Everything))
}

/// The type of [`visible`].
pub type Visible<S> = dsl::Or<dsl::NotEq<S, Status>, dsl::AsExprOf<bool, Bool>>;
