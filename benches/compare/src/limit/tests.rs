//! The limit's rows are db0's: the files of both are compared, row for row.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path};

use db0::Memo;

use super::{Limit, lmdb::Env};
use crate::{
    contenders::{Db0, Entered},
    folder,
    person::{self, Person},
    rows::fields,
    store::{Loaded, Store},
};

/// Over two chunks of ids.
const N: usize = 9_000;

/// The rows of a table, without those whose keys end with `but`.
fn table(folder: &Path, name: &str, but: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let env = Env::open(folder);
    let table = env.table(Some(name));
    let mut rows = BTreeMap::new();
    env.read().scan(table, &[], |key, row| {
        if but.is_empty() || !key.ends_with(but) {
            rows.insert(key.to_vec(), row.to_vec());
        }
        ControlFlow::Continue(())
    });
    assert!(!rows.is_empty(), "{name} has rows");
    rows
}

fn compare(db0: &Path, limit: &Path, tables: &[&str]) {
    for name in tables {
        let (theirs, ours) = (table(&db0.join("default"), name, &[]), table(limit, name, &[]));
        assert_eq!(theirs, ours, "{name}");
    }
    // A state's own row, of kind 2, has the time in it.
    let (theirs, ours) = (table(&db0.join("default"), "log", &[2]), table(limit, "log", &[2]));
    assert_eq!(theirs, ours, "log");
}

#[test]
fn indexing_a_field_writes_the_same_entries() {
    let (db0, limit) = (folder::new(), folder::new());
    {
        let _entered = Entered::open(db0.path());
        fields::create(fields::people(N));
    }
    Limit::open(limit.path()).create_indexed(fields::people(N));
    compare(db0.path(), limit.path(), &["objects", "postings", "fields"]);
}

#[test]
fn creating_and_updating_writes_the_same_rows() {
    let (db0, limit) = (folder::new(), folder::new());
    let mut store = Db0::open(db0.path());
    store.create(person::people(N), &[]);
    let mut loaded = Loaded { keys: store.keys(&[]), people: Vec::new() };
    store.load(&loaded);
    store.update(0..N, &mut loaded);
    drop(store);
    let mut store = Limit::open(limit.path());
    store.create(person::people(N), &person::ids(N));
    let mut loaded = Loaded { keys: store.keys(&person::ids(N)), people: person::people(N) };
    store.update(0..N, &mut loaded);
    drop(store);
    compare(db0.path(), limit.path(), &["objects", "postings"]);
}

#[test]
fn tagging_writes_the_same_rows() {
    let (db0, limit) = (folder::new(), folder::new());
    let entered = Entered::open(db0.path());
    let memos: Vec<_> = person::people(N).into_iter().map(Memo::new).collect();
    db0::commit().expect("it commits");
    memos.iter().step_by(3).for_each(|memo| drop(db0::tags(memo).add("a")));
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Person>("a").count(), (N as u64).div_ceil(3));
    drop((memos, entered));
    let mut store = Limit::open(limit.path());
    store.create(person::people(N), &person::ids(N));
    let tagged: Vec<u64> = (1..=N as u64).step_by(3).collect();
    store.tag(2, &tagged);
    assert_eq!([store.count(2), store.tallied(2)], [tagged.len() as u64; 2]);
    assert_eq!(store.ids(2, &[], &[]), tagged);
    drop(store);
    compare(db0.path(), limit.path(), &["objects", "postings", "object-tags"]);
}

#[test]
fn both_fetch_the_same_people() {
    let (db0, limit) = (folder::new(), folder::new());
    let (mut first, mut second) = (Db0::open(db0.path()), Limit::open(limit.path()));
    first.create(person::people(N), &[]);
    second.create(person::people(N), &person::ids(N));
    let sum = person::people(N).iter().map(|person| u64::from(person.age)).sum::<u64>();
    assert_eq!(first.fetch(&first.keys(&[])), sum);
    assert_eq!(second.fetch(&second.keys(&person::ids(N))), sum);
    assert_eq!(second.scan(), sum);
}

