//! Tags in raw LMDB: the tags of each object, and containers of members.

use std::ops::ControlFlow;

use super::{
    chunk::{BITS, Chunk},
    lmdb::ReadTxn,
    people::{Buffers, CLASS, Limit},
    rows::{self, Changes},
};
use crate::store::decode;

impl Limit {
    /// Puts a tag on objects, ascending, in one commit. The objects bear none with a higher number.
    pub(crate) fn tag(&mut self, tag: u64, oids: &[u64]) {
        self.tag_with(&[tag], oids);
    }

    /// As [`tag`](Self::tag), with several tags, ascending.
    pub(crate) fn tag_with(&mut self, all: &[u64], oids: &[u64]) {
        self.state += 1;
        let mut txn = self.env.write();
        let mut buffers = Buffers::default();
        for oid in oids {
            rows::oid_key(*oid, &mut buffers.key);
            let mut tags = txn
                .get(self.object_tags, &buffers.key)
                .map_or(Vec::new(), |row| rows::open(row).1.to_vec());
            all.iter().for_each(|tag| rows::put_tag(&mut tags, *tag));
            let table = (self.object_tags, rows::OBJECT_TAGS);
            self.replace(&mut txn, table, &mut buffers, |out| out.extend_from_slice(&tags));
        }
        let chunks = || oids.chunk_by(|a, b| a >> BITS == b >> BITS);
        for (tag, members) in all.iter().flat_map(|tag| chunks().map(|chunk| (*tag, chunk))) {
            let number = members[0] >> BITS;
            rows::posting_key(tag, number, &mut buffers.key);
            let row = txn.get(self.postings, &buffers.key);
            let mut chunk = row.map_or(Chunk::EMPTY, |row| Chunk::decode(rows::open(row).1));
            members.iter().for_each(|oid| chunk.insert((oid - (number << BITS)) as u16));
            let table = (self.postings, rows::POSTINGS);
            self.replace(&mut txn, table, &mut buffers, |out| chunk.encode(CLASS, out));
        }
        for tag in all {
            self.tally(&mut txn, *tag, oids.len() as u64, &mut buffers);
        }
        self.finish(txn, &Changes { retagged: oids.to_vec(), ..Changes::default() });
    }

    /// Calls `each` with every encoded container of a tag, and its number.
    fn containers<'t>(&self, txn: &'t ReadTxn<'_>, tag: u64, mut each: impl FnMut(u64, &'t [u8])) {
        let (mut front, mut first) = (Vec::new(), Vec::new());
        rows::put_ordered(&mut front, tag);
        rows::posting_key(tag, 0, &mut first);
        txn.scan(self.postings, &first, |key, row| {
            let Some(number) = key.strip_prefix(&front[..]) else { return ControlFlow::Break(()) };
            each(rows::take_ordered(number), rows::open(row).1);
            ControlFlow::Continue(())
        });
    }

    /// The members of a tag that bear the others of `with`, and none of `without`.
    pub(crate) fn select(
        &self,
        tag: u64,
        with: &[u64],
        without: &[u64],
        mut each: impl FnMut(u64, Chunk),
    ) {
        let txn = self.env.read();
        let mut key = Vec::new();
        let mut other = |tag, number| {
            rows::posting_key(tag, number, &mut key);
            txn.get(self.postings, &key).map(|row| Chunk::decode(rows::open(row).1))
        };
        self.containers(&txn, tag, |number, row| {
            let mut members = Chunk::decode(row);
            for tag in with {
                members.and(&other(*tag, number).unwrap_or(Chunk::EMPTY));
            }
            for members_of_other in without.iter().filter_map(|tag| other(*tag, number)) {
                members.and_not(&members_of_other);
            }
            each(number, members);
        });
    }

    /// The ids that [`select`](Self::select) finds.
    pub(crate) fn ids(&self, tag: u64, with: &[u64], without: &[u64]) -> Vec<u64> {
        let mut ids = Vec::new();
        self.select(tag, with, without, |number, members| {
            ids.extend(members.iter().map(|n| number << BITS | u64::from(n)));
        });
        ids
    }

    /// How many members a tag has, by its own row.
    pub(crate) fn tallied(&self, tag: u64) -> u64 {
        let mut key = Vec::new();
        rows::put_ordered(&mut key, tag);
        self.env.read().get(self.postings, &key).map_or(0, rows::tally)
    }

    /// How many members a tag has, by its containers.
    pub(crate) fn count(&self, tag: u64) -> u64 {
        let mut count = 0;
        let txn = self.env.read();
        self.containers(&txn, tag, |_, row| count += Chunk::count(row));
        count
    }

    /// The sum of the ages of a tag's members, each decoded.
    pub(crate) fn ages(&self, tag: u64) -> u64 {
        let txn = self.env.read();
        let mut key = Vec::new();
        let mut sum = 0;
        self.containers(&txn, tag, |number, row| {
            for n in Chunk::decode(row).iter() {
                rows::oid_key(number << BITS | u64::from(n), &mut key);
                let row = txn.get(self.objects, &key).expect("it was created");
                sum += u64::from(decode(rows::fields(row)).age);
            }
        });
        sum
    }
}
