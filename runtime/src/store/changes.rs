//! What a state changed: which objects, and which elements it created.
//!
//! ```text
//! 0, class          → runs of created oids, then of modified, deleted, retagged ones
//! 1, collection oid → keys of the elements that were created, each with its length before it
//! ```
//! These are the ends of keys of the log. Old rows stand in the log anyway, so that elements which
//! were changed or deleted need no second list.

use std::collections::BTreeMap;

use super::{
    key::oid_of_key,
    num::{ClassId, Oid},
    varint,
};

const OBJECTS: u8 = 0;
const ELEMENTS: u8 = 1;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    Created = 0,
    Modified = 1,
    Deleted = 2,
    /// Its tags changed, or entries of indexes; it did not.
    Retagged = 3,
}

impl Happened {
    const ALL: [Self; 4] = [Self::Created, Self::Modified, Self::Deleted, Self::Retagged];
}

/// The changes of one state, as they are gathered.
#[derive(Debug, Default)]
pub(super) struct ChangeSet {
    objects: BTreeMap<ClassId, [Vec<Oid>; 4]>,
    elements: BTreeMap<Oid, Vec<u8>>,
}

impl ChangeSet {
    pub(super) fn object(&mut self, class: ClassId, oid: Oid, happened: Happened) {
        self.objects.entry(class).or_default()[happened as usize].push(oid);
    }

    /// An element was created; `key` is its whole row key.
    pub(super) fn element(&mut self, key: &[u8]) {
        if let Some((collection, element)) = oid_of_key(key) {
            let keys = self.elements.entry(collection).or_default();
            varint::put(keys, element.len() as u64);
            keys.extend_from_slice(element);
        }
    }

    /// Gives each row: the end of its key, and its body; in key order.
    pub(super) fn rows(self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        let objects = self.objects.into_iter().map(|(class, lists)| {
            let mut key = vec![OBJECTS];
            varint::put_ordered(&mut key, class.0.into());
            let mut row = Vec::new();
            lists.into_iter().for_each(|list| put_runs(&mut row, list));
            (key, row)
        });
        let elements = self.elements.into_iter().map(|(collection, keys)| {
            let mut key = vec![ELEMENTS];
            varint::put_ordered(&mut key, collection.0);
            (key, keys)
        });
        objects.chain(elements)
    }
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

fn take_runs(rest: &mut &[u8], mut each: impl FnMut(Oid)) -> Option<()> {
    let runs = varint::take(rest)?;
    let mut end = 0u64;
    for _ in 0..runs {
        let first = end.checked_add(varint::take(rest)?)?;
        end = first.checked_add(varint::take(rest)?)?.checked_add(1)?;
        (first..end).for_each(|oid| each(Oid(oid)));
    }
    Some(())
}

/// The row, if it lists objects, by the end of its key.
pub(super) fn object_row<'r>(end_of_key: &[u8], row: &'r [u8]) -> Option<&'r [u8]> {
    (end_of_key.first() == Some(&OBJECTS)).then_some(row)
}

/// Calls `each` with the objects of a change row; `None` if it is damaged.
pub(super) fn each_object(mut row: &[u8], mut each: impl FnMut(Oid, Happened)) -> Option<()> {
    for happened in Happened::ALL {
        take_runs(&mut row, |oid| each(oid, happened))?;
    }
    row.is_empty().then_some(())
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
                set.object(ClassId(7), Oid((*oid).into()), Happened::ALL[usize::from(happened % 4)]);
            }
            oids.iter_mut().for_each(|(_, happened)| *happened %= 4);
            oids.sort_by_key(|(oid, happened)| (*happened, *oid));
            oids.dedup();
            let mut back = Vec::new();
            for (key, row) in set.rows() {
                let row = object_row(&key, &row).expect("it lists objects");
                each_object(row, |oid, happened| back.push((oid.0 as u16, happened as u8)))
                    .expect("it is sound");
            }
            prop_assert_eq!(back, oids);
        }

        #[test]
        fn garbage_is_refused_not_panicked_on(row in prop::collection::vec(0..128u8, 0..24)) {
            // Runs of up to 2^7: longer ones are sound, and as long to walk as they say.
            let _ = each_object(&row, |_, _| ());
        }
    }
}
