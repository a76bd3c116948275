//! The db0 command: looks into a workspace from outside, and looks after it.

mod backup;
mod compact;
mod doctor;
mod outcome;
mod place;
mod prefixes;
mod progress;
mod prune;
mod restore;
mod states;
mod verify;

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
    /// Lists the committed states of a prefix.
    States(states::States),
    /// Forgets old states of a prefix that nobody writes.
    Prune(prune::Prune),
    /// Gives free space of a prefix that nobody writes back to the file system.
    Compact(compact::Compact),
    /// Looks through all that a prefix holds; 3 is the exit status if something is wrong.
    Verify(verify::Verify),
    /// Writes a copy of a prefix, while others may be using it.
    Backup(backup::Backup),
    /// Makes a prefix of a copy.
    Restore(restore::Restore),
    /// Says why a prefix does not open, and can rebuild it in a copy.
    Doctor(doctor::Doctor),
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Prefixes(command) => command.run(),
        Command::States(command) => command.run(),
        Command::Prune(command) => command.run(),
        Command::Compact(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Doctor(command) => command.run(),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("db0: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
