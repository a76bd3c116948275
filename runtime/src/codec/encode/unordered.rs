//! Puts the elements of hash maps and hash sets into one order, so that equal values are equal bytes.

use std::any::type_name;

/// Whether what `I` iterates comes in no order of its own.
///
/// Collections hand themselves to the serializer as `collect_seq(self)` and `collect_map(self)`, so
/// the container's own type is seen here whatever it is wrapped in. Only those of std and of
/// hashbrown, whatever their hasher: elsewhere an order may have a meaning.
#[inline]
pub(super) fn is_unordered<I>() -> bool {
    is_unordered_name(type_name::<I>())
}

#[inline]
fn is_unordered_name(name: &str) -> bool {
    let name = name.strip_prefix('&').unwrap_or(name);
    name.starts_with("std::collections::hash::") || name.starts_with("hashbrown::")
}

/// Where one entry was written: its key in `start..middle`, its value in `middle..end`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) start: usize,
    pub(super) middle: usize,
    pub(super) end: usize,
}

/// Sorts the entries at the end of `out` by their bytes, keys first.
pub(super) fn sort(out: &mut Vec<u8>, mut cuts: Vec<Cut>) {
    let Some(first) = cuts.first() else { return };
    let body = first.start;
    let parts = |cut: &Cut| (&out[cut.start..cut.middle], &out[cut.middle..cut.end]);
    if cuts.is_sorted_by(|a, b| parts(a) <= parts(b)) {
        return;
    }
    cuts.sort_unstable_by(|a, b| parts(a).cmp(&parts(b)));
    let mut sorted = Vec::with_capacity(out.len() - body);
    for cut in &cuts {
        sorted.extend_from_slice(&out[cut.start..cut.end]);
    }
    out.truncate(body);
    out.extend_from_slice(&sorted);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::RandomState};

    use super::*;

    /// The names are not promised by the compiler, hence this test.
    #[test]
    fn hash_collections_are_known_by_name() {
        assert!(is_unordered::<HashMap<u8, u8>>());
        assert!(is_unordered::<&HashMap<String, Vec<u8>, RandomState>>());
        assert!(is_unordered::<
            &HashSet<u8, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>,
        >());
        assert!(is_unordered::<std::collections::hash_map::Iter<'_, u8, u8>>());
        assert!(!is_unordered::<&BTreeMap<u8, HashMap<u8, u8>>>());
        assert!(!is_unordered::<&BTreeSet<u8>>());
        assert!(!is_unordered::<&Vec<HashMap<u8, u8>>>());
        assert!(!is_unordered::<Option<HashMap<u8, u8>>>());
        assert!(is_unordered_name("&hashbrown::map::HashMap<u8, u8>"));
        assert!(!is_unordered_name("&indexmap::map::IndexMap<u8, u8>"));
    }

    #[test]
    fn entries_are_sorted_by_key_and_what_stands_before_stays() {
        let mut out = b"..b2a1c3".to_vec();
        let cuts = [2, 4, 6].map(|start| Cut { start, middle: start + 1, end: start + 2 });
        sort(&mut out, cuts.to_vec());
        assert_eq!(out, b"..a1b2c3");
    }
}
