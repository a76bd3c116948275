//! Changes of lists: leaves that are the same at both ends are passed over, and the elements
//! between them compared.

use std::{collections::HashMap, ops::Range};

use db0_runtime::{
    Result,
    object::{RowReader, varint},
};
use serde::de::DeserializeOwned;

use super::{
    kind::{Changes, Splice},
    moment::{Ends, Moment, ends},
};
use crate::{
    list::{LeafPlace, List, leaf_elements, leaves},
    misuse::expect,
};

/// Elements that differ, as bytes.
struct Hunk {
    old_index: usize,
    old: Vec<Vec<u8>>,
    new_index: usize,
    new: Vec<Vec<u8>>,
}

/// Goes through both ends at once.
struct Comparison<'e> {
    ends: &'e Ends,
    hunks: Vec<Hunk>,
    old_index: usize,
    new_index: usize,
}

fn hunks(ends: &Ends) -> Result<Vec<Hunk>> {
    let keys = ends.written()?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let written: Option<Vec<u64>> =
        keys.iter().map(|key| varint::take_ordered(&mut &key[..])).collect();
    let written = written.ok_or_else(|| ends.after.damaged("the key of a node is damaged"))?;
    let (before, after) = (leaves(&ends.before)?, leaves(&ends.after)?);
    let places: HashMap<u64, usize> =
        after.iter().enumerate().map(|(place, leaf)| (leaf.node, place)).collect();
    let mut comparison = Comparison { ends, hunks: Vec::new(), old_index: 0, new_index: 0 };
    let (mut old_from, mut new_from) = (0, 0);
    for (place, leaf) in before.iter().enumerate() {
        let same = places.get(&leaf.node).filter(|_| written.binary_search(&leaf.node).is_err());
        if let Some(&new_place) = same.filter(|new_place| **new_place >= new_from) {
            comparison.compare(&before[old_from..place], &after[new_from..new_place])?;
            comparison.old_index += leaf.count;
            comparison.new_index += leaf.count;
            (old_from, new_from) = (place + 1, new_place + 1);
        }
    }
    comparison.compare(&before[old_from..], &after[new_from..])?;
    Ok(comparison.hunks)
}

fn elements(reader: &RowReader, leaves: &[LeafPlace]) -> Result<Vec<Vec<u8>>> {
    let mut elements = Vec::new();
    leaves.iter().try_for_each(|leaf| leaf_elements(reader, leaf, &mut elements))?;
    Ok(elements)
}

impl Comparison<'_> {
    /// Compares the elements of some leaves with those that now stand in their place.
    fn compare(&mut self, before: &[LeafPlace], after: &[LeafPlace]) -> Result<()> {
        let old = elements(&self.ends.before, before)?;
        let new = elements(&self.ends.after, after)?;
        let (old_len, new_len) = (old.len(), new.len());
        if old_len == new_len {
            self.compare_in_place(&old, &new);
        } else {
            let alike = |pairs: &mut dyn Iterator<Item = (&Vec<u8>, &Vec<u8>)>| {
                pairs.take_while(|(old, new)| old == new).count()
            };
            let front = alike(&mut old.iter().zip(&new));
            let back = alike(&mut old[front..].iter().rev().zip(new[front..].iter().rev()));
            self.push(&old, front..old_len - back, &new, front..new_len - back);
        }
        self.old_index += old_len;
        self.new_index += new_len;
        Ok(())
    }

    /// As many as before: what differs was set.
    fn compare_in_place(&mut self, old: &[Vec<u8>], new: &[Vec<u8>]) {
        let mut at = 0;
        while at < old.len() {
            let differing = old[at..].iter().zip(&new[at..]).take_while(|(a, b)| a != b).count();
            if differing > 0 {
                self.push(old, at..at + differing, new, at..at + differing);
            }
            at += differing.max(1);
        }
    }

    fn push(&mut self, old: &[Vec<u8>], gone: Range<usize>, new: &[Vec<u8>], come: Range<usize>) {
        self.hunks.push(Hunk {
            old_index: self.old_index + gone.start,
            new_index: self.new_index + come.start,
            old: old[gone].to_vec(),
            new: new[come].to_vec(),
        });
    }
}

/// The elements differ.
pub(super) fn differ(ends: &Ends) -> Result<bool> {
    Ok(!hunks(ends)?.is_empty())
}

impl<T: DeserializeOwned> List<T> {
    /// Where elements differ between two snapshots, from front to back. The work is in proportion
    /// to what changed, and changes that are close to each other may come as one.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Diary { days: db0::List<String> }
    /// let diary = db0::singleton(|| Diary { days: db0::List::from_iter(["rain", "sun"].map(String::from)) });
    /// db0::commit()?;
    /// let before = db0::snapshot()?;
    /// diary.read().days.push("snow".into());
    /// db0::commit()?;
    /// let splices: Vec<_> = diary.read().days.changes(&before, &db0::snapshot()?).collect();
    /// assert_eq!((splices[0].new_index, &*splices[0].new[0], splices[0].old.len()), (2, "snow", 0));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the states can't be compared; see [`try_changes`](Self::try_changes).
    #[track_caller]
    pub fn changes(&self, before: &impl Moment, after: &impl Moment) -> Changes<Splice<T>> {
        expect(self.try_changes(before, after))
    }

    /// As [`changes`](Self::changes), with the failure as a value.
    pub fn try_changes(
        &self,
        before: &impl Moment,
        after: &impl Moment,
    ) -> Result<Changes<Splice<T>>> {
        let Some(ends) = ends(&self.anchor, before, after)? else { return Ok(Vec::new().into()) };
        let decode = |reader: &RowReader, elements: Vec<Vec<u8>>| -> Result<Vec<T>> {
            elements.iter().map(|element| reader.decode(element)).collect()
        };
        let mut splices = Vec::new();
        for hunk in hunks(&ends)? {
            splices.push(Splice {
                old_index: hunk.old_index,
                old: decode(&ends.before, hunk.old)?,
                new_index: hunk.new_index,
                new: decode(&ends.after, hunk.new)?,
            });
        }
        Ok(splices.into())
    }
}
