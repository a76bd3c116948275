//! What holds for keys of every type, and one file for each thing that is promised beside that.

mod composites;
mod derive;
mod field;
mod forms;
mod kind;
mod laws;
mod lookup;
mod moments;
mod range;
mod scalars;
mod show;
mod take;
