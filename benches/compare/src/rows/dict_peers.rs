//! The dicts of other databases: their rows, under their keys.

use tempfile::TempDir;

use super::dict::{mixed, words};
use crate::{
    args::Args,
    contenders::{Fjall, Heed, Kv, Redb, Rusqlite, Sled},
    folder,
    row::Contender,
    sample::Sample,
};

pub(super) fn insert(args: &Args) -> Vec<Contender> {
    vec![
        kv_insert::<Heed>(args),
        kv_insert::<Redb>(args),
        kv_insert::<Fjall>(args),
        kv_insert::<Rusqlite>(args),
        kv_insert::<Sled>(args),
    ]
}

pub(super) fn get(args: &Args) -> Vec<Contender> {
    vec![
        kv_get::<Heed>(args),
        kv_get::<Redb>(args),
        kv_get::<Fjall>(args),
        kv_get::<Rusqlite>(args),
        kv_get::<Sled>(args),
    ]
}

fn put<K: Kv>(kv: &K, words: &[String]) {
    kv.put(&mut |put| {
        for (word, i) in words.iter().zip(0_u64..) {
            put(word.as_bytes(), &i.to_le_bytes());
        }
    });
}

fn kv_insert<K: Kv>(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(K::NAME, move || {
        let folder = folder::new();
        let kv = K::open(folder.path());
        let words = words(n);
        Sample::of(n, || put(&kv, &words))
    })
}

fn kv_get<K: Kv>(args: &Args) -> Contender {
    let n = args.n;
    let mut filled: Option<TempDir> = None;
    Contender::new(K::NAME, move || {
        let words = words(n);
        let folder = filled.get_or_insert_with(|| {
            let folder = folder::new();
            put(&K::open(folder.path()), &words);
            folder
        });
        let kv = K::open(folder.path());
        let words = mixed(&words);
        Sample::of(n, || {
            let mut sum = 0;
            let number = |row: &[u8]| u64::from_le_bytes(row.try_into().expect("eight bytes"));
            kv.get(&mut words.iter().map(String::as_bytes), &mut |row| sum += number(row));
            sum
        })
    })
}
