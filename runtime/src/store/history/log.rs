//! Keys of the log, where everything stands by the state that it belongs to.
//!
//! ```text
//! state   ordered number
//! kind    u8      0 an old row · 1 a list of changes · 2 the state row
//! table   u8      old rows only
//! key     …       old rows only: the row's own key
//! ```
//! Within a commit they are written in this order, so that all of it is one append.

use crate::store::{num::StateNum, table::Table, varint};

/// What a row of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The row that this state replaced or deleted.
    Old = 0,
    /// What this state changed.
    Change = 1,
    /// When it was, and how much.
    State = 2,
}

impl Kind {
    /// The kind of a number in a key.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        [Self::Old, Self::Change, Self::State].into_iter().find(|kind| *kind as u8 == number)
    }
}

/// State, kind and what stands behind them in a key.
pub(crate) fn split(mut key: &[u8]) -> Option<(StateNum, u8, &[u8])> {
    let state = StateNum(varint::take_ordered(&mut key)?);
    let (&kind, rest) = key.split_first()?;
    Some((state, kind, rest))
}

/// The front of every key of `state` and `kind`.
pub(in crate::store) fn front(state: StateNum, kind: Kind, out: &mut Vec<u8>) {
    out.clear();
    varint::put_ordered(out, state.0);
    out.push(kind as u8);
}

/// Where the row that `state` replaced is kept.
pub(crate) fn old_key(state: StateNum, table: Table, key: &[u8], out: &mut Vec<u8>) {
    front(state, Kind::Old, out);
    out.push(table as u8);
    out.extend_from_slice(key);
}

/// Where `state` itself is described.
pub(crate) fn state_key(state: StateNum, out: &mut Vec<u8>) {
    front(state, Kind::State, out);
}

/// Where the deletion of a row is noted.
pub(in crate::store) fn gone_key(table: Table, key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(table as u8);
    out.extend_from_slice(key);
}

/// Where an old row stands that only a pinned state needs.
pub(in crate::store) fn kept_key(pin: StateNum, table: Table, key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    varint::put_ordered(out, pin.0);
    out.push(table as u8);
    out.extend_from_slice(key);
}

/// What the state row says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StateRow {
    /// Nanoseconds since 1970.
    pub(crate) time_ns: i64,
    pub(crate) created: u64,
    pub(crate) modified: u64,
    pub(crate) deleted: u64,
}

impl StateRow {
    pub(in crate::store) fn encode(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16);
        for n in [self.time_ns.cast_unsigned(), self.created, self.modified, self.deleted] {
            varint::put(&mut out, n);
        }
        out
    }

    pub(crate) fn decode(mut row: &[u8]) -> Option<Self> {
        let mut take = || varint::take(&mut row);
        Some(Self {
            time_ns: take()?.cast_signed(),
            created: take()?,
            modified: take()?,
            deleted: take()?,
        })
    }
}
