//! What differs between two states of a prefix: what was touched in between, compared at both ends.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use db0_collections::changes::{Kind, content_differs, kind_name, members};
use db0_query::{Criteria, Query};
use db0_runtime::{
    Result,
    class::Class,
    derived::{Difference, TouchedObject, in_order},
    object::Objects,
};

/// Two states of a prefix, and what was touched between them.
pub(crate) struct Diff {
    pub(crate) before: Arc<Objects>,
    pub(crate) after: Arc<Objects>,
    touched: Difference,
    /// The state before is the later one.
    swapped: bool,
    /// Whether the contents of collections differ, as far as that was asked for.
    collections: RefCell<HashMap<u64, bool>>,
}

/// The numbers of objects that became, ceased to be, or are results and differ.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) new: Vec<u64>,
    pub(crate) deleted: Vec<u64>,
    pub(crate) modified: Vec<u64>,
}

/// What is to be selected: what is not asked for costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    New,
    Deleted,
    Modified,
    All,
}

/// A change of an object or collection.
pub(crate) struct Changed {
    pub(crate) kind: Kind,
    pub(crate) class: String,
    pub(crate) oid: u64,
    pub(crate) state: u64,
}

impl Diff {
    pub(crate) fn new(before: &Arc<Objects>, after: &Arc<Objects>) -> Result<Self> {
        let (low, high, swapped) = in_order(before.clone(), after.clone())?;
        Ok(Self {
            before: before.clone(),
            after: after.clone(),
            touched: Difference::between(&low, &high)?,
            swapped,
            collections: RefCell::default(),
        })
    }

    fn was_there(&self, object: &TouchedObject) -> bool {
        if self.swapped { object.is_there() } else { object.was_there() }
    }

    fn is_there(&self, object: &TouchedObject) -> bool {
        if self.swapped { object.was_there() } else { object.is_there() }
    }

    /// An object that is there at both ends differs, or was touched.
    fn is_modified(&self, oid: u64, object: &TouchedObject) -> Result<bool> {
        if object.is_touched() || self.touched.is_written(oid)? {
            return Ok(true);
        }
        for collection in object.through().chain(self.touched.touched_in(oid)?) {
            if self.collection_differs(collection)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn collection_differs(&self, oid: u64) -> Result<bool> {
        if let Some(known) = self.collections.borrow().get(&oid) {
            return Ok(*known);
        }
        let differs = self.touched.collection(oid).map_or(Ok(false), content_differs)?;
        self.collections.borrow_mut().insert(oid, differs);
        Ok(differs)
    }

    /// What criteria select at one end and not at the other, and what differs of the rest.
    pub(crate) fn select<T: Class>(
        &self,
        criteria: &dyn Criteria<T>,
        wanted: Wanted,
    ) -> Result<Selection> {
        let objects = self.touched.of_class::<T>()?;
        let query = Query::on(Ok(self.after.clone()), criteria);
        let (were, are): (BTreeSet<u64>, BTreeSet<u64>) = if query.is_all() {
            let those = |there: &dyn Fn(&TouchedObject) -> bool| {
                objects.iter().filter(|(_, object)| there(object)).map(|(oid, _)| *oid).collect()
            };
            (those(&|object| self.was_there(object)), those(&|object| self.is_there(object)))
        } else {
            let candidates = self.candidates(&objects)?;
            let were = Query::on(Ok(self.before.clone()), criteria).among(&candidates)?;
            (were.into_iter().collect(), query.among(&candidates)?.into_iter().collect())
        };
        let mut found = Selection::default();
        if matches!(wanted, Wanted::New | Wanted::All) {
            found.new = are.difference(&were).copied().collect();
        }
        if matches!(wanted, Wanted::Deleted | Wanted::All) {
            found.deleted = were.difference(&are).copied().collect();
        }
        if matches!(wanted, Wanted::Modified | Wanted::All) {
            for oid in are.intersection(&were) {
                let object = objects.get(oid);
                if object.map_or(Ok(false), |object| self.is_modified(*oid, object))? {
                    found.modified.push(*oid);
                }
            }
        }
        Ok(found)
    }

    /// Objects that may fulfil criteria at one end only: those that were touched, and those that
    /// entered or left an index.
    fn candidates(&self, objects: &BTreeMap<u64, &TouchedObject>) -> Result<Vec<u64>> {
        let mut candidates: BTreeSet<u64> = objects.keys().copied().collect();
        for (oid, _) in self.touched.collections() {
            if let Some(collection) = self.touched.collection(oid) {
                candidates.extend(members(collection)?);
            }
        }
        Ok(candidates.into_iter().collect())
    }

    /// Every object and collection that differs, in the order of their creation.
    pub(crate) fn changes(&self) -> Result<Vec<Changed>> {
        let mut found = Vec::new();
        for (oid, object) in self.touched.objects() {
            let kind = match (self.was_there(object), self.is_there(object)) {
                (false, true) => Kind::Created,
                (true, false) => Kind::Deleted,
                (true, true) if self.is_modified(oid, object)? => Kind::Modified,
                _ => continue,
            };
            let class = self.touched.class_of(object)?;
            found.push(Changed { kind, class, oid, state: object.state() });
        }
        for (oid, state) in self.touched.collections() {
            if let Some((kind, class)) = self.collection_change(oid)? {
                found.push(Changed { kind, class, oid, state });
            }
        }
        found.sort_by_key(|change| change.oid);
        Ok(found)
    }

    fn collection_change(&self, oid: u64) -> Result<Option<(Kind, String)>> {
        let Some(collection) = self.touched.collection(oid) else { return Ok(None) };
        let ends = [collection.low.header(|_| ())?, collection.high.header(|_| ())?];
        let [low, high] = ends.map(|header| header.is_some());
        let (was, is) = if self.swapped { (high, low) } else { (low, high) };
        let kind = match (was, is) {
            (false, true) => Kind::Created,
            (true, false) => Kind::Deleted,
            (true, true) if self.collection_differs(oid)? => Kind::Modified,
            _ => return Ok(None),
        };
        Ok(kind_name(collection)?.map(|class| (kind, class)))
    }

    pub(crate) fn uuid(&self, oid: u64) -> uuid::Uuid {
        self.touched.uuid(oid)
    }
}
