//! Programs written against the collections' names, as `Vec`, `BTreeMap` and `BTreeSet` have them.

#[path = "../common/mod.rs"]
mod common;

mod arrays;
mod dicts;
mod indexes;
mod keys;
mod lists;
mod sets;
mod weak_sets;
