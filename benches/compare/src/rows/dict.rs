//! Dicts of text to numbers.

use std::ops::ControlFlow;

use db0::Dict;
use tempfile::TempDir;

#[cfg(feature = "peers")]
use super::dict_peers;
use crate::{
    args::Args,
    contenders::Entered,
    folder,
    limit::{self, Limit},
    person,
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

#[db0::memo(singleton)]
struct Words {
    numbers: Dict<String, u64>,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "dict-insert",
        what: "n new text keys with a number each, in random order, in one commit",
        contenders: |args| {
            #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "nobody joins them"))]
            let mut all = vec![limit_insert(args), db0_insert(args)];
            #[cfg(feature = "peers")]
            all.extend(dict_peers::insert(args));
            all
        },
    },
    Row {
        name: "dict-extend",
        what: "n new text keys with a number each, in their order, by one call, in one commit",
        contenders: |args| vec![limit_of(args, sorted_words), db0_extend(args)],
    },
    Row {
        name: "dict-get",
        what: "the numbers of n text keys in random order, after opening",
        contenders: |args| {
            #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "nobody joins them"))]
            let mut all = vec![limit_get(args), db0_get(args)];
            #[cfg(feature = "peers")]
            all.extend(dict_peers::get(args));
            all
        },
    },
];

pub(super) fn words(n: usize) -> Vec<String> {
    person::shuffled(n).into_iter().map(|i| format!("word-{i:07}")).collect()
}

fn sorted_words(n: usize) -> Vec<String> {
    let mut words = words(n);
    words.sort_unstable();
    words
}

fn limit_collect(limit: &mut Limit, words: &[String]) -> u64 {
    // By the first bytes as a number, which stands beside the word and not behind a pointer.
    let mut sorted: Vec<_> =
        words.iter().zip(0..).map(|(word, i)| (front(word), word, i)).collect();
    sorted.sort_unstable();
    let (mut key, mut row) = (Vec::new(), Vec::new());
    limit.collect(limit::DICT, words.len() as u64, &[], |put| {
        for (_, word, i) in sorted {
            key.clear();
            row.clear();
            limit::text_key(word, &mut key);
            limit::entry(i, &mut row);
            put(&key, &row);
        }
    })
}

fn front(word: &str) -> u128 {
    let mut front = [0; 16];
    let len = word.len().min(16);
    front[..len].copy_from_slice(&word.as_bytes()[..len]);
    u128::from_be_bytes(front)
}

fn limit_insert(args: &Args) -> Contender {
    limit_of(args, words)
}

fn limit_of(args: &Args, words: fn(usize) -> Vec<String>) -> Contender {
    let n = args.n;
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        let words = words(n);
        Sample::of(n, || limit_collect(&mut limit, &words))
    })
}

fn limit_get(args: &Args) -> Contender {
    let n = args.n;
    let mut filled = None;
    Contender::new(Limit::NAME, move || {
        let words = words(n);
        let (folder, oid) = filled.get_or_insert_with(|| {
            let folder = folder::new();
            let oid = limit_collect(&mut Limit::open(folder.path()), &words);
            (folder, oid)
        });
        let limit = Limit::open(folder.path());
        let words = mixed(&words);
        Sample::of(n, || {
            let (mut sum, mut words) = (0, words.iter());
            let next = |key: &mut Vec<u8>| match words.next() {
                Some(word) => {
                    limit::text_key(word, key);
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(()),
            };
            limit.elements(*oid, next, |row| sum += limit::entry_value(row));
            sum
        })
    })
}

/// Another order than that of insertion.
pub(super) fn mixed(words: &[String]) -> Vec<String> {
    let order = person::shuffled(words.len());
    order.into_iter().map(|i| words[i].clone()).collect()
}

fn insert_all(words: &[String]) {
    let root = db0::singleton(|| Words { numbers: Dict::new() });
    let numbers = root.read().numbers.clone();
    for (word, i) in words.iter().zip(0..) {
        numbers.insert(word.as_str().to_string(), i);
    }
    db0::commit().expect("it commits");
}

fn db0_insert(args: &Args) -> Contender {
    let n = args.n;
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let words = words(n);
        Sample::of(n, || insert_all(&words))
    })
}

fn extend(words: &[String]) {
    let root = db0::singleton(|| Words { numbers: Dict::new() });
    root.read().numbers.extend(words.iter().zip(0..));
    db0::commit().expect("it commits");
}

fn db0_extend(args: &Args) -> Contender {
    let n = args.n;
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let words = sorted_words(n);
        Sample::of(n, || extend(&words))
    })
}

fn db0_get(args: &Args) -> Contender {
    let n = args.n;
    let mut filled: Option<TempDir> = None;
    Contender::new("db0", move || {
        let words = words(n);
        let folder = filled.get_or_insert_with(|| {
            let folder = folder::new();
            let _entered = Entered::open(folder.path());
            insert_all(&words);
            folder
        });
        let _entered = Entered::open(folder.path());
        let numbers = db0::fetch_singleton::<Words>().expect("it is there").read().numbers.clone();
        let words = mixed(&words);
        let get = |word: &String| numbers.get(word.as_str()).expect("it was inserted");
        Sample::of(n, || words.iter().map(get).sum::<u64>())
    })
}
