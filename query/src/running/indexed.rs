//! Conditions that the index of a field answers.

use std::{
    cell::RefCell,
    ops::{Bound, ControlFlow},
    sync::Arc,
};

use db0_runtime::{Chunk, Result, derived::FieldIndex, object::Objects};

use super::{
    composite::Chosen,
    field_walk::ENTRIES_AN_OBJECT,
    ids::{keep_if, place_of},
};
use crate::terms::{field_test::FieldTest, keys::Keys};

/// So many entries are walked in any case.
const ENTRIES_MIN: u64 = 1024;
/// So many objects of one key are looked up at once; if there are more, chunk by chunk.
const HOLDERS_AT_ONCE: u64 = 64;

/// A condition with its index.
pub(crate) struct Indexed {
    index: FieldIndex,
    keys: Keys,
    /// The conditions, which must all hold: one, or those on fields that are kept together.
    tests: Vec<FieldTest>,
    walk: RefCell<Walk>,
}

/// The objects of many keys, walked once if that is less work than looking into those in question.
#[derive(Default)]
struct Walk {
    /// Ascending, each once.
    found: Option<Arc<[u64]>>,
    /// How many objects have been in question so far.
    asked: u64,
    /// How many entries were walked in vain.
    tried: u64,
}

impl Indexed {
    /// A condition that the index of its field answers.
    pub(crate) fn new(index: FieldIndex, test: &FieldTest) -> Self {
        let (keys, tests) = (test.keys.clone(), vec![test.clone()]);
        Self { index, keys, tests, walk: RefCell::default() }
    }

    /// Those among some conditions that an index answers together.
    pub(crate) fn together(chosen: Chosen, among: &[&FieldTest]) -> Self {
        let tests = chosen.of.iter().map(|place| among[*place].clone()).collect();
        Self { index: chosen.index, keys: chosen.keys, tests, walk: RefCell::default() }
    }

    /// The conditions.
    pub(crate) fn tests(&self) -> &[FieldTest] {
        &self.tests
    }

    fn holds(&self, objects: &Arc<Objects>, oid: u64) -> Result<bool> {
        for test in &self.tests {
            if !test.holds(objects, oid)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many entries have one of the keys: counted up to `limit`.
    pub(crate) fn count(&self, objects: &Objects, limit: u64) -> Result<u64> {
        let one = |key: &Vec<u8>| {
            let bounds = (Bound::Included(key.clone()), Bound::Included(key.clone()));
            self.index.count(objects, &bounds, limit)
        };
        match &self.keys {
            Keys::One(key) => one(key),
            Keys::Some(keys) => keys.iter().map(one).sum(),
            Keys::Within(bounds) => self.index.count(objects, bounds, limit),
        }
    }

    /// It gives its objects as cheaply as it tells whether one of them is there.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self.keys, Keys::One(_)) || self.walk.borrow().found.is_some()
    }

    /// How late it is asked, among steps that must all hold.
    pub(crate) fn cost(&self) -> u8 {
        if matches!(self.keys, Keys::One(_)) { 1 } else { 50 }
    }

    /// The first chunk at or after `from` that has something; `from` itself if that is not known.
    pub(crate) fn next_chunk(&self, objects: &Objects, from: u64) -> Result<Option<u64>> {
        self.look_up(objects)?;
        let found = self.walk.borrow().found.clone();
        match (found, &self.keys) {
            (Some(found), _) => {
                let next = found.partition_point(|oid| place_of(*oid).0 < from);
                Ok(found.get(next).map(|oid| place_of(*oid).0))
            }
            (None, Keys::One(key)) => {
                let mut nearest = None;
                self.index.holders(objects, key, from << Chunk::BITS, &mut |oid| {
                    nearest = Some(place_of(oid).0);
                    Ok(ControlFlow::Break(()))
                })?;
                Ok(nearest)
            }
            (None, _) => Ok(Some(from)),
        }
    }

    /// Adds the objects of one chunk. It must be a [source](Self::is_source).
    pub(crate) fn chunk(&self, objects: &Objects, number: u64, chunk: &mut Chunk) -> Result<()> {
        self.look_up(objects)?;
        if let Some(found) = &self.walk.borrow().found {
            let first = found.partition_point(|oid| place_of(*oid).0 < number);
            let here = found[first..].iter().map(|oid| place_of(*oid));
            here.take_while(|(at, _)| *at == number).for_each(|(_, n)| chunk.insert(n));
            return Ok(());
        }
        let Keys::One(key) = &self.keys else { return Ok(()) };
        self.index.holders(objects, key, number << Chunk::BITS, &mut |oid| {
            let (at, n) = place_of(oid);
            if at != number {
                return Ok(ControlFlow::Break(()));
            }
            chunk.insert(n);
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Keeps those of `among` that have one of the keys.
    pub(crate) fn keep(
        &self,
        objects: &Arc<Objects>,
        number: u64,
        among: &mut Chunk,
    ) -> Result<()> {
        if !self.is_source() && !self.walk(objects, among.len().into())? {
            return keep_if(number, among, |oid| self.holds(objects, oid));
        }
        let mut having = Chunk::EMPTY;
        self.chunk(objects, number, &mut having)?;
        among.and(&having);
        Ok(())
    }

    /// The objects of one key, ascending, if they are few.
    pub(crate) fn few(&self, objects: &Objects) -> Result<Option<Arc<[u64]>>> {
        self.look_up(objects)?;
        Ok(self.walk.borrow().found.clone())
    }

    /// Looks the objects of one key up, if they are few.
    fn look_up(&self, objects: &Objects) -> Result<()> {
        if matches!(self.keys, Keys::One(_)) && self.walk.borrow().tried == 0 {
            self.walk_up_to(objects, HOLDERS_AT_ONCE)?;
        }
        Ok(())
    }

    /// Walks the entries, unless there are too many for the objects in question; true if it did.
    fn walk(&self, objects: &Objects, asked: u64) -> Result<bool> {
        let limit = {
            let mut walk = self.walk.borrow_mut();
            walk.asked += asked;
            (walk.asked * ENTRIES_AN_OBJECT).max(ENTRIES_MIN)
        };
        if limit < 2 * self.walk.borrow().tried {
            return Ok(false);
        }
        self.walk_up_to(objects, limit)
    }

    /// Walks the entries if there are no more than these; true if so.
    fn walk_up_to(&self, objects: &Objects, limit: u64) -> Result<bool> {
        self.walk.borrow_mut().tried = limit;
        let mut found = Vec::new();
        let mut each = |oid: u64| {
            found.push(oid);
            let goes_on = found.len() as u64 <= limit;
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        match &self.keys {
            Keys::One(key) => self.index.holders(objects, key, 0, &mut |oid| Ok(each(oid)))?,
            Keys::Some(keys) => {
                for key in &**keys {
                    self.index.holders(objects, key, 0, &mut |oid| Ok(each(oid)))?;
                }
            }
            Keys::Within(bounds) => {
                self.index.scan(objects, bounds, false, &mut |_, oid| Ok(each(oid)))?;
            }
        }
        if found.len() as u64 > limit {
            return Ok(false);
        }
        found.sort_unstable();
        found.dedup();
        self.walk.borrow_mut().found = Some(found.into());
        Ok(true)
    }
}
