//! Fields that are kept indexed.

use std::cell::OnceCell;

use db0::Memo;
use tempfile::TempDir;

use crate::{
    args::Args,
    contenders::Entered,
    folder,
    limit::Limit,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

/// A [`Person`] whose age is indexed.
#[db0::memo(keep)]
pub(crate) struct Indexed {
    pub(crate) name: String,
    #[db0(index)]
    pub(crate) age: u32,
    pub(crate) score: f64,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "field-create",
        what: "n objects with an indexed number each, in random order of keys, in one commit",
        contenders: |args| vec![limit_create(args), db0_create(args)],
    },
    Row {
        name: "field-range",
        what: "the objects of a hundredth of n numbers by their indexed field, decoded, after opening",
        contenders: |args| vec![limit_range(args), db0_range(args)],
    },
    Row {
        name: "field-first",
        what: "the object of a number by its indexed field, decoded, at random, after opening",
        contenders: |args| vec![limit_first(args), db0_first(args)],
    },
];

/// People of all ages below `n`, each age once.
pub(crate) fn people(n: usize) -> Vec<Person> {
    let ages = person::shuffled(n);
    let people = person::people(n).into_iter().zip(ages);
    people.map(|(person, age)| Person { age: age as u32, ..person }).collect()
}

pub(crate) fn create(people: Vec<Person>) {
    for Person { name, age, score } in people {
        Memo::new(Indexed { name, age, score });
    }
    db0::commit().expect("it commits");
}

fn limit_create(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        let people = people(n);
        let sample = Sample::of(n, || limit.create_indexed(people));
        drop(limit);
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    })
}

fn db0_create(args: &Args) -> Contender {
    let n = args.n;
    Contender::new("db0", move || {
        let folder = folder::new();
        let entered = Entered::open(folder.path());
        let people = people(n);
        let sample = Sample::of(n, || create(people));
        drop(entered);
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    })
}

fn limit_filled(n: usize) -> TempDir {
    let folder = folder::new();
    Limit::open(folder.path()).create_indexed(people(n));
    folder
}

fn db0_filled(n: usize) -> TempDir {
    let folder = folder::new();
    let _entered = Entered::open(folder.path());
    create(people(n));
    folder
}

fn limit_range(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::new());
    Contender::new(Limit::NAME, move || {
        let folder = filled.get_or_init(|| limit_filled(n));
        let limit = Limit::open(folder.path());
        let (from, to) = (n / 2, n / 2 + n.div_ceil(100));
        Sample::of(to - from, || limit.fetch(&limit.of_ages(from as u32..to as u32)))
    })
}

fn db0_range(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::new());
    Contender::new("db0", move || {
        let folder = filled.get_or_init(|| db0_filled(n));
        let _entered = Entered::open(folder.path());
        let (from, to) = (n / 2, n / 2 + n.div_ceil(100));
        Sample::of(to - from, || {
            let found = db0::find::<Indexed>(Indexed::AGE.between(from as u32..to as u32));
            found.iter().map(|memo| u64::from(memo.read().age)).sum::<u64>()
        })
    })
}

fn limit_first(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::new());
    Contender::new(Limit::NAME, move || {
        let folder = filled.get_or_init(|| limit_filled(n));
        let limit = Limit::open(folder.path());
        let ages = person::shuffled(n);
        let fetch = |age: &usize| limit.fetch(&limit.of_ages(*age as u32..*age as u32 + 1));
        Sample::of(n, || ages.iter().map(fetch).sum::<u64>())
    })
}

fn db0_first(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::new());
    Contender::new("db0", move || {
        let folder = filled.get_or_init(|| db0_filled(n));
        let _entered = Entered::open(folder.path());
        let ages = person::shuffled(n);
        let fetch = |age: &usize| {
            let found = db0::find::<Indexed>(Indexed::AGE.eq(*age as u32)).first();
            u64::from(found.expect("somebody is of this age").read().age)
        };
        Sample::of(n, || ages.iter().map(fetch).sum::<u64>())
    })
}
