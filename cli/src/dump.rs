//! `db0 dump`: all that a prefix holds, as a stream.

use std::{
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
};

use db0::{Dumped, Error, Prefix, Result};

use crate::{
    outcome::Outcome,
    output::{self, NewFile},
    place::Place,
    shown::Shown,
};

/// Writes all that a prefix holds, while others may be using it, as a stream that any machine reads;
/// `db0 load` makes a prefix of it.
#[derive(clap::Args)]
pub(crate) struct Dump {
    #[command(flatten)]
    place: Place,
    /// The file to be made; the standard output if not said, or for -.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only the last state, without those before.
    #[arg(long)]
    no_history: bool,
    /// For people and other programs: the objects of the last state, each as a line of JSON. It can't be
    /// loaded.
    #[arg(long)]
    json: bool,
}

impl Dump {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let Some(path) = self.output.as_deref().filter(|path| *path != Path::new("-")) else {
            return self.to_stdout(&prefix);
        };
        let mut file = NewFile::begin(path)?;
        if self.json {
            objects(&prefix, &mut file)?.map_err(Error::other)?;
            file.finish()?;
        } else {
            let dumped = self.dump(&prefix, &mut file)?;
            file.finish()?;
            output::say(format_args!(
                "states {} to {}: {} objects, {} rows, {} bytes",
                dumped.oldest, dumped.state, dumped.objects, dumped.rows, dumped.bytes
            ))?;
        }
        Ok(Outcome::Fine)
    }

    fn to_stdout(&self, prefix: &Prefix) -> Result<Outcome> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            return output::told(objects(prefix, &mut out)?.and_then(|()| out.flush()));
        }
        if io::stdout().is_terminal() {
            let why = "a dump is not for a terminal: name a file with --output, or see --json";
            return Err(Error::other(why));
        }
        self.dump(prefix, &mut out)?;
        out.flush().map_err(Error::other)?;
        Ok(Outcome::Fine)
    }

    fn dump(&self, prefix: &Prefix, to: impl Write) -> Result<Dumped> {
        if self.no_history { prefix.dump_present(to) } else { prefix.dump(to) }
    }
}

/// Writes the objects of the last state.
fn objects(prefix: &Prefix, to: &mut impl Write) -> Result<io::Result<()>> {
    let snapshot = prefix.snapshot()?;
    for object in snapshot.find_any(()).try_iter()? {
        if let Err(error) = Shown::of(&object?)?.write_line(to)? {
            return Ok(Err(error));
        }
    }
    Ok(Ok(()))
}
