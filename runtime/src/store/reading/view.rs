//! Reading at a state: the same calls live and in the past.

use std::{ops::ControlFlow, sync::Arc};

use super::{
    keys::PastRange,
    past::Disk,
    scan::{self, Direction, KeyRange, Source, Walk},
};
use crate::{
    Result,
    store::{
        engine::Store,
        key::RowKey,
        num::{Oid, StateNum},
        table::Table,
        uncommitted::{
            layer::Layer,
            stack::{self, Stack},
        },
    },
};

/// Rows of the file that a scan passes before it begins a new read.
const ROWS_AT_ONCE: usize = 4096;

/// What a scan calls with key and body.
pub(crate) type EachRow<'f> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>> + 'f;

/// Layers and a committed state, as they were in one moment.
pub(crate) struct Held {
    pub(in crate::store) store: Arc<Store>,
    pub(in crate::store) layers: Vec<Arc<Layer>>,
    pub(in crate::store) state: StateNum,
}

/// What a look at a view consists of.
type Opened<'s> = (Disk<'s>, Option<StateNum>, Vec<Arc<Layer>>);

/// Reading a prefix at a state.
#[derive(Clone)]
pub(crate) enum View {
    /// What has been published, committed or not; where another process writes, what that has
    /// committed, as far as this one has looked.
    Live(Arc<Store>),
    /// What is committed, as far as this process has looked.
    Committed(Arc<Store>),
    /// What had been published in one moment.
    Held(Arc<Held>),
    /// One committed state.
    At(Arc<Store>, StateNum),
}

impl View {
    /// The last committed state with `layers` over it.
    pub(crate) fn with_layers(store: Arc<Store>, layers: Vec<Arc<Layer>>) -> Self {
        let state = store.state();
        Self::Held(Arc::new(Held { store, layers, state }))
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        match self {
            Self::Live(store) | Self::Committed(store) | Self::At(store, _) => store,
            Self::Held(held) => &held.store,
        }
    }

    /// The committed state that is read, unless it is what has been published since.
    pub(crate) fn state(&self) -> Option<StateNum> {
        match self {
            Self::Live(store) => store.follows().then(|| store.state()),
            Self::Committed(store) => Some(store.state()),
            Self::Held(held) => Some(held.state),
            Self::At(_, state) => Some(*state),
        }
    }

