//! Everything that verifying looks for, planted into a prefix that is sound.

use std::sync::Arc;

use super::{ElementCheck, Verification, verify};
use crate::{
    History, Result,
    class::{FieldRecord, Form, KeyUse, Schema, TagNameRow},
    codec::{self, COLLECTION, RefExt, STRONG},
    fields::{Definition, entry_row, field_tags_key},
    lmdb::EnvOptions,
    object::Objects,
    pages::PageFile,
    store::{
        Before, ClassId, Head, IndexId, LayerRows, Oid, Postings, PutOn, StateNum, Store, Table,
        TagId, Writer, log, oid_key, posting_key, put_ordered, put_varint,
    },
};

const CLASS: ClassId = ClassId(1);
pub(super) const TAG: TagId = TagId(2);
pub(super) const INDEX: IndexId = IndexId(3);
pub(super) const LIST: Oid = Oid(3);

fn open(folder: &std::path::Path) -> Arc<Store> {
    open_with(folder, History::All)
}

pub(super) fn open_with(folder: &std::path::Path, history: History) -> Arc<Store> {
    let options = EnvOptions::scratch(1 << 22);
    Store::open(folder, "planted", &options, history).expect("the store opens")
}

pub(super) fn commit(
    store: &Store,
    mut write: impl FnMut(&mut Writer<'_>) -> Result<()>,
) -> StateNum {
    store.commit(&mut write).unwrap_or_else(|error| panic!("{error:?}"))
}

fn reference(kind: u8, oid: Oid) -> RefExt {
    RefExt::from_parts(kind, oid_key(oid).as_bytes()).expect("it fits")
}

/// An object's row: its name, another object, and a collection.
pub(super) fn object(name: &str, friend: Option<Oid>, list: Option<Oid>) -> Vec<u8> {
    let mut body = Vec::new();
    put_varint(&mut body, CLASS.0.into());
    put_varint(&mut body, 0);
    let references =
        (friend.map(|oid| reference(STRONG, oid)), list.map(|oid| reference(COLLECTION, oid)));
    codec::encode_fields(&(name, references.0, references.1), &mut body).expect("it fits");
    body
}

fn number(number: u64) -> Vec<u8> {
    let mut row = Vec::new();
    put_varint(&mut row, number);
    row
}

pub(super) fn element(at: u64) -> Vec<u8> {
    let mut key = oid_key(LIST).as_bytes().to_vec();
    put_ordered(&mut key, at);
    key
}

pub(super) fn put(writer: &mut Writer<'_>, table: Table, oid: Oid, body: &[u8]) -> Result<()> {
    writer.put(table, oid_key(oid).as_bytes(), body, Before::Unknown).map(drop)
}

pub(super) fn set(writer: &mut Writer<'_>, tag: TagId, oid: u64, is_in: bool) -> Result<()> {
    let mut postings = Postings::default();
    let oid = Oid(oid);
    if is_in {
        postings.join(tag, (oid, Some(CLASS)));
    } else {
        postings.leave(tag, oid);
    }
    writer.postings([&postings])
}

/// The row of an object that bears the tag.
fn tagged() -> Vec<u8> {
    let mut row = Vec::new();
    PutOn { holding: vec![TAG], passive: Vec::new() }.encode(&mut row);
    row
}

pub(super) fn key_of(name: &str) -> Vec<u8> {
    let mut key = name.as_bytes().to_vec();
    key.push(0);
    key
}

pub(super) fn index(writer: &mut Writer<'_>, name: &str, oid: u64) -> Result<()> {
    let (key, body) = entry_row(INDEX, &key_of(name), Oid(oid));
    writer.put(Table::Fields, key.as_bytes(), &body, Before::Unknown).map(drop)
}

/// The row of the class, of which objects need no holder if they are kept.
pub(super) fn schema(keep: bool) -> Vec<u8> {
    let record = |name: &str| FieldRecord { name: name.into(), rust_type: "T".into() };
    let fields = ["name", "friend", "list"].map(record).into();
    Schema { class: "Thing".into(), keep, form: Form::Fields, fields }.encode()
}

/// An object with a tag that holds another one and a collection of two elements.
pub(super) fn planted(store: &Store) {
    let kind = "text".parse().ok();
    let (uses, ready) = (KeyUse::Index, true);
    let definition =
        Definition { class: CLASS, index: INDEX, uses, ready, name: "name".into(), kind };
    let mut definitions = LayerRows::default();
    definition.put(&mut definitions);
    let class_key = [1, 1, 0];
    let name = TagNameRow::ByNumber(TAG, b"\x01red").other_key();
    let by_name = || [&number(TAG.0.into())[..], b"\x01red"].concat();
    while store.new_tag() < TagId(INDEX.0) {}
    commit(store, |writer| {
        writer.put_sealed(Table::Classes, &class_key, schema(false))?;
        put(writer, Table::Objects, Oid(1), &object("Ann", Some(Oid(2)), Some(LIST)))?;
        put(writer, Table::Objects, Oid(2), &object("Bob", None, None))?;
        put(writer, Table::Headers, LIST, &[9, 2])?;
        for at in 0..2 {
            writer.put(Table::Elements, &element(at), &[7], Before::Unknown)?;
        }
        put(writer, Table::Counts, Oid(2), &number(1))?;
        put(writer, Table::Counts, LIST, &number(1))?;
        put(writer, Table::ObjectTags, Oid(1), &tagged())?;
        let mut postings = Postings::default();
        [(Objects::class_tag(CLASS), 1), (Objects::class_tag(CLASS), 2), (TAG, 1)]
            .into_iter()
            .for_each(|(tag, oid)| postings.join(tag, (Oid(oid), Some(CLASS))));
        writer.postings([&postings])?;
        let number_key = TagNameRow::ByName(TAG, b"").other_key();
        writer.put_sealed(Table::TagNames, &number_key, b"\x01red".to_vec())?;
        writer.put_sealed(Table::TagNames, &name, by_name())?;
        writer.rows(&[&definitions], &[Table::Fields])?;
        index(writer, "Ann", 1)?;
        index(writer, "Bob", 2)
    });
    commit(store, |writer| {
        writer.put(Table::Elements, &element(1), &[8], Before::Unknown).map(drop)
    });
    commit(store, |writer| {
        writer.delete(Table::Elements, &element(1))?;
        put(writer, Table::Headers, LIST, &[9, 1])
    });
}

/// A collection of which the header says how many rows it has.
struct Counted(u8);

impl ElementCheck for Counted {
    fn row(&mut self, _: &[u8], _: &[u8]) -> Result<(), String> {
        self.0 = self.0.checked_sub(1).ok_or("it has more elements than it says")?;
        Ok(())
    }

    fn end(self: Box<Self>) -> Result<(), String> {
        if self.0 == 0 { Ok(()) } else { Err("it has fewer elements than it says".into()) }
    }
}

pub(super) fn look(folder: &std::path::Path) -> Verification {
    let file = PageFile::open(&folder.join("data.mdb")).expect("it is a file");
    let begin = |header: &[u8]| match header {
        [9, length] => Ok(Box::new(Counted(*length)) as Box<dyn ElementCheck>),
        _ => Err("it is of an unknown kind".to_owned()),
    };
    verify(&file, begin, &mut |_| ())
}

#[test]
fn a_sound_prefix_is_found_sound() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    planted(&store);
    let found = look(folder.path());
    assert_eq!(found.findings, []);
    assert_eq!((found.state, found.objects, found.collections, found.references), (3, 2, 1, 2));
    assert!(found.rows > 20 && found.old_rows >= 6, "{found:?}");
    drop(store);
    assert_eq!(look(folder.path()).findings, []);
}

