//! What a state changed: which objects, and which elements of collections it created.
//!
//! ```text
//! 0, class          → runs of created oids, then of modified, deleted, retagged, touched ones
//! 1, collection oid → the objects that it counts for, then keys of the elements that were created, if told
//! ```
//! These are the ends of keys of the log. Old rows stand in the log anyway, so that elements which
//! were changed or deleted need no second list.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::store::{
    key::{OidKey, oid_key, oid_of_key},
    num::{ClassId, Oid},
    varint,
};

/// More than one commit creates: a damaged row may not keep anybody busy for ever.
const RUN_MAX: u64 = 1 << 32;
const OBJECTS: u8 = 0;
const COLLECTIONS: u8 = 1;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    Created = 0,
    /// It was written, or a collection was that it owns.
    Modified = 1,
    Deleted = 2,
    /// Its tags changed; it did not.
    Retagged = 3,
    /// It counts as modified on request, besides being listed as such.
    Touched = 4,
}

impl Happened {
    pub(in crate::store) const ALL: [Self; 5] =
        [Self::Created, Self::Modified, Self::Deleted, Self::Retagged, Self::Touched];
}

/// What happened to a collection.
#[derive(Debug, Default)]
struct InCollection {
    /// Objects that own it, be it through other collections.
    owners: Vec<Oid>,
    /// The keys of new elements, each with its length before it.
    created: Vec<u8>,
    /// They were too many to be told.
    untold: bool,
}

impl InCollection {
    fn create(&mut self, element: &[u8]) {
        if self.untold {
            return;
        }
        varint::put(&mut self.created, element.len() as u64);
        self.created.extend_from_slice(element);
        if self.created.len() > TOLD_BYTES {
            (self.created, self.untold) = (Vec::new(), true);
        }
    }
}

/// Longer lists of new elements are not kept: whoever wants to know them compares the collection as it
/// was and is, which then takes hardly longer.
const TOLD_BYTES: usize = 4 << 20;

/// The changes of one state, as they are gathered.
#[derive(Debug, Default)]
pub(in crate::store) struct ChangeSet {
    objects: BTreeMap<ClassId, [Vec<Oid>; 5]>,
    collections: BTreeMap<Oid, InCollection>,
    /// The collection whose elements are just being told of, and the front of their keys: it is not
    /// among the others.
    current: Option<(OidKey, Oid, InCollection)>,
}

impl ChangeSet {
    pub(in crate::store) fn object(&mut self, class: ClassId, oid: Oid, happened: Happened) {
        self.objects.entry(class).or_default()[happened as usize].push(oid);
    }

    /// An element was created, changed or deleted; `key` is its whole row key.
    #[inline]
    pub(in crate::store) fn element(&mut self, key: &[u8], created: bool) {
        let is_current = |(front, ..): &(OidKey, _, _)| key.starts_with(front.as_bytes());
        if !self.current.as_ref().is_some_and(is_current) {
            self.turn_to(key);
        }
        if let Some((front, _, changes)) = &mut self.current
            && created
        {
            changes.create(&key[front.as_bytes().len()..]);
        }
    }

    /// Makes the collection of an element the current one.
    #[cold]
    fn turn_to(&mut self, key: &[u8]) {
        self.put_back();
        let collection = oid_of_key(key).map(|(collection, _)| collection);
        self.current = collection.map(|collection| {
            let changes = self.collections.remove(&collection).unwrap_or_default();
            (oid_key(collection), collection, changes)
        });
    }

    fn put_back(&mut self) {
        self.collections.extend(self.current.take().map(|(_, oid, changes)| (oid, changes)));
    }

    /// The collections of which elements changed.
    pub(in crate::store) fn collections(&mut self) -> Vec<Oid> {
        self.put_back();
        self.collections.keys().copied().collect()
    }

    /// A change in a collection counts for an object.
    pub(in crate::store) fn counts_for(&mut self, collection: Oid, owner: Oid) {
        self.put_back();
        self.collections.entry(collection).or_default().owners.push(owner);
    }

    /// Gives each row: the end of its key, and its body; in key order.
    pub(in crate::store) fn rows(mut self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        self.put_back();
        let objects = self.objects.into_iter().map(|(class, lists)| {
            let mut key = vec![OBJECTS];
            varint::put_ordered(&mut key, class.0.into());
            let mut row = Vec::new();
            lists.into_iter().for_each(|list| put_runs(&mut row, list));
            (key, row)
        });
        let collections = self.collections.into_iter().map(|(collection, changes)| {
            let mut key = Vec::with_capacity(10);
            Changes::put_collection_key(collection, &mut key);
            let mut row = Vec::with_capacity(changes.created.len() + 8);
            varint::put(&mut row, count_of_owners(changes.owners.len(), changes.untold));
            changes.owners.iter().for_each(|owner| varint::put(&mut row, owner.0));
            row.extend_from_slice(&changes.created);
            (key, row)
        });
        objects.chain(collections)
    }
}

