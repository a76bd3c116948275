//! Tags and queries, as users write them and against plain scans.

#[path = "../common/mod.rs"]
mod common;

mod groups;
mod laziness;
mod names_reclaimed;
mod one_by_one;
mod orders;
mod pages;
mod passive;
mod places;
mod random;
mod sent;
mod several_classes;
mod tag_names;
mod unchanged_tags;
