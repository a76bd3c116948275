//! The command line.

use clap::Parser;

/// Measures db0 beside raw LMDB and other databases, in one run.
#[derive(Parser)]
pub(crate) struct Args {
    /// Rows to run, or the front of their names; all if none is named.
    pub(crate) rows: Vec<String>,
    /// Objects, or ids.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) n: usize,
    /// How often each contender runs; medians are shown.
    #[arg(long, default_value_t = 5)]
    pub(crate) rounds: usize,
    /// Only these contenders, by the front of their names; ratios are to the first of them.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Prints one JSON object a line instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
    /// Lists the rows.
    #[arg(long)]
    pub(crate) list: bool,
}

impl Args {
    pub(crate) fn wants_row(&self, name: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|front| name.starts_with(front.as_str()))
    }

    pub(crate) fn wants(&self, contender: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|front| contender.starts_with(front.as_str()))
    }
}
