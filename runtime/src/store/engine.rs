//! The store of one prefix: its environment, its tables, the stack of layers, and commits.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    create,
    head::{HEAD_KEY, Head},
    key::hex,
    layer::{Entry, Layer},
    num::{ClassId, IndexId, Oid, PrefixId, StateNum, TagId},
    past::Disk,
    pins::Pins,
    retention::Retention,
    stack::{Published, Stack},
    table::Table,
};
use crate::{
    Error, History, Result,
    lmdb::{Env, EnvOptions, Fault, TableId},
    sync::{Mutex, RwLock, thread_number},
};

/// An open prefix, as rows.
pub(crate) struct Store {
    pub(super) env: Arc<Env>,
    tables: [TableId; Table::ALL.len()],
    pub(super) main: TableId,
    prefix: PrefixId,
    pub(super) head: RwLock<Arc<Head>>,
    pub(super) stack: Published,
    /// Layers of the `atomic` that is going on, outermost first; only its thread looks into them.
    private: Mutex<Vec<Arc<Layer>>>,
    /// The thread that has private layers, or zero.
    private_to: AtomicU64,
    pub(super) next_oid: AtomicU64,
    pub(super) next_tag: AtomicU32,
    retention: Retention,
    pins: Arc<Pins>,
    /// Another process writes, or none does.
    pub(super) follows: AtomicBool,
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
            next_oid: AtomicU64::new(head.oids_reserved.0),
            next_tag: AtomicU32::new(head.next_tag),
            head: RwLock::new(Arc::new(head)),
            retention: Retention::new(history),
            pins,
            follows: AtomicBool::new(!options.create),
        });
        if options.read_only {
            store.follow_newest()?;
        }
        Ok(store)
    }

    pub(super) fn env(&self) -> &Env {
        &self.env
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
        fault.at(operation, self.env.path())
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
    fn ask<R>(&self, shared: &Stack, ask: impl FnOnce(&Stack) -> R) -> R {
        if self.private_to.load(Ordering::Relaxed) == thread_number() {
            ask(&self.with_private(shared))
        } else {
            ask(shared)
        }
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
        if table == Table::Objects {
            // Objects wait in their cells, and not in layers.
            return Ok(Disk::open(self)?.body(table, key)?.map(read));
        }
        let mut read = Some(read);
        let mut once = |row: &[u8]| read.take().map(|read| read(row));
        loop {
            let shared = self.stack.load();
            let told = self.ask(&shared, |stack| {
                stack.layers.iter().filter(|layer| layer.is_used()).find_map(|layer| {
                    let layer = layer.read();
                    layer.get(table, key).map(|entry| entry.row().and_then(&mut once))
                })
            });
            if let Some(told) = told {
                return Ok(told);
            }
            let disk = Disk::open(self)?;
            if self.stack.is(&shared) {
                return Ok(disk.body(table, key)?.and_then(once));
            }
        }
    }

    /// What the layers say of a key, as this thread sees them.
    pub(crate) fn waiting(&self, table: Table, key: &[u8]) -> Option<Entry> {
        let stack = self.stack.load();
        self.ask(&stack, |stack| stack.layers.iter().find_map(|layer| layer.entry(table, key)))
    }

    fn with_private(&self, stack: &Stack) -> Stack {
        let private = self.private.lock();
        let layers = private.iter().rev().chain(&stack.layers).cloned().collect();
        Stack { layers, base: stack.base }
    }

    /// Gives the layer that this thread's writes go into to `write`.
    #[inline]
    pub(crate) fn with_target<R>(&self, write: impl FnOnce(&Layer) -> R) -> R {
        match self.private_target() {
            Some(layer) => write(&layer),
            None => write(self.stack.load().active()),
        }
    }

    #[inline]
    fn private_target(&self) -> Option<Arc<Layer>> {
        let mine = self.private_to.load(Ordering::Relaxed) == thread_number();
        mine.then(|| self.private.lock().last().cloned()).flatten()
    }

    /// The layers below [that](Self::with_target) that are still written to: none, outside an `atomic`.
    pub(crate) fn below_target(&self) -> Vec<Arc<Layer>> {
        if self.private_to.load(Ordering::Relaxed) != thread_number() {
            return Vec::new();
        }
        let private = self.private.lock();
        let Some((_, below)) = private.split_last() else { return Vec::new() };
        below.iter().rev().chain([self.stack.load().active()]).cloned().collect()
    }

    /// The layer of what no `atomic` takes back.
    pub(crate) fn active(&self) -> Arc<Layer> {
        self.stack.load().active().clone()
    }

    /// Begins a private layer for this thread, which has the turn.
    pub(crate) fn push_private(&self) {
        self.private.lock().push(Arc::default());
        self.private_to.store(thread_number(), Ordering::Relaxed);
    }

    fn take_private(&self) -> Option<Arc<Layer>> {
        let mut private = self.private.lock();
        let layer = private.pop();
        if private.is_empty() {
            self.private_to.store(0, Ordering::Relaxed);
        }
        layer
    }

    /// Ends the innermost private layer: its rows go to the layer below. Readers wait until
    /// `meanwhile` is done, so that it happens in the same moment for them.
    pub(crate) fn pop_private(&self, meanwhile: impl FnOnce()) {
        let rows = self.take_private().map(|layer| std::mem::take(&mut *layer.write()));
        self.with_target(|target| {
            let mut below = target.write();
            below.merge(rows.unwrap_or_default());
            meanwhile();
        });
    }

    /// Ends the innermost private layer and forgets its rows.
    pub(crate) fn drop_private(&self) {
        self.take_private();
    }

    /// Seals the active layer and puts an empty one on top; the sealed ones are given, newest
    /// first. The caller keeps writers out.
    pub(crate) fn seal(&self) -> Vec<Arc<Layer>> {
        let stack = self.stack.load();
        if stack.active().read().is_empty() {
            return stack.layers[1..].to_vec();
        }
        let layers = std::iter::once(Arc::default()).chain(stack.layers.iter().cloned()).collect();
        self.stack.store(Stack { layers, base: stack.base });
        stack.layers.clone()
    }

    /// Those of `oids`, which ascend, that a layer above the `frozen` ones refers to anew, or has tags,
    /// elements or attributes of.
    pub(crate) fn held_since(&self, frozen: &[Arc<Layer>], oids: &[Oid]) -> Vec<Oid> {
        let stack = self.stack.load();
        let private = self.private.lock();
        let is_newer = |layer: &&Arc<Layer>| !frozen.iter().any(|old| Arc::ptr_eq(old, layer));
        let newer = private.iter().chain(&stack.layers).filter(is_newer);
        newer.flat_map(|layer| layer.read().holds(oids)).collect()
    }

    /// There are rows that wait for a commit.
    pub(crate) fn is_dirty(&self) -> bool {
        let stack = self.stack.load();
        stack.layers.len() > 1 || !stack.active().read().is_empty() || !self.is_pruned()
    }

    /// Takes committed layers off the stack.
    pub(crate) fn unstack(&self, committed: &[Arc<Layer>]) {
        self.restack(committed, None);
    }

    /// Puts another layer in the place of sealed ones, or none. The caller keeps writers out.
    pub(crate) fn restack(&self, sealed: &[Arc<Layer>], mut with: Option<Arc<Layer>>) {
        let stack = self.stack.load();
        let mut layers = Vec::with_capacity(stack.layers.len());
        for layer in &stack.layers {
            if sealed.iter().any(|gone| Arc::ptr_eq(gone, layer)) {
                layers.extend(with.take());
            } else {
                layers.push(layer.clone());
            }
        }
        self.stack.store(Stack { layers, base: self.state() });
    }
}

/// Nanoseconds since 1970.
pub(super) fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
