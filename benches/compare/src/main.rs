//! The comparator: db0 beside raw LMDB and other databases, all of them in one run.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "figures to be looked at, and numbers that fit by how they are made"
)]

mod args;
mod contenders;
mod folder;
mod limit;
mod person;
mod row;
mod rows;
mod sample;
mod store;
mod system;
mod table;

use clap::Parser;

fn main() {
    let args = args::Args::parse();
    for row in rows::all().into_iter().filter(|row| args.wants_row(row.name)) {
        if args.list {
            println!("{:<16} {}", row.name, row.what);
            continue;
        }
        let outcome = row::run(&row, &args);
        if args.json { table::print_json(&outcome) } else { table::print(&outcome) }
    }
}
