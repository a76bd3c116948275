//! The store of one prefix: its environment, its tables, the stack of layers, and commits.

use std::{
    path::Path,
    sync::{Arc, atomic::{AtomicU32, AtomicU64, Ordering}},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    head::{HEAD_KEY, Head},
    key::hex,
    layer::Layer,
    num::{ClassId, Oid, PrefixId, StateNum, TagId},
    past::Disk,
    stack::{Published, Stack},
    table::Table,
    writer::Writer,
};
use crate::{
    Error, Result,
    lmdb::{Env, EnvOptions, Fault, TableId},
    sync::{Mutex, RwLock, thread_number},
};

/// Oids that are reserved ahead of their use.
const OIDS_AHEAD: u64 = 1 << 22;

/// An open prefix, as rows.
pub(crate) struct Store {
    env: Arc<Env>,
    tables: [TableId; Table::ALL.len()],
    main: TableId,
    head: RwLock<Arc<Head>>,
    stack: Published,
    /// Layers of the `atomic` that is going on, outermost first; only its thread looks into them.
    private: Mutex<Vec<Arc<Layer>>>,
    /// The thread that has private layers, or zero.
    private_to: AtomicU64,
    next_oid: AtomicU64,
    next_tag: AtomicU32,
    keeps_history: bool,
}

