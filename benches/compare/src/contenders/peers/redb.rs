//! redb: a copy-on-write B-tree in Rust.

use std::path::Path;

use redb::{Database, ReadableDatabase, TableDefinition};

use super::kv::{Kv, Put};

const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("rows");

pub(crate) struct Redb(Database);

impl Kv for Redb {
    const NAME: &'static str = "redb";

    fn open(folder: &Path) -> Self {
        Self(Database::create(folder.join("data.redb")).expect("it opens"))
    }

    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>)) {
        let txn = self.0.begin_write().expect("it writes");
        {
            let mut table = txn.open_table(TABLE).expect("a table");
            rows(&mut |key, row| drop(table.insert(key, row).expect("it puts")));
        }
        txn.commit().expect("it commits");
    }

    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8])) {
        let txn = self.0.begin_read().expect("it reads");
        let table = txn.open_table(TABLE).expect("a table");
        for key in keys {
            each(table.get(key).expect("it reads").expect("the row is there").value());
        }
    }
}
