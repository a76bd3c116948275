//! The db0 command: looks into a workspace from outside, and looks after it.

mod compact;
mod place;
mod prefixes;
mod progress;
mod prune;
mod states;

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
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Prefixes(command) => command.run(),
        Command::States(command) => command.run(),
        Command::Prune(command) => command.run(),
        Command::Compact(command) => command.run(),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("db0: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
