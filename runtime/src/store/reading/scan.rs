//! Ranges of keys, and merging what layers say with what a cursor gives.

use std::ops::ControlFlow;

use crate::{
    Result,
    lmdb::{Cursor, Fault},
    store::{key::RowKey, uncommitted::layer::Entry},
};

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Keys from `start` up to, and without, `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) start: Vec<u8>,
    /// None: to the last key.
    pub(crate) end: Option<Vec<u8>>,
}

impl KeyRange {
    pub(crate) fn all() -> Self {
        Self { start: Vec::new(), end: None }
    }

    /// Every key that starts with `prefix`.
    pub(crate) fn prefix(prefix: &[u8]) -> Self {
        Self { start: prefix.into(), end: successor(prefix) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// What is left of the range once `key` has been passed.
    pub(in crate::store) fn after(mut self, key: &[u8], direction: Direction) -> Self {
        match direction {
            Direction::Forward => {
                self.start.clear();
                self.start.extend_from_slice(key);
                self.start.push(0);
            }
            Direction::Backward => self.end = Some(key.into()),
        }
        self
    }
}

/// The first key after all that start with `prefix`.
pub(crate) fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte < u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// Walks a cursor within a range, in one direction.
pub(in crate::store) struct Walk<'t, 'r> {
    cursor: Cursor<'t>,
    range: &'r KeyRange,
    direction: Direction,
    started: bool,
}

impl<'t, 'r> Walk<'t, 'r> {
    pub(in crate::store) fn new(
        cursor: Cursor<'t>,
        range: &'r KeyRange,
        direction: Direction,
    ) -> Self {
        Self { cursor, range, direction, started: false }
    }

    pub(in crate::store) fn next(
        &mut self,
    ) -> std::result::Result<Option<(&'t [u8], &'t [u8])>, Fault> {
        let row = match (self.started, self.direction) {
            (true, Direction::Forward) => self.cursor.next(),
            (true, Direction::Backward) => self.cursor.prev(),
            (false, Direction::Forward) => self.cursor.seek(&self.range.start),
            (false, Direction::Backward) => match &self.range.end {
                Some(end) => self.cursor.seek_before(end),
                None => self.cursor.last(),
            },
        }?;
        self.started = true;
        // It began at one end of the range: only the other one can be passed.
        Ok(row.filter(|(key, _)| match self.direction {
            Direction::Forward => self.range.end.as_deref().is_none_or(|end| *key < end),
            Direction::Backward => *key >= &self.range.start[..],
        }))
    }
}

/// Merges entries of layers (each key once, in order) over rows of the file.
///
/// `disk` gives the next row below; `each` gets every row that is there in the end.
pub(in crate::store) fn merge<'t>(
    entries: &[(RowKey, Entry)],
    direction: Direction,
    mut disk: impl FnMut() -> Result<Option<(&'t [u8], &'t [u8])>>,
    mut each: impl FnMut(&[u8], &[u8], Source) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    if entries.is_empty() {
        while let Some((key, row)) = disk()? {
            if each(key, row, Source::Disk)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    let mut entries = entries.iter().peekable();
    let mut below = disk()?;
    loop {
        let above = entries.peek();
        let order = match (above, &below) {
            (None, None) => return Ok(ControlFlow::Continue(())),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((key, _)), Some((row, _))) => match direction {
                Direction::Forward => key.as_bytes().cmp(row),
                Direction::Backward => (*row).cmp(key.as_bytes()),
            },
        };
        let flow = if order.is_le() {
            if order.is_eq() {
                below = disk()?;
            }
            match entries.next() {
                Some((key, Entry::Row(row))) => each(key.as_bytes(), row, Source::Layer)?,
                _ => ControlFlow::Continue(()),
            }
        } else {
            let Some((key, row)) = below else { return Ok(ControlFlow::Continue(())) };
            below = disk()?;
            each(key, row, Source::Disk)?
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
}

/// Where a merged row comes from: rows of the file are still in their envelope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Source {
    Layer,
    Disk,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors() {
        assert_eq!(successor(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(successor(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(successor(b"\xff"), None);
        assert_eq!(successor(b""), None);
    }

    fn contains(range: &KeyRange, key: &[u8]) -> bool {
        key >= &range.start[..] && range.end.as_deref().is_none_or(|end| key < end)
    }

    #[test]
    fn ranges_shrink_from_either_side() {
        let range = KeyRange::prefix(b"a");
        let up = range.clone().after(b"am", Direction::Forward);
        assert!(!contains(&up, b"am") && contains(&up, b"am\0") && !contains(&up, b"b"));
        let down = range.after(b"am", Direction::Backward);
        assert!(!contains(&down, b"am") && contains(&down, b"al"));
    }
}
