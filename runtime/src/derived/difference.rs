//! What the states between two views of a prefix have touched: candidates, which are few, to be
//! compared at both ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    Error, Result,
    class::Class,
    object::{Objects, RowReader},
    store::{Changes, ClassId, Happened, Oid, StateNum, Table, each_collection, oid_key},
};

/// Everything that was touched between two states of a prefix.
pub struct Difference {
    low: Arc<Objects>,
    high: Arc<Objects>,
    objects: BTreeMap<Oid, TouchedObject>,
    /// With the last state that touched them.
    collections: BTreeMap<Oid, StateNum>,
}

/// An object that may have changed.
#[derive(Debug)]
pub struct TouchedObject {
    class: ClassId,
    last: StateNum,
    happened: u8,
    /// How many states modified it, as far as it is known.
    times: u32,
    /// The collections through which it was modified.
    through: BTreeSet<Oid>,
}

impl TouchedObject {
    fn has(&self, happened: Happened) -> bool {
        self.happened & 1 << happened as u8 != 0
    }

    /// It was there at the earlier state.
    pub fn was_there(&self) -> bool {
        !self.has(Happened::Created)
    }

    /// It is there at the later state.
    pub fn is_there(&self) -> bool {
        !self.has(Happened::Deleted)
    }

    /// It counts as modified, whether or not it differs.
    pub fn is_touched(&self) -> bool {
        self.has(Happened::Touched)
    }

    /// The last of the states that touched it.
    pub fn state(&self) -> u64 {
        self.last.0
    }

    /// The collections whose changes count for it.
    pub fn through(&self) -> impl Iterator<Item = u64> {
        self.through.iter().map(|oid| oid.0)
    }
}

/// A collection that may have changed, at both states.
pub struct TouchedCollection {
    /// Its rows at the earlier state.
    pub low: RowReader,
    /// Its rows at the later state.
    pub high: RowReader,
}

impl Difference {
    /// Gathers what the states after `low`'s, up to `high`'s, have touched.
    pub fn between(low: &Arc<Objects>, high: &Arc<Objects>) -> Result<Self> {
        let mut found = Self {
            low: low.clone(),
            high: high.clone(),
            objects: BTreeMap::new(),
            collections: BTreeMap::new(),
        };
        let mut through: Vec<(Oid, Oid)> = Vec::new();
        let (after, last) = (StateNum(low.state()), StateNum(high.state()));
        low.store().changes(after, last, |state, changes| match changes {
            Changes::Objects(class, changes) => changes.each(|oid, happened| {
                let new = || TouchedObject {
                    class,
                    last: state,
                    happened: 0,
                    times: 0,
                    through: BTreeSet::new(),
                };
                let touched = found.objects.entry(oid).or_insert_with(new);
                touched.happened |= 1 << happened as u8;
                touched.times += u32::from(happened == Happened::Modified);
                touched.last = touched.last.max(state);
            }),
            Changes::Collection(oid, changes) => {
                let known = found.collections.entry(oid).or_insert(state);
                *known = state.max(*known);
                changes.each(|owner| through.push((owner, oid)), |_| ()).map(drop)
            }
        })?;
        if after < low.store().newest_head()?.oldest {
            found.look_at_both_ends()?;
        }
        for (owner, collection) in through {
            if let Some(object) = found.objects.get_mut(&owner) {
                object.through.insert(collection);
            }
        }
        Ok(found)
    }

    /// What has left the log tells of more states than these: where objects are is seen from them.
    fn look_at_both_ends(&mut self) -> Result<()> {
        let is_there = |objects: &Objects, oid: Oid| {
            objects.view().get(Table::Objects, oid_key(oid).as_bytes(), |_| ())
        };
        let last = StateNum(self.high.state());
        self.collections.values_mut().for_each(|state| *state = last.min(*state));
        for (oid, object) in &mut self.objects {
            object.last = object.last.min(last);
            object.times = u32::MAX;
            let absent =
                [is_there(&self.low, *oid)?.is_none(), is_there(&self.high, *oid)?.is_none()];
            for (absent, happened) in absent.into_iter().zip([Happened::Created, Happened::Deleted])
            {
                object.happened &= !(1 << happened as u8);
                object.happened |= u8::from(absent) << happened as u8;
            }
        }
        Ok(())
    }

