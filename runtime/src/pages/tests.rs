//! Files that LMDB has written, and what damage makes of them.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use proptest::prelude::*;

use super::{Census, PageFile, Tree, copy, lacks_only_free};
use crate::lmdb::{Env, EnvOptions};

const MANY: u64 = 3000;

fn options() -> EnvOptions {
    EnvOptions::scratch(64 << 20)
}

fn row(n: u64) -> (Vec<u8>, Vec<u8>) {
    let len = if n.is_multiple_of(50) { 9000 } else { 10 + n as usize % 300 };
    (n.to_be_bytes()[4..].to_vec(), vec![n as u8; len])
}

/// Writes an environment of two tables, and commits again and again.
fn written(folder: &Path) -> (PathBuf, BTreeMap<Vec<u8>, Vec<u8>>) {
    let env = Env::open(folder, &options()).expect("it opens");
    let table = env.table("rows").expect("it opens").expect("it is made");
    env.table("empty").expect("it opens").expect("it is made");
    let mut rows: BTreeMap<_, _> = (0..MANY).map(row).collect();
    for part in rows.iter().collect::<Vec<_>>().chunks(500) {
        let mut txn = env.write().expect("it begins");
        part.iter().for_each(|(key, value)| txn.put(table, key, value).expect("there is room"));
        txn.commit().expect("it commits");
    }
    let mut txn = env.write().expect("it begins");
    for n in (0..MANY).step_by(3) {
        assert!(txn.delete(table, &row(n).0).expect("it can be deleted"));
        rows.remove(&row(n).0);
    }
    txn.commit().expect("it commits");
    (folder.join("data.mdb"), rows)
}

fn table_of<'f>(file: &'f PageFile, census: &Census) -> Tree<'f> {
    let found = census.tables.iter().find(|table| table.name == b"rows").expect("it is there");
    Tree::of(file, &found.record)
}

#[test]
fn rows_are_those_that_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, expected) = written(folder.path());
    let file = PageFile::open(&data).expect("it is sound");
    let census = Census::take(&file, &mut || ());
    assert_eq!(census.faults, []);
    assert!(census.used > 200 && census.free > 10, "{census:?}");
    assert!(census.tables.iter().all(|table| table.is_whole) && census.tables.len() == 2);
    let tree = table_of(&file, &census);
    let mut rows = tree.rows().expect("it is sound");
    let mut found = BTreeMap::new();
    while let Some((key, value)) = rows.next().expect("it is sound") {
        found.insert(key.to_vec(), value.to_vec());
    }
    assert!(found == expected, "{} rows, not {}", found.len(), expected.len());
    for n in 0..MANY + 10 {
        let (key, _) = row(n);
        let got = tree.get(&key).expect("it is sound").map(|value| value.to_vec());
        assert!(got.as_ref() == expected.get(&key), "row {n}");
        let mut from = tree.rows_from(&key).expect("it is sound");
        let next = from.next().expect("it is sound").map(|(key, _)| key.to_vec());
        assert_eq!(next.as_ref(), expected.range(key..).next().map(|(key, _)| key));
    }
}

#[test]
fn a_copy_has_the_same_rows_and_no_free_pages_and_lmdb_goes_on_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, expected) = written(folder.path());
    let place = tempfile::tempdir().expect("a folder");
    let to = place.path().join("data.mdb");
    let copied = fs::File::create(&to).expect("it is ours");
    let mut told = Vec::new();
    let file = PageFile::open(&data).expect("it is sound");
    copy(&file, &copied, &mut |bytes| told.push(bytes)).expect("it is sound");
    let copied = PageFile::open(&to).expect("it is sound");
    let (before, after) = (Census::take(&file, &mut || ()), Census::take(&copied, &mut || ()));
    assert_eq!((after.faults.len(), after.free), (0, 0));
    assert!(after.used <= before.used && copied.is_whole() && copied.txn() == 1);
    assert_eq!(told.last(), Some(&copied.bytes()));
    assert!(told.is_sorted() && told.len() > 1, "{told:?}");
    assert_eq!(fs::metadata(&to).expect("it is there").len(), copied.bytes());
    let env = Env::open(place.path(), &options()).expect("it opens");
    let table = env.table("rows").expect("it opens").expect("it is there");
    assert!(env.table("empty").expect("it opens").is_some());
    for n in 0..MANY {
        let (key, _) = row(n);
        let read = env.read().expect("it reads");
        assert!(read.get(table, &key).expect("it reads") == expected.get(&key).map(|row| &row[..]));
    }
    for n in 0..MANY {
        let mut txn = env.write().expect("it begins");
        txn.put(table, &row(n).0, b"new").expect("there is room");
        txn.commit().expect("it commits");
    }
    let file = PageFile::open(&to).expect("it is sound");
    assert_eq!(Census::take(&file, &mut || ()).faults, []);
}

#[test]
fn ranges_are_estimated_and_short_ones_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, expected) = written(folder.path());
    let file = PageFile::open(&data).expect("it is sound");
    let find = |name: &[u8]| Tree::main(&file).table(name).expect("it is sound");
    assert!(find(b"row").is_none() && find(b"rows\0").is_none() && find(b"zzz").is_none());
    let empty = find(b"empty").expect("it is there");
    assert_eq!(empty.estimate(b"", None).expect("it is sound"), 0);
    let tree = find(b"rows").expect("it is there");
    let whole = tree.estimate(b"", None).expect("it is sound") as usize;
    assert!(whole.abs_diff(expected.len()) < expected.len() / 4, "{whole}");
    for n in (0..MANY).step_by(37) {
        for len in [0, 1, 9, 40] {
            let (start, end) = (row(n).0, row(n + len).0);
            let exact = expected.range(start.clone()..end.clone()).count() as u64;
            assert_eq!(tree.estimate(&start, Some(&end)).expect("it is sound"), exact, "{n}");
        }
    }
    assert_eq!(tree.estimate(b"z", Some(b"a")).expect("it is sound"), 0);
}

