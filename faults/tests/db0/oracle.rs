//! Every step's contents, and whether a store holds one of them whole.

use std::path::Path;

use db0::{Config, Error, Workspace};
use db0_faults::Random;

use crate::model::Contents;
use crate::seen::{self, Seen};
use crate::world::PATIENCE;

/// The contents after each step so far.
pub(crate) struct Oracle {
    steps: Vec<Contents>,
}

/// How much of the past is looked at, beside the newest few states.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Past {
    All,
    /// So many states, chosen by the seed.
    Some(u64, u64),
}

/// States that are always looked at.
const NEWEST: u64 = 3;

impl Default for Oracle {
    fn default() -> Self {
        Self { steps: vec![Contents::default()] }
    }
}

impl Oracle {
    /// What is there after a step.
    pub(crate) fn at(&mut self, step: u64) -> &Contents {
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        while self.steps.len() <= step {
            let next = self.steps[self.steps.len() - 1].after_next();
            self.steps.push(next);
        }
        &self.steps[step]
    }

    /// Opens `folder` and compares all there is with what the step that came last left, and past
    /// states with their steps. Returns that step.
    pub(crate) fn check(&mut self, folder: &Path, past: Past) -> Result<u64, String> {
        verify(folder)?;
        let config = Config::new(folder).autocommit(false).lock(PATIENCE);
        let workspace =
            Workspace::open(config).map_err(|error| format!("can't be opened: {error}"))?;
        let entered = workspace.enter();
        let step = self.check_open(past).map_err(|why| why.to_string())?;
        drop(entered);
        workspace.close().map_err(|error| format!("can't be closed: {error}"))?;
        verify(folder)?;
        Ok(step)
    }

    /// As [`check`](Self::check), of the thread's workspace.
    pub(crate) fn check_open(&mut self, past: Past) -> Result<u64, Wrong> {
        let found = seen::contents(&Seen::Live)?;
        self.compare(&found, "now")?;
        seen::check_holders(&found)?;
        let last = db0::state();
        let listed: Vec<u64> = db0::states(..)?.iter().map(|state| state.number).collect();
        if listed != (1..=last).collect::<Vec<_>>() {
            return Err(Wrong::Unlisted(format!("at state {last} the states are {listed:?}")));
        }
        let mut steps = vec![(last, found.step)];
        for state in past.states(last) {
            let snapshot = db0::snapshot_at(state)?;
            let old = seen::contents(&Seen::At(&snapshot))?;
            self.compare(&old, &format!("at state {state} of {last}"))?;
            steps.push((state, old.step));
        }
        steps.sort_unstable();
        steps.dedup();
        if steps.windows(2).any(|pair| pair[0].0 == pair[1].0 || pair[0].1 > pair[1].1) {
            return Err(Wrong::Differs(format!("states and their steps: {steps:?}")));
        }
        Ok(found.step)
    }

    fn compare(&mut self, found: &Contents, when: &str) -> Result<(), Wrong> {
        let right = self.at(found.step);
        if found == right {
            return Ok(());
        }
        let mut why = vec![format!("{when}: not what step {} left", found.step)];
        if found.names != right.names {
            why.push(format!("names {:?}, not {:?}", found.names, right.names));
        }
        if found.line != right.line {
            why.push(format!("line {:?}, not {:?}", found.line, right.line));
        }
        for id in found.items.keys().chain(right.items.keys()) {
            let (has, should) = (found.items.get(id), right.items.get(id));
            if has != should {
                why.push(format!("item {id} is {has:?}, not {should:?}"));
            }
        }
        let why = why.join("; ");
        Err(if found.is_part_of(right) { Wrong::Hidden(why) } else { Wrong::Differs(why) })
    }
}

/// Looks through all that is in a file, without opening it.
fn verify(folder: &Path) -> Result<(), String> {
    match Workspace::verify(folder, "default") {
        Ok(found) if found.is_sound() => Ok(()),
        Ok(found) => Err(format!("verifying finds {:?}", found.findings)),
        // It was not made before the process was killed.
        Err(Error::NoPrefix { .. }) => Ok(()),
        Err(error) => Err(format!("can't be verified: {error}")),
    }
}

impl Past {
    fn states(self, last: u64) -> Vec<u64> {
        match self {
            Self::All => (1..=last).collect(),
            Self::Some(count, seed) => {
                let mut random = Random::new(seed ^ last);
                let newest = last.saturating_sub(NEWEST) + 1..=last;
                let others = (0..count.min(last)).map(|_| 1 + random.below(last.max(1)));
                others.chain(newest).collect()
            }
        }
    }
}

/// What is wrong with a store.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It told us itself.
    Refused(Error),
    /// A state is missing from the list of states.
    Unlisted(String),
    /// It left something out.
    Hidden(String),
    /// It gave something else for the truth.
    Differs(String),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "refused: {error}"),
            Self::Unlisted(why) | Self::Hidden(why) | Self::Differs(why) => f.write_str(why),
        }
    }
}
