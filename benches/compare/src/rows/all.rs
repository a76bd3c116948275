//! The list of all rows.

use super::{
    changes, commits, dict, elements, fields, footprint, hot, index, list, long, objects, past,
    tags, threads,
};
use crate::row::Row;

/// All rows, in the order in which they run.
pub(crate) fn all() -> Vec<Row> {
    [
        objects::ROWS,
        hot::ROWS,
        commits::ROWS,
        threads::ROWS,
        tags::ROWS,
        past::ROWS,
        changes::ROWS,
        long::ROWS,
        footprint::ROWS,
        elements::ROWS,
        dict::ROWS,
        list::ROWS,
        index::ROWS,
        fields::ROWS,
    ]
    .concat()
}
