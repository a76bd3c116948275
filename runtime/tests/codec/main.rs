//! The codec as its callers meet it: what goes in comes out, and nothing that comes in does harm.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![allow(clippy::option_option, reason = "what a codec loses first")]
#![allow(clippy::items_after_statements, reason = "types stand in the test they are for")]
#![allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]

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