/// A row of changes, read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes<'r> {
    /// Objects of a class.
    Objects(ClassId, ObjectChanges<'r>),
    /// A collection.
    Collection(Oid, CollectionChanges<'r>),
}

impl<'r> Changes<'r> {
    /// Appends the end of the key under which a collection's changes stand.
    pub(in crate::store) fn put_collection_key(collection: Oid, key: &mut Vec<u8>) {
        key.push(COLLECTIONS);
        varint::put_ordered(key, collection.0);
    }

    /// The row can be read to its end.
    pub(crate) fn is_sound(self) -> bool {
        match self {
            Self::Objects(_, ObjectChanges(mut row)) => {
                let runs = Happened::ALL.iter().try_for_each(|_| take_runs(&mut row, |_| ()));
                runs.is_some() && row.is_empty()
            }
            Self::Collection(_, changes) => changes.each(|_| (), |_| ()).is_some(),
        }
    }

    /// Calls `each` with the same objects as such that were touched.
    pub(in crate::store) fn as_touched(
        self,
        mut each: impl FnMut(Changes<'_>) -> Option<()>,
    ) -> Option<()> {
        let Self::Objects(class, changes) = self else { return None };
        let mut oids = Vec::new();
        changes.each(|oid, _| oids.push(oid))?;
        let mut happened = [false; Happened::ALL.len()];
        happened[Happened::Touched as usize] = true;
        oids.dedup();
        oids.into_iter().try_for_each(|oid| {
            let row = object_row(oid, happened);
            each(Changes::Objects(class, ObjectChanges(&row)))
        })
    }

    /// Takes a row apart, by the end of its key.
    pub(crate) fn parse(end_of_key: &[u8], row: &'r [u8]) -> Option<Self> {
        let (&kind, mut rest) = end_of_key.split_first()?;
        let number = varint::take_ordered(&mut rest).filter(|_| rest.is_empty())?;
        match kind {
            OBJECTS => {
                let class = ClassId(u32::try_from(number).ok()?);
                Some(Self::Objects(class, ObjectChanges(row)))
            }
            COLLECTIONS => Some(Self::Collection(Oid(number), CollectionChanges(row))),
            _ => None,
        }
    }
}

/// What happened to objects of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectChanges<'r>(&'r [u8]);

impl ObjectChanges<'_> {
    /// Calls `each` with the objects; `None` if the row is damaged.
    pub(crate) fn each(self, mut each: impl FnMut(Oid, Happened)) -> Option<()> {
        let mut row = self.0;
        for happened in Happened::ALL {
            take_runs(&mut row, |run| run.for_each(|oid| each(Oid(oid), happened)))?;
        }
        row.is_empty().then_some(())
    }
}

/// What happened to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CollectionChanges<'r>(&'r [u8]);

impl<'r> CollectionChanges<'r> {
    /// Calls `owner` with the objects that it counted for, and `created` with the keys of new
    /// elements; gives whether those are told, or `None` if the row is damaged.
    pub(crate) fn each(
        self,
        mut owner: impl FnMut(Oid),
        mut created: impl FnMut(&'r [u8]),
    ) -> Option<bool> {
        let mut row = self.0;
        let count = varint::take(&mut row)?;
        for _ in 0..count >> 1 {
            owner(Oid(varint::take(&mut row)?));
        }
        while !row.is_empty() {
            let len = usize::try_from(varint::take(&mut row)?).ok()?;
            let (key, behind) = row.split_at_checked(len)?;
            created(key);
            row = behind;
        }
        Some(count & 1 == 0)
    }
}

/// A row of changes of one object, to which `happened` of these has happened.
pub(in crate::store) fn object_row(oid: Oid, happened: [bool; Happened::ALL.len()]) -> Vec<u8> {
    let mut row = Vec::with_capacity(9);
    happened
        .into_iter()
        .for_each(|it_did| put_runs(&mut row, it_did.then_some(oid).into_iter().collect()));
    row
}

/// A row of changes of a collection of which the elements are not told.
pub(in crate::store) fn collection_row(owners: &BTreeSet<Oid>) -> Vec<u8> {
    let mut row = Vec::with_capacity(8);
    varint::put(&mut row, count_of_owners(owners.len(), true));
    owners.iter().for_each(|owner| varint::put(&mut row, owner.0));
    row
}

/// A number for how many objects own a collection, and whether its new elements are not told.
fn count_of_owners(owners: usize, untold: bool) -> u64 {
    (owners as u64) << 1 | u64::from(untold)
}

/// The number of runs, then for each the distance from the last one's end and its length less one.
fn put_runs(out: &mut Vec<u8>, mut oids: Vec<Oid>) {
    oids.sort_unstable();
    oids.dedup();
    let runs = || oids.chunk_by(|a, b| a.0 + 1 == b.0);
    varint::put(out, runs().count() as u64);
    let mut end = 0;
    for run in runs() {
        let first = run[0].0;
        varint::put(out, first - end);
        varint::put(out, run.len() as u64 - 1);
        end = first + run.len() as u64;
    }
}

fn take_runs(rest: &mut &[u8], mut each: impl FnMut(Range<u64>)) -> Option<()> {
    let runs = varint::take(rest)?;
    let mut end = 0u64;
    for _ in 0..runs {
        let first = end.checked_add(varint::take(rest)?)?;
        let len = varint::take(rest).filter(|len| *len < RUN_MAX)?;
        end = first.checked_add(len)?.checked_add(1)?;
        each(first..end);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn objects_come_back_once_and_in_order(mut oids: Vec<(u16, u8)>) {
            let mut set = ChangeSet::default();
            for (oid, happened) in &oids {
                set.object(ClassId(7), Oid((*oid).into()), Happened::ALL[usize::from(happened % 5)]);
            }
            oids.iter_mut().for_each(|(_, happened)| *happened %= 5);
            oids.sort_by_key(|(oid, happened)| (*happened, *oid));
            oids.dedup();
            let mut back = Vec::new();
            for (key, row) in set.rows() {
                let Some(Changes::Objects(ClassId(7), changes)) = Changes::parse(&key, &row) else {
                    panic!("it lists objects")
                };
                changes.each(|oid, happened| back.push((oid.0 as u16, happened as u8)))
                    .expect("it is sound");
            }
            prop_assert_eq!(back, oids);
        }

        #[test]
        fn collections_come_back_whole(owners: Vec<u64>, keys: Vec<Vec<u8>>) {
            let mut set = ChangeSet::default();
            let collection = Oid(300);
            let front = crate::store::key::oid_key(collection);
            set.element(front.as_bytes(), false);
            owners.iter().for_each(|owner| set.counts_for(collection, Oid(*owner)));
            for key in &keys {
                set.element(&[front.as_bytes(), key].concat(), true);
            }
            let rows: Vec<_> = set.rows().collect();
            let [(key, row)] = &rows[..] else { panic!("one row") };
            let Some(Changes::Collection(found, changes)) = Changes::parse(key, row) else {
                panic!("it is a collection's")
            };
            let (mut its_owners, mut its_keys) = (Vec::new(), Vec::new());
            let told = changes
                .each(|owner| its_owners.push(owner.0), |key| its_keys.push(key.to_vec()))
                .expect("it is sound");
            prop_assert!(told);
            prop_assert_eq!((found, its_owners, its_keys), (collection, owners, keys));
        }

        #[test]
        fn very_many_new_elements_are_not_told(owner: u64) {
            let mut set = ChangeSet::default();
            set.counts_for(Oid(3), Oid(owner));
            let mut key = crate::store::key::oid_key(Oid(3)).as_bytes().to_vec();
            key.resize(1 << 20, 7);
            (0..5).for_each(|_| set.element(&key, true));
            let (key, row) = set.rows().next().expect("a row");
            let Some(Changes::Collection(_, changes)) = Changes::parse(&key, &row) else {
                panic!("it is a collection's")
            };
            let mut owners = Vec::new();
            let told = changes.each(|owner| owners.push(owner.0), |_| panic!("none is told"));
            prop_assert_eq!((told, owners), (Some(false), vec![owner]));
        }

        #[test]
        fn garbage_is_refused_not_panicked_on(row in prop::collection::vec(0..128u8, 0..24)) {
            // Runs of up to 2^7: longer ones are sound, and as long to walk as they say.
            let _ = ObjectChanges(&row).each(|_, _| ());
            let _ = CollectionChanges(&row).each(|_| (), |_| ());
        }
    }
}
