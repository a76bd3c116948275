//! Conditions on several fields that an index of these fields together answers.

use std::{ops::Bound, sync::Arc};

use db0_runtime::{
    Result,
    codec::key::{FieldKind, KeyBounds, bytes_prefix_range, successor},
    derived::{Composite, FieldIndex},
    object::Objects,
};

use crate::terms::{field_test::FieldTest, keys::Keys};

/// What an index of several fields answers of some conditions.
pub(crate) struct Chosen {
    pub(crate) index: FieldIndex,
    pub(crate) keys: Keys,
    /// Which conditions these are, by their places.
    pub(crate) of: Vec<usize>,
}

/// The index that answers most of these conditions, which must all hold: at least so many.
pub(crate) fn choose(
    objects: &Arc<Objects>,
    tests: &[&FieldTest],
    at_least: usize,
) -> Result<Option<Chosen>> {
    let Some(first) = tests.first().filter(|_| tests.len() >= at_least) else { return Ok(None) };
    let composites = first.field.composites(objects)?;
    let chosen = composites.iter().map(|composite| answered(composite, tests));
    let enough = chosen.filter(|chosen| chosen.of.len() >= at_least);
    Ok(enough.max_by_key(|chosen| chosen.of.len()))
}

/// What a composite index answers of conditions: its first fields must have one value each, and the one
/// behind those may have several.
fn answered(composite: &Composite, tests: &[&FieldTest]) -> Chosen {
    let (mut front, mut of, mut last) = (Vec::new(), Vec::new(), None);
    let fields = &composite.fields;
    for (nth, (name, kind)) in fields.iter().enumerate() {
        let fits = |test: &FieldTest| {
            let is_of = matches!(&test.field.kind, FieldKind::One(mine) if mine.extends(kind));
            is_of && test.field.field == name.as_str()
        };
        let with = |wanted: fn(&Keys) -> bool| {
            tests.iter().position(|test| fits(test) && wanted(&test.keys))
        };
        if let Some(place) = with(|keys| matches!(keys, Keys::One(_)))
            && let Keys::One(key) = &tests[place].keys
        {
            front.extend_from_slice(key);
            of.push(place);
            continue;
        }
        let several = with(|keys| matches!(keys, Keys::Within(_)));
        let is_last = nth + 1 == fields.len();
        let several =
            several.or_else(|| with(|keys| matches!(keys, Keys::Some(_))).filter(|_| is_last));
        of.extend(several);
        last = several.map(|place| &tests[place].keys);
        break;
    }
    let is_whole = of.len() == fields.len();
    let keys = match last {
        None | Some(Keys::One(_)) if is_whole => Keys::One(front),
        None | Some(Keys::One(_)) => Keys::Within(bytes_prefix_range(front)),
        Some(Keys::Some(keys)) => {
            Keys::Some(keys.iter().map(|key| [&front[..], key].concat()).collect())
        }
        Some(Keys::Within(bounds)) => Keys::Within(behind(&front, bounds)),
    };
    Chosen { index: composite.index, keys, of }
}

/// The keys that begin with `front`, then have a part within bounds, and then anything.
fn behind(front: &[u8], (from, to): &KeyBounds) -> KeyBounds {
    let whole = |key: &[u8]| [front, key].concat();
    let (first, end) = bytes_prefix_range(front.to_vec());
    let from = match from {
        Bound::Included(key) => Bound::Included(whole(key)),
        // Those that go on behind the key are out, too.
        Bound::Excluded(key) => successor(&whole(key)).map_or(end.clone(), Bound::Included),
        Bound::Unbounded => first,
    };
    let to = match to {
        Bound::Included(key) => successor(&whole(key)).map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Excluded(key) => Bound::Excluded(whole(key)),
        Bound::Unbounded => end,
    };
    (from, to)
}
