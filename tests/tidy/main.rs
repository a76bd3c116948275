//! The house rules, held by tests: each reads the source tree and says where it breaks and what to do.

mod findings;
mod mask;
mod source;
mod tree;

mod errors;
mod layers;
mod layout;
mod pages;
mod patches;
mod safety;
mod sizes;
mod words;

mod planted;
