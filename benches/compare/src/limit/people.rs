//! People in raw LMDB: object rows, class membership, log, state and head.

use std::{
    ops::{ControlFlow, Range},
    path::Path,
};

use uuid::Uuid;

use super::{
    chunk::{BITS, Chunk},
    lmdb::{Env, Table, WriteTxn},
    rows::{self, Changes},
};
use crate::{
    person::Person,
    store::{Loaded, Store, decode},
};

const HEAD_KEY: &[u8] = b"db0-head";
/// The number of the class of people, and of its one set of fields.
pub(super) const CLASS: u64 = 1;
const SCHEMA: u64 = 0;

/// Raw LMDB with db0's rows.
pub(crate) struct Limit {
    pub(super) env: Env,
    main: Table,
    pub(super) objects: Table,
    pub(super) postings: Table,
    pub(super) object_tags: Table,
    pub(super) headers: Table,
    pub(super) elements: Table,
    pub(super) counts: Table,
    pub(super) fields: Table,
    pub(super) log: Table,
    pub(super) state: u64,
    pub(super) next_oid: u64,
}

/// Buffers that live through a commit.
#[derive(Default)]
pub(super) struct Buffers {
    pub(super) key: Vec<u8>,
    pub(super) log_key: Vec<u8>,
    pub(super) row: Vec<u8>,
    pub(super) old: Vec<u8>,
}

impl Limit {
    /// Ends a commit of something as state `self.state`.
    pub(super) fn finish(&self, mut txn: WriteTxn<'_>, changes: &Changes) {
        let mut key = Vec::new();
        if !changes.is_empty() {
            rows::change_key(self.state, CLASS, &mut key);
            txn.append(self.log, &key, &rows::log_row(&key, changes.row()));
        }
        rows::state_key(self.state, &mut key);
        txn.append(self.log, &key, &rows::log_row(&key, rows::state_row(changes)));
        self.end(txn);
    }

    /// Ends a commit as state `self.state`.
    pub(super) fn end(&self, mut txn: WriteTxn<'_>) {
        txn.put(self.main, HEAD_KEY, &rows::head(self.state, self.next_oid));
        txn.commit();
    }

    /// Begins a state that makes `n` objects; gives their numbers.
    pub(super) fn next(&mut self, n: usize) -> Range<u64> {
        let first = self.next_oid;
        self.next_oid += n as u64;
        self.state += 1;
        first..self.next_oid
    }

    /// Writes new people, and that they are.
    pub(super) fn put_people(
        &self,
        txn: &mut WriteTxn<'_>,
        oids: Range<u64>,
        people: impl IntoIterator<Item = Person>,
    ) {
        let (mut key, mut row) = (Vec::new(), Vec::new());
        let (first, last) = (oids.start, oids.end - 1);
        for (oid, person) in oids.zip(people) {
            rows::oid_key(oid, &mut key);
            rows::begin(&mut row, self.state, None);
            body(&person, &mut row);
            rows::seal(&mut row, rows::OBJECTS, &key);
            txn.append(self.objects, &key, &row);
        }
        for number in first >> BITS..=last >> BITS {
            let start = number << BITS;
            let end = start + (1 << BITS) - 1;
            rows::posting_key(CLASS, number, &mut key);
            let mut members = txn
                .get(self.postings, &key)
                .map_or(Chunk::EMPTY, |row| Chunk::decode(rows::open(row).1));
            members.insert_run((first.max(start) - start) as u16, (last.min(end) - start) as u16);
            let mut buffers = Buffers { key: std::mem::take(&mut key), ..Buffers::default() };
            self.replace(txn, (self.postings, rows::POSTINGS), &mut buffers, |out| {
                members.encode(CLASS, out);
            });
            key = buffers.key;
        }
        let mut buffers = Buffers { key, ..Buffers::default() };
        self.tally(txn, CLASS, last + 1 - first, &mut buffers);
    }

