//! A sound prefix with something of everything in it, to be damaged.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use db0::{Config, Dict, Durability, Index, List, Memo, Result, Set, Workspace};
use tempfile::TempDir;

/// An object of the base, with a collection of each kind that has nodes.
#[db0::memo(keep)]
pub(crate) struct Item {
    pub(crate) n: u32,
    #[db0(index)]
    pub(crate) rank: Option<u32>,
    pub(crate) text: String,
    pub(crate) friend: Option<Memo<Item>>,
    pub(crate) list: List<u32>,
    pub(crate) dict: Dict<String, u32>,
    pub(crate) set: Set<u32>,
    pub(crate) index: Index<u32, Memo<Item>>,
}

/// Its name, and what of it is in the file.
pub(crate) const NAME: &str = "default";
const DATA: &str = "default/data.mdb";

/// How many objects there are.
const ITEMS: u32 = 12;

/// A folder in memory where there is one.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).expect("a folder")
}

pub(crate) fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false).durability(Durability::Relaxed)
}

fn fill(workspace: &Workspace) -> Result<()> {
    let mut before: Option<Memo<Item>> = None;
    for n in 0..ITEMS {
        let item = Memo::try_new(Item {
            n,
            rank: (n % 3 > 0).then_some(n / 2),
            text: "some text ".repeat(n as usize),
            friend: before.clone(),
            list: (0..n).collect(),
            dict: (0..n % 4).map(|k| (format!("key {k}"), k)).collect(),
            set: (0..n % 5).collect(),
            index: Index::new(),
        })?;
        if let Some(before) = &before {
            item.try_read()?.index.try_add(n, before)?;
        }
        db0::tags(&item).try_add(["even", "odd"][n as usize % 2])?.try_add("all")?;
        before = Some(item);
    }
    workspace.commit()?;
    for item in db0::find::<Item>("even") {
        item.try_update(|item| item.n += 100)?;
        db0::tags(&item).try_remove("all")?;
    }
    workspace.commit()?;
    // The last one is the one that nothing refers to.
    let last = db0::find::<Item>("odd").iter().last();
    last.iter().try_for_each(db0::delete)?;
    workspace.commit()?;
    Ok(())
}

/// The bytes of its file.
pub(crate) static BASE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = folder();
    let workspace = Workspace::open(config(folder.path())).expect("it opens");
    let entered = workspace.enter();
    fill(&workspace).expect("nothing is damaged yet");
    drop(entered);
    workspace.close().expect("it closes");
    fs::read(folder.path().join(DATA)).expect("it is there")
});

/// Puts a file in the place of a prefix's.
pub(crate) fn place(folder: &Path, data: &[u8]) -> PathBuf {
    let path = folder.join(DATA);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
    fs::write(&path, data).expect("it can be written");
    path
}

/// Reads all that can be read, in every way; what is damaged may only be told of.
pub(crate) fn read_all(workspace: &Workspace) -> Result<()> {
    let _entered = workspace.enter();
    let mut uuids = db0::find::<Item>(()).try_uuids()?;
    for tag in ["even", "odd", "all"] {
        let _ = (db0::find::<Item>(tag).try_count(), db0::find::<Item>(tag).try_uuids());
    }
    let _ = db0::find::<Item>(Item::RANK.ge(Some(1))).try_count();
    let _ = db0::find::<Item>(()).sort_by(Item::RANK).try_uuids();
    uuids.truncate(4 * ITEMS as usize);
    for uuid in uuids {
        let _ = db0::fetch::<Item>(uuid).and_then(|item| read(&item));
    }
    let states: Vec<u64> = db0::states(..)?.iter().map(|state| state.number).take(8).collect();
    for state in states {
        let Ok(snapshot) = db0::snapshot_at(state) else { continue };
        let found = snapshot.find::<Item>("all").try_uuids();
        for uuid in found.into_iter().flatten().take(2 * ITEMS as usize) {
            let _ = snapshot.fetch::<Item>(uuid).and_then(|item| read(&item));
        }
    }
    Ok(())
}

fn read(item: &Memo<Item>) -> Result<()> {
    let _ = (db0::tags(item).try_list(), item.try_refcount());
    let read = item.try_read()?;
    let _ = read.friend.as_ref().map(|friend| friend.try_read().map(|friend| friend.n));
    let _ = (read.list.try_to_vec(), read.list.try_len(), read.list.try_get(3));
    let _ = (read.dict.try_len(), read.dict.try_get("key 1"), read.set.try_contains(2));
    let _ = read.dict.try_iter()?.take(100).try_for_each(|entry| entry.map(drop));
    let _ = read.set.try_iter()?.take(100).try_for_each(|entry| entry.map(drop));
    let _ = read.index.try_iter()?.take(100).try_for_each(|entry| entry.map(drop));
    Ok(())
}