#[test]
fn a_file_that_lacks_only_free_pages_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, _) = written(folder.path());
    let whole = fs::read(&data).expect("it reads");
    let (mut lacking, mut refused) = (0, 0);
    for cut in 1..whole.len() / 4096 {
        fs::write(&data, &whole[..whole.len() - 4096 * cut]).expect("it can be written");
        let Ok(file) = PageFile::open(&data) else { continue };
        let census = Census::take(&file, &mut || ());
        // Either way of looking comes to the same.
        assert_eq!(census.faults.is_empty(), lacks_only_free(&file), "{cut} pages less");
        lacking += usize::from(census.faults.is_empty());
        refused += usize::from(!census.faults.is_empty());
    }
    assert!(refused > 10, "{lacking} {refused}");
}

proptest! {
    /// Some bytes of a sound file are changed: nothing panics, hangs or takes much memory, and what
    /// differs from what was written is told, or is in rows' own bytes.
    #[test]
    fn damaged_files_do_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_front in any::<bool>(),
    ) {
        thread_local! {
            static SOUND: Vec<u8> = {
                let folder = tempfile::tempdir().expect("a folder");
                fs::read(written(folder.path()).0).expect("it reads")
            };
        }
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data.mdb");
        let mut bytes = SOUND.with(Clone::clone);
        for (at, to) in changes {
            // Damage to headers and bounds is what matters most.
            let at = at.index(bytes.len());
            let at = if in_front { at / 4096 * 4096 + at % 40 } else { at };
            bytes[at] = to;
        }
        fs::write(&data, &bytes).expect("it can be written");
        if let Ok(file) = PageFile::open(&data) {
            let census = Census::take(&file, &mut || ());
            let to = fs::File::create(folder.path().join("copy")).expect("it is ours");
            let copied = copy(&file, &to, &mut |_| ());
            prop_assert!(copied.is_ok() || !census.faults.is_empty(), "{copied:?}");
            for table in &census.tables {
                let tree = Tree::of(&file, &table.record);
                let _ = tree.get(b"key");
                let _ = (tree.estimate(b"", None), tree.estimate(&row(70).0, Some(&row(900).0)));
                let Ok(mut rows) = tree.rows() else { continue };
                // A tree that goes round in a circle is told by the census, and ends for no walk.
                let mut left = 100_000;
                while left > 0 && matches!(rows.next(), Ok(Some(_))) {
                    left -= 1;
                }
            }
        }
    }
}

#[test]
fn a_torn_meta_page_is_rebuilt_from_the_other() {
    for torn in 0..2 {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, _) = written(folder.path());
        let file = OpenOptions::new().read(true).write(true).open(&data).expect("it opens");
        let sound = super::Metas::read(&file).expect("it reads");
        file.write_all_at(&[0; 100], torn * 4096).expect("it can be written");
        let before = super::Metas::read(&file).expect("it reads");
        assert!(before.both[torn as usize].is_err());
        assert!(Env::open(folder.path(), &options()).is_err(), "it has to be rebuilt first");
        assert!(super::rebuilt(&file).expect("it can be written"));
        assert!(!super::rebuilt(&file).expect("nothing is to be done"));
        let after = super::Metas::read(&file).expect("it reads");
        let kept = sound.both[1 - torn as usize].expect("it was sound");
        assert_eq!(after.newest(), Some(&kept));
        let census = Census::take(&PageFile::open(&data).expect("it is sound"), &mut || ());
        assert_eq!(census.faults, []);
        // It goes on from there.
        let env = Env::open(folder.path(), &options()).expect("it opens");
        let table = env.table("rows").expect("it opens").expect("it is there");
        let mut txn = env.write().expect("it begins");
        txn.put(table, b"more", b"row").expect("there is room");
        txn.commit().expect("it commits");
        drop(env);
        let file = PageFile::open(&data).expect("it is sound");
        assert_eq!(Census::take(&file, &mut || ()).faults, []);
        assert_eq!(file.metas().newest().map(|meta| meta.txn), Some(kept.txn + 1));
    }
}

/// LMDB does not write pages at the end that a transaction has taken and given back.
#[test]
fn files_that_lmdb_leaves_short_open() {
    let mut short = 0;
    for seed in 1..40_u64 {
        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &options()).expect("it opens");
        let table = env.table("rows").expect("it opens").expect("it is made");
        let mut random = seed;
        for _ in 0..8 {
            let mut txn = env.write().expect("it begins");
            for _ in 0..60 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
                let n = random >> 33;
                let (key, value) = row(n % 400);
                if n % 7 < 3 {
                    txn.put(table, &key, &value).expect("there is room");
                } else {
                    txn.delete(table, &key).expect("it can be deleted");
                }
            }
            txn.commit().expect("it commits");
            let data = folder.path().join("data.mdb");
            let file = PageFile::open(&data).expect("it is sound");
            assert_eq!(Census::take(&file, &mut || ()).faults, []);
            if !file.is_whole() {
                short += 1;
                let copy = tempfile::tempdir().expect("a folder");
                fs::copy(&data, copy.path().join("data.mdb")).expect("it can be copied");
                Env::open(copy.path(), &options()).expect("nothing is missing");
            }
        }
    }
    assert!(short > 0, "no file was left short: nothing was looked at");
}
