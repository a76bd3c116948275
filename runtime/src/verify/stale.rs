//! Rows that are missing, or as they were in another state, with checksums that fit: each one is found.

use std::{collections::BTreeMap, fs, path::Path};

use super::tests::{
    INDEX, LIST, TAG, commit, element, index, key_of, look, object, open_with, planted, put,
    schema, set,
};
use crate::{
    History,
    fields::entry_row,
    lmdb::{Env, EnvOptions},
    pages::{PageFile, Tree},
    store::{Before, HEAD_KEY, Oid, Table, oid_key},
};

/// The rows of a file, by table (none for the head row) and key.
type Rows = BTreeMap<(Option<Table>, Vec<u8>), Vec<u8>>;

fn rows(data: &Path) -> Rows {
    let file = PageFile::open(data).expect("it is whole");
    let main = Tree::main(&file);
    let head = main.get(HEAD_KEY).expect("it reads").expect("it is there");
    let mut found = Rows::from([((None, HEAD_KEY.to_vec()), head.to_vec())]);
    for table in Table::ALL {
        let tree = main.table(table.name().as_bytes()).expect("it reads").expect("it is there");
        let mut rows = tree.rows().expect("it reads");
        while let Some((key, row)) = rows.next().expect("it reads") {
            found.insert((Some(table), key.to_vec()), row.to_vec());
        }
    }
    found
}

/// A prefix of some states, and what its rows were one state earlier.
fn prepared(folder: &Path, history: History) -> (Rows, Rows) {
    let store = open_with(folder, history);
    planted(&store);
    let attribute = [oid_key(Oid(1)).as_bytes(), b"color\0"].concat();
    let change = |name: &str, before: &str, is_tagged: bool| {
        commit(&store, |writer| {
            put(writer, Table::Objects, Oid(1), &object(name, Some(Oid(2)), Some(LIST)))?;
            let (entry, _) = entry_row(INDEX, &key_of(before), Oid(1));
            writer.delete(Table::Fields, entry.as_bytes())?;
            index(writer, name, 1)?;
            writer.put(Table::Elements, &attribute, &[name.len() as u8], Before::Unknown)?;
            writer.put(Table::Elements, &element(0), &[name.len() as u8 + 60], Before::Unknown)?;
            set(writer, TAG, 2, is_tagged)?;
            if is_tagged {
                put(writer, Table::ObjectTags, Oid(2), &[TAG.0 as u8])?;
            } else {
                writer.delete(Table::ObjectTags, oid_key(Oid(2)).as_bytes())?;
            }
            writer.put(Table::Classes, &[1, 1, 0], &schema(is_tagged), Before::Unknown).map(drop)
        })
    };
    change("Abe", "Ann", true);
    let before = rows(&folder.join("data.mdb"));
    change("Alice", "Abe", false);
    drop(store);
    (before, rows(&folder.join("data.mdb")))
}

/// Puts a row, or none, in a place of a file, and looks at that.
fn found_with(file: &[u8], place: &(Option<Table>, Vec<u8>), row: Option<&Vec<u8>>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("data.mdb"), file).expect("it can be written");
    let env = Env::open(folder.path(), &EnvOptions::scratch(1 << 22)).expect("it opens");
    let (table, key) = place;
    let id = match table {
        Some(table) => env.table(table.name()).expect("it reads").expect("it is there"),
        None => env.main_table().expect("it reads"),
    };
    let mut txn = env.write().expect("nobody else writes");
    match row {
        Some(row) => txn.put(id, key, row).expect("there is room"),
        None => drop(txn.delete(id, key).expect("it can be deleted")),
    }
    txn.commit().expect("it commits");
    drop(env);
    look(folder.path()).findings.iter().map(ToString::to_string).collect()
}

#[test]
fn each_row_that_is_missing_or_of_another_state_is_found() {
    for history in [History::All, History::Last(1), History::Off] {
        let folder = tempfile::tempdir().expect("a folder");
        let (before, now) = prepared(folder.path(), history);
        assert_eq!(look(folder.path()).findings, []);
        let file = fs::read(folder.path().join("data.mdb")).expect("it is there");
        let (mut missing, mut stale, mut by_sum_alone) = (0, 0, 0);
        let mut check = |place: &(Option<Table>, Vec<u8>), row: Option<&Vec<u8>>| {
            let found = found_with(&file, place, row);
            assert!(!found.is_empty(), "{history:?}: {place:?} is now {row:?}");
            by_sum_alone += usize::from(found.len() == 1 && found[0].contains("don't add up"));
        };
        for place in now.keys() {
            check(place, None);
            missing += 1;
        }
        for place in before.keys().chain(now.keys()) {
            if before.get(place) != now.get(place) && before.contains_key(place) {
                check(place, before.get(place));
                stale += 1;
            }
        }
        let counts = (missing, stale, by_sum_alone);
        assert!(missing > 15 && stale > 10 && by_sum_alone > 5, "{history:?}: {counts:?}");
    }
}
