//! What waits in memory: layers of rows, and the stack of them that readers look through.

pub(in crate::store) mod in_order;
pub(in crate::store) mod layer;
pub(in crate::store) mod layers;
pub(in crate::store) mod merged;
pub(in crate::store) mod open_rows;
pub(in crate::store) mod postings;
pub(in crate::store) mod retag;
pub(in crate::store) mod row_map;
pub(in crate::store) mod run;
pub(in crate::store) mod stack;
pub(in crate::store) mod upserted;
