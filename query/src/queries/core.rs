//! A query without its Rust type: what it looks for, where, and in which order.

use std::{fmt, sync::Arc};

use db0_runtime::{Chunk, Error, Result, object::Objects};
use uuid::Uuid;

use super::{order::Order, source::Source};
use crate::{
    running::{
        ids::{oid_at, place_of},
        plan::Plan,
        stream::Results,
    },
    terms::{expr::Node, of::Of},
};

/// Identities that room is made for before they are found, at most. Room that is not used is no memory
/// yet; room that is too small is copied.
const RESERVED_MAX: usize = 1 << 20;

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

    /// The members: filters are among the criteria, and order does not matter.
    pub(crate) fn plan(&self) -> Result<Plan> {
        Plan::new(&self.objects()?, &self.of, &self.node)
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

    pub(crate) fn ids(&self) -> Result<Results> {
        crate::running::stream::ids(self)
    }

    pub(crate) fn count(&self) -> Result<u64> {
        if self.is_limited() {
            return self.ids()?.try_fold(0, |count, id| id.map(|_| count + 1));
        }
        self.plan()?.count()
    }

    pub(crate) fn is_empty(&self) -> Result<bool> {
        if self.is_limited() {
            return Ok(self.ids()?.next().transpose()?.is_none());
        }
        Ok(self.plan()?.first()?.is_none())
    }

    pub(crate) fn contains(&self, oid: u64) -> Result<bool> {
        if self.is_limited() {
            return self.ids()?.try_fold(false, |found, id| id.map(|id| found || id == oid));
        }
        self.plan()?.contains(oid)
    }

    /// Those of some objects, given in ascending order, that are members.
    pub(crate) fn among(&self, oids: &[u64]) -> Result<Vec<u64>> {
        self.check_criterion()?;
        let plan = self.plan()?;
        let mut found = Vec::new();
        for same_chunk in oids.chunk_by(|a, b| place_of(*a).0 == place_of(*b).0) {
            let number = place_of(same_chunk[0]).0;
            let mut among = Chunk::EMPTY;
            same_chunk.iter().for_each(|oid| among.insert(place_of(*oid).1));
            plan.keep(number, &mut among)?;
            found.extend(among.iter().map(|n| oid_at(number, n)));
        }
        Ok(found)
    }

    pub(crate) fn uuids(&self) -> Result<Vec<Uuid>> {
        let objects = self.objects()?;
        if self.ops.is_empty() {
            let (mut uuids, last) = (Vec::new(), objects.last_chunk());
            self.plan()?.each_chunk(|number, chunk| {
                let here = chunk.len() as usize;
                if uuids.is_empty() {
                    // As if the others were like the first one.
                    let chunks = usize::try_from(last.saturating_sub(number)).unwrap_or(usize::MAX);
                    uuids.reserve(here.saturating_mul(chunks.saturating_add(1)).min(RESERVED_MAX));
                }
                let (uuid, first) = (objects.uuids_at(number), uuids.len());
                // Places that are there need no look for room, one by one.
                uuids.resize(first + here, Uuid::nil());
                let mut places = uuids[first..].iter_mut();
                chunk.each(|n| {
                    if let Some(place) = places.next() {
                        *place = uuid(n);
                    }
                });
                true
            })?;
            return Ok(uuids);
        }
        self.ids()?.map(|id| id.map(|id| objects.uuid_of(id))).collect()
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
