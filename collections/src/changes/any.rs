//! Collections whose element types are not known here.

use std::collections::BTreeSet;

use db0_runtime::{Result, derived::TouchedCollection};

use super::{entries, list_walk, moment::Ends};
use crate::header::Kind;

fn kind(ends: &Ends) -> Result<Option<Kind>> {
    let kind = |row: &[u8]| row.first().copied().and_then(Kind::of_byte);
    let after = ends.after.header(kind)?;
    Ok(match after {
        Some(kind) => kind,
        None => ends.before.header(kind)?.flatten(),
    })
}

fn ends(touched: TouchedCollection) -> Ends {
    Ends { before: touched.low, after: touched.high, swapped: false }
}

/// What a collection is, by name; none if it is none, as the attributes of an object.
pub fn kind_name(touched: TouchedCollection) -> Result<Option<String>> {
    Ok(kind(&ends(touched))?.map(|kind| kind.to_string()))
}

/// The contents of a collection differ between two states.
pub fn content_differs(touched: TouchedCollection) -> Result<bool> {
    let ends = ends(touched);
    match kind(&ends)? {
        Some(Kind::List) => list_walk::differ(&ends),
        Some(Kind::Index) => entries::members_differ(&ends),
        // Equal values are equal bytes.
        _ => ends.differ(),
    }
}

/// If it is an index: the numbers of the objects whose entries came or went.
pub fn members(touched: TouchedCollection) -> Result<BTreeSet<u64>> {
    let ends = ends(touched);
    if kind(&ends)? != Some(Kind::Index) {
        return Ok(BTreeSet::new());
    }
    entries::members_of(&ends).map(|members| members.into_iter().collect())
}
