//! Uncommitted rows: an ordered map for each table, and what is counted rather than written.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    in_order::InOrder,
    open_rows::OpenRows,
    postings::Postings,
    retag::Retag,
    row_map::{Place, Range, RowMap},
    run::Run,
};
use crate::{
    Result,
    store::{
        key::{OidKey, Probe, RowKey, oid_key, oid_of_key},
        num::{ClassId, Oid},
        reading::scan::{Direction, KeyRange},
        row_bytes::RowBytes,
        table::Table,
    },
    sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, yield_now},
};

/// What a layer says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The row is this; bytes may go on changing until the layer is sealed.
    Row(RowBytes),
    /// The row is deleted.
    Gone,
}

impl Entry {
    pub(crate) fn row(&self) -> Option<&[u8]> {
        match self {
            Self::Row(bytes) => Some(bytes),
            Self::Gone => None,
        }
    }
}

/// A rough price of an entry's place in the map, beside its bytes.
pub(in crate::store) const ENTRY_BYTES: usize = 96;

fn price(key_len: usize, entry: &Entry) -> usize {
    ENTRY_BYTES + key_len + entry.row().map_or(0, <[u8]>::len)
}

/// The rows of one layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct LayerRows {
    pub(in crate::store) tables: [RowMap; Table::LAYERED],
    /// Rows that are being changed, again and again. Who looks at the layer finds none: they are put
    /// back first.
    open: Option<OpenRows>,
    /// Where the header was that was looked for last: a guess at where the next one is.
    pub(in crate::store) header_at: Place,
    /// Elements that are not in memory any more; what is in memory is newer.
    pub(in crate::store) run: Option<Arc<Run>>,
    /// Who joined and left which tag.
    pub(crate) postings: Postings,
    /// By how much the count of holders of an object changed.
    counts: InOrder<i64>,
    /// What was done with the tags of objects.
    tagged: InOrder<Retag>,
    pub(in crate::store) bytes: usize,
}

