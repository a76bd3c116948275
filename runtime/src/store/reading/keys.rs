//! The keys that a table had at a state: those of today's rows, of deleted ones, and of kept ones.

use super::{
    past::Disk,
    scan::{Direction, KeyRange, Walk, successor},
};
use crate::{
    Result,
    lmdb::Fault,
    store::{history::log, num::StateNum, table::Table},
};

/// A range of a table, and where else its keys stand.
pub(in crate::store) struct PastRange {
    table: Table,
    own: KeyRange,
    gone: Behind,
    kept: Option<Behind>,
}

/// The same range in another table, where something stands in front of each key.
struct Behind {
    range: KeyRange,
    skip: usize,
}

impl Behind {
    fn new(range: &KeyRange, put: impl Fn(&[u8], &mut Vec<u8>)) -> Self {
        let with_front = |key: &[u8]| {
            let mut whole = Vec::with_capacity(key.len() + 12);
            put(key, &mut whole);
            whole
        };
        let front = with_front(&[]);
        let end =
            range.end.as_deref().map_or_else(|| successor(&front), |end| Some(with_front(end)));
        Self { range: KeyRange { start: with_front(&range.start), end }, skip: front.len() }
    }
}

impl PastRange {
    /// For reading at `state`; `None` for what is committed now.
    pub(in crate::store) fn new(table: Table, range: KeyRange, state: Option<StateNum>) -> Self {
        let gone = Behind::new(&range, |key, out| log::gone_key(table, key, out));
        let kept = state
            .map(|state| Behind::new(&range, |key, out| log::kept_key(state, table, key, out)));
        Self { table, own: range, gone, kept }
    }

    /// Keys of a state may stand in other tables, too.
    pub(in crate::store) fn has_others(disk: &Disk<'_>, table: Table) -> Result<bool> {
        Ok(Self::has_gone(disk, table)? || disk.store.has_kept())
    }

    /// The file may be ahead of the state that this process has come to.
    fn has_gone(disk: &Disk<'_>, table: Table) -> Result<bool> {
        Ok(disk.store.has_gone(table) || disk.head()?.gone[table.index()] > 0)
    }

    /// Begins to walk.
    pub(in crate::store) fn keys<'d>(
        &'d self,
        disk: &'d Disk<'_>,
        direction: Direction,
    ) -> Result<Keys<'d>> {
        let failed = |fault: Fault| disk.store.failed("reading", fault);
        let walk = |table, range| -> Result<Walk<'d, 'd>> {
            let cursor = disk.txn.cursor(disk.store.table(table)).map_err(failed)?;
            Ok(Walk::new(cursor, range, direction))
        };
        let mut keys = Keys { direction, strands: Vec::with_capacity(3) };
        keys.add(walk(self.table, &self.own)?, 0).map_err(failed)?;
        if let Some(kept) = &self.kept {
            if self.table.is_versioned() && Self::has_gone(disk, self.table)? {
                keys.add(walk(Table::Gone, &self.gone.range)?, self.gone.skip).map_err(failed)?;
            }
            if disk.store.has_kept() {
                keys.add(walk(Table::Kept, &kept.range)?, kept.skip).map_err(failed)?;
            }
        }
        Ok(keys)
    }
}

/// Several tables, walked at once.
pub(in crate::store) struct Keys<'d> {
    direction: Direction,
    strands: Vec<Strand<'d>>,
}

struct Strand<'d> {
    walk: Walk<'d, 'd>,
    /// How many bytes stand in front of the key.
    skip: usize,
    next: Option<(&'d [u8], &'d [u8])>,
}

impl<'d> Keys<'d> {
    fn add(&mut self, mut walk: Walk<'d, 'd>, skip: usize) -> std::result::Result<(), Fault> {
        let next = walk.next()?;
        self.strands.push(Strand { walk, skip, next });
        Ok(())
    }

    /// The next key, and today's row of it.
    pub(in crate::store) fn next(
        &mut self,
    ) -> std::result::Result<Option<(&'d [u8], Option<&'d [u8]>)>, Fault> {
        let keys = self
            .strands
            .iter()
            .filter_map(|strand| strand.next.map(|(key, _)| &key[strand.skip..]));
        let nearest = match self.direction {
            Direction::Forward => keys.min(),
            Direction::Backward => keys.max(),
        };
        let Some(key) = nearest else { return Ok(None) };
        let mut row = None;
        for (place, strand) in self.strands.iter_mut().enumerate() {
            if let Some((_, found)) = strand.next.filter(|(other, _)| &other[strand.skip..] == key)
            {
                if place == 0 {
                    row = Some(found);
                }
                strand.next = strand.walk.next()?;
            }
        }
        Ok(Some((key, row)))
    }
}