    /// The objects, in the order of their creation.
    pub fn objects(&self) -> impl Iterator<Item = (u64, &TouchedObject)> {
        self.objects.iter().map(|(oid, object)| (oid.0, object))
    }

    /// One of them.
    pub fn object(&self, oid: u64) -> Option<&TouchedObject> {
        self.objects.get(&Oid(oid))
    }

    /// The objects of a class.
    pub fn of_class<T: Class>(&self) -> Result<BTreeMap<u64, &TouchedObject>> {
        let class = self.high.known_class::<T>()?;
        let Some(class) = class else { return Ok(BTreeMap::new()) };
        Ok(self.objects().filter(|(_, object)| object.class == class.id).collect())
    }

    /// The name of an object's class.
    pub fn class_of(&self, object: &TouchedObject) -> Result<String> {
        let known = self.high.catalogue().ids().contains(&object.class);
        if !known {
            self.high.catalogue().load(self.high.store())?;
        }
        Ok(self.high.catalogue().name(object.class))
    }

    /// The collections, with the last state that touched each, in the order of their creation.
    pub fn collections(&self) -> impl Iterator<Item = (u64, u64)> {
        self.collections.iter().map(|(oid, state)| (oid.0, state.0))
    }

    /// One of them at both states; none if nothing touched it.
    pub fn collection(&self, oid: u64) -> Option<TouchedCollection> {
        self.collections.get(&Oid(oid))?;
        let low = RowReader::of_number(&self.low, oid);
        let high = low.through(&self.high);
        Some(TouchedCollection { low, high })
    }

    /// An object's own row differs. What one state alone has written does, and is not looked at.
    pub fn is_written(&self, oid: u64) -> Result<bool> {
        let once = |object: &TouchedObject| object.times == 1 && object.through.is_empty();
        if self.object(oid).is_some_and(once) {
            return Ok(true);
        }
        let key = oid_key(Oid(oid));
        let body =
            |objects: &Objects| objects.view().get(Table::Objects, key.as_bytes(), <[u8]>::to_vec);
        Ok(body(&self.low)? != body(&self.high)?)
    }

    /// The collections that an object refers to and that something touched. One that was away in between
    /// did not change for the object, and may differ all the same.
    pub fn touched_in(&self, oid: u64) -> Result<Vec<u64>> {
        let is_rewritten = |object: &TouchedObject| object.times > 1;
        if self.collections.is_empty() || !self.object(oid).is_some_and(is_rewritten) {
            return Ok(Vec::new());
        }
        let key = oid_key(Oid(oid));
        let find = |body: &[u8]| {
            let mut found = Vec::new();
            let read = each_collection(Table::Objects, body, |collection| found.push(collection.0));
            read.map(|()| found)
        };
        let found = self.high.view().get(Table::Objects, key.as_bytes(), find)?;
        let damaged = |why: String| self.high.store().corrupt(Table::Objects, key.as_bytes(), &why);
        let mut found = found.transpose().map_err(damaged)?.unwrap_or_default();
        found.retain(|collection| self.collections.contains_key(&Oid(*collection)));
        Ok(found)
    }

    /// The identity of an object or collection.
    pub fn uuid(&self, oid: u64) -> Uuid {
        self.high.uuid(Oid(oid))
    }
}

/// The later of two views of a prefix second; true if they had to be swapped.
pub fn in_order(a: Arc<Objects>, b: Arc<Objects>) -> Result<(Arc<Objects>, Arc<Objects>, bool)> {
    if !a.is_same_prefix(&b) {
        let why = format!("states of prefixes {:?} and {:?} can't be compared", a.name(), b.name());
        return Err(Error::Invalid(why));
    }
    Ok(if a.state() <= b.state() { (a, b, false) } else { (b, a, true) })
}
