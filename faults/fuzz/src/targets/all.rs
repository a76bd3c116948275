//! Every target by its name.

use super::{commit, dump, file, history, payload, query};

/// Reads an input; a panic is a find.
pub(crate) type Target = fn(&[u8]);

const ALL: [(&str, Target); 6] = [
    ("file", file::read),
    ("payload", payload::read),
    ("commit", commit::read),
    ("dump", dump::read),
    ("query", query::read),
    ("history", history::play),
];

pub(crate) fn of(name: &str) -> Option<Target> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}
