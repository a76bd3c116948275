//! A row of the comparison: contenders that take turns, round by round.

use crate::{
    args::Args,
    sample::{Sample, median},
};

/// One contender in one row.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// Prepares what is not measured, measures, and leaves nothing behind.
    run: Box<dyn FnMut() -> Sample>,
}

impl Contender {
    pub(crate) fn new(name: &'static str, run: impl FnMut() -> Sample + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }
}

#[derive(Clone)]
/// A row, by name; its contenders are made when it is asked for.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// The first contender is the one that the others are measured against.
    pub(crate) contenders: fn(&Args) -> Vec<Contender>,
}

/// What a row came to.
pub(crate) struct Outcome {
    pub(crate) row: &'static str,
    pub(crate) what: &'static str,
    pub(crate) lines: Vec<Line>,
}

/// What a contender came to, in medians.
pub(crate) struct Line {
    pub(crate) contender: &'static str,
    pub(crate) ns: f64,
    /// To the first contender: the median of the ratios within each round.
    pub(crate) ratio: f64,
    pub(crate) others: Vec<(&'static str, f64)>,
}

/// Runs a row. The machine's speed drifts, so contenders alternate, and ratios are taken within a
/// round.
pub(crate) fn run(row: &Row, args: &Args) -> Outcome {
    let mut contenders = (row.contenders)(args);
    contenders.retain(|contender| args.wants(contender.name));
    let mut rounds: Vec<Vec<Sample>> = Vec::new();
    for _ in 0..args.rounds.max(1) {
        rounds.push(contenders.iter_mut().map(|contender| (contender.run)()).collect());
    }
    let line = |(i, contender): (usize, &Contender)| Line {
        contender: contender.name,
        ns: median(rounds.iter().map(|round| round[i].ns).collect()),
        ratio: median(rounds.iter().map(|round| round[i].ns / round[0].ns).collect()),
        others: others(&rounds, i),
    };
    let lines = contenders.iter().enumerate().map(line).collect();
    Outcome { row: row.name, what: row.what, lines }
}

fn others(rounds: &[Vec<Sample>], i: usize) -> Vec<(&'static str, f64)> {
    let figure =
        |place: usize| median(rounds.iter().map(|round| round[i].others[place].1).collect());
    let names = rounds[0][i].others.iter().map(|(name, _)| *name);
    let mut others: Vec<_> = names.enumerate().map(|(place, name)| (name, figure(place))).collect();
    // Beside a busy neighbour, processor time says more than the clock.
    let ratios = rounds.iter().filter_map(|round| Some(round[i].cpu_ns()? / round[0].cpu_ns()?));
    let ratios: Vec<f64> = ratios.collect();
    if !ratios.is_empty() {
        others.insert(1, ("cpu ratio", median(ratios)));
    }
    others
}
