//! Collections that a prefix keeps by a name of their own.

use db0_collections::{Array, Bytes, Dict, Index, List, Set, WeakSet, root};
use db0_runtime::{OrPanic, Result, Root};

use crate::Prefix;

macro_rules! roots {
    ($($what:literal $name:ident $try_name:ident [$($element:ident),*] $collection:ty;)*) => {
        impl Prefix {
            $(
                #[doc = concat!("The ", $what, " that is kept by this name; an empty one is made if there is none.")]
                ///
                /// It lives by its name, until [`drop_root`](Self::drop_root) takes that away.
                ///
                /// ```
                /// # let folder = tempfile::tempdir().unwrap();
                /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
                /// # let prefix = workspace.current();
                /// let ages = prefix.dict::<String, u32>("ages");
                /// ages.insert("Ann".into(), 30);
                /// assert_eq!(prefix.dict::<String, u32>("ages").get("Ann"), Some(30));
                /// # Ok::<(), db0::Error>(())
                /// ```
                ///
                /// # Panics
                /// When the name is that of a collection of another type, or there is none and the
                /// prefix is read-only.
                #[track_caller]
                pub fn $name<$($element),*>(&self, name: &str) -> $collection {
                    self.$try_name(name).or_panic()
                }

                #[doc = concat!("As [`", stringify!($name), "`](Self::", stringify!($name), "), with the failure as a value.")]
                ///
                /// ```
                /// # let folder = tempfile::tempdir().unwrap();
                /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
                /// # let prefix = workspace.current();
                /// prefix.try_set::<u8>("seen")?;
                /// let error = prefix.try_list::<u8>("seen").unwrap_err();
                /// assert!(error.to_string().contains("is a Set<u8>, not a List<u8>"));
                /// # Ok::<(), db0::Error>(())
                /// ```
                #[track_caller]
                pub fn $try_name<$($element),*>(&self, name: &str) -> Result<$collection> {
                    root(self.objects(), name)
                }
            )*
        }
    };
}

roots! {
    "list" list try_list [T] List<T>;
    "dict" dict try_dict [K, V] Dict<K, V>;
    "set" set try_set [T] Set<T>;
    "index" index try_index [K, M] Index<K, M>;
    "array" array try_array [T] Array<T>;
    "byte array" bytes try_bytes [] Bytes;
    "weak set" weak_set try_weak_set [T] WeakSet<T>;
}

impl Prefix {
    /// The collections that are kept by their names, by name.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// prefix.dict::<String, u32>("ages");
    /// let roots = prefix.roots()?;
    /// assert_eq!((&roots[0].name[..], &roots[0].holds[..]), ("ages", "Dict<String, u32>"));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn roots(&self) -> Result<Vec<Root>> {
        self.objects().roots()
    }

    /// Takes a name away, and with it the collection, unless a field, another collection or a handle
    /// holds that too; false if there is none.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// prefix.list::<u32>("log");
    /// assert!(prefix.drop_root("log")? && !prefix.drop_root("log")?);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn drop_root(&self, name: &str) -> Result<bool> {
        self.objects().drop_root(name)
    }
}
