//! The last keys of tables while a state is written: what goes behind them is appended.

use super::writer::Writer;
use crate::{Result, store::table::Table};

/// What is known of the end of a table.
#[derive(Debug, Default)]
enum End {
    #[default]
    Unasked,
    /// One row was written that had not been there. If more follow, it is worth a look.
    Missed,
    /// No key of the table is larger.
    At(Vec<u8>),
}

/// The ends of all tables.
#[derive(Debug, Default)]
pub(in crate::store) struct Ends([End; Table::ALL.len()]);

impl Ends {
    /// A key is known to be behind all others of its table: it has no row.
    #[inline]
    pub(in crate::store) fn is_behind(&self, table: Table, key: &[u8]) -> bool {
        matches!(&self.0[table.index()], End::At(last) if key > &last[..])
    }

    /// A row was written behind all others.
    #[inline]
    pub(in crate::store) fn raise(&mut self, table: Table, key: &[u8]) {
        if let End::At(last) = &mut self.0[table.index()] {
            last.clear();
            last.extend_from_slice(key);
        }
    }
}

impl Writer<'_> {
    /// Notes that a row was written which had not been there.
    pub(in crate::store) fn note_end(&mut self, table: Table, key: &[u8]) -> Result<()> {
        let end = &mut self.ends.0[table.index()];
        match end {
            End::Unasked => *end = End::Missed,
            End::Missed => {
                let last = self.cursor(table)?.last().map_err(|fault| self.failed(fault))?;
                let last = last.map_or(Vec::new(), |(last, _)| last.to_vec());
                self.ends.0[table.index()] = End::At(last);
            }
            End::At(last) if key > &last[..] => self.ends.raise(table, key),
            End::At(_) => {}
        }
        Ok(())
    }
}