type Plant = fn(&mut Writer<'_>) -> Result<()>;

/// What is wrong after each of these.
const PLANTS: [(&str, Plant); 29] = [
    ("references are counted, and there are 1", |w| put(w, Table::Counts, Oid(2), &number(7))),
    ("0 references are counted", |w| w.delete(Table::Counts, oid_key(LIST).as_bytes()).map(drop)),
    ("1 references are counted, and there are 0", |w| put(w, Table::Counts, Oid(9), &number(1))),
    ("references are noted, and there are 0", |w| {
        let key = [oid_key(LIST).as_bytes(), oid_key(Oid(2)).as_bytes()].concat();
        w.put_sealed(Table::Owners, &key, number(1))
    }),
    ("nothing holds it", |w| put(w, Table::Headers, Oid(5), &[9, 0])),
    ("its own row says otherwise", |w| set(w, TAG, 2, true)),
    ("its own row says otherwise", |w| set(w, Objects::class_tag(CLASS), 8, true)),
    ("and not of class 7", |w| {
        let mut key = Vec::new();
        posting_key(TAG, 0, &mut key);
        w.put(Table::Postings, &key, &[0, 7, 1, 0], Before::Unknown).map(drop)
    }),
    ("5 are said to bear the tag, and 1 do", |w| {
        w.put(Table::Postings, &[1, 2], &[1, 5], Before::Unknown).map(drop)
    }),
    ("not among those that bear tag 2", |w| set(w, TAG, 1, false)),
    ("not among the objects of its class", |w| set(w, Objects::class_tag(CLASS), 2, false)),
    ("there is no object that it is of", |w| put(w, Table::ObjectTags, Oid(4), &[2])),
    ("do not agree", |w| w.put_sealed(Table::TagNames, &[2, 1, 2], b"\x01blue".to_vec())),
    ("do not agree", |w| w.delete_raw(Table::TagNames, &[2, 1, 2]).map(drop)),
    ("has not been given out", |w| {
        w.put_sealed(Table::TagNames, &[2, 1, 60], b"\x01blue".to_vec())
    }),
    ("has not been given out", |w| {
        w.put_sealed(Table::Classes, &[1, 60, 0], b"Thing\0\0".to_vec())
    }),
    ("has another key", |w| index(w, "Cid", 1)),
    ("there is no object that it is of", |w| index(w, "Bob", 7)),
    ("has no entry for it", |w| {
        let (key, _) = entry_row(INDEX, &key_of("Bob"), Oid(2));
        w.delete(Table::Fields, key.as_bytes()).map(drop)
    }),
    ("it has more elements than it says", |w| {
        w.put(Table::Elements, &element(5), &[1], Before::Unknown).map(drop)
    }),
    ("it has fewer elements than it says", |w| put(w, Table::Headers, LIST, &[9, 4])),
    ("unknown kind", |w| put(w, Table::Headers, LIST, &[8, 1])),
    ("no object or collection that it is of", |w| {
        w.put(Table::Elements, &[1, 77, 0], &[1], Before::Unknown).map(drop)
    }),
    ("its class is not known", |w| put(w, Table::Objects, Oid(2), &[5, 0, 0x90])),
    ("the checksum does not fit", |w| w.put_raw(Table::Counts, &[1, 2], &[0; 9])),
    ("the checksum does not fit", |w| w.put_raw(Table::Classes, &[1, 1, 0], b"Thong\0\0")),
    ("is missing from the log", |w| {
        let mut key = Vec::new();
        log::old_key(StateNum(3), Table::Headers, oid_key(LIST).as_bytes(), &mut key);
        w.delete_raw(Table::Log, &key).map(drop)
    }),
    ("state 2 has no row", |w| {
        let mut key = Vec::new();
        log::state_key(StateNum(2), &mut key);
        w.delete_raw(Table::Log, &key).map(drop)
    }),
    ("what it names is not there", |w| {
        w.put(Table::Names, b"singleton:Thing", &[1, 99], Before::Unknown).map(drop)
    }),
];

#[test]
fn everything_that_is_planted_is_found() {
    for (expected, plant) in PLANTS {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(folder.path());
        planted(&store);
        commit(&store, |writer| {
            plant(writer)?;
            // Rows without a past make no state by themselves.
            let (key, row) = ([1, 9, 0], b"Other\0\0");
            writer.put(Table::Classes, &key, row, Before::Unknown).map(drop)
        });
        let found = look(folder.path());
        let is_told = found.findings.iter().any(|finding| finding.why.contains(expected));
        assert!(is_told, "{expected:?}: {:#?}", found.findings);
    }
}

#[test]
fn a_tag_of_a_field_is_borne_as_one_that_was_put_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    planted(&store);
    commit(&store, |writer| {
        writer.put(Table::ObjectTags, &field_tags_key(Oid(2)), &tagged(), Before::Unknown)?;
        set(writer, TAG, 2, true)
    });
    assert_eq!(look(folder.path()).findings, []);
}

#[test]
fn a_head_row_of_another_count_of_deletions_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    planted(&store);
    commit(&store, |writer| {
        writer.head = Head { gone: [5; Table::LAYERED], ..writer.head.clone() };
        index(writer, "Bob", 2)
    });
    let found = look(folder.path());
    assert!(found.findings.iter().any(|finding| finding.place == "table gone"), "{found:?}");
}
