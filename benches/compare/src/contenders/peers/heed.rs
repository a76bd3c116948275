//! heed: LMDB behind a typed layer.
#![expect(unsafe_code, reason = "opening is unsafe there: the file must not change beneath it")]

use std::path::Path;

use heed::{Database, Env, EnvOpenOptions, types::Bytes};

use super::kv::{Kv, Put};

pub(crate) struct Heed {
    env: Env,
    table: Database<Bytes, Bytes>,
}

impl Kv for Heed {
    const NAME: &'static str = "heed";

    fn open(folder: &Path) -> Self {
        let mut options = EnvOpenOptions::new();
        options.map_size(16 << 30).max_dbs(4);
        // SAFETY: the folder is this run's own; nobody else opens or changes it.
        let env = unsafe { options.open(folder) }.expect("it opens");
        let mut txn = env.write_txn().expect("it writes");
        let table = env.create_database(&mut txn, Some("rows")).expect("a table");
        txn.commit().expect("it commits");
        Self { env, table }
    }

    fn put(&self, rows: &mut dyn FnMut(&mut Put<'_>)) {
        let mut txn = self.env.write_txn().expect("it writes");
        rows(&mut |key, row| self.table.put(&mut txn, key, row).expect("it puts"));
        txn.commit().expect("it commits");
    }

    fn get(&self, keys: &mut dyn Iterator<Item = &[u8]>, each: &mut dyn FnMut(&[u8])) {
        let txn = self.env.read_txn().expect("it reads");
        for key in keys {
            each(self.table.get(&txn, key).expect("it reads").expect("the row is there"));
        }
    }
}