#[test]
fn a_dict_has_the_same_rows() {
    let (db0, limit) = (folder::new(), folder::new());
    let entered = Entered::open(db0.path());
    let dict = db0::Dict::<String, u64>::new();
    for i in 0..N as u64 {
        dict.insert(format!("word-{i:07}"), i);
    }
    db0::commit().expect("it commits");
    drop(entered);
    drop(dict);
    let mut store = Limit::open(limit.path());
    let (mut key, mut row) = (Vec::new(), Vec::new());
    store.collect(super::DICT, N as u64, &[], |put| {
        for i in 0..N as u64 {
            key.clear();
            row.clear();
            super::text_key(&format!("word-{i:07}"), &mut key);
            super::entry(i, &mut row);
            put(&key, &row);
        }
    });
    drop(store);
    let rows = |folder: &Path, name: &str| table(folder, name, &[]);
    for name in ["elements", "headers"] {
        assert_eq!(rows(&db0.path().join("default"), name), rows(limit.path(), name), "{name}");
    }
}

#[test]
fn replacing_elements_writes_the_same_rows() {
    let (db0, limit) = (folder::new(), folder::new());
    let entered = Entered::open(db0.path());
    let dict = db0::Dict::<u32, u64>::new();
    for version in 0..2 {
        for i in 0..N as u32 {
            dict.insert(i, u64::from(i) + version);
        }
        db0::commit().expect("it commits");
    }
    drop(entered);
    drop(dict);
    let mut store = Limit::open(limit.path());
    let elements = |version: u64| {
        move |put: &mut super::Put<'_>| {
            for i in 0..N as u32 {
                let (mut key, mut row) = (Vec::new(), Vec::new());
                super::number_key(i, &mut key);
                super::entry(u64::from(i) + version, &mut row);
                put(&key, &row);
            }
        }
    };
    let oid = store.collect(super::DICT, N as u64, &[], elements(0));
    store.replace_elements(oid, super::DICT, N as u64, elements(1));
    drop(store);
    let rows = |folder: &Path, name: &str, but: &[u8]| table(folder, name, but);
    for (name, but) in [("elements", &[][..]), ("headers", &[])] {
        let theirs = rows(&db0.path().join("default"), name, but);
        assert_eq!(theirs, rows(limit.path(), name, but), "{name}");
    }
    let old = |folder: &Path| {
        let mut rows = rows(folder, "log", &[2]);
        // What the second state replaced.
        rows.retain(|key, _| key.starts_with(&[1, 2, 0]));
        rows
    };
    assert_eq!(old(&db0.path().join("default")), old(limit.path()), "log");
}

#[test]
fn an_index_has_the_same_rows() {
    let (db0, limit) = (folder::new(), folder::new());
    let entered = Entered::open(db0.path());
    let memos: Vec<_> = person::people(N).into_iter().map(Memo::new).collect();
    let index = db0::Index::<u32, Memo<Person>>::new();
    for (memo, i) in memos.iter().zip(0..) {
        index.add(i * 77, memo);
    }
    db0::commit().expect("it commits");
    drop(entered);
    drop((index, memos));
    let mut store = Limit::open(limit.path());
    // One number after the objects', as a collection that is made after them; one state.
    store.next_oid = N as u64 + 1;
    let oids: Vec<u64> = (1..=N as u64).collect();
    let (mut key, mut row) = (Vec::new(), Vec::new());
    store.collect(super::INDEX, N as u64, &oids, |put| {
        for oid in &oids {
            key.clear();
            row.clear();
            super::index_key((oid - 1) as u32 * 77, *oid, &mut key);
            super::index_entry(*oid, oid - 1, &mut row);
            put(&key, &row);
        }
    });
    drop(store);
    let rows = |folder: &Path, name: &str| table(folder, name, &[]);
    for name in ["elements", "headers", "counts"] {
        assert_eq!(rows(&db0.path().join("default"), name), rows(limit.path(), name), "{name}");
    }
}
