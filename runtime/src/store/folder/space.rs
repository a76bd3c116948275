//! How much of a file is in use.

use crate::{
    Result,
    pages::{PageFile, Tree},
    store::{engine::Store, table::Table},
};

/// A file that is more than so many times as large as what is in it is told of.
const RATIO_MAX: u64 = 2;
/// Smaller ones are not worth a word.
const TOLD_FROM: u64 = 16 << 20;

/// How large a prefix's file is, and how much of it is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Space {
    /// Bytes of the file's pages.
    pub file: u64,
    /// Bytes of those in use; the others are free, and used again by commits.
    pub used: u64,
}

impl Space {
    /// The file is more than twice as large as what is in it, and not small:
    /// [`compact`](crate::Prefix::compact) would give much back.
    pub fn is_bloated(&self) -> bool {
        self.file >= TOLD_FROM && self.file > self.used.saturating_mul(RATIO_MAX)
    }

    /// How many times as large the file is as what is in it.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn ratio(&self) -> f64 {
        self.file as f64 / self.used.max(1) as f64
    }
}

impl Store {
    /// How much of the file is in use, at the price of some pages.
    pub(crate) fn space(&self) -> Result<Space> {
        let held = self.hold()?;
        let file: &PageFile = &held;
        let used = Tree::used_bytes(file, Table::ALL.into_iter().map(Table::name));
        let damaged =
            |fault: crate::pages::Fault| self.corrupt(Table::Log, &[], &fault.to_string());
        Ok(Space { file: file.bytes(), used: used.map_err(damaged)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_and_those_in_use_are_not_told_of() {
        let of = |file, used| Space { file, used }.is_bloated();
        assert!(of(TOLD_FROM, TOLD_FROM / 2 - 1));
        assert!(!of(TOLD_FROM, TOLD_FROM / 2));
        assert!(!of(TOLD_FROM - 1, 1));
    }
}
