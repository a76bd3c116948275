//! Parting objects and collections so that nothing in one part refers to another.

use super::trial::each_reference_of;
use crate::{
    Result,
    store::{Oid, View},
};

/// Parts of about `size` of these, which are given by ascending oid, and so are those of each part.
/// What hangs together is not parted, however much it is.
pub(super) fn apart(view: &View, oids: &[Oid], size: usize) -> Result<Vec<Vec<Oid>>> {
    let mut groups = Groups { towards: (0..oids.len()).collect() };
    for (place, oid) in oids.iter().enumerate() {
        each_reference_of(view, *oid, &mut |to| {
            if let Ok(other) = oids.binary_search(&to) {
                groups.join(place, other);
            }
        })?;
    }
    let mut grouped: Vec<_> = (0..oids.len()).map(|place| (groups.of(place), place)).collect();
    grouped.sort_unstable();
    let mut parts: Vec<Vec<Oid>> = Vec::new();
    for group in grouped.chunk_by(|a, b| a.0 == b.0) {
        let group = group.iter().map(|(_, place)| oids[*place]);
        match parts.last_mut() {
            Some(part) if part.len() + group.len() <= size => part.extend(group),
            _ => parts.push(group.collect()),
        }
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    Ok(parts)
}

/// Which places belong together: each names another of its group, or itself.
struct Groups {
    towards: Vec<usize>,
}

impl Groups {
    /// The place that stands for a place's group.
    fn of(&mut self, mut place: usize) -> usize {
        while self.towards[place] != place {
            // Half the way for the next one.
            self.towards[place] = self.towards[self.towards[place]];
            place = self.towards[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.towards[one.max(other)] = one.min(other);
    }
}
