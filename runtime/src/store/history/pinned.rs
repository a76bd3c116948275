//! What of the past is in use, in this process and in others, and how each learns of the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    ops::RangeBounds,
    path::Path,
};

use super::board::{FOLDER, InUse, Keeper, LISTED_MAX, NONE, Registrant, Told};
use crate::{Error, Result, store::num::StateNum};

/// What is in use of one prefix.
#[derive(Debug)]
pub(in crate::store) struct Pinned {
    /// How often each state is in use here.
    pub(in crate::store) states: BTreeMap<StateNum, usize>,
    /// States older than this can't be pinned any more.
    pub(in crate::store) floor: StateNum,
    /// What other processes were found to read.
    pub(in crate::store) elsewhere: InUse,
    /// It was looked at what they read, and that is so still.
    pub(in crate::store) knows_elsewhere: bool,
    /// Rows may have been put aside for states in use.
    pub(in crate::store) may_have_kept: bool,
    pub(in crate::store) others: Others,
    /// The state that a view follows which another process writes.
    pub(in crate::store) followed: StateNum,
    /// What is followed does not move on by itself.
    pub(in crate::store) holds_still: bool,
    /// A thread is about to tell what is in use.
    pub(in crate::store) telling: bool,
}

/// How other processes are told, or asked.
#[derive(Debug)]
pub(in crate::store) enum Others {
    /// Where nothing can be registered.
    Unknown,
    Keeper(Keeper),
    Registrant(Registrant),
}

impl Others {
    fn tell(&mut self, told: Told) -> Result<()> {
        let Self::Registrant(registrant) = self else { return Ok(()) };
        let answer = registrant.tell(told);
        answer
            .map_err(|error| Error::io("registering a state in", FOLDER, &error))?
            .map_err(|oldest| Error::Pruned { oldest: oldest.0 })
    }

    /// What other processes have been told to keep.
    pub(in crate::store) fn told(&self) -> Option<&Told> {
        match self {
            Self::Registrant(registrant) => Some(&registrant.told),
            Self::Keeper(_) | Self::Unknown => None,
        }
    }
}

impl Pinned {
    pub(in crate::store) fn new(floor: StateNum, others: io::Result<Others>) -> Self {
        let others = others.unwrap_or_else(|error| {
            tracing::debug!("states in use can't be registered: {error}");
            Others::Unknown
        });
        Self {
            states: BTreeMap::new(),
            floor,
            elsewhere: InUse::NOTHING,
            knows_elsewhere: false,
            may_have_kept: true,
            others,
            followed: NONE,
            holds_still: false,
            telling: false,
        }
    }

    /// The states that this process looks at, oldest first.
    fn needed(&self) -> impl Iterator<Item = StateNum> {
        let still = self.followed;
        let still = (self.holds_still && !self.states.contains_key(&still)).then_some(still);
        let before = self.states.range(..still.unwrap_or(NONE));
        let behind = self.states.range(still.unwrap_or(NONE)..);
        let state = |(state, _): (&StateNum, &usize)| *state;
        before.map(state).chain(still).chain(behind.map(state))
    }

    fn uses(&self, state: StateNum) -> bool {
        self.states.contains_key(&state) || self.holds_still && self.followed == state
    }

    /// Other processes keep what this state shows, and that alone.
    pub(in crate::store) fn is_listed(&self, state: StateNum) -> bool {
        self.others.told().is_some_and(|told| told.listed.contains(&state))
    }

    /// Has other processes keep everything from `state` on, beside what is listed already and in use.
    pub(in crate::store) fn tell(&mut self, state: StateNum) -> Result<()> {
        let Some(told) = self.others.told() else { return Ok(()) };
        let listed: BTreeSet<_> =
            told.listed.iter().copied().filter(|state| self.uses(*state)).collect();
        let oldest = self.needed().find(|state| !listed.contains(state));
        let from = oldest.map_or(state, |oldest| oldest.min(state));
        self.others.tell(self.telling(from, listed))
    }

    /// What is listed is not followed besides.
    fn telling(&self, from: StateNum, listed: BTreeSet<StateNum>) -> Told {
        let followed = if listed.contains(&self.followed) { NONE } else { self.followed };
        Told { from, followed, listed }
    }

    /// Has other processes keep exactly what is in use.
    pub(in crate::store) fn settle(&mut self) -> Result<()> {
        let Some(before) = self.others.told() else { return Ok(()) };
        let listed: BTreeSet<_> = self.needed().take(LISTED_MAX).collect();
        let from = self.needed().nth(LISTED_MAX).unwrap_or(NONE);
        let told = self.telling(from, listed);
        if *before == told {
            return Ok(());
        }
        match self.others.tell(told.clone()) {
            // What was followed has been forgotten: whoever looks at it next goes on from there.
            Err(Error::Pruned { .. }) => self.others.tell(Told { followed: NONE, ..told }),
            answered => answered,
        }
    }

    /// Single states that somebody looks at, here or elsewhere, oldest first.
    pub(in crate::store) fn used(
        &self,
        range: impl RangeBounds<StateNum> + Clone,
    ) -> Vec<StateNum> {
        let here = self.states.range(range.clone()).map(|(state, _)| *state);
        let mut used: Vec<_> = here.chain(self.elsewhere.listed.range(range).copied()).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Looks what other processes read, and lets them register nothing before `wanted` any more.
    pub(in crate::store) fn look(&mut self, prefix: &Path, wanted: StateNum) -> io::Result<()> {
        self.knows_elsewhere = false;
        if !matches!(self.others, Others::Keeper(_)) {
            self.others = Others::Keeper(Keeper::open(prefix, self.floor)?);
        }
        let Others::Keeper(keeper) = &mut self.others else { return Ok(()) };
        self.elsewhere = keeper.close_before(wanted)?;
        self.knows_elsewhere = true;
        Ok(())
    }
}
