//! What contenders that keep people on disk have in common.

use std::{ops::Range, path::Path};

use uuid::Uuid;

use crate::person::Person;

/// People as a program has them in memory, and under which keys a contender has them.
pub(crate) struct Loaded<K> {
    pub(crate) keys: Vec<K>,
    pub(crate) people: Vec<Person>,
}

/// A database that keeps people. Every change is committed durably before the call returns.
pub(crate) trait Store: Sized + 'static {
    type Key: Copy;
    const NAME: &'static str;

    fn open(folder: &Path) -> Self;

    /// Creates people in one commit, under `ids` unless the contender makes its own.
    fn create(&mut self, people: Vec<Person>, ids: &[Uuid]);

    /// The keys of the people, in the order of their creation.
    fn keys(&self, ids: &[Uuid]) -> Vec<Self::Key>;

    /// Brings what it wants to have in memory before updates are measured.
    fn load(&mut self, _loaded: &Loaded<Self::Key>) {}

    /// Makes some people a year older, in one commit.
    fn update(&mut self, which: Range<usize>, loaded: &mut Loaded<Self::Key>);

    /// Decodes each of these people; gives the sum of their ages.
    fn fetch(&self, keys: &[Self::Key]) -> u64;

    /// Ends as a program would.
    fn close(self) {}
}

/// The person of a row.
pub(crate) fn decode(row: &[u8]) -> Person {
    rmp_serde::from_slice(row).expect("the row is a person")
}
