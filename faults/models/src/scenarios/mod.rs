//! What is run in every order.

mod all;
mod canary;
mod handles;
mod resting;
mod slots;
mod turn;
mod versions;

pub(crate) use all::ALL;
