//! `db0 shell`: several commands on one prefix, line by line.

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
};

use clap::Parser;
use db0::{Error, Result};

use crate::{Arguments, outcome::Outcome, output, place::Place};

/// Reads commands on a prefix from the standard input, one a line, without folder and prefix: as in
/// `find --tag red`. Words with spaces stand in quotes; `help` lists the commands, and `exit` ends it.
#[derive(clap::Args)]
pub(crate) struct Shell {
    #[command(flatten)]
    place: Place,
}

impl Shell {
    pub(crate) fn run(&self) -> Result<Outcome> {
        drop(self.place.open()?);
        let mut outcome = Outcome::Fine;
        let is_asked = io::stdin().is_terminal() && io::stdout().is_terminal();
        let mut line = String::new();
        loop {
            if is_asked {
                let mut out = io::stdout().lock();
                // A terminal that is gone has no more lines.
                let _ = write!(out, "{}> ", self.place.prefix()).and_then(|()| out.flush());
            }
            line.clear();
            if io::stdin().read_line(&mut line).map_err(Error::other)? == 0 {
                return Ok(outcome);
            }
            match self.line(&line) {
                Ok(None) => return Ok(outcome),
                Ok(Some(done)) => outcome = outcome.max(done),
                Err(error) => {
                    output::complain(&error);
                    outcome = Outcome::Failed;
                }
            }
        }
    }

    /// What a line came to; none if it is the last one.
    fn line(&self, line: &str) -> Result<Option<Outcome>> {
        let words = words(line).ok_or_else(|| Error::other("a quote is not closed"))?;
        let Some((command, rest)) = words.split_first() else { return Ok(Some(Outcome::Fine)) };
        let mut all: Vec<OsString> = vec!["db0".into(), command.into()];
        match &**command {
            "exit" | "quit" => return Ok(None),
            "help" => {}
            "prefixes" => all.push(self.place.folder().into()),
            "shell" | "load" | "restore" => {
                let why = format!("{command} is not for the shell: run `db0 {command}` by itself");
                return Err(Error::other(why));
            }
            _ => all.extend([self.place.folder().into(), self.place.prefix().into()]),
        }
        all.extend(rest.iter().map(OsString::from));
        match Arguments::try_parse_from(all) {
            Ok(arguments) => arguments.run().map(Some),
            Err(error) => {
                // With the usage of the command, or the help that was asked for.
                output::told(error.print())?;
                Ok(Some(if error.use_stderr() { Outcome::Failed } else { Outcome::Fine }))
            }
        }
    }
}

/// The words of a line; none if a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for char in line.chars() {
        match quote {
            Some(open) if char == open => quote = None,
            None if char == '\'' || char == '"' => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            None if char.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn quotes_keep_words_together() {
        let found = |line| words(line).map(|words| words.join("|"));
        assert_eq!(found("  find  --tag red ").as_deref(), Some("find|--tag|red"));
        assert_eq!(found(r#"set 'a b' "c'd" x"y z""#).as_deref(), Some("set|a b|c'd|xy z"));
        assert_eq!(found("''").as_deref(), Some(""));
        assert_eq!(found("").as_deref(), Some(""));
        assert_eq!(found("'open"), None);
    }
}
