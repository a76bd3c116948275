//! What a store sees to beside its rows: other processes, and files beside the file.

pub(in crate::store) mod mark;
pub(in crate::store) mod others;
pub(in crate::store) mod reserve;
pub(in crate::store) mod space;
pub(in crate::store) mod upkeep;