impl LayerRows {
    /// The entry of a row that is in memory; of elements there may be others.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Option<&Entry> {
        debug_assert!(self.is_whole(), "a row is looked for that is not in its map");
        self.tables[table.index()].get(&Probe::of(key))
    }

    /// What this layer says of a row; nothing, if it is silent.
    pub(in crate::store) fn look_up<R>(
        &self,
        table: Table,
        key: &[u8],
        read: impl FnOnce(Option<&[u8]>) -> R,
    ) -> Result<Option<R>> {
        match (self.get(table, key), &self.run) {
            (Some(entry), _) => Ok(Some(read(entry.row()))),
            (None, Some(run)) if table == Table::Elements => Ok(run.open()?.get(key)?.map(read)),
            (None, _) => Ok(None),
        }
    }

    /// There is an entry in a range.
    pub(in crate::store) fn touches(&self, table: Table, range: &KeyRange) -> Result<bool> {
        if self.range(table, range, Direction::Forward).next().is_some() {
            return Ok(true);
        }
        let Some(run) = self.run.as_ref().filter(|_| table == Table::Elements) else {
            return Ok(false);
        };
        let opened = run.open()?;
        Ok(opened.walk(range, Direction::Forward)?.next().transpose()?.is_some())
    }

    pub(in crate::store) fn run(&self) -> Option<&Arc<Run>> {
        self.run.as_ref()
    }

    /// Some of its elements are not in memory.
    pub(crate) fn has_run(&self) -> bool {
        self.run.is_some()
    }

    pub(crate) fn put(&mut self, table: Table, key: &[u8], row: impl Into<RowBytes>) {
        self.set(table, key.into(), Entry::Row(row.into()));
    }

    pub(crate) fn delete(&mut self, table: Table, key: &[u8]) {
        self.set(table, key.into(), Entry::Gone);
    }

    pub(crate) fn set(&mut self, table: Table, key: RowKey, entry: Entry) {
        debug_assert!(self.is_whole(), "a row would be put back over this one");
        let key_bytes = key.as_bytes().len();
        self.bytes += price(key_bytes, &entry);
        if let Some(old) = self.tables[table.index()].insert(key, entry) {
            self.bytes = self.bytes.saturating_sub(price(key_bytes, &old));
        }
    }

    /// Writes many elements; of those of one key the last counts.
    pub(crate) fn set_elements(&mut self, new: Vec<(RowKey, Entry)>) {
        let elements = &mut self.tables[Table::Elements.index()];
        if elements.are_behind(&new) {
            let prices = new.iter().map(|(key, entry)| price(key.as_bytes().len(), entry));
            self.bytes += prices.sum::<usize>();
            elements.append(new);
        } else {
            new.into_iter().for_each(|(key, entry)| self.set(Table::Elements, key, entry));
        }
    }

    /// Changes an element and its collection's header where they stand, if both are in this layer
    /// and `edit` agrees. They may stay out of their maps: see [`Layer::write_on`].
    pub(crate) fn edit(
        &mut self,
        collection: OidKey,
        element: &[u8],
        edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> bool {
        if !self.open.as_ref().is_some_and(|open| open.is(collection, element)) {
            self.put_back();
            let [headers, elements] = [Table::Headers, Table::Elements].map(Table::index);
            let Ok([headers, elements]) = self.tables.get_disjoint_mut([headers, elements]) else {
                return false;
            };
            self.open = OpenRows::take(headers, elements, collection, element);
        }
        let Some(open) = &mut self.open else { return false };
        let before = open.len();
        let done = edit(&mut open.element, &mut open.header);
        self.bytes = (self.bytes + open.len()).saturating_sub(before);
        done
    }

    /// Puts rows back that were taken out of their maps.
    fn put_back(&mut self) {
        if let Some(open) = self.open.take() {
            let [headers, elements] = [Table::Headers, Table::Elements].map(Table::index);
            if let Ok([headers, elements]) = self.tables.get_disjoint_mut([headers, elements]) {
                open.put_back(headers, elements);
            }
        }
    }

    /// Every row is in its map.
    fn is_whole(&self) -> bool {
        self.open.is_none()
    }

    /// Entries of a range that are in memory, in the order of `direction`.
    pub(in crate::store) fn range(
        &self,
        table: Table,
        range: &KeyRange,
        direction: Direction,
    ) -> Box<dyn Iterator<Item = (&RowKey, &Entry)> + '_> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let entries = self.tables[table.index()].range(&range.start, range.end.as_deref());
        match direction {
            Direction::Forward => Box::new(entries),
            Direction::Backward => Box::new(entries.rev()),
        }
    }

    /// Of a table nothing is in memory.
    pub(in crate::store) fn is_empty_of(&self, table: Table) -> bool {
        self.tables[table.index()].is_empty()
    }

    /// Calls `each` with all entries of a table that are in memory, in key order.
    pub(in crate::store) fn each_entry(
        &self,
        table: Table,
        each: impl FnMut(&RowKey, &Entry) -> Result<()>,
    ) -> Result<()> {
        self.tables[table.index()].try_each(each)
    }

    /// All entries of a table that are in memory, in key order.
    pub(crate) fn entries(&self, table: Table) -> Range<'_> {
        self.tables[table.index()].iter()
    }

    /// Adds to an object's count of holders.
    pub(crate) fn count(&mut self, oid: Oid, by: i64) {
        *self.counts.entry(oid).0 += by;
    }

    /// What this layer adds to an object's count.
    pub(crate) fn counted(&self, oid: Oid) -> i64 {
        self.counts.get(oid).copied().unwrap_or(0)
    }

    /// Those of `oids`, which ascend, that something in this layer holds: a new reference, or tags; and
    /// those that have elements or attributes in it.
    pub(in crate::store) fn holds(&self, oids: &[Oid]) -> Vec<Oid> {
        let elements = &self.tables[Table::Elements.index()];
        // Cost follows the smaller side.
        let entries = self.counts.len() + self.tagged.len() + elements.len();
        if self.run.is_none() && entries < oids.len() {
            let counted = self.counts().filter(|(_, by)| *by > 0).map(|(oid, _)| oid);
            let tagged = self.tagged.iter().filter(|(_, tags)| tags.holds()).map(|(oid, _)| oid);
            let elements = elements.iter().filter_map(|(key, _)| oid_of_key(key.as_bytes()));
            let found = counted.chain(tagged).chain(elements.map(|(oid, _)| oid));
            return found.filter(|oid| oids.binary_search(oid).is_ok()).collect();
        }
        let is_tagged = |oid: &Oid| self.tagged.get(*oid).is_some_and(Retag::holds);
        let has_elements = |oid: &Oid| {
            let range = KeyRange::prefix(oid_key(*oid).as_bytes());
            // Who may have some is looked at again with the next commit.
            self.touches(Table::Elements, &range).unwrap_or(true)
        };
        let is_held = |oid: &Oid| self.counted(*oid) > 0 || is_tagged(oid) || has_elements(oid);
        oids.iter().copied().filter(is_held).collect()
    }

    /// All counts that changed, by ascending oid.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (Oid, i64)> {
        self.counts.iter().map(|(oid, by)| (oid, *by))
    }

    /// What is done with the tags of an object, to be added to.
    #[inline]
    pub(crate) fn retag(&mut self, oid: Oid) -> &mut Retag {
        let (retag, is_new) = self.tagged.entry(oid);
        if is_new {
            self.bytes += ENTRY_BYTES;
        }
        retag
    }

    /// Adds one and the same to what is done with the tags of objects, of which some may be deleted.
    pub(crate) fn retag_all(&mut self, all: &[(Oid, Option<ClassId>)], retag: &Retag) {
        let new = self.tagged.note_all(
            all,
            |(oid, _)| *oid,
            |noted, (_, class)| noted.merge(&retag.with_class(*class)),
            |(_, class)| retag.with_class(*class),
        );
        self.bytes += new * ENTRY_BYTES;
    }

    /// What was done with the tags of objects.
    pub(crate) fn tagged(&self) -> &InOrder<Retag> {
        &self.tagged
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.iter().all(RowMap::is_empty)
            && self.run.is_none()
            && self.postings.is_empty()
            && self.tagged.is_empty()
            && self.counts.is_empty()
    }

    /// A rough size in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts a newer layer's rows over these.
    pub(crate) fn merge(&mut self, newer: Self) {
        debug_assert!(newer.run.is_none(), "a layer with a run stays one of its own");
        debug_assert!(self.is_whole() && newer.is_whole(), "a row is not in its map");
        self.bytes += newer.bytes;
        for (mine, newer) in self.tables.iter_mut().zip(newer.tables) {
            if mine.is_empty() {
                *mine = newer;
                continue;
            }
            for (key, entry) in newer {
                let key_len = key.as_bytes().len();
                if let Some(old) = mine.insert(key, entry) {
                    self.bytes = self.bytes.saturating_sub(price(key_len, &old));
                }
            }
        }
        self.postings.merge(newer.postings);
        self.merge_tagged(newer.tagged);
        for (oid, by) in newer.counts {
            self.count(oid, by);
        }
    }

    fn merge_tagged(&mut self, newer: InOrder<Retag>) {
        if self.tagged.is_empty() {
            self.tagged = newer;
            return;
        }
        for (oid, retag) in newer {
            let (mine, is_new) = self.tagged.entry(oid);
            if is_new {
                *mine = retag;
            } else {
                mine.merge(&retag);
                self.bytes = self.bytes.saturating_sub(ENTRY_BYTES);
            }
        }
    }

    /// The same without elements: what there is but once for each object.
    pub(crate) fn without_elements(&self) -> Self {
        let mut tables = std::array::from_fn(|_| RowMap::default());
        for (place, table) in tables.iter_mut().enumerate() {
            if place != Table::Elements.index() {
                table.clone_from(&self.tables[place]);
            }
        }
        Self {
            tables,
            open: None,
            header_at: Place::default(),
            run: None,
            postings: self.postings.clone(),
            tagged: self.tagged.clone(),
            counts: self.counts.clone(),
            bytes: self.bytes,
        }
    }

    /// The elements are in `run` now. Gives them, to be dropped without a lock.
    fn moved_to(&mut self, run: Arc<Run>) -> RowMap {
        self.run = Some(run);
        let elements = std::mem::take(&mut self.tables[Table::Elements.index()]);
        let prices = elements.iter().map(|(key, entry)| price(key.as_bytes().len(), entry));
        self.bytes = self.bytes.saturating_sub(prices.sum());
        elements
    }
}

