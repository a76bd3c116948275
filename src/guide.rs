//! The guide's pages and the README as doc tests: what they show compiles, and does what they say.

#[doc = include_str!("../README.md")]
mod readme {}

#[doc = include_str!("../docs/guide/getting-started.md")]
mod getting_started {}

#[doc = include_str!("../docs/guide/objects.md")]
mod objects {}

#[doc = include_str!("../docs/guide/collections.md")]
mod collections {}

#[doc = include_str!("../docs/guide/tags-and-queries.md")]
mod tags_and_queries {}

#[doc = include_str!("../docs/guide/transactions.md")]
mod transactions {}

#[doc = include_str!("../docs/guide/snapshots.md")]
mod snapshots {}

#[doc = include_str!("../docs/guide/processes.md")]
mod processes {}

#[doc = include_str!("../docs/guide/safekeeping.md")]
mod safekeeping {}

#[doc = include_str!("../docs/guide/command-line.md")]
mod command_line {}

#[doc = include_str!("../docs/guide/configuration.md")]
mod configuration {}
