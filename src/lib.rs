//! Code as if memory were infinite, durable, shared and versioned.
//!
//! A struct marked [`#[db0::memo]`](macro@memo) is a persistent object. It is read and written
//! through guards, like the contents of an `Arc<RwLock<T>>`; a background thread commits it; it is
//! found again by its tags, its uuid, or through the objects that refer to it; snapshots see any
//! past state; other processes read along.
//!
//! ```
//! use db0::{List, Memo};
//!
//! #[db0::memo(singleton)]
//! struct Root { greeting: String, people: List<Memo<Person>> }
//!
//! #[db0::memo]
//! struct Person { name: String, age: u32 }
//!
//! # fn main() -> db0::Result<()> {
//! # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
//! # let path = folder.path();
//! db0::init(path)?;
//! let root = db0::singleton(|| Root { greeting: "Hello".into(), people: List::new() });
//! let alice = Memo::new(Person { name: "Alice".into(), age: 30 });
//! alice.write().age += 1;
//! root.read().people.push(alice.clone());
//! db0::tags(&alice).add("employee").add(["manager", "remote"]);
//! for person in db0::find::<Person>(("employee", db0::no("intern"))) {
//!     println!("{}", person.read().name);
//! }
//! # db0::close()
//! # }
//! ```

mod changes;
mod classes;
mod copies;
mod dumps;
mod finding;
mod global;
#[cfg(doctest)]
mod guide;
mod past;
mod prefix;
mod processes;
mod roots;
mod verify;
mod warm;
mod workspace;

pub use changes::{
    changes, select_deleted, select_modified, select_new, subscribe, try_changes,
    try_select_deleted, try_select_modified, try_select_new, try_subscribe,
};
pub use classes::classes;
#[cfg(feature = "cbor")]
pub use db0_collections::Cbor;
#[cfg(feature = "compress")]
pub use db0_collections::Compressed;
#[cfg(feature = "json")]
pub use db0_collections::Json;
pub use db0_collections::{Array, Bytes, Dict, Index, List, Set, WeakSet};
pub use db0_collections::{Changes, EntryChange, Kind, Moment, Splice};
pub use db0_macros::{Key, Tag, memo};
pub use db0_query::{
    All, Any, AnyClass, AnyQuery, ClassTag, Condition, Covers, Criteria, DynMemo, Each, Explain,
    Expr, Field, Findable, GroupKey, Groups, HandleOf, JoinOn, Matches, Measure, No, NullsLast,
    Number, Query, Refers, SortKey, TagList, Tagger, Targets, TryMatches, WithTrait, Words, all,
    any, class, no, tags, words,
};
pub use db0_runtime::{
    AnyMemo, CacheStats, Compaction, Config, CycleReport, Diagnosis, Dumped, Durability, Entered,
    Error, Finding, Health, History, Lock, Memo, Mode, OnChange, PruneBefore, Pruning, Read,
    Reader, Result, Root, Space, State, Verification, Verifying, Warming, WeakMemo, Write, abort,
    class::{Class, EnumTag, Singleton, TagName},
    codec::{
        Reference, Time, Value, int128,
        key::{Composite, Desc, IntoKey, Key, KeyRange},
    },
    derived::{StoredClass, StoredField, StoredIndex},
    object::{Attrs, Export, Handle},
};
#[cfg(feature = "tokio")]
pub use db0_snapshot::CommitStream;
pub use db0_snapshot::{Change, Changed, Commit, Listening, Snapshot, Subscription};
pub use dumps::{dump, load};
pub use finding::{all_tags, find, find_any, find_dyn, find_tags_starting_with};
pub use global::{
    atomic, cache_stats, clear_cache, close, collect_cycles, commit, current, delete, drop_prefix,
    exists, fetch, fetch_any, fetch_singleton, has_singleton, init, open, prefixes, singleton,
    state, touch, try_cache_stats, try_clear_cache, try_current, try_singleton, try_state,
    try_touch,
};
pub use past::{
    compact, prune_history, snapshot, snapshot_at, snapshot_at_time, snapshot_of, state_at, states,
};
pub use prefix::Prefix;
#[cfg(feature = "tokio")]
pub use processes::{commit_async, wait_async};
pub use processes::{refresh, try_view, view, wait};
pub use verify::verify;
pub use workspace::Workspace;

/// What the macros call; not part of the public API, and bound to the macros of this version.
#[doc(hidden)]
pub mod plumbing {
    pub use db0_query::{__tag_impls as tag_impls, Expr};
    pub use db0_runtime::plumbing::*;
}
