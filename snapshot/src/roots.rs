//! Collections by their names, as they were.

use db0_collections::{Array, Bytes, Collection, Dict, Index, List, Set, WeakSet, find_root};
use db0_runtime::{Result, Root};

use crate::Snapshot;

macro_rules! roots {
    ($($what:literal $name:ident [$($element:ident),*] $collection:ty;)*) => {
        impl Snapshot {
            $(
                #[doc = concat!("The ", $what, " of this name in the current prefix, as it was then.")]
                ///
                /// ```
                /// # let folder = tempfile::tempdir().unwrap();
                /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
                /// # let prefix = workspace.current();
                /// let ages = prefix.dict::<String, u32>("ages");
                /// ages.insert("Ann".into(), 30);
                /// prefix.commit()?;
                /// let then = prefix.snapshot()?;
                /// ages.insert("Ann".into(), 31);
                /// assert_eq!(then.dict::<String, u32>("ages")?.get("Ann"), Some(30));
                /// assert!(then.list::<u32>("ages").is_err()); // it is a Dict
                /// # Ok::<(), db0::Error>(())
                /// ```
                pub fn $name<$($element),*>(&self, name: &str) -> Result<$collection> {
                    self.root(name)
                }
            )*
        }
    };
}

roots! {
    "list" list [T] List<T>;
    "dict" dict [K, V] Dict<K, V>;
    "set" set [T] Set<T>;
    "index" index [K, M] Index<K, M>;
    "array" array [T] Array<T>;
    "byte array" bytes [] Bytes;
    "weak set" weak_set [T] WeakSet<T>;
}

impl Snapshot {
    fn root<C: Collection>(&self, name: &str) -> Result<C> {
        let objects = self.current();
        find_root(objects, name)?.ok_or_else(|| objects.no_root(name))
    }

    /// The collections that were kept by their names then, in the current prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// prefix.list::<u8>("log");
    /// prefix.commit()?;
    /// let then = prefix.snapshot()?;
    /// prefix.drop_root("log")?;
    /// assert_eq!(then.roots()?[0].name, "log");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn roots(&self) -> Result<Vec<Root>> {
        self.current().roots()
    }
}
