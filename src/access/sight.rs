//! What a caller sees.

use std::sync::Arc;

use diesel::dsl;
use diesel::expression::AsExpression;
use diesel::expression_methods::{BoolExpressionMethods, ExpressionMethods};
use diesel::sql_types::{Bool, Text, Uuid};

use crate::domain::ids::TopicId;
use crate::domain::kinds::Status;

/// Which topics a key reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of them, and what is in none.
    Everything,
    /// Only these.
    Topics(Arc<[TopicId]>),
}

/// What a caller sees of the topics: what is published or archived, and the drafts in their reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight(Drafts);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Drafts {
    None,
    In(Reach),
}

impl Sight {
    /// The sight of those who have no key.
    pub fn public() -> Self {
        Self(Drafts::None)
    }

    /// The sight of those whose key shows drafts.
    pub fn with_drafts_in(reach: Reach) -> Self {
        Self(Drafts::In(reach))
    }

    /// The sight of the program itself.
    pub fn everything() -> Self {
        Self::with_drafts_in(Reach::Everything)
    }
}

/// Whether something is visible, as SQL over the id and the status of its topic.
pub fn visible<I, S>(topic: I, status: S, sight: &Sight) -> Visible<I, S>
where
    I: diesel::Expression<SqlType = Uuid>,
    S: diesel::Expression<SqlType = Text>,
{
    let (all, some) = match &sight.0 {
        Drafts::None => (false, Vec::new()),
        Drafts::In(Reach::Everything) => (true, Vec::new()),
        Drafts::In(Reach::Topics(topics)) => (false, topics.to_vec()),
    };
    status.ne(Status::Draft).or(AsExpression::<Bool>::as_expression(all)).or(topic.eq_any(some))
}

/// The type of [`visible`].
pub type Visible<I, S> =
    dsl::Or<dsl::Or<dsl::NotEq<S, Status>, dsl::AsExprOf<bool, Bool>>, dsl::EqAny<I, Vec<TopicId>>>;
