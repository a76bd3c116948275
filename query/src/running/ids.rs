//! Objects by their numbers: in chunks, in sets with a bit for each, and on their way.

use std::collections::BTreeMap;

use db0_runtime::{Chunk, Result};

/// Numbers of objects, on their way.
pub(crate) type Ids = Box<dyn Iterator<Item = Result<u64>> + Send>;

/// Numbers of objects.
#[derive(Clone, Default)]
pub(crate) struct IdSet {
    chunks: BTreeMap<u64, Box<Chunk>>,
}

/// The number of an object, by its chunk and its place there.
pub(crate) fn oid_at(chunk: u64, n: u16) -> u64 {
    chunk << Chunk::BITS | u64::from(n)
}

/// The chunk of an object, and its place there.
pub(crate) fn place_of(oid: u64) -> (u64, u16) {
    (oid >> Chunk::BITS, (oid & ((1 << Chunk::BITS) - 1)) as u16)
}

impl IdSet {
    pub(crate) fn insert(&mut self, oid: u64) {
        let (number, n) = place_of(oid);
        self.chunks.entry(number).or_insert_with(|| Box::new(Chunk::EMPTY)).insert(n);
    }

    /// Adds a whole chunk.
    pub(crate) fn insert_chunk(&mut self, number: u64, chunk: Chunk) {
        self.chunks.insert(number, Box::new(chunk));
    }

    /// Takes a number out; false if it was not there.
    pub(crate) fn remove(&mut self, oid: u64) -> bool {
        let (number, n) = place_of(oid);
        let Some(chunk) = self.chunks.get_mut(&number) else { return false };
        let was_there = chunk.contains(n);
        chunk.remove(n);
        was_there
    }

    /// The members of one chunk.
    pub(crate) fn chunk(&self, number: u64) -> Option<&Chunk> {
        self.chunks.get(&number).map(|chunk| &**chunk)
    }

    /// The first chunk at or after `from` that may have members.
    pub(crate) fn next_chunk(&self, from: u64) -> Option<u64> {
        self.chunks.range(from..).next().map(|(number, _)| *number)
    }

    pub(crate) fn len(&self) -> u64 {
        self.chunks.values().map(|chunk| u64::from(chunk.len())).sum()
    }

    /// All members, ascending; what is given is out of the set.
    pub(crate) fn into_ids(self) -> impl Iterator<Item = u64> + Send {
        self.chunks.into_iter().flat_map(|(number, mut chunk)| {
            let mut word = 0;
            std::iter::from_fn(move || chunk.take_first(&mut word)).map(move |n| oid_at(number, n))
        })
    }
}

/// Keeps the objects of `among` that a test holds for.
pub(crate) fn keep_if(
    number: u64,
    among: &mut Chunk,
    mut test: impl FnMut(u64) -> Result<bool>,
) -> Result<()> {
    let mut kept = Chunk::EMPTY;
    for n in among.iter() {
        if test(oid_at(number, n))? {
            kept.insert(n);
        }
    }
    *among = kept;
    Ok(())
}
