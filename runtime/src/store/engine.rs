//! The store of one prefix: its environment, its tables, the stack of layers, and commits.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    folder::mark::Mark,
    head::{HEAD_KEY, Head},
    history::{pins::Pins, retention::Retention},
    key::hex,
    num::{ClassId, IndexId, Oid, PrefixId, StateNum, TagId},
    reading::past::Disk,
    table::Table,
    tags::checked::Checked,
    uncommitted::{
        layer::Layer,
        run::Run,
        stack::{Published, Stack},
    },
    writing::create,
};
use crate::{
    Durability, Error, History, Result,
    lmdb::{Env, EnvOptions, FILES, Fault, Held, TableId},
    pages::{self, Uncopied},
    sync::{Mutex, RwLock},
};

/// An open prefix, as rows.
pub(crate) struct Store {
    pub(super) env: Arc<Env>,
    tables: [TableId; Table::ALL.len()],
    pub(super) main: TableId,
    prefix: PrefixId,
    pub(super) head: RwLock<Arc<Head>>,
    pub(super) stack: Published,
    /// The layers of each `atomic` that is going on, outermost first, and of one the newest first;
    /// only their thread looks into them.
    pub(super) private: Mutex<Vec<Vec<Arc<Layer>>>>,
    /// The thread that has private layers, or zero.
    pub(super) private_to: AtomicU64,
    /// The collection of which an element was put last that was below all layers, or zero: a guess at
    /// where the next one is.
    pub(super) last_below: AtomicU64,
    pub(super) next_oid: AtomicU64,
    pub(super) next_tag: AtomicU32,
    retention: Retention,
    pins: Arc<Pins>,
    /// Another process writes, or none does.
    pub(super) follows: AtomicBool,
    /// Containers of the file that are known to be sound.
    pub(super) checked: Checked,
}

