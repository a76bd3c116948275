//! The past: every version leads to the one before it, and every old one is led to.

use super::tables::Looking;
use crate::{
    pages::Fault,
    store::{Envelope, StateNum, StateRow, Table, log, take_varint},
};

/// Looks at versions and states after the oldest one that can be travelled to.
pub(super) fn check(looking: &mut Looking<'_, '_>) -> Result<(), Fault> {
    let mut versions = Versions { oldest: looking.tables.head.oldest, led_to: 0, key: Vec::new() };
    for table in Table::ALL.into_iter().filter(|table| table.is_versioned()) {
        looking.each_raw("versions", table, |looking, key, row| {
            versions.look(looking, table, key, row)
        })?;
    }
    versions.deletions(looking)?;
    let old = versions.logged(looking)?;
    if old != versions.led_to {
        let why = format!("{} versions are referred to, and {old} are there", versions.led_to);
        looking.report.find("table log".into(), why);
    }
    states(looking)
}

struct Versions {
    oldest: StateNum,
    /// Old versions that a newer one, or a deletion, leads to.
    led_to: u64,
    key: Vec<u8>,
}

impl Versions {
    /// The version before the one of this row is there, if it can be travelled to.
    fn look(
        &mut self,
        looking: &mut Looking<'_, '_>,
        table: Table,
        key: &[u8],
        row: &[u8],
    ) -> Result<(), Fault> {
        let Ok(newer) = Envelope::open(table, key, row) else { return Ok(()) };
        if newer.is_first() || newer.stamp <= self.oldest {
            return Ok(());
        }
        self.led_to += 1;
        log::old_key(newer.stamp, table, key, &mut self.key);
        let Some(older) = looking.tables.get(Table::Log, &self.key)? else {
            looking.report.find_row(table, key, "the version before it is missing from the log");
            return Ok(());
        };
        let is_older = Envelope::open(table, key, &older).is_ok_and(|older| newer.follows(&older));
        if !is_older {
            let why = "the version before it in the log is another one";
            looking.report.find_row(table, key, why);
        }
        Ok(())
    }

    /// What is gone has a last version, and as many are as the head row says.
    fn deletions(&mut self, looking: &mut Looking<'_, '_>) -> Result<(), Fault> {
        let mut gone = [0; Table::LAYERED];
        looking.each_body("deletions", Table::Gone, |looking, key, mut row| {
            let table = key.first().and_then(|number| Table::of_number(*number));
            let Some((table, deleted)) = table.zip(take_varint(&mut row)) else { return Ok(()) };
            if let Some(count) = gone.get_mut(table.index()) {
                *count += 1;
            }
            let (deleted, key) = (StateNum(deleted), &key[1..]);
            if looking.tables.get(table, key)?.is_some() {
                let why = "it is noted as deleted, and it is there";
                looking.report.find_row(table, key, why);
            }
            if deleted > self.oldest {
                self.led_to += 1;
                log::old_key(deleted, table, key, &mut self.key);
                if looking.tables.get(Table::Log, &self.key)?.is_none() {
                    let why = "it was deleted, and its last version is missing from the log";
                    looking.report.find_row(table, key, why);
                }
            }
            Ok(())
        })?;
        if gone != looking.tables.head.gone {
            let why = format!("{gone:?} rows are there, not {:?}", looking.tables.head.gone);
            looking.report.find("table gone".into(), why);
        }
        Ok(())
    }

    /// How many old versions there are that can be travelled to; they have older ones themselves.
    fn logged(&mut self, looking: &mut Looking<'_, '_>) -> Result<u64, Fault> {
        let mut old = 0;
        let head = (looking.tables.head.log_from, looking.tables.head.state);
        looking.each_raw("the log", Table::Log, |looking, key, row| {
            let Some((state, kind, rest)) = log::split(key) else { return Ok(()) };
            // The state row of the oldest one stays when all else of it goes.
            if state > head.1 || state.next() < head.0 {
                looking.report.find_row(Table::Log, key, "its state is not one of the log's");
            }
            let Some((number, key)) = rest.split_first() else { return Ok(()) };
            let table = Table::of_number(*number).filter(|_| kind == log::Kind::Old as u8);
            if let Some(table) = table.filter(|_| state > self.oldest) {
                old += 1;
                self.look(looking, table, key, row)?;
            }
            Ok(())
        })?;
        Ok(old)
    }
}

/// Every state has its row, and their times rise with their numbers.
fn states(looking: &mut Looking<'_, '_>) -> Result<(), Fault> {
    let head = &looking.tables.head;
    let (mut key, mut before) = (Vec::new(), i64::MIN);
    for state in (head.oldest.0.saturating_add(1)..=head.state.0).map(StateNum) {
        log::state_key(state, &mut key);
        let row = looking.tables.body(Table::Log, &key, StateRow::decode)?;
        let Some(row) = row.flatten() else {
            looking.report.find_row(Table::Log, &key, format!("state {} has no row", state.0));
            // A head row that is wrong would have as many findings as it says states.
            break;
        };
        if row.time_ns < before {
            let why = format!("state {} is of before the one before it", state.0);
            looking.report.find_row(Table::Log, &key, why);
        }
        before = row.time_ns;
    }
    Ok(())
}
