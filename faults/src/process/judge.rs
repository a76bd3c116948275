//! A check that may die of what it looks at, and so has a process of its own.

use std::io;
use std::path::Path;

use super::partner::Partner;
use super::roles::Roles;
use super::wire::Wire;

const SOUND: &str = "sound";

/// What the check says of a directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All is as it should be.
    Sound,
    /// Something is wrong, and was noticed.
    Damaged(String),
    /// The process of the check died: what is wrong was not noticed in time.
    Died(String),
}

/// Has directories checked in another process, and starts a new one when it dies.
pub struct Judge<'r> {
    roles: &'r Roles,
    role: String,
    partner: Option<Partner>,
}

impl<'r> Judge<'r> {
    /// `role` is one that calls [`Judge::serve`].
    pub fn new(roles: &'r Roles, role: &str) -> Self {
        Self { roles, role: role.to_owned(), partner: None }
    }

    /// Has the directory checked, which must hold a state from `acknowledged` to `attempted`.
    pub fn ask(&mut self, folder: &Path, acknowledged: u64, attempted: u64) -> io::Result<Verdict> {
        let mut partner = match self.partner.take() {
            Some(partner) => partner,
            None => self.roles.start(&self.role)?,
        };
        let question = format!("{acknowledged} {attempted} {}", folder.display());
        partner.wire.send(&question)?;
        match partner.wire.receive()? {
            None => Ok(Verdict::Died(partner.end()?.tell())),
            Some(answer) => {
                self.partner = Some(partner);
                Ok(if answer == SOUND { Verdict::Sound } else { Verdict::Damaged(answer) })
            }
        }
    }

    /// In the judge's process: answers questions with `check` until nobody asks any more.
    pub fn serve(
        wire: &mut Wire,
        mut check: impl FnMut(&Path, u64, u64) -> Result<(), String>,
    ) -> io::Result<()> {
        while let Some(question) = wire.receive()? {
            let mut parts = question.splitn(3, ' ');
            let mut number = || parts.next().and_then(|text| text.parse().ok()).unwrap_or(0);
            let (acknowledged, attempted) = (number(), number());
            let folder = Path::new(parts.next().unwrap_or_default());
            let answer = match check(folder, acknowledged, attempted) {
                Ok(()) => SOUND.to_owned(),
                Err(why) => why.replace('\n', " "),
            };
            wire.send(&answer)?;
        }
        Ok(())
    }
}

impl Verdict {
    /// As a result, for checks that go on with others.
    pub fn into_result(self) -> Result<(), String> {
        match self {
            Self::Sound => Ok(()),
            Self::Damaged(why) => Err(why),
            Self::Died(how) => Err(format!("the check died: {how}")),
        }
    }
}
