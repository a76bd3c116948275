//! Databases that keep bytes under bytes: people in them are MessagePack under random uuids.

use std::{ops::Range, path::Path};

use uuid::Uuid;

use crate::{
    person::Person,
    store::{Loaded, Store, decode},
};

/// Takes rows, one after the other.
pub(crate) type Put<'p> = dyn FnMut(&[u8], &[u8]) + 'p;

/// A database of bytes.
pub(crate) trait Kv: Sized + 'static {
    const NAME: &'static str;

    fn open(folder: &Path) -> Self;

    /// Writes what `rows` puts in one durable commit.
    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>));

    /// Calls `each` with the rows of these keys, all of which exist.
    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8]));
}

/// People in a database of bytes.
pub(crate) struct People<K>(K);

impl<K: Kv> Store for People<K> {
    type Key = Uuid;
    const NAME: &'static str = K::NAME;

    fn open(folder: &Path) -> Self {
        Self(K::open(folder))
    }

    fn create(&mut self, people: Vec<Person>, ids: &[Uuid]) {
        let mut buffer = Vec::new();
        self.0.put(&mut |put| {
            for (id, person) in ids.iter().zip(&people) {
                put(id.as_bytes(), encode(person, &mut buffer));
            }
        });
    }

    fn keys(&self, ids: &[Uuid]) -> Vec<Uuid> {
        ids.to_vec()
    }

    fn update(&mut self, which: Range<usize>, loaded: &mut Loaded<Uuid>) {
        let mut buffer = Vec::new();
        self.0.put(&mut |put| {
            for (id, person) in
                loaded.keys[which.clone()].iter().zip(&mut loaded.people[which.clone()])
            {
                person.age += 1;
                put(id.as_bytes(), encode(person, &mut buffer));
            }
        });
    }

    fn fetch(&self, keys: &[Uuid]) -> u64 {
        let mut sum = 0;
        let mut bytes = keys.iter().map(|id| &id.as_bytes()[..]);
        self.0.get(&mut bytes, &mut |row| sum += u64::from(decode(row).age));
        sum
    }
}

/// The row of a person.
fn encode<'b>(person: &Person, buffer: &'b mut Vec<u8>) -> &'b [u8] {
    buffer.clear();
    rmp_serde::encode::write(buffer, person).expect("a person can be encoded");
    buffer
}
