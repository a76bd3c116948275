//! What a layer says of the tags that were put on an object. It is said without a look at the tags that
//! the object had: a reader puts both together, and so does the commit.

use crate::store::{
    num::{ClassId, TagId},
    tags::tag_row::PutOn,
};

/// What was done with a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was put on, and holds the object.
    Holding,
    /// It was put on, and holds nothing.
    Passive,
    /// It was taken off.
    Off,
}

/// So many changes need no allocation: more than most objects see between two commits.
const FEW: usize = 3;

/// What was done with the tags of an object, with each tag last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retag {
    /// Noted where it is known, since a commit would have to look it up.
    pub(crate) class: Option<ClassId>,
    changes: Changes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Changes {
    Few(u8, [(TagId, Done); FEW]),
    Many(Vec<(TagId, Done)>),
}

impl Default for Changes {
    fn default() -> Self {
        Self::Few(0, [(TagId::ORPHANS, Done::Off); FEW])
    }
}

impl Retag {
    /// One thing done with all of these tags.
    pub(crate) fn of(tags: &[TagId], done: Done) -> Self {
        let mut retag = Self::default();
        tags.iter().for_each(|tag| retag.set(*tag, done));
        retag
    }

    /// The same, done with an object of a class.
    pub(crate) fn with_class(&self, class: Option<ClassId>) -> Self {
        Self { class, changes: self.changes.clone() }
    }

    /// The same is done.
    pub(in crate::store) fn does_as(&self, other: &Self) -> bool {
        self.changes == other.changes
    }

    pub(crate) fn set(&mut self, tag: TagId, done: Done) {
        let known = match &mut self.changes {
            Changes::Few(len, few) => &mut few[..usize::from(*len)],
            Changes::Many(many) => &mut many[..],
        };
        if let Some(change) = known.iter_mut().find(|change| change.0 == tag) {
            change.1 = done;
            return;
        }
        match &mut self.changes {
            Changes::Few(len, few) if usize::from(*len) < FEW => {
                few[usize::from(*len)] = (tag, done);
                *len += 1;
            }
            Changes::Few(_, few) => {
                let mut many = few.to_vec();
                many.push((tag, done));
                self.changes = Changes::Many(many);
            }
            Changes::Many(many) => many.push((tag, done)),
        }
    }

    fn changes(&self) -> &[(TagId, Done)] {
        match &self.changes {
            Changes::Few(len, few) => &few[..usize::from(*len)],
            Changes::Many(many) => many,
        }
    }

    /// It puts something on that holds the object.
    pub(crate) fn holds(&self) -> bool {
        self.changes().iter().any(|(_, done)| *done == Done::Holding)
    }

    /// Makes the changes.
    pub(crate) fn apply(&self, tags: &mut PutOn) {
        self.changes().iter().for_each(|(tag, done)| tags.set(*tag, *done));
    }

    /// Adds the changes of a newer layer.
    pub(crate) fn merge(&mut self, newer: &Self) {
        self.class = newer.class.or(self.class);
        newer.changes().iter().for_each(|(tag, done)| self.set(*tag, *done));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn done() -> impl Strategy<Value = Vec<(u32, Done)>> {
        let each = prop::sample::select(vec![Done::Holding, Done::Passive, Done::Off]);
        prop::collection::vec((1..8_u32, each), 0..9)
    }

    proptest! {
        #[test]
        fn the_last_change_of_a_tag_counts(before in done(), first in done(), second in done()) {
            let mut tags = PutOn::default();
            let (mut old, mut new) = (Retag::default(), Retag::default());
            let mut model = BTreeMap::new();
            before.iter().for_each(|(tag, done)| tags.set(TagId(*tag), *done));
            first.iter().for_each(|(tag, done)| old.set(TagId(*tag), *done));
            second.iter().for_each(|(tag, done)| new.set(TagId(*tag), *done));
            model.extend(before);
            model.extend(first);
            model.extend(second);
            old.merge(&new);
            old.apply(&mut tags);
            let of = |wanted: Done| -> Vec<TagId> {
                let fits = model.iter().filter(|(_, done)| **done == wanted);
                fits.map(|(tag, _)| TagId(*tag)).collect()
            };
            prop_assert_eq!(&tags.holding, &of(Done::Holding));
            prop_assert_eq!(&tags.passive, &of(Done::Passive));
        }
    }
}
