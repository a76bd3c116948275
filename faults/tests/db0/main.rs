//! db0's promises under kills, I/O errors, power cuts and bad input.

mod bad_input;
mod copies;
mod crashes;
mod file_systems;
mod flips;
mod io_errors;
mod item;
mod journal;
mod kills;
mod limits;
mod long_failure;
mod model;
mod oracle;
mod point;
mod private_files;
mod reopening;
mod restless;
mod seen;
mod spilling;
mod world;
