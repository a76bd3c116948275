//! A condition on a field, without its Rust type.

use std::{
    fmt::{self, Debug, Formatter},
    ops::Bound,
    sync::Arc,
};

use db0_runtime::{
    Result,
    codec::key::{KeyBounds, KeyKind, KeySink, bytes_prefix_range, encode_key},
    object::Objects,
};

use super::{field_key::FieldKey, keys::Keys};

/// A field must have one of these keys.
#[derive(Clone)]
pub(crate) struct FieldTest {
    pub(crate) field: FieldKey,
    pub(crate) keys: Keys,
    /// Whose handles are in the keys, if any are: other prefixes have other objects of these numbers.
    pub(crate) of: Option<Arc<Objects>>,
}

impl FieldTest {
    /// Objects of this prefix may have such keys.
    pub(crate) fn is_of(&self, objects: &Objects) -> bool {
        self.of.as_ref().is_none_or(|of| of.is_same_prefix(objects))
    }

    pub(crate) fn holds(&self, objects: &Arc<Objects>, oid: u64) -> Result<bool> {
        let mut keys = KeySink::default();
        let is_there = self.field.read(objects, oid, &mut keys)?;
        Ok(is_there && keys.iter().any(|key| self.keys.contain(key.bytes)))
    }
}

impl FieldTest {
    /// The text that the keys within bounds start with, as a key, if that is what the bounds are for.
    fn start_of_text(&self, bounds: &KeyBounds) -> Option<Vec<u8>> {
        let text = match self.field.kind.key() {
            KeyKind::Option(inner) => inner,
            kind => kind,
        };
        let (Bound::Included(start), _) = bounds else { return None };
        let is_start = *text == KeyKind::Text && bytes_prefix_range(start.clone()) == *bounds;
        // What is behind each text.
        is_start.then(|| [&start[..], &encode_key(&String::new())].concat())
    }
}

impl Debug for FieldTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // What is cut off, as by `starts_with`, is no key: it is shown as bytes.
        let show = |key: &Vec<u8>| {
            self.field.kind.key().show(key).unwrap_or_else(|_| format!("{key:02x?}"))
        };
        let field = &self.field;
        match &self.keys {
            Keys::One(key) => write!(f, "{field:?} == {}", show(key)),
            Keys::Some(keys) => {
                write!(f, "{field:?} in {:?}", keys.iter().map(show).collect::<Vec<_>>())
            }
            Keys::Within(bounds) if let Some(start) = self.start_of_text(bounds) => {
                write!(f, "{field:?} starts with {}", show(&start))
            }
            Keys::Within((from, to)) => {
                match from {
                    Bound::Included(from) => write!(f, "{} <= ", show(from))?,
                    Bound::Excluded(from) => write!(f, "{} < ", show(from))?,
                    Bound::Unbounded => {}
                }
                write!(f, "{field:?}")?;
                match to {
                    Bound::Included(to) => write!(f, " <= {}", show(to)),
                    Bound::Excluded(to) => write!(f, " < {}", show(to)),
                    Bound::Unbounded => Ok(()),
                }
            }
        }
    }
}
