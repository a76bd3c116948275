//! Going through a trace and checking what a crash at each moment could have left.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use super::pending::Pending;
use super::report::Report;
use super::state::CrashState;
use super::subsets::choices;
use crate::trace::{Change, Disk, Node, Op, Trace};
use crate::{Random, Scratch, seed, setting};

/// What a disk writes whole, whatever happens.
const SECTOR: u64 = 512;

/// How thoroughly a trace is played back.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Random subsets of what is pending, for each change.
    pub random_subsets: u64,
    /// What the random subsets follow from.
    pub seed: u64,
    /// Checks one in so many of the different states.
    pub one_in: u64,
}

impl Default for Replay {
    /// Sizes from `FAULTS_SUBSETS` (8), `FAULTS_ONE_IN` (1) and `FAULTS_SEED`.
    fn default() -> Self {
        Self {
            random_subsets: setting("FAULTS_SUBSETS", 8),
            seed: seed(),
            one_in: setting("FAULTS_ONE_IN", 1).max(1),
        }
    }
}

impl Replay {
    /// Gives `check` every different state that a crash could have left, each as a directory of its
    /// own that is removed afterwards. `check` says what is wrong with a state.
    pub fn run(
        &self,
        trace: &Trace,
        check: impl FnMut(&Path, &CrashState) -> Result<(), String>,
    ) -> io::Result<Report> {
        let mut player = Player {
            replay: self,
            random: Random::new(self.seed),
            seen: HashSet::new(),
            report: Report::new(self.seed),
            scratch: Scratch::new()?,
            check,
        };
        player.play(trace)?;
        Ok(player.report)
    }
}

struct Player<'r, C> {
    replay: &'r Replay,
    random: Random,
    /// The same bytes are checked again once more has been promised of them.
    seen: HashSet<(u128, u64)>,
    report: Report,
    scratch: Scratch,
    check: C,
}

/// The moment that states are built for.
struct Moment {
    name: String,
    acknowledged: u64,
    attempted: u64,
}

impl<C: FnMut(&Path, &CrashState) -> Result<(), String>> Player<'_, C> {
    fn play(&mut self, trace: &Trace) -> io::Result<()> {
        let mut pending = Pending::new(trace.start().clone());
        for (index, op) in trace.ops().iter().enumerate() {
            let before = pending.with(&vec![true; pending.units().len()]);
            let units_before = pending.units().len();
            pending.begin(&op.change);
            if pending.units().len() > units_before {
                let moment = Moment::during(index, op);
                self.subsets(&pending, &moment)?;
                self.sizes(&pending, units_before, &before, &moment)?;
                self.tears(&op.change, &before, &moment)?;
            }
            pending.end(&op.change);
        }
        let (acknowledged, attempted) = trace.progress();
        let name = "after the last change".to_owned();
        self.subsets(&pending, &Moment { name, acknowledged, attempted })
    }

    fn subsets(&mut self, pending: &Pending, moment: &Moment) -> io::Result<()> {
        for choice in choices(pending.units(), self.replay.random_subsets, &mut self.random) {
            self.visit(pending.with(&choice.chosen), moment, &choice.name)?;
        }
        Ok(())
    }

    /// Files that have grown, and not yet their data: all of them, then that of this change alone.
    fn sizes(
        &mut self,
        pending: &Pending,
        units_before: usize,
        before: &Disk,
        moment: &Moment,
    ) -> io::Result<()> {
        let mut grown = pending.safe().clone();
        pending.units().iter().for_each(|unit| unit.apply_size(&mut grown));
        self.visit(grown, moment, "sizes without data")?;
        let mut grown = before.clone();
        pending.units()[units_before..].iter().for_each(|unit| unit.apply_size(&mut grown));
        self.visit(grown, moment, "this size without data")
    }

    /// A write that was cut at a sector: its head alone, then its tail alone.
    fn tears(&mut self, change: &Change, before: &Disk, moment: &Moment) -> io::Result<()> {
        let Change::Write { node, offset, bytes, .. } = change else { return Ok(()) };
        let end = offset + bytes.len() as u64;
        let mut cut = (offset / SECTOR + 1) * SECTOR;
        while cut < end {
            let (head, tail) = bytes.split_at(usize::try_from(cut - offset).unwrap_or(0));
            let with = |at: u64, part: &[u8]| torn(before, *node, at, part);
            self.visit(with(*offset, head), moment, &format!("torn, its head to {cut}"))?;
            self.visit(with(cut, tail), moment, &format!("torn, its tail from {cut}"))?;
            cut += SECTOR;
        }
        Ok(())
    }

    fn visit(&mut self, disk: Disk, moment: &Moment, name: &str) -> io::Result<()> {
        self.report.built += 1;
        let digest = disk.digest();
        let due = u64::try_from(digest % u128::from(self.replay.one_in)) == Ok(0);
        if !self.seen.insert((digest, moment.acknowledged)) {
            return Ok(());
        }
        self.report.different += 1;
        if !due {
            return Ok(());
        }
        let state = CrashState {
            disk,
            about: format!("{}, {name}", moment.name),
            acknowledged: moment.acknowledged,
            attempted: moment.attempted,
        };
        self.report.checked += 1;
        let folder = self.scratch.path().join(self.report.checked.to_string());
        fs::create_dir(&folder)?;
        state.write_to(&folder)?;
        if let Err(why) = (self.check)(&folder, &state) {
            self.report.note_failure(&state, &why);
        }
        fs::remove_dir_all(&folder)
    }
}

impl Moment {
    fn during(index: usize, op: &Op) -> Self {
        Self {
            name: format!("change {index}, {}", op.change),
            acknowledged: op.acknowledged,
            attempted: op.attempted,
        }
    }
}

fn torn(before: &Disk, node: Node, offset: u64, part: &[u8]) -> Disk {
    let mut disk = before.clone();
    disk.file(node).write(offset, part);
    disk
}
