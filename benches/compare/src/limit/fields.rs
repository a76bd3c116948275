//! An indexed field in raw LMDB: what is declared, and an entry for each person.

use std::{ops::ControlFlow, ops::Range};

use super::{
    elements::number_key,
    people::{CLASS, Limit},
    rows::{self, Changes},
};
use crate::person::Person;

/// The number of the index: classes, tags and indexes are counted together.
const INDEX: u64 = 2;
/// An index, ready; its field; the kind of its keys.
const DEFINITION: &[u8] = b"\0\x01age\0int";

/// The front of an entry's key: its index and its number.
fn front(age: u32) -> Vec<u8> {
    let mut key = Vec::with_capacity(24);
    rows::put_ordered(&mut key, INDEX);
    number_key(age, &mut key);
    key
}

impl Limit {
    /// Creates people whose age is indexed, in one commit.
    pub(crate) fn create_indexed(&mut self, people: Vec<Person>) {
        let oids = self.next(people.len());
        let mut sorted: Vec<(u32, u64)> =
            people.iter().map(|person| person.age).zip(oids.clone()).collect();
        sorted.sort_unstable();
        let mut txn = self.env.write();
        self.put_people(&mut txn, oids.clone(), people);
        let (mut key, mut row) = (Vec::new(), Vec::new());
        [0, CLASS, INDEX].into_iter().for_each(|n| rows::put_ordered(&mut key, n));
        rows::begin(&mut row, self.state, None);
        row.extend_from_slice(DEFINITION);
        rows::seal(&mut row, rows::FIELDS, &key);
        txn.append(self.fields, &key, &row);
        for (age, oid) in sorted {
            key = front(age);
            let start = key.len();
            rows::put_ordered(&mut key, oid);
            key.push(key[start]);
            rows::begin(&mut row, self.state, None);
            rows::seal(&mut row, rows::FIELDS, &key);
            txn.append(self.fields, &key, &row);
        }
        self.finish(txn, &Changes { created: oids.collect(), ..Changes::default() });
    }

    /// The people of these ages, by age.
    pub(crate) fn of_ages(&self, ages: Range<u32>) -> Vec<u64> {
        let end = front(ages.end);
        let mut oids = Vec::new();
        self.env.read().scan(self.fields, &front(ages.start), |key, row| {
            if key >= &end[..] {
                return ControlFlow::Break(());
            }
            let _ = rows::open(row);
            let number = &key[..key.len() - 1];
            let len = usize::from(key[key.len() - 1]) + 1;
            oids.push(rows::take_ordered(&number[number.len() - len..]));
            ControlFlow::Continue(())
        });
        oids
    }
}
