//! Reading at a state: ranges of keys, past versions, owners.

pub(in crate::store) mod estimate;
pub(in crate::store) mod keys;
pub(in crate::store) mod owners;
pub(in crate::store) mod past;
pub(in crate::store) mod scan;
pub(in crate::store) mod view;
pub(in crate::store) mod written;
