//! Which of the pending units a crash could have kept.

use super::unit::{Chain, Unit};
use crate::Random;

/// A choice of units, and its name in reports.
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) chosen: Vec<bool>,
}

/// Nothing, everything, every prefix, each unit lost, each unit kept, and some at random.
pub(crate) fn choices(units: &[Unit], random_count: u64, random: &mut Random) -> Vec<Choice> {
    let chains: Vec<Chain> = units.iter().map(Unit::chain).collect();
    let count = units.len();
    let mut choices = Vec::with_capacity(3 * count + 2);
    for kept in 0..=count {
        let chosen = (0..count).map(|at| at < kept).collect();
        choices.push(Choice { name: format!("the first {kept} of {count}"), chosen });
    }
    for one in 0..count {
        let lost = |at: usize| at >= one && chains[at] == chains[one];
        let chosen = (0..count).map(|at| !lost(at)).collect();
        choices.push(Choice { name: format!("all but {one} of {count}"), chosen });
        let kept = |at: usize| at <= one && chains[at] == chains[one];
        let chosen = (0..count).map(kept).collect();
        choices.push(Choice { name: format!("{one} of {count} alone"), chosen });
    }
    if count > 2 {
        for number in 0..random_count {
            let mut chosen: Vec<bool> = (0..count).map(|_| random.chance(1, 2)).collect();
            close(&chains, &mut chosen);
            choices.push(Choice { name: format!("random subset {number} of {count}"), chosen });
        }
    }
    choices
}

/// Adds to a choice what comes before it in the same chains.
fn close(chains: &[Chain], chosen: &mut [bool]) {
    for at in (0..chains.len()).rev().filter(|at| chosen[*at]).collect::<Vec<_>>() {
        for before in 0..at {
            chosen[before] |= chains[before] == chains[at];
        }
    }
}
