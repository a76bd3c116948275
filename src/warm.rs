//! Reading prefixes ahead of the questions that will be asked.

use db0_runtime::{Result, Warming};

use crate::Prefix;

impl Prefix {
    /// Has the system read the prefix's file once from end to end, so that whatever is looked at next comes from
    /// memory, as far as there is room for it: after a start of the machine, say. Gives how many bytes there were.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// assert_eq!(prefix.warm()?, prefix.space()?.file);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn warm(&self) -> Result<u64> {
        self.warm_with(|_| ())
    }

    /// As [`warm`](Self::warm), telling every now and then how far it has come.
    pub fn warm_with(&self, mut progress: impl FnMut(Warming)) -> Result<u64> {
        self.warm_by(&mut progress)
    }
}
