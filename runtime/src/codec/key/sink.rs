//! Gathers the keys that one object gives to its declared indexes.

use super::{FieldKeys, Key, KeyFault, Outcome, escape};

/// The keys of one object, in one buffer that serves the next object too.
///
/// ```
/// use db0_runtime::codec::key::KeySink;
///
/// let (name, age, tags) = ("Ann".to_string(), 30_u32, vec!["x".to_string(), "y".to_string()]);
/// let mut sink = KeySink::default();
/// sink.add(0, &age);
/// sink.add(1, &(&name, &age));
/// sink.add(2, &tags);
/// let ordinals: Vec<u16> = sink.iter().map(|key| key.ordinal).collect();
/// assert_eq!(ordinals, [0, 1, 2, 2]);
/// sink.clear();
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct KeySink {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Where the key ends in `bytes`; it starts where the one before ends.
    end: usize,
    ordinal: u16,
    is_null: bool,
}

/// One key of a [`KeySink`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkKey<'a> {
    /// Which declared key of the class this belongs to.
    pub ordinal: u16,
    /// It is 'no value' to a unique key.
    pub is_null: bool,
    /// The encoded key.
    pub bytes: &'a [u8],
}

impl KeySink {
    pub(crate) const fn new() -> Self {
        Self { bytes: Vec::new(), entries: Vec::new() }
    }

    /// Adds the keys that `value`, a field or a tuple of references to fields, gives to the declared
    /// key of this number.
    #[inline]
    pub fn add<V: FieldKeys + ?Sized>(&mut self, ordinal: u16, value: &V) {
        value.field_keys(ordinal, self);
    }

    /// Adds one key.
    #[inline]
    pub fn push<K: Key>(&mut self, ordinal: u16, key: &K) {
        self.push_with(ordinal, key.is_null(), |out| key.write_key(out));
    }

    /// Adds the key that `write` appends.
    #[inline]
    pub(crate) fn push_with(
        &mut self,
        ordinal: u16,
        is_null: bool,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        write(&mut self.bytes);
        self.entries.push(Entry { end: self.bytes.len(), ordinal, is_null });
    }

    /// Adds the key that `write` appends, if that can be done; else nothing is added.
    pub(super) fn try_push(
        &mut self,
        ordinal: u16,
        write: impl FnOnce(&mut Vec<u8>) -> Result<Outcome, KeyFault>,
    ) -> Result<Outcome, KeyFault> {
        let start = self.bytes.len();
        let outcome = write(&mut self.bytes);
        if let Ok(Outcome::Key { is_null }) = outcome {
            self.push_with(ordinal, is_null, |_| ());
        } else {
            self.bytes.truncate(start);
        }
        outcome
    }

    /// Adds one key of bytes.
    pub(super) fn push_bytes(&mut self, ordinal: u16, bytes: &[u8]) {
        self.push_with(ordinal, false, |out| escape::write(bytes, out));
    }

    /// The keys in the order in which they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = SinkKey<'_>> + Clone {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let bytes = &self.bytes[start..entry.end];
            start = entry.end;
            SinkKey { ordinal: entry.ordinal, is_null: entry.is_null, bytes }
        })
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all but the first `len` keys.
    pub(super) fn truncate(&mut self, len: usize) {
        self.entries.truncate(len);
        self.bytes.truncate(self.entries.last().map_or(0, |last| last.end));
    }

    /// Forgets the keys and keeps the buffer.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }
}
