//! Programs written against the collections' names, as `Vec`, `BTreeMap` and `BTreeSet` have them.

#[path = "../common/mod.rs"]
mod common;

mod arrays;
mod borrowed;
mod dicts;
mod extreme_keys;
mod indexes;
mod iterating;
mod keys;
mod lists;
mod misuse;
mod nested;
mod prefixes;
mod readers;
mod sets;
mod weak_sets;
mod whole_calls;
