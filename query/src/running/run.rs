//! What a query is asked: how many, which, and whether one is among them.

use db0_runtime::{Chunk, Result};
use uuid::Uuid;

use super::{
    ids::{oid_at, place_of},
    plan::Plan,
    stream::{self, Results},
};
use crate::terms::core::Core;

/// Identities that room is made for before they are found, at most. Room that is not used is no memory
/// yet; room that is too small is copied.
const RESERVED_MAX: usize = 1 << 20;

impl Core {
    /// The members: filters are among the criteria, and order does not matter.
    pub(crate) fn plan(&self) -> Result<Plan> {
        Plan::new(&self.objects()?, &self.of, &self.node)
    }

    pub(crate) fn ids(&self) -> Result<Results> {
        stream::ids(self)
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

    /// The numbers of the results in their order, all at once.
    pub(crate) fn all(&self) -> Result<Vec<u64>> {
        self.ids()?.collect()
    }
}
