//! The keys that are asked for.

use std::{ops::Bound, sync::Arc};

use db0_runtime::codec::key::KeyBounds;

/// The keys that a condition asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    One(Vec<u8>),
    /// Ascending, each once.
    Some(Arc<[Vec<u8>]>),
    Within(KeyBounds),
}

impl Keys {
    /// A key is one of these.
    pub(crate) fn contain(&self, key: &[u8]) -> bool {
        match self {
            Self::One(one) => one == key,
            Self::Some(keys) => keys.binary_search_by(|probe| probe[..].cmp(key)).is_ok(),
            Self::Within((from, to)) => {
                let after = match from {
                    Bound::Included(from) => key >= &from[..],
                    Bound::Excluded(from) => key > &from[..],
                    Bound::Unbounded => true,
                };
                let before = match to {
                    Bound::Included(to) => key <= &to[..],
                    Bound::Excluded(to) => key < &to[..],
                    Bound::Unbounded => true,
                };
                after && before
            }
        }
    }
}
