//! fjall: a log-structured merge tree in Rust.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::kv::{Kv, Put};

pub(crate) struct Fjall {
    database: Database,
    rows: Keyspace,
}

impl Kv for Fjall {
    const NAME: &'static str = "fjall";

    fn open(folder: &Path) -> Self {
        let database = Database::builder(folder).open().expect("it opens");
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default).expect("a keyspace");
        Self { database, rows }
    }

    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>)) {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        rows(&mut |key, row| batch.insert(&self.rows, key, row));
        batch.commit().expect("it commits");
    }

    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8])) {
        for key in keys {
            each(&self.rows.get(key).expect("it reads").expect("the row is there"));
        }
    }
}
