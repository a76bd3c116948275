//! Criteria as a value: what a query is made of, whatever types it was written with.

use std::fmt;

use db0_runtime::{Result, class::TagName};

use super::core::Node;

/// What objects must fulfil.
#[derive(Clone)]
pub struct Expr(pub(crate) Node);

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

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