impl Store {
    /// Opens the prefix in `folder`, creating it where `options` say so.
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        options: &EnvOptions,
        history: History,
    ) -> Result<Arc<Self>> {
        if options.create {
            Run::sweep(folder)?;
            create::create_if_missing(folder, name, options)?;
        }
        let env = Env::open(folder, options)?;
        if options.create {
            env.take_rope()?;
        }
        let failed = |fault: Fault| fault.at("opening", folder);
        env.clear_stale_readers().map_err(failed)?;
        let foreign = |why: &str| Error::Format { path: folder.into(), why: why.into() };
        let (main, tables) = create::tables(&env, folder)?;
        // Before the head row: a commit in between makes that the newer one.
        let mark = Mark::read(folder);
        let row = env
            .read()
            .and_then(|txn| Ok(txn.get(main, HEAD_KEY)?.map(<[u8]>::to_vec)))
            .map_err(failed)?;
        let head = match row {
            Some(row) => Head::decode(&row).map_err(|why| foreign(&why))?,
            None => return Err(foreign("it has no head row: it is not one of db0's files")),
        };
        if head.name != name {
            return Err(foreign(&format!(
                "it is the prefix {:?}, not {name:?}: was its folder moved?",
                head.name
            )));
        }
        match mark.map_or(Ok(()), |mark| mark.check(folder, &head)) {
            Err(error) if options.read_only => tracing::warn!("{error}"),
            checked => checked?,
        }
        let pins = if options.read_only {
            Pins::of_reader(folder, head.oldest)
        } else {
            Pins::of_writer(folder, head.oldest)
        };
        let store = Arc::new(Self {
            env,
            tables,
            main,
            prefix: head.prefix,
            stack: Published::new(Stack::new(head.state)),
            private: Mutex::default(),
            private_to: AtomicU64::new(0),
            last_below: AtomicU64::new(0),
            next_oid: AtomicU64::new(head.oids_reserved.0),
            next_tag: AtomicU32::new(head.next_tag),
            head: RwLock::new(Arc::new(head)),
            retention: Retention::new(history),
            pins,
            follows: AtomicBool::new(!options.create),
            checked: Checked::default(),
        });
        if options.read_only {
            store.follow_newest()?;
        }
        Ok(store)
    }

    pub(super) fn env(&self) -> &Env {
        &self.env
    }

    /// How much commits wait for the disk.
    pub(super) fn durability(&self) -> Durability {
        self.env.durability()
    }

    /// The file is where it was opened.
    pub(crate) fn is_in_place(&self) -> bool {
        self.env.check_in_place().is_ok()
    }

    /// Writes the last commit to an empty file, until it is on the disk.
    pub(crate) fn copy_to(
        &self,
        file: &File,
        path: &Path,
        told: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let held = self.hold()?;
        pages::copy(&held, file, told).map_err(|uncopied| match uncopied {
            Uncopied::Damaged(fault) => {
                let path = self.env.path().join(FILES[0]);
                Error::Unsound { path, first: fault.to_string(), findings: 1 }
            }
            Uncopied::Unwritten(error) => Error::io("writing", path, &error),
        })?;
        file.sync_all().map_err(|error| Error::io("syncing", path, &error))
    }

    /// Holds the pages of the last commit.
    pub(crate) fn hold(&self) -> Result<Held<'_>> {
        self.env.hold()
    }

    /// The data file, and where it was when it was opened.
    pub(crate) fn data_file(&self) -> Result<(File, PathBuf)> {
        self.env.data_file()
    }

    pub(super) fn table(&self, table: Table) -> TableId {
        self.tables[table.index()]
    }

    pub(super) fn main_table(&self) -> TableId {
        self.main
    }

    /// What is kept of the past.
    pub(crate) fn retention(&self) -> &Retention {
        &self.retention
    }

    /// The states in use.
    pub(crate) fn pins(&self) -> &Arc<Pins> {
        &self.pins
    }

    /// What is committed of the prefix itself.
    pub(crate) fn head(&self) -> Arc<Head> {
        self.head.read().clone()
    }

    /// The last committed state.
    pub(crate) fn state(&self) -> StateNum {
        self.head.read().state
    }

    pub(crate) fn prefix_id(&self) -> PrefixId {
        self.prefix
    }

    /// Old rows may have been put aside for pinned states.
    pub(super) fn has_kept(&self) -> bool {
        !self.pins.is_empty()
    }

    pub(super) fn has_gone(&self, table: Table) -> bool {
        self.head.read().gone[table.index()] > 0
    }

    /// A number for a new class: classes and tags are counted together, since membership in a
    /// class is kept as a tag is.
    pub(crate) fn new_class(&self) -> ClassId {
        ClassId(self.next_tag.fetch_add(1, Ordering::Relaxed))
    }

    /// A number for a new tag.
    pub(crate) fn new_tag(&self) -> TagId {
        TagId(self.next_tag.fetch_add(1, Ordering::Relaxed))
    }

    /// A number for something that is kept of fields, counted with classes and tags.
    pub(crate) fn new_index(&self) -> IndexId {
        IndexId(self.next_tag.fetch_add(1, Ordering::Relaxed))
    }

    /// A number for a new object or collection.
    pub(crate) fn new_oid(&self) -> Oid {
        Oid(self.next_oid.fetch_add(1, Ordering::Relaxed))
    }

    /// The number that the next object or collection will have.
    pub(crate) fn next_oid(&self) -> Oid {
        Oid(self.next_oid.load(Ordering::Relaxed))
    }

    pub(crate) fn failed(&self, operation: &'static str, fault: Fault) -> Error {
        let error = fault.at(operation, self.env.path());
        if fault.is_readers_full() { self.with_holders(error) } else { error }
    }

    pub(crate) fn corrupt(&self, table: Table, key: &[u8], why: &str) -> Error {
        Error::Corrupt {
            prefix: self.head.read().name.clone(),
            table: table.name(),
            key: hex(key),
            why: why.into(),
        }
    }

    /// Asks the layers as this thread sees them.
    pub(super) fn ask<R>(&self, shared: &Stack, ask: impl FnOnce(&Stack) -> R) -> R {
        if self.is_private() { ask(&self.with_private(shared)) } else { ask(shared) }
    }

    /// Asks the layers, and begins a read of the file that fits them.
    ///
    /// The stack is loaded first and compared afterwards: a commit in between would move rows from
    /// the layers to a state that the other part of the answer does not show.
    pub(super) fn look<R>(&self, mut ask: impl FnMut(&Stack) -> R) -> Result<(R, Disk<'_>)> {
        loop {
            let shared = self.stack.load();
            let answer = self.ask(&shared, &mut ask);
            let disk = Disk::open(self)?;
            if self.stack.is(&shared) {
                return Ok((answer, disk));
            }
        }
    }

    /// Reads a row as it was published last.
    pub(super) fn get_live<R>(
        &self,
        table: Table,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        self.get_below(0, table, key, read)
    }

    /// As [`get_live`](Self::get_live), below so many layers, newest first, as this thread sees them.
    pub(crate) fn get_below<R>(
        &self,
        layers: usize,
        table: Table,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        if table == Table::Objects {
            // Objects wait in their cells, and not in layers.
            return Ok(Disk::open(self)?.body(table, key)?.map(read));
        }
        let mut read = Some(read);
        let mut once = |row: &[u8]| read.take().map(|read| read(row));
        loop {
            let shared = self.stack.load();
            let told = self.ask(&shared, |stack| {
                let asked = stack.layers.get(layers..).unwrap_or_default();
                for layer in asked.iter().filter(|layer| layer.is_used()) {
                    let told = layer.read().look_up(table, key, |row| row.and_then(&mut once))?;
                    if told.is_some() {
                        return Ok(told);
                    }
                }
                Ok(None)
            });
            if let Some(told) = told? {
                return Ok(told);
            }
            let disk = Disk::open(self)?;
            if self.stack.is(&shared) {
                return Ok(disk.body(table, key)?.and_then(once));
            }
        }
    }
}

/// Nanoseconds since 1970.
pub(super) fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
