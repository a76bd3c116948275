//! What is run in many orders.

mod all;
mod atomics;
mod commits;
mod lives;
mod rows;

pub(crate) use all::ALL;
