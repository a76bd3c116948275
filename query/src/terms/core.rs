//! A query without its Rust type: the criteria, where, and in which order.

use std::{fmt, sync::Arc};

use db0_collections::index::Part;
use db0_runtime::{Error, Result, class::TagName, object::Objects};
use uuid::Uuid;

use super::{field_test::FieldTest, of::Of, order::Order, source::Source};

/// Decides about one object.
pub(crate) type Test = Arc<dyn Fn(&Arc<Objects>, u64) -> Result<bool> + Send + Sync>;

/// What objects must fulfil.
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

/// What is done with results, one after the other.
#[derive(Clone)]
pub(crate) enum Op {
    Sort {
        by: Order,
        descending: bool,
    },
    Skip(u64),
    Take(u64),
    After(Uuid),
    /// Criteria that come after a limit; any others are the query's own.
    Where(Node),
}

impl Op {
    fn limits(&self) -> bool {
        matches!(self, Self::Skip(_) | Self::Take(_) | Self::After(_))
    }
}

/// A query, whatever its results are handed out as.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) source: Source,
    pub(crate) of: Of,
    pub(crate) node: Node,
    pub(crate) ops: Vec<Op>,
}

impl Core {
    pub(crate) fn new(source: Result<Arc<Objects>>, of: Of, node: Node) -> Self {
        Self { source: Source::View(source), of, node, ops: Vec::new() }
    }

    /// What is looked at: what this thread holds still, if it does.
    pub(crate) fn objects(&self) -> Result<Arc<Objects>> {
        self.source.objects()
    }

    /// Refuses a limited query as a criterion of another one.
    pub(crate) fn check_criterion(&self) -> Result<()> {
        if self.is_limited() {
            return Err(Error::Invalid(
                "a query limited by skip, take or after can't be a criterion: \
                 limit what is made of it"
                    .into(),
            ));
        }
        Ok(())
    }

    pub(crate) fn is_limited(&self) -> bool {
        self.ops.iter().any(Op::limits)
    }

    /// Adds criteria, at their place among the limits.
    pub(crate) fn narrow(&mut self, node: Node) {
        if self.is_limited() {
            self.ops.push(Op::Where(node));
            return;
        }
        match &mut self.node {
            Node::And(parts) => parts.push(node),
            other => *other = Node::And(vec![std::mem::replace(other, Node::All), node]),
        }
    }

    /// The number of an object that is named by its uuid.
    pub(crate) fn number(&self, uuid: Uuid) -> Result<u64> {
        let foreign = || Error::Invalid(format!("{uuid} is no object of the query's prefix"));
        self.objects()?.number_of(uuid).ok_or_else(foreign)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} where {:?}", self.of, self.node)?;
        for op in &self.ops {
            match op {
                Op::Sort { by, descending: false } => write!(f, ", sorted by {by:?}")?,
                Op::Sort { by, descending: true } => write!(f, ", sorted by {by:?} descending")?,
                Op::Skip(n) => write!(f, ", without the first {n}")?,
                Op::Take(n) => write!(f, ", at most {n}")?,
                Op::After(uuid) => write!(f, ", after {uuid}")?,
                Op::Where(node) => write!(f, ", where {node:?}")?,
            }
        }
        Ok(())
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
