//! Changes of lists, element by element.

use db0_runtime::{Result, object::RowReader};
use serde::de::DeserializeOwned;

use super::{
    kind::{Changes, Splice},
    list_walk::hunks,
    moment::{Moment, ends},
};
use crate::{list::List, misuse::expect};

impl<T: DeserializeOwned> List<T> {
    /// Where elements differ between two snapshots, from front to back. The work is in proportion
    /// to what changed, and changes that are close to each other may come as one.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Diary { days: db0::List<String> }
    /// let diary = db0::singleton(|| Diary { days: db0::List::from_iter(["rain", "sun"].map(String::from)) });
    /// db0::commit()?;
    /// let before = db0::snapshot()?;
    /// diary.read().days.push("snow".into());
    /// db0::commit()?;
    /// let splices: Vec<_> = diary.read().days.changes(&before, &db0::snapshot()?).collect();
    /// assert_eq!((splices[0].new_index, &*splices[0].new[0], splices[0].old.len()), (2, "snow", 0));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the states can't be compared; see [`try_changes`](Self::try_changes).
    #[track_caller]
    pub fn changes(&self, before: &impl Moment, after: &impl Moment) -> Changes<Splice<T>> {
        expect(self.try_changes(before, after))
    }

    /// As [`changes`](Self::changes), with the failure as a value.
    pub fn try_changes(
        &self,
        before: &impl Moment,
        after: &impl Moment,
    ) -> Result<Changes<Splice<T>>> {
        let Some(ends) = ends(&self.anchor, before, after)? else { return Ok(Vec::new().into()) };
        let decode = |reader: &RowReader, elements: Vec<Vec<u8>>| -> Result<Vec<T>> {
            elements.iter().map(|element| reader.decode(element)).collect()
        };
        let mut splices = Vec::new();
        for hunk in hunks(&ends)? {
            splices.push(Splice {
                old_index: hunk.old_index,
                old: decode(&ends.before, hunk.old)?,
                new_index: hunk.new_index,
                new: decode(&ends.after, hunk.new)?,
            });
        }
        Ok(splices.into())
    }
}