/// A layer that readers look through while one writer fills it.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    rows: RwLock<LayerRows>,
    /// Somebody has written to it, or is about to: else nobody has to lock it to find nothing.
    is_used: AtomicBool,
}

impl From<LayerRows> for Layer {
    fn from(rows: LayerRows) -> Self {
        Self { rows: RwLock::new(rows), is_used: AtomicBool::new(true) }
    }
}

impl Layer {
    /// One layer in place of several, newest first; none in place of one alone, or of such as are
    /// too large for memory.
    pub(crate) fn of_all(layers: &[Arc<Self>]) -> Option<Arc<Self>> {
        let has_run = |layer: &Arc<Self>| layer.read().run.is_some();
        if layers.len() < 2 || layers.iter().any(has_run) {
            return None;
        }
        let mut merged = LayerRows::default();
        layers.iter().rev().for_each(|layer| merged.merge(layer.read().clone()));
        Some(Arc::new(Self::from(merged)))
    }

    /// Moves elements to a scratch file in the folder of the prefix, if there are so many of them. Only
    /// whoever writes to the layer may call this; others may read meanwhile.
    pub(in crate::store) fn spill(&self, prefix: &Path, at_least: usize) -> Result<()> {
        let run = {
            let rows = self.read();
            let elements = &rows.tables[Table::Elements.index()];
            if elements.len() < at_least {
                return Ok(());
            }
            let run = match &rows.run {
                Some(run) => run.clone(),
                None => Arc::new(Run::create(prefix)?),
            };
            run.add(elements.iter())?;
            run
        };
        let elements = self.write().moved_to(run);
        drop(elements);
        Ok(())
    }

