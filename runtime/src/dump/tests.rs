//! Dumps whose checksums fit, and whose rows do not.

use std::path::Path;

use super::{chunks::ChunkWriter, load};
use crate::{
    Config, Error, Workspace,
    lmdb::EnvOptions,
    store::{Head, StateNum, Table, put_varint},
    verify::ElementCheck,
};

/// A dump of these rows, framed as it should be.
fn framed(head: &[u8], rows: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut chunks = ChunkWriter::begin(&mut stream).expect("a vector takes all");
    let mut front = Vec::new();
    put_varint(&mut front, head.len() as u64);
    chunks.put(&front).expect("a vector takes all");
    chunks.put(head).expect("a vector takes all");
    chunks.put(rows).expect("a vector takes all");
    chunks.end().expect("a vector takes all");
    stream
}

fn row(table: u8, key: &[u8], row: &[u8]) -> Vec<u8> {
    let mut out = vec![table];
    put_varint(&mut out, key.len() as u64);
    out.extend_from_slice(key);
    put_varint(&mut out, row.len() as u64);
    out.extend_from_slice(row);
    out
}

fn head() -> Head {
    let dumped = tempfile::tempdir().expect("a folder");
    let workspace =
        Workspace::open(Config::new(dumped.path()).autocommit(false)).expect("it opens");
    let mut stream = Vec::new();
    workspace.current().expect("it is open").dump(&mut stream).expect("it is dumped");
    load(&mut &stream[..]).expect("it is whole").head().clone()
}

/// No row gets so far.
fn no_collections(_: &[u8]) -> Result<Box<dyn ElementCheck>, String> {
    Err("it is not a collection".into())
}

fn refusal(folder: &Path, stream: &[u8]) -> String {
    let loaded = Workspace::load_by(folder, "default", &mut &stream[..], no_collections);
    assert!(!folder.join("default/data.mdb").exists(), "something was made of it");
    match loaded {
        Err(Error::BadDump { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_that_make_no_sense_are_refused_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = head().encode();
    let objects = Table::Objects as u8;
    let refused = |rows: &[u8], why: &str| {
        let told = refusal(folder.path(), &framed(&head, rows));
        assert!(told.contains(why), "{told:?} is not {why:?}");
    };
    refused(&row(objects, b"a", b"row"), "key 61");
    refused(&row(16, b"a", b"row"), "of no table");
    refused(&row(0, b"a", b"row"), "of no table");
    refused(&row(Table::Kept as u8, b"a", b"row"), "of no table");
    refused(&row(objects, b"", b"row"), "key is empty");
    refused(&row(objects, &[7; 512], b"row"), "longer than any");
    let twice = [row(objects, b"b", b"row"), row(objects, b"b", b"row")].concat();
    refused(&twice, "out of order");
    let back = [row(objects, b"b", b"row"), row(objects, b"a", b"row")].concat();
    refused(&back, "out of order");
    let tables = [row(2, b"b", b"row"), row(1, b"c", b"row")].concat();
    refused(&tables, "out of order");
    let whole = row(objects, b"a", b"row");
    (1..whole.len()).for_each(|len| refused(&whole[..len], "ends within a row"));
}

#[test]
fn lengths_are_bounded_and_nothing_is_reserved_on_their_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = head().encode();
    for (length, why) in [
        (1 << 20, "ends within a row"),
        (1 << 30, "ends within a row"),
        ((1 << 30) + 1, "longer than any"),
        (u64::MAX, "longer than any"),
    ] {
        let mut rows = vec![Table::Objects as u8, 1, b'a'];
        put_varint(&mut rows, length);
        rows.extend_from_slice(b"short");
        let told = refusal(folder.path(), &framed(&head, &rows));
        assert!(told.contains(why), "{told}");
    }
    let mut stream = b"db0-dump\x01".to_vec();
    stream.extend_from_slice(&u32::MAX.to_le_bytes());
    assert!(refusal(folder.path(), &stream).contains("chunk is longer"));
    let mut front = Vec::new();
    let mut chunks = ChunkWriter::begin(&mut front).expect("a vector takes all");
    let mut length = Vec::new();
    put_varint(&mut length, 1 << 40);
    chunks.put(&length).expect("a vector takes all");
    chunks.end().expect("a vector takes all");
    assert!(refusal(folder.path(), &front).contains("head row is longer"));
}

#[test]
fn heads_of_other_formats_and_of_impossible_numbers_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = head();
    let far = Head { state: StateNum(u64::MAX), ..head.clone() };
    assert!(refusal(folder.path(), &framed(&far.encode(), &[])).contains("head row is damaged"));
    let missing = Head { state: StateNum(3), oldest: StateNum(1), ..head.clone() };
    let told = refusal(folder.path(), &framed(&missing.encode(), &[]));
    assert!(told.contains("state 2 has no row"), "{told}");
    let mut other = b"db0-dump\x02".to_vec();
    other.extend_from_slice(&framed(&head.encode(), &[])[9..]);
    assert!(refusal(folder.path(), &other).contains("use a newer db0"));
    let many = Head { gone: [1; Table::LAYERED], ..head };
    let told = refusal(folder.path(), &framed(&many.encode(), &[]));
    assert!(told.contains("table gone"), "{told}");
}

#[test]
fn long_rows_go_over_many_chunks() {
    let folder = tempfile::tempdir().expect("a folder");
    // Larger than what is written in one step, too.
    let rows: Vec<u8> = (1..=3_u8).flat_map(|n| row(1, &[n], &vec![n; 7 << 20])).collect();
    let stream = framed(&head().encode(), &rows);
    let mut from = &stream[..];
    let loading = load(&mut from).expect("it is framed");
    let options = EnvOptions::scratch(1 << 20);
    loading.into_folder(folder.path(), "default", &options).expect("it is written");
    let file = crate::pages::PageFile::open(&folder.path().join("data.mdb")).expect("it is whole");
    let tree = crate::pages::Tree::main(&file).table(b"objects").expect("it reads");
    let mut found = tree.expect("it is there").rows().expect("it reads");
    for n in 1..=3_u8 {
        let (key, row) = found.next().expect("it reads").expect("it is there");
        assert!(key[..] == [n] && row[..] == vec![n; 7 << 20]);
    }
}