    /// So many more bear a tag, or are of a class.
    pub(super) fn tally(&self, txn: &mut WriteTxn<'_>, tag: u64, more: u64, b: &mut Buffers) {
        b.key.clear();
        rows::put_ordered(&mut b.key, tag);
        let count = more + txn.get(self.postings, &b.key).map_or(0, rows::tally);
        self.replace(txn, (self.postings, rows::POSTINGS), b, |out| {
            rows::put_varint(out, CLASS);
            rows::put_varint(out, count);
        });
    }

    /// Replaces a row, whose old one goes to the log.
    pub(super) fn replace(
        &self,
        txn: &mut WriteTxn<'_>,
        table: (Table, u8),
        b: &mut Buffers,
        body: impl Fn(&mut Vec<u8>),
    ) {
        b.old.clear();
        b.old.extend_from_slice(txn.get(table.0, &b.key).unwrap_or_default());
        let before = (!b.old.is_empty()).then(|| rows::open(&b.old).0);
        rows::begin(&mut b.row, self.state, before);
        body(&mut b.row);
        rows::seal(&mut b.row, table.1, &b.key);
        if before.is_some() {
            rows::log_key(self.state, table.1, &b.key, &mut b.log_key);
            txn.append(self.log, &b.log_key, &b.old);
        }
        txn.put(table.0, &b.key, &b.row);
    }
}

pub(super) fn body(person: &Person, out: &mut Vec<u8>) {
    rows::put_varint(out, CLASS);
    rows::put_varint(out, SCHEMA);
    rmp_serde::encode::write(out, person).expect("a person can be encoded");
}

impl Store for Limit {
    type Key = u64;
    const NAME: &'static str = "LMDB, the same rows";

    fn open(folder: &Path) -> Self {
        let env = Env::open(folder);
        let main = env.table(None);
        let names = [
            "objects",
            "postings",
            "object-tags",
            "headers",
            "elements",
            "counts",
            "fields",
            "log",
        ];
        let [objects, postings, object_tags, headers, elements, counts, fields, log] =
            names.map(|name| env.table(Some(name)));
        let (state, next_oid) = env.read().get(main, HEAD_KEY).map_or((0, 1), rows::open_head);
        Self {
            env,
            main,
            objects,
            postings,
            object_tags,
            headers,
            elements,
            counts,
            fields,
            log,
            state,
            next_oid,
        }
    }

    fn create(&mut self, people: Vec<Person>, _ids: &[Uuid]) {
        let oids = self.next(people.len());
        let mut txn = self.env.write();
        self.put_people(&mut txn, oids.clone(), people);
        self.finish(txn, &Changes { created: oids.collect(), ..Changes::default() });
    }

    fn keys(&self, ids: &[Uuid]) -> Vec<u64> {
        (1..=ids.len() as u64).collect()
    }

    fn update(&mut self, which: Range<usize>, loaded: &mut Loaded<u64>) {
        self.state += 1;
        let mut txn = self.env.write();
        let mut buffers = Buffers::default();
        for (oid, person) in
            loaded.keys[which.clone()].iter().zip(&mut loaded.people[which.clone()])
        {
            person.age += 1;
            rows::oid_key(*oid, &mut buffers.key);
            self.replace(&mut txn, (self.objects, rows::OBJECTS), &mut buffers, |out| {
                body(person, out);
            });
        }
        let modified = loaded.keys[which].to_vec();
        self.finish(txn, &Changes { modified, ..Changes::default() });
    }

    fn fetch(&self, keys: &[u64]) -> u64 {
        let txn = self.env.read();
        let mut key = Vec::new();
        let mut sum = 0;
        for oid in keys {
            rows::oid_key(*oid, &mut key);
            let row = txn.get(self.objects, &key).expect("it was created");
            sum += u64::from(decode(rows::fields(row)).age);
        }
        sum
    }
}

impl Limit {
    /// Begins and ends a read of the last state.
    pub(crate) fn look(&self) {
        drop(self.env.read());
    }

    /// Decodes everybody, in the order of creation; gives the sum of their ages.
    pub(crate) fn scan(&self) -> u64 {
        let txn = self.env.read();
        let mut sum = 0;
        txn.scan(self.objects, &[], |_, row| {
            sum += u64::from(decode(rows::fields(row)).age);
            ControlFlow::Continue(())
        });
        sum
    }
}
