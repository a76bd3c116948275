//! A stream in the place of a dump: what is refused leaves nothing behind, and what is loaded is sound.

use std::{fs, sync::LazyLock};

use db0::{Error, Workspace};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    base::{self, BASE, NAME},
    input::Input,
    pages::Row,
    stream,
};

/// What a dump of the base holds: its head row, without the checksum, and its rows.
struct Content {
    head: Vec<u8>,
    rows: Vec<Row>,
}

static CONTENT: LazyLock<Content> = LazyLock::new(|| {
    let folder = base::folder();
    base::place(folder.path(), &BASE);
    let workspace = Workspace::open(base::config(folder.path())).expect("it is sound");
    let mut dump = Vec::new();
    workspace.current().dump(&mut dump).expect("it is dumped");
    let content = stream::unframed(&dump).expect("it is whole");
    assert_eq!(stream::framed(&content, content.len()), dump, "a dump is framed in another way");
    let (head, rows) = stream::parts(&content).expect("it was written just now");
    Content { head: head[8..].to_vec(), rows }
});

/// By the first byte: all of the stream; its content, cut in any places; the base's dump with other bytes in it,
/// behind which checksums are made, or before; or with other rows.
pub(crate) fn read(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let how = input.byte() % 5;
    let chunk = 1 + input.pair();
    let mut rows = Input::new(if how == 4 { input.rest() } else { &[] });
    let mut content = edited(&mut rows);
    let change = |bytes: &mut Vec<u8>, input: &mut Input<'_>| {
        while !input.is_empty() {
            input.change(bytes);
        }
    };
    if how == 2 {
        change(&mut content, &mut input);
    }
    load(&match how {
        0 => input.rest().to_vec(),
        1 => stream::framed(input.rest(), chunk),
        2 | 4 => stream::framed(&content, chunk),
        _ => {
            let mut dump = stream::framed(&content, chunk);
            change(&mut dump, &mut input);
            dump
        }
    });
}

fn load(dump: &[u8]) {
    let folder = base::folder();
    match Workspace::load(folder.path(), NAME, dump) {
        Ok(found) => assert!(found.is_sound(), "it was loaded all the same: {:?}", found.findings),
        Err(Error::BadDump { .. }) => {
            let left = Workspace::list(folder.path()).expect("it can be read");
            assert!(left.is_empty(), "something was made of it");
            return;
        }
        Err(error) => panic!("{error:?}"),
    }
    let workspace = Workspace::open(base::config(folder.path())).expect("what is sound opens");
    let _ = base::read_all(&workspace);
    let mut again = Vec::new();
    workspace.current().dump(&mut again).expect("what was loaded can be dumped");
    workspace.close().expect("it closes");
    drop(workspace);
    let found = Workspace::verify(folder.path(), NAME).expect("it can be read");
    assert!(found.is_sound(), "reading has changed it: {:?}", found.findings);
    let copy = base::folder();
    Workspace::load(copy.path(), NAME, &again[..]).expect("a dump of it can be loaded");
    assert!(fs::exists(copy.path().join(NAME)).is_ok_and(|is_there| is_there));
}

/// The content of the base's dump, with other rows and another head row.
fn edited(input: &mut Input<'_>) -> Vec<u8> {
    let Content { head, rows } = &*CONTENT;
    let (mut head, mut rows) = (head.clone(), rows.clone());
    while !input.is_empty() && !rows.is_empty() {
        let at = input.below(rows.len());
        let how = input.byte();
        match how % 8 {
            0 => input.change(&mut head),
            1 => drop(rows.remove(at)),
            2 => rows.insert(at, rows[at].clone()),
            3 => {
                let next = (at + 1) % rows.len();
                rows.swap(at, next);
            }
            4 => input.change(&mut rows[at].key),
            5 => rows[at].table = input.byte() % 17,
            6 => rows[at].rest = input.bytes(64).to_vec(),
            _ => input.change(&mut rows[at].rest),
        }
        if how & 64 != 0 {
            rows.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
        }
    }
    let head = [&xxh3_64(&head).to_le_bytes()[..], &head].concat();
    stream::content(&head, &rows)
}
