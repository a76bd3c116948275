//! What a verification says.

use std::{fmt, path::Path};

use crate::{
    Error, Result,
    store::{Table, hex},
};

/// Findings that are told one by one; what is behind them is counted.
const FINDINGS_MAX: usize = 1000;
/// How many bytes of a key a finding shows.
const SHOWN_MAX: usize = 64;

/// What a prefix holds, and what is wrong with it: all of its last committed state, and of its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// The prefix's name.
    pub prefix: String,
    /// The state that was looked at.
    pub state: u64,
    /// Pages in use.
    pub pages: u64,
    /// Pages that are free.
    pub free_pages: u64,
    /// Rows, old versions included.
    pub rows: u64,
    /// Rows that are there for the past alone.
    pub old_rows: u64,
    /// Objects.
    pub objects: u64,
    /// Collections that are not empty, or were not.
    pub collections: u64,
    /// References that hold something.
    pub references: u64,
    /// What is wrong: the first thousand.
    pub findings: Vec<Finding>,
    /// How much more is.
    pub untold: u64,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Where: a page of the file, or a table and the key of a row in it.
    pub place: String,
    /// What is wrong there.
    pub why: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// How far a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verifying {
    /// What is looked at.
    pub what: &'static str,
    /// How many of these have been.
    pub done: u64,
    /// How many there are.
    pub of: u64,
}

impl Verification {
    /// Nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Refuses a file in which something is wrong.
    pub(crate) fn into_sound(self, path: &Path) -> Result<Self> {
        let Some(first) = self.findings.first() else { return Ok(self) };
        let findings = self.findings.len() as u64 + self.untold;
        Err(Error::Unsound { path: path.into(), first: first.to_string(), findings })
    }

    pub(crate) fn find(&mut self, place: String, why: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { place, why: why.into() });
        } else {
            self.untold += 1;
        }
    }

    /// Something is wrong with a row.
    pub(super) fn find_row(&mut self, table: Table, key: &[u8], why: impl Into<String>) {
        let shown = hex(&key[..key.len().min(SHOWN_MAX)]);
        let more = if key.len() > SHOWN_MAX { "…" } else { "" };
        self.find(format!("table {}, key {shown}{more}", table.name()), why);
    }
}