impl Store {
    /// Opens the prefix in `folder`, creating it where `options` say so.
    pub(crate) fn open(folder: &Path, name: &str, options: &EnvOptions, keeps_history: bool) -> Result<Arc<Self>> {
        let env = Env::open(folder, options)?;
        let failed = |fault: Fault| fault.at("opening", folder);
        let foreign = |why: &str| Error::Format { path: folder.into(), why: why.into() };
        let main = env.main_table().map_err(failed)?;
        let mut tables = [main; Table::ALL.len()];
        for table in Table::ALL {
            let id = env.table(table.name()).map_err(failed)?;
            tables[table.index()] = id.ok_or_else(|| foreign("a table is missing: it is not one of db0's files"))?;
        }
        let row = env.read().and_then(|txn| Ok(txn.get(main, HEAD_KEY)?.map(<[u8]>::to_vec))).map_err(failed)?;
        let head = match row {
            Some(row) => Head::decode(&row).map_err(|why| foreign(&why))?,
            None if options.create => Head::new(PrefixId::random(), name),
            None => return Err(foreign("it has no head row: it is not one of db0's files")),
        };
        if head.name != name {
            return Err(foreign(&format!("it is the prefix {:?}, not {name:?}: was its folder moved?", head.name)));
        }
        Ok(Arc::new(Self {
            env,
            tables,
            main,
            stack: Published::new(Stack::new(head.state)),
            private: Mutex::default(),
            private_to: AtomicU64::new(0),
            next_oid: AtomicU64::new(head.oids_reserved.0),
            next_tag: AtomicU32::new(head.next_tag),
            head: RwLock::new(Arc::new(head)),
            keeps_history,
        }))
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

    /// What is committed of the prefix itself.
    pub(crate) fn head(&self) -> Arc<Head> {
        self.head.read().clone()
    }

    /// The last committed state.
    pub(crate) fn state(&self) -> StateNum {
        self.head.read().state
    }

    pub(crate) fn prefix_id(&self) -> PrefixId {
        self.head.read().prefix
    }

    pub(super) fn has_gone(&self, table: Table) -> bool {
        self.head.read().gone[table.index()] > 0
    }

    /// Reads the head that another process has written; true if it moved on.
    pub(crate) fn refresh(&self) -> Result<bool> {
        let disk = Disk::open(self)?;
        let failed = |fault| self.failed("reading", fault);
        let Some(row) = disk.txn.get(self.main, HEAD_KEY).map_err(failed)? else { return Ok(false) };
        let head = Head::decode(row).map_err(|why| Error::Format { path: self.env.path().into(), why })?;
        let mut current = self.head.write();
        let moved = head.state > current.state;
        if moved {
            *current = Arc::new(head);
        }
        Ok(moved)
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

    /// A number for a new object or collection.
    pub(crate) fn new_oid(&self) -> Oid {
        Oid(self.next_oid.fetch_add(1, Ordering::Relaxed))
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

    /// Asks the layers, and begins a read of the file that fits them.
    ///
    /// The stack is loaded first and compared afterwards: a commit in between would move rows from
    /// the layers to a state that the other part of the answer does not show.
    pub(super) fn look<R>(&self, mut ask: impl FnMut(&Stack) -> Option<R>) -> Result<(Option<R>, Disk<'_>)> {
        loop {
            let stack = self.stack.load();
            let answer = if self.private_to.load(Ordering::Relaxed) == thread_number() {
                ask(&self.with_private(&stack))
            } else {
                ask(&stack)
            };
            let disk = Disk::open(self)?;
            if self.stack.is(&stack) {
                return Ok((answer, disk));
            }
        }
    }

    fn with_private(&self, stack: &Stack) -> Stack {
        let private = self.private.lock();
        let layers = private.iter().rev().chain(&stack.layers).cloned().collect();
        Stack { layers, base: stack.base }
    }

    /// The layer that this thread's writes go into.
    pub(crate) fn target(&self) -> Arc<Layer> {
        if self.private_to.load(Ordering::Relaxed) == thread_number()
            && let Some(layer) = self.private.lock().last()
        {
            return layer.clone();
        }
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
        let target = self.target();
        let mut below = target.write();
        below.merge(rows.unwrap_or_default());
        meanwhile();
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

    /// A layer above the `frozen` ones refers to an object anew.
    pub(crate) fn referred_to_since(&self, frozen: &[Arc<Layer>], oid: Oid) -> bool {
        let stack = self.stack.load();
        let private = self.private.lock();
        let newer = private.iter().chain(&stack.layers);
        let newer = newer.filter(|layer| !frozen.iter().any(|old| Arc::ptr_eq(old, layer)));
        newer.into_iter().any(|layer| layer.read().counted(oid) > 0)
    }

    /// There are rows that wait for a commit.
    pub(crate) fn is_dirty(&self) -> bool {
        let stack = self.stack.load();
        stack.layers.len() > 1 || !stack.active().read().is_empty()
    }

    /// Takes committed layers off the stack.
    pub(crate) fn unstack(&self, committed: &[Arc<Layer>]) {
        let stack = self.stack.load();
        let stays = |layer: &&Arc<Layer>| !committed.iter().any(|gone| Arc::ptr_eq(gone, layer));
        let layers = stack.layers.iter().filter(stays).cloned().collect();
        self.stack.store(Stack { layers, base: self.state() });
    }

    /// Writes one state. `write` may be called again from the start when the map had to grow.
    pub(crate) fn commit(&self, write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>) -> Result<StateNum> {
        loop {
            match self.try_commit(write) {
                Err(Error::Io { code, .. }) if Fault::is_map_full_code(code) => {
                    self.env.grow().map_err(|fault| self.failed("growing", fault))?;
                }
                other => return other,
            }
        }
    }

    fn try_commit(&self, write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>) -> Result<StateNum> {
        let mut head = Head::clone(&self.head());
        let next_oid = self.next_oid.load(Ordering::Relaxed);
        if next_oid + OIDS_AHEAD / 2 > head.oids_reserved.0 {
            head.oids_reserved = Oid(next_oid + OIDS_AHEAD);
        }
        let mut writer = Writer::begin(self, head, self.keeps_history)?;
        write(&mut writer)?;
        writer.head.next_tag = self.next_tag.load(Ordering::Relaxed);
        if let Some(head) = writer.finish(now_ns())? {
            *self.head.write() = Arc::new(head);
        }
        Ok(self.state())
    }

    /// Gives back the oids that were reserved and not used; the last commit of an orderly end.
    pub(crate) fn return_oids(&self) -> Result<()> {
        let next = Oid(self.next_oid.load(Ordering::Relaxed));
        if self.head.read().oids_reserved == next {
            return Ok(());
        }
        let mut head = Head::clone(&self.head());
        head.oids_reserved = next;
        let writer = Writer::begin(self, head, self.keeps_history)?;
        if let Some(head) = writer.finish(now_ns())? {
            *self.head.write() = Arc::new(head);
        }
        Ok(())
    }
}

/// Nanoseconds since 1970.
fn now_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
