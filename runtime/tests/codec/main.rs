//! The codec as its callers meet it: what goes in comes out, and nothing that comes in does harm.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod canonical;
mod common;
mod evolution;
mod hostile;
mod order;
mod refused;
mod roundtrip;
mod styles;
mod times;
mod values;
