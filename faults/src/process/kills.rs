//! Killing a process at a random moment, again and again.

use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::partner::Partner;
use super::roles::Roles;
use crate::{Random, seed, setting};

/// One in so many kills is followed by a second one while the next process opens what is left.
const DOUBLE_ONE_IN: u64 = 4;

/// One life in so many is too short to get past opening.
const SHORT_ONE_IN: u64 = 4;
const SHORT_MAX: Duration = Duration::from_micros(500);

/// How long a process may take to open on a busy machine.
const OPENING_MAX: Duration = Duration::from_secs(30);

/// When the time begins that a process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// When it begins to open.
    Opening,
    /// When it has opened, and said so. One in four is killed while it opens all the same.
    Opened,
}

/// How often, and how late, a process is killed.
#[derive(Clone, Debug)]
pub struct Kills {
    /// How many kills are checked.
    pub cycles: u64,
    /// The longest that a process lives.
    pub life_max: Duration,
    /// From when on.
    pub since: Since,
    /// What the moments follow from.
    pub seed: u64,
}

/// What is left after a kill.
#[derive(Debug)]
pub struct Cycle {
    /// Counted from 1.
    pub number: u64,
    /// Where the process worked.
    pub folder: PathBuf,
    /// The last number that any process acknowledged so far.
    pub acknowledged: u64,
}

impl Cycle {
    /// Which numbers may be the last one there: the acknowledged one, or the next, whose
    /// acknowledgement did not get out any more.
    pub fn allowed(&self) -> RangeInclusive<u64> {
        self.acknowledged..=self.acknowledged + 1
    }
}

impl Default for Kills {
    /// Sizes from `FAULTS_CYCLES` (150), `FAULTS_LIFE_MS` (30) and `FAULTS_SEED`.
    fn default() -> Self {
        Self {
            cycles: setting("FAULTS_CYCLES", 150),
            life_max: Duration::from_millis(setting("FAULTS_LIFE_MS", 30)),
            since: Since::Opened,
            seed: seed(),
        }
    }
}

impl Kills {
    /// Starts the role, sends it `folder`, kills it, and has `check` look at what is left; then
    /// starts it again on that. Returns the last number that was acknowledged.
    ///
    /// A process acknowledges the number that it finds, and then each that it adds.
    ///
    /// Ends with the first thing that `check` finds wrong, or when the process ends by itself.
    pub fn run(
        &self,
        roles: &Roles,
        role: &str,
        folder: &Path,
        mut check: impl FnMut(&Cycle) -> Result<(), String>,
    ) -> io::Result<u64> {
        let mut random = Random::new(self.seed);
        let mut acknowledged = 0;
        for number in 1..=self.cycles {
            let short = random.chance(1, SHORT_ONE_IN);
            let in_opening = (SHORT_MAX, Since::Opening);
            let mut lives = vec![if short { in_opening } else { (self.life_max, self.since) }];
            if random.chance(1, DOUBLE_ONE_IN) {
                lives.push(in_opening);
            }
            for (life_max, since) in lives {
                let nanos = u64::try_from(life_max.as_nanos()).unwrap_or(u64::MAX);
                let life = Duration::from_nanos(random.below(nanos.max(1)));
                let last = one_life(roles.start(role)?, folder, life, since)?;
                acknowledged = last.unwrap_or(acknowledged).max(acknowledged);
            }
            let cycle = Cycle { number, folder: folder.to_owned(), acknowledged };
            check(&cycle).map_err(|why| {
                io::Error::other(format!("seed {}, after kill {number}: {why}", self.seed))
            })?;
        }
        Ok(acknowledged)
    }
}

/// Lets the process work for `life` and kills it. Returns the last number that it acknowledged.
fn one_life(
    mut partner: Partner,
    folder: &Path,
    life: Duration,
    since: Since,
) -> io::Result<Option<u64>> {
    partner.wire.send(&folder.display().to_string())?;
    let mut last = None;
    if since == Since::Opened
        && let Some(line) = partner.wire.receive_until(Instant::now() + OPENING_MAX)?
    {
        last = Some(number_in(&line)?);
    }
    let deadline = Instant::now() + life;
    while let Some(line) = partner.wire.receive_until(deadline)? {
        last = Some(number_in(&line)?);
    }
    // One that has hung up already is on its way out: it must not be taken for killed.
    if !partner.wire.has_ended() {
        partner.kill()?;
    }
    let end = partner.end()?;
    if !end.was_killed() {
        return Err(io::Error::other(format!("the process ended by itself, {}", end.tell())));
    }
    while let Some(line) = partner.wire.receive()? {
        last = Some(number_in(&line)?);
    }
    Ok(last)
}

fn number_in(line: &str) -> io::Result<u64> {
    line.parse().map_err(|_| io::Error::other(format!("{line:?} acknowledges nothing")))
}
