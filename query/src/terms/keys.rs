//! The keys that are asked for.

use std::sync::Arc;

use db0_runtime::codec::key::{KeyBounds, is_within};

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
            Self::Within(bounds) => is_within(bounds, key),
        }
    }
}
