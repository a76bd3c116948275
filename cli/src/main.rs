//! The db0 command: looks into a workspace from outside, beside whoever writes it.

mod place;
mod prefixes;
mod states;

use clap::{Parser, Subcommand};

/// Looks into a db0 workspace. It only reads, and works beside a program that writes.
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
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Prefixes(command) => command.run(),
        Command::States(command) => command.run(),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("db0: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
