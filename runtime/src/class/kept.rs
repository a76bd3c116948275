//! What a prefix keeps of the fields of a class that this program declares.

use super::info::{ClassInfo, KeyInfo, KeyUse};
use crate::store::IndexId;

/// The declared keys of a class in one prefix, by their ordinals.
#[derive(Debug, Default)]
pub(crate) struct Kept(Vec<Option<KeptKey>>);

/// One declared key, and the number under which its entries stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptKey {
    pub(crate) index: IndexId,
    pub(crate) info: &'static KeyInfo,
}

impl Kept {
    /// All keys of `info`, each with its number.
    pub(crate) fn new(info: &'static ClassInfo, numbers: impl Iterator<Item = IndexId>) -> Self {
        let keys = info.keys.iter().zip(numbers);
        Self(keys.map(|(info, index)| Some(KeptKey { index, info })).collect())
    }

    /// Those of the keys that `of` holds for.
    pub(crate) fn only(&self, of: impl Fn(&KeptKey) -> bool) -> Self {
        Self(self.0.iter().map(|key| key.filter(&of)).collect())
    }

    /// The numbers of the keys.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = IndexId> {
        self.0.iter().flatten().map(|key| key.index)
    }

    /// There is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Some of the keys are tags.
    pub(crate) fn has_tags(&self) -> bool {
        self.0.iter().flatten().any(|key| key.info.kind == KeyUse::Tag)
    }

    /// The key of an ordinal, unless it is a tag.
    pub(crate) fn index(&self, ordinal: u16) -> Option<&KeptKey> {
        self.get(ordinal).filter(|key| key.info.kind != KeyUse::Tag)
    }

    /// The key of an ordinal, if it is a tag.
    pub(crate) fn tag(&self, ordinal: u16) -> Option<&KeptKey> {
        self.get(ordinal).filter(|key| key.info.kind == KeyUse::Tag)
    }

    fn get(&self, ordinal: u16) -> Option<&KeptKey> {
        self.0.get(usize::from(ordinal))?.as_ref()
    }
}
