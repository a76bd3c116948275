//! `SQLite`, with a write-ahead log that is synced at each commit.

use std::path::Path;

use rusqlite::Connection;

use super::kv::{Kv, Put};

pub(crate) struct Rusqlite(Connection);

impl Kv for Rusqlite {
    const NAME: &'static str = "rusqlite";

    fn open(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("data.sqlite")).expect("it opens");
        let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
            CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID;";
        connection.execute_batch(settings).expect("it is set up");
        Self(connection)
    }

    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>)) {
        let txn = self.0.unchecked_transaction().expect("it writes");
        {
            let insert =
                "INSERT INTO rows VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET row = ?2";
            let mut insert = txn.prepare_cached(insert).expect("a statement");
            rows(&mut |key, row| {
                insert.execute((key, row)).expect("it puts");
            });
        }
        txn.commit().expect("it commits");
    }

    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8])) {
        let txn = self.0.unchecked_transaction().expect("it reads");
        let mut select =
            txn.prepare_cached("SELECT row FROM rows WHERE key = ?1").expect("a statement");
        for key in keys {
            let tell = |row: &rusqlite::Row<'_>| {
                each(row.get_ref(0)?.as_blob()?);
                Ok(())
            };
            select.query_row([key], tell).expect("the row is there");
        }
    }
}
