//! Tags and queries, as users write them and against plain scans.

#[path = "../common/mod.rs"]
mod common;

mod counted;
mod explained;
mod far_apart;
mod field_elements;
mod field_kinds;
mod forms;
mod given_one_by_one;
mod groups;
mod handles_as_values;
mod laziness;
mod misuse;
mod names_reclaimed;
mod names_while_running;
mod nested;
mod one_by_one;
mod orders;
mod over_classes;
mod pages;
mod passive;
mod places;
mod random;
mod sent;
mod several_classes;
mod tag_names;
mod unchanged_tags;