    /// Opens the file, with the state that is to be read, if it is not what is committed now, and the
    /// layers over it, newest first.
    pub(in crate::store) fn open(&self) -> Result<Opened<'_>> {
        let (store, state) = (self.store(), self.state());
        let used = |layers: &[Arc<Layer>]| -> Vec<_> {
            layers.iter().filter(|layer| layer.is_used()).cloned().collect()
        };
        let (layers, disk) = match self {
            Self::Live(_) if state.is_none() => store.look(|stack| used(&stack.layers))?,
            Self::Held(held) => (used(&held.layers), self.disk()?),
            Self::Live(_) | Self::Committed(_) | Self::At(..) => (Vec::new(), self.disk()?),
        };
        Ok((disk, state, layers))
    }

    fn disk(&self) -> Result<Disk<'_>> {
        match self.state() {
            Some(state) => Disk::open_at(self.store(), state),
            None => Disk::open(self.store()),
        }
    }

    /// Reads the row at `key`, if there is one.
    pub(crate) fn get<R>(
        &self,
        table: Table,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>> {
        let store = self.store();
        let Some(state) = self.state() else { return store.get_live(table, key, read) };
        let mut read = Some(read);
        let mut once = |row: &[u8]| read.take().map(|read| read(row));
        if let Self::Held(held) = self {
            for layer in &held.layers {
                let told = layer.read().look_up(table, key, |row| row.and_then(&mut once))?;
                if let Some(told) = told {
                    return Ok(told);
                }
            }
        }
        Ok(self.disk()?.body_at(table, key, state)?.and_then(once))
    }

    /// Reads the rows at some keys, best in ascending order, in one look at the file, and gives them to
    /// `each` until it breaks: what is committed, whatever waits.
    pub(crate) fn get_each<'k>(
        &self,
        table: Table,
        keys: impl Iterator<Item = &'k [u8]>,
        mut each: impl FnMut(Result<Option<&[u8]>>) -> ControlFlow<()>,
    ) -> Result<()> {
        let (store, state) = (self.store(), self.state());
        let failed = |fault| store.failed("reading", fault);
        let disk = self.disk()?;
        let mut cursor = disk.txn.cursor(store.table(table)).map_err(failed)?;
        for key in keys {
            let now = cursor.get(key).map_err(failed)?;
            let body = match state {
                None => now.map(|row| disk.strip(table, key, row)).transpose(),
                Some(state) => disk.version_at(table, key, now, state),
            };
            if each(body).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Something in a range was written since the last commit, as far as this view holds layers.
    pub(crate) fn waits(&self, table: Table, range: &KeyRange) -> Result<bool> {
        let Self::Held(held) = self else { return Ok(false) };
        for layer in &held.layers {
            if layer.read().touches(table, range)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the layers add to an object's count of holders, and the row that is committed.
    pub(crate) fn counted(&self, oid: Oid) -> Result<(i64, Option<Vec<u8>>)> {
        let key = crate::store::key::oid_key(oid);
        let key = key.as_bytes();
        if self.state().is_some() {
            let pending = match self {
                Self::Held(held) => held.layers.iter().map(|layer| layer.read().counted(oid)).sum(),
                Self::Live(_) | Self::Committed(_) | Self::At(..) => 0,
            };
            return Ok((pending, self.get(Table::Counts, key, <[u8]>::to_vec)?));
        }
        let sums = |stack: &Stack| {
            let sum = |layers: &[Arc<Layer>]| layers.iter().map(|l| l.read().counted(oid)).sum();
            let (open, sealed) = stack.layers.split_at(stack.open);
            (sum(open), sum(sealed), stack.base)
        };
        let ((open, sealed, base), disk): ((i64, i64, StateNum), _) = self.store().look(sums)?;
        // From a commit until its layers leave the stack, the file says what they say.
        let are_stored = sealed != 0 && disk.head()?.state > base;
        let pending = if are_stored { open } else { open + sealed };
        Ok((pending, disk.body(Table::Counts, key)?.map(<[u8]>::to_vec)))
    }

    /// The states, up to that of this view, that wrote a row; oldest first.
    pub(crate) fn stamps(&self, table: Table, key: &[u8]) -> Result<Vec<StateNum>> {
        self.stamps_since(table, key, StateNum(0))
    }

    /// As [`stamps`](Self::stamps), no further back than to the one that was valid at `since`.
    pub(crate) fn stamps_since(
        &self,
        table: Table,
        key: &[u8],
        since: StateNum,
    ) -> Result<Vec<StateNum>> {
        let store = self.store();
        let since = since.max(store.head().oldest);
        let mut stamps = Disk::open(store)?.stamps(table, key, since)?;
        let last = self.state().unwrap_or_else(|| store.state());
        stamps.retain(|stamp| *stamp <= last);
        stamps.reverse();
        Ok(stamps)
    }

    /// Calls `each` with the rows of a range, in order, until it breaks. It may write meanwhile:
    /// the scan goes on behind the last key it gave.
    pub(crate) fn scan(
        &self,
        table: Table,
        range: KeyRange,
        direction: Direction,
        each: &mut EachRow<'_>,
    ) -> Result<()> {
        let store = self.store();
        let state = self.state();
        let mut rest = Some(range);
        while let Some(range) = rest.filter(|range| !range.is_empty()) {
            rest = match state {
                None => scan_live(store, table, range, direction, each)?,
                Some(_) if let Self::Held(held) = self => {
                    scan_held(held, table, range, direction, each)?
                }
                Some(state) => scan_past(store, table, range, direction, state, each)?,
            };
        }
        Ok(())
    }
}

/// The part of a range that entries of layers are complete for.
fn complete_part(range: &KeyRange, to: Option<&RowKey>, direction: Direction) -> KeyRange {
    match (to, direction) {
        (None, _) => range.clone(),
        (Some(to), Direction::Forward) => {
            let mut end = to.as_bytes().to_vec();
            end.push(0);
            KeyRange { start: range.start.clone(), end: Some(end) }
        }
        (Some(to), Direction::Backward) => {
            KeyRange { start: to.as_bytes().to_vec(), end: range.end.clone() }
        }
    }
}

fn scan_held(
    held: &Held,
    table: Table,
    range: KeyRange,
    direction: Direction,
    each: &mut EachRow<'_>,
) -> Result<Option<KeyRange>> {
    let store = &held.store;
    let (entries, complete_to) = stack::copy_entries(&held.layers, table, &range, direction)?;
    let part = complete_part(&range, complete_to.as_ref(), direction);
    let disk = Disk::open_at(store, held.state)?;
    let rows_then = PastRange::new(table, part, Some(held.state));
    let mut keys = rows_then.keys(&disk, direction)?;
    let mut passed = Passed::default();
    let rows = || {
        while let Some((key, now)) = keys.next().map_err(|fault| store.failed("reading", fault))? {
            if let Some(body) = disk.version_at(table, key, now, held.state)? {
                return Ok(Some((key, body)));
            }
        }
        Ok(None)
    };
    let flow =
        scan::merge(&entries, direction, rows, |key, row, _| Ok(passed.row(key, each(key, row)?)))?;
    Ok(passed.rest(flow, range, complete_to.as_ref().map(RowKey::as_bytes), direction))
}

fn scan_live(
    store: &Arc<Store>,
    table: Table,
    range: KeyRange,
    direction: Direction,
    each: &mut EachRow<'_>,
) -> Result<Option<KeyRange>> {
    let (copied, disk) =
        store.look(|stack| stack::copy_entries(&stack.layers, table, &range, direction))?;
    let (entries, complete_to) = copied?;
    let part = complete_part(&range, complete_to.as_ref(), direction);
    let mut passed = Passed::default();
    let cursor =
        disk.txn.cursor(store.table(table)).map_err(|fault| store.failed("reading", fault))?;
    let mut walk = Walk::new(cursor, &part, direction);
    let rows = || walk.next().map_err(|fault| store.failed("reading", fault));
    let flow = scan::merge(&entries, direction, rows, |key, row, source| {
        let body = if source == Source::Disk { disk.strip(table, key, row)? } else { row };
        Ok(passed.row(key, each(key, body)?))
    })?;
    Ok(passed.rest(flow, range, complete_to.as_ref().map(RowKey::as_bytes), direction))
}

fn scan_past(
    store: &Arc<Store>,
    table: Table,
    range: KeyRange,
    direction: Direction,
    state: StateNum,
    each: &mut EachRow<'_>,
) -> Result<Option<KeyRange>> {
    let disk = Disk::open_at(store, state)?;
    let failed = |fault| store.failed("reading", fault);
    let past = PastRange::new(table, range.clone(), Some(state));
    let mut keys = past.keys(&disk, direction)?;
    let mut passed = Passed::default();
    while let Some((key, now)) = keys.next().map_err(failed)? {
        let flow = match disk.version_at(table, key, now, state)? {
            Some(body) => each(key, body)?,
            None => ControlFlow::Continue(()),
        };
        let flow = passed.row(key, flow);
        if flow.is_break() {
            return Ok(passed.rest(flow, range, None, direction));
        }
    }
    Ok(None)
}

/// How far a part of a scan has come.
#[derive(Default)]
struct Passed {
    rows: usize,
    last: Option<Vec<u8>>,
    ended: bool,
}

impl Passed {
    fn row(&mut self, key: &[u8], flow: ControlFlow<()>) -> ControlFlow<()> {
        self.ended |= flow.is_break();
        self.rows += 1;
        if self.rows == ROWS_AT_ONCE && !self.ended {
            self.last = Some(key.into());
            return ControlFlow::Break(());
        }
        flow
    }

    /// The range that is still to be scanned.
    fn rest(
        self,
        flow: ControlFlow<()>,
        range: KeyRange,
        complete_to: Option<&[u8]>,
        direction: Direction,
    ) -> Option<KeyRange> {
        if self.ended {
            return None;
        }
        match (flow, self.last.as_deref(), complete_to) {
            (ControlFlow::Break(()), Some(last), _) => Some(range.after(last, direction)),
            (_, _, Some(to)) => Some(range.after(to, direction)),
            _ => None,
        }
    }
}
