//! Memory that LMDB doesn't get: an error says so, and nothing is lost.
//!
//! A binary of its own, with one test: it counts the calls of the whole process.
#![cfg(target_arch = "x86_64")]

mod allocations;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../db0/item.rs"]
mod item;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../db0/model.rs"]
mod model;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../db0/oracle.rs"]
mod oracle;
mod points;
#[path = "../db0/seen.rs"]
mod seen;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "../db0/world.rs"]
mod world;
