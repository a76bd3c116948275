//! Criteria as a value: what a query is made of, whatever types it was written with.

use std::{fmt, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{Error, Result, class::TagName, object::Objects};
use uuid::Uuid;

use super::condition::FieldTest;
use crate::queries::core::Core;

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
    /// Any tag of text that begins so.
    TagsFrom(String),
    /// Objects of the class that has one of these names, and those that bear it as a tag.
    Class(Vec<String>),
    /// This object alone.
    Object(Uuid),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// The members of another query, on the view that it was made for.
    Query(Arc<Core>),
    /// The objects of a range of an index.
    Index(Part),
    /// A condition on a field.
    Field(FieldTest),
    /// A closure that looks at the object.
    Filter(Test),
    /// The criteria make no sense: told when the query runs.
    Wrong(Error),
}

impl Expr {
    /// A tag.
    pub fn tag(name: TagName) -> Self {
        Self(Node::Tag(name))
    }

    pub(crate) fn of_tag(name: Result<TagName>) -> Self {
        Self(name.map_or_else(Node::Wrong, Node::Tag))
    }

    pub(crate) fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::And(parts.into_iter().map(|part| part.0).collect()))
    }

    pub(crate) fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Or(parts.into_iter().map(|part| part.0).collect()))
    }

    pub(crate) fn not(self) -> Self {
        Self(Node::Not(Box::new(self.0)))
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tag(name) => name.fmt(f),
            Self::TagsFrom(front) => write!(f, "{front:?}…"),
            Self::Class(names) => write!(f, "class {}", names.first().map_or("", |name| name)),
            Self::Object(uuid) => write!(f, "object {uuid}"),
            Self::And(parts) => f.debug_tuple("and").field(parts).finish(),
            Self::Or(parts) => f.debug_tuple("or").field(parts).finish(),
            Self::Not(part) => f.debug_tuple("not").field(part).finish(),
            Self::Query(query) => query.fmt(f),
            Self::Index(part) => part.fmt(f),
            Self::Field(test) => test.fmt(f),
            Self::Filter(_) => f.write_str("filter"),
            Self::Wrong(why) => write!(f, "({why})"),
        }
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
