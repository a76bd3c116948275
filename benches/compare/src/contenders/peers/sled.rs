//! sled: a lock-free tree in Rust. A batch and a flush are what it has for a durable commit.

use std::path::Path;

use sled::{Batch, Db};

use super::kv::{Kv, Put};

pub(crate) struct Sled(Db);

impl Kv for Sled {
    const NAME: &'static str = "sled";

    fn open(folder: &Path) -> Self {
        Self(sled::open(folder).expect("it opens"))
    }

    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>)) {
        let mut batch = Batch::default();
        rows(&mut |key, row| batch.insert(key, row));
        self.0.apply_batch(batch).expect("it applies");
        self.0.flush().expect("it flushes");
    }

    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8])) {
        for key in keys {
            each(&self.0.get(key).expect("it reads").expect("the row is there"));
        }
    }
}