    /// It takes so many bytes of memory, or has a run.
    pub(crate) fn weighs(&self, bytes: usize) -> bool {
        let rows = self.read();
        rows.bytes >= bytes || rows.run.is_some()
    }

    /// There may be something in it.
    #[inline]
    pub(in crate::store) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Acquire)
    }

    /// The same rows, in a layer of their own.
    pub(in crate::store) fn copy(&self) -> Self {
        Self { rows: RwLock::new(self.read().clone()), is_used: AtomicBool::new(self.is_used()) }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, LayerRows> {
        loop {
            let rows = self.rows.read();
            if rows.is_whole() {
                return rows;
            }
            drop(rows);
            // Not by waiting for the lock: who has put the rows back may go on reading for as long as a
            // commit takes, and whoever waits to write keeps all others from reading.
            if let Some(mut rows) = self.rows.try_write() {
                rows.put_back();
                return RwLockWriteGuard::downgrade(rows);
            }
            yield_now();
        }
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, LayerRows> {
        let mut rows = self.write_on();
        rows.put_back();
        rows
    }

    /// As [`write`](Self::write), for nothing but [`LayerRows::edit`] and counting: rows that the last
    /// one has changed are where it left them.
    pub(crate) fn write_on(&self) -> RwLockWriteGuard<'_, LayerRows> {
        let rows = self.rows.write();
        if !self.is_used.load(Ordering::Relaxed) {
            self.is_used.store(true, Ordering::Release);
        }
        rows
    }
}
