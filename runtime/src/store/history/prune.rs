//! Forgetting states: their rows leave the log, in steps beside normal work.

use super::{
    log::{self, Kind},
    pins::Pins,
};
use crate::{
    Result,
    lmdb::Fault,
    store::{
        envelope::Envelope,
        head::Head,
        num::StateNum,
        reading::scan::{Direction, KeyRange, Walk, successor},
        table::Table,
        varint,
        writing::writer::Writer,
    },
};

/// Rows that one commit prunes at most: freeing many pages at once slows down later commits.
const ROWS_AT_ONCE: usize = 10_000;

/// A row of the log that goes.
struct Going {
    key: Vec<u8>,
    row: Vec<u8>,
    what: What,
    state: StateNum,
}

enum What {
    /// An old version of the row at this key.
    Old(Table, Vec<u8>),
    /// Changes, by the end of the key.
    Changes(Vec<u8>),
    State,
}

impl Writer<'_> {
    /// Takes rows of states up to `oldest` out of the log; false if some are left for another time.
    ///
    /// The state row of `oldest` itself stays: it tells when that state was.
    pub(in crate::store) fn prune(&mut self, oldest: StateNum, pins: &Pins) -> Result<bool> {
        self.drop_unused_kept(pins)?;
        if self.head.log_from > oldest {
            return Ok(true);
        }
        let going = self.find_going(oldest)?;
        let done = going.len() < ROWS_AT_ONCE;
        for row in &going {
            match &row.what {
                What::Old(table, key) => {
                    self.keep_for_pins(*table, key, &row.row, row.state, pins)?;
                    self.forget_gone(*table, key, row.state)?;
                }
                What::Changes(end) => self.keep_changes(row.state, end, &row.row, pins)?,
                What::State => {}
            }
            self.delete_raw(Table::Log, &row.key)?;
        }
        self.head.log_from =
            if done { oldest.next() } else { going.last().map_or(oldest, |row| row.state) };
        Ok(done)
    }

    fn find_going(&self, oldest: StateNum) -> Result<Vec<Going>> {
        let mut range = KeyRange::all();
        // The state row of the one that was the oldest before has stayed until now.
        log::state_key(StateNum(self.head.log_from.0.saturating_sub(1)), &mut range.start);
        let mut end = Vec::new();
        log::front(oldest, Kind::State, &mut end);
        range.end = Some(end);
        let mut going = Vec::new();
        let failed = |fault: Fault| self.failed(fault);
        let mut walk = Walk::new(self.cursor(Table::Log)?, &range, Direction::Forward);
        while let Some((key, body)) = walk.next().map_err(failed)? {
            let damaged = || self.store().corrupt(Table::Log, key, "the key is damaged");
            let (state, kind, rest) = log::split(key).ok_or_else(damaged)?;
            let what = if kind == Kind::Old as u8 {
                let (&number, of) = rest.split_first().ok_or_else(damaged)?;
                What::Old(Table::of_number(number).ok_or_else(damaged)?, of.to_vec())
            } else if kind == Kind::Change as u8 {
                What::Changes(rest.to_vec())
            } else {
                What::State
            };
            let body = if matches!(what, What::Old(..)) {
                body
            } else {
                self.strip(Table::Log, key, body)?
            };
            going.push(Going { key: key.to_vec(), row: body.to_vec(), what, state });
            if going.len() == ROWS_AT_ONCE {
                break;
            }
        }
        Ok(going)
    }

    /// Puts a row that goes where the views look that still need it.
    fn keep_for_pins(
        &mut self,
        table: Table,
        key: &[u8],
        row: &[u8],
        replaced: StateNum,
        pins: &Pins,
    ) -> Result<()> {
        if pins.is_empty() {
            return Ok(());
        }
        let opened = Envelope::open(table, key, row);
        let stamp = opened.map_err(|why| self.store().corrupt(Table::Log, key, why))?.stamp;
        let mut kept = Vec::new();
        for pin in pins.that_see(stamp, replaced) {
            pins.set_may_have_kept(true);
            log::kept_key(pin, table, key, &mut kept);
            self.put_raw(Table::Kept, &kept, row)?;
        }
        Ok(())
    }

    /// A deletion that nobody can travel to before needs no note.
    fn forget_gone(&mut self, table: Table, key: &[u8], state: StateNum) -> Result<()> {
        if self.head.gone[table.index()] == 0 {
            return Ok(());
        }
        let mut gone = Vec::new();
        log::gone_key(table, key, &mut gone);
        let deleted = self.get(Table::Gone, &gone)?.and_then(|mut row| varint::take(&mut row));
        if deleted == Some(state.0) {
            self.delete_raw(Table::Gone, &gone)?;
            self.head.gone[table.index()] -= 1;
        }
        Ok(())
    }

    /// Takes away what was kept for views that are gone.
    fn drop_unused_kept(&mut self, pins: &Pins) -> Result<()> {
        let mut unused = Vec::new();
        let mut is_empty = true;
        let mut range = KeyRange::all();
        // Kept rows stand together by their pins: those that are in use are passed over as one.
        while let Some(key) = self.first_key(Table::Kept, &range)? {
            let mut rest = &key[..];
            let Some(pin) = varint::take_ordered(&mut rest) else { break };
            is_empty = false;
            if !pins.is_unused(StateNum(pin)) {
                range = match successor(&key[..key.len() - rest.len()]) {
                    Some(start) => KeyRange { start, end: None },
                    None => break,
                };
            } else if unused.len() < ROWS_AT_ONCE {
                range = range.after(&key, Direction::Forward);
                unused.push(key);
            } else {
                break;
            }
        }
        if is_empty && pins.is_empty() {
            pins.set_may_have_kept(false);
        }
        unused.iter().try_for_each(|key| self.delete_raw(Table::Kept, key).map(drop))
    }
}

impl Writer<'_> {
    fn first_key(&self, table: Table, range: &KeyRange) -> Result<Option<Vec<u8>>> {
        let mut walk = Walk::new(self.cursor(table)?, range, Direction::Forward);
        let first = walk.next().map_err(|fault| self.failed(fault))?;
        Ok(first.map(|(key, _)| key.to_vec()))
    }
}

impl Head {
    /// There is something in the log that nobody can travel to.
    pub(in crate::store) fn has_prunable(&self) -> bool {
        self.log_from <= self.oldest
    }
}
