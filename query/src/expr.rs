//! Criteria as a value: what a query is made of, whatever types it was written with.

use std::{fmt, sync::Arc};

use crate::{eval::Plan, indexed::Lookup};
use db0_runtime::{Error, Result, class::TagName, object::Objects};

/// A query within another one's criteria.
pub(crate) trait Subquery: Send + Sync {
    fn node(&self) -> &Node;
    fn plan(&self) -> Result<Plan>;
}

/// Decides about one object.
pub(crate) type Test = Arc<dyn Fn(&Arc<Objects>, u64) -> Result<bool> + Send + Sync>;

/// What objects must fulfil.
#[derive(Clone)]
pub struct Expr(pub(crate) Node);

#[derive(Clone)]
pub(crate) enum Node {
    /// Every object of the class that is asked for.
    All,
    Tag(TagName),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// The members of another query, on the view that it was made for.
    Query(Arc<dyn Subquery>),
    /// A condition that the object itself can answer, and an index perhaps.
    Test {
        what: String,
        test: Test,
        lookup: Option<Lookup>,
    },
    /// The criteria make no sense: told when the query runs.
    Wrong(String),
}

impl Expr {
    /// A tag.
    pub fn tag(name: TagName) -> Self {
        Self(Node::Tag(name))
    }

    pub(crate) fn of_tag(name: Result<TagName>) -> Self {
        Self(name.map_or_else(|error: Error| Node::Wrong(error.to_string()), Node::Tag))
    }

    pub(crate) fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::And(parts.into_iter().map(|part| part.0).collect()))
    }

    pub(crate) fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Or(parts.into_iter().map(|part| part.0).collect()))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tag(name) => name.fmt(f),
            Self::And(parts) => f.debug_tuple("and").field(parts).finish(),
            Self::Or(parts) => f.debug_tuple("or").field(parts).finish(),
            Self::Not(part) => f.debug_tuple("not").field(part).finish(),
            Self::Query(query) => query.node().fmt(f),
            Self::Test { what, .. } => f.write_str(what),
            Self::Wrong(why) => write!(f, "({why})"),
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
