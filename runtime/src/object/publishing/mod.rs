//! What becomes visible in one step, waits for a commit, and is taken by it.

pub(in crate::object) mod bonds;
pub(in crate::object) mod condemn;
pub(in crate::object) mod counted;
pub(in crate::object) mod freeze;
pub(in crate::object) mod health;
pub(in crate::object) mod pending;
pub(in crate::object) mod publish;
pub(in crate::object) mod young;
