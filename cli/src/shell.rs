//! `db0 shell`: several commands on one prefix, line by line.

use std::{
    ffi::OsString,
    io::{self, BufRead, IsTerminal, Write},
};

use clap::Parser;
use db0::{Error, Result};

use crate::{Arguments, outcome::Outcome, place::Place};

/// Reads commands on a prefix from the standard input, one a line, without folder and prefix: as in
/// `find --tag red`. Words with spaces stand in quotes; `help` lists the commands.
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
        let mut lines = io::stdin().lock().lines();
        loop {
            if is_asked {
                print!("{}> ", self.place.prefix());
                // A terminal that is gone has no more lines.
                let _ = io::stdout().flush();
            }
            let Some(line) = lines.next() else { return Ok(outcome) };
            match self.line(&line.map_err(Error::other)?) {
                Ok(Outcome::Fine) => {}
                Ok(Outcome::Findings) => outcome = Outcome::Findings,
                Err(error) => {
                    eprintln!("db0: {error}");
                    outcome = Outcome::Findings;
                }
            }
        }
    }

    fn line(&self, line: &str) -> Result<Outcome> {
        let words = words(line).ok_or_else(|| Error::other("a quote is not closed"))?;
        let Some((command, rest)) = words.split_first() else { return Ok(Outcome::Fine) };
        let mut all: Vec<OsString> = vec!["db0".into(), command.into()];
        if command != "help" {
            all.extend([self.place.folder().into(), self.place.prefix().into()]);
        }
        all.extend(rest.iter().map(OsString::from));
        match Arguments::try_parse_from(all) {
            Ok(arguments) => arguments.run(),
            Err(error) => {
                // With the usage of the command, or the help that was asked for.
                let is_wrong = error.use_stderr();
                error.print().map_err(Error::other)?;
                Ok(if is_wrong { Outcome::Findings } else { Outcome::Fine })
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
