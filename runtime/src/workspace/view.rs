//! A moment of a workspace, held still for one thread.

use std::{sync::Arc, time::Instant};

use super::handle::Workspace;
use crate::{
    Error, OrPanic, Result,
    object::{Objects, PATIENCE, Still, busy},
};

impl Workspace {
    /// Runs `work`, for which everything in the workspace stays as it is at this moment.
    ///
    /// # Panics
    /// When the workspace is closed; see [`try_view`](Self::try_view).
    #[track_caller]
    pub fn view<R>(&self, work: impl FnOnce() -> R) -> R {
        self.try_view(work).or_panic()
    }

    /// As [`view`](Self::view), with the failure as a value.
    pub fn try_view<R>(&self, work: impl FnOnce() -> R) -> Result<R> {
        let _still = self.hold_still()?;
        Ok(work())
    }

    fn hold_still(&self) -> Result<Still> {
        self.check_open()?;
        let prefixes: Vec<Arc<Objects>> =
            self.open_prefixes().iter().map(|prefix| prefix.objects().clone()).collect();
        let states = || prefixes.iter().map(|prefix| prefix.state()).collect::<Vec<_>>();
        self.follow()?;
        // Other threads step on too, one prefix after the other: what is held must belong together.
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            let before = states();
            self.follow()?;
            if states() == before {
                match Still::hold(&prefixes) {
                    Ok(still) if states() == before => return Ok(still),
                    // The writer has forgotten the state meanwhile: the next one will do.
                    Ok(_) | Err(Error::Pruned { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Err(busy())
    }
}
