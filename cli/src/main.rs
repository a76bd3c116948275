//! The db0 command: looks into a workspace from outside, and looks after it.

// They panic where nobody listens any more.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod backup;
mod classes;
mod compact;
mod delete;
mod doctor;
mod drop;
mod dump;
mod find;
mod get;
mod listing;
mod load;
mod outcome;
mod output;
mod place;
mod prefixes;
mod progress;
mod prune;
mod readers;
mod restore;
mod roots;
mod set;
mod shell;
mod shown;
mod stat;
mod states;
mod tag;
mod tags;
mod verify;
mod warm;
mod watch;
mod words;

use clap::{Parser, Subcommand};

/// Looks into a db0 workspace, beside a program that writes, and looks after it.
#[derive(Parser)]
#[command(name = "db0", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the prefixes of a folder with their last state.
    Prefixes(prefixes::Prefixes),
    /// Tells what a prefix holds, and how large its file is.
    Stat(stat::Stat),
    /// Lists the classes of a prefix.
    Classes(classes::Classes),
    /// Lists the tags of a prefix.
    Tags(tags::Tags),
    /// Lists the collections that a prefix keeps by their names.
    Roots(roots::Roots),
    /// Shows objects, by class, tags and fields.
    Find(find::Find),
    /// Shows an object.
    Get(get::Get),
    /// Changes a field or an attribute of an object.
    Set(set::Set),
    /// Puts tags on objects, and takes some off.
    Tag(tag::Tag),
    /// Deletes objects.
    Delete(delete::Delete),
    /// Lists the committed states of a prefix.
    States(states::States),
    /// Tells of states as they are committed.
    Watch(watch::Watch),
    /// Lists who reads a prefix.
    Readers(readers::Readers),
    /// Reads a prefix's file ahead, so that programs find it in memory.
    Warm(warm::Warm),
    /// Runs commands on one prefix, line by line.
    Shell(shell::Shell),
    /// Forgets old states of a prefix that nobody writes.
    Prune(prune::Prune),
    /// Gives free space of a prefix that nobody writes back to the file system.
    Compact(compact::Compact),
    /// Looks through all that a prefix holds; 3 is the exit status if something is wrong.
    Verify(verify::Verify),
    /// Writes a copy of a prefix, while others may be using it.
    #[command(visible_alias = "copy")]
    Backup(backup::Backup),
    /// Makes a prefix of a copy.
    Restore(restore::Restore),
    /// Writes all that a prefix holds as a stream that any machine reads.
    Dump(dump::Dump),
    /// Makes a prefix of a dump.
    Load(load::Load),
    /// Says why a prefix does not open, and can rebuild it in a copy.
    Doctor(doctor::Doctor),
    /// Deletes a prefix that nobody has open, or a collection that one keeps by its name.
    Drop(drop::DropPrefix),
}

impl Arguments {
    fn run(self) -> db0::Result<outcome::Outcome> {
        match self.command {
            Command::Prefixes(command) => command.run(),
            Command::Stat(command) => command.run(),
            Command::Classes(command) => command.run(),
            Command::Tags(command) => command.run(),
            Command::Roots(command) => command.run(),
            Command::Find(command) => command.run(),
            Command::Get(command) => command.run(),
            Command::Set(command) => command.run(),
            Command::Tag(command) => command.run(),
            Command::Delete(command) => command.run(),
            Command::States(command) => command.run(),
            Command::Watch(command) => command.run(),
            Command::Readers(command) => command.run(),
            Command::Warm(command) => command.run(),
            Command::Shell(command) => command.run(),
            Command::Prune(command) => command.run(),
            Command::Compact(command) => command.run(),
            Command::Verify(command) => command.run(),
            Command::Backup(command) => command.run(),
            Command::Restore(command) => command.run(),
            Command::Dump(command) => command.run(),
            Command::Load(command) => command.run(),
            Command::Doctor(command) => command.run(),
            Command::Drop(command) => command.run(),
        }
    }
}

fn main() -> std::process::ExitCode {
    match Arguments::parse().run() {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            output::complain(&error);
            std::process::ExitCode::FAILURE
        }
    }
}
