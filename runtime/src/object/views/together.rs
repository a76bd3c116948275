//! The last committed states of several prefixes, as they were in one moment.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{Error, Result, object::objects::Objects, store::Head};

/// How long last states are looked for while commits go on.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
pub(in crate::object) const TRIED_EVERY: Duration = Duration::from_micros(200);

/// One moment of several prefixes was looked for in vain.
#[cold]
pub(crate) fn busy() -> Error {
    let waited_ms = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
    Error::Busy { waited_ms, holder: "by commits of several prefixes".into() }
}

impl Objects {
    /// Prefixes of one workspace at their last committed states: all as they were in one moment, with
    /// the whole of what an `atomic` did in several of them.
    #[doc(hidden)]
    pub fn at_last(prefixes: &[Arc<Self>]) -> Result<Vec<Arc<Self>>> {
        let mut began = None;
        loop {
            let heads: Vec<_> = prefixes.iter().map(|objects| objects.store().head()).collect();
            let at = prefixes.iter().zip(&heads).map(|(objects, head)| objects.at(head.state));
            match at.collect::<Result<Vec<_>>>() {
                Ok(views) if Self::are_of_one_moment(prefixes, &heads)? => return Ok(views),
                // The other part of a commit is on its way, or one that forgets these states.
                Ok(_) | Err(Error::Pruned { .. }) => {}
                Err(error) => return Err(error),
            }
            if began.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                return Err(busy());
            }
            std::thread::sleep(TRIED_EVERY);
            for objects in prefixes {
                objects.refresh()?;
            }
        }
    }

    /// All of these were the last ones at a time, and what belongs together is there.
    fn are_of_one_moment(prefixes: &[Arc<Self>], heads: &[Arc<Head>]) -> Result<bool> {
        let [_, _, ..] = prefixes else { return Ok(true) };
        let shared = prefixes[0].shared();
        // Who moves on when told to says himself what is one moment.
        if !shared.config.auto_refresh {
            return Ok(true);
        }
        // Another thread may have stepped on in one prefix, past what belongs to another one's state.
        for objects in prefixes {
            if objects.refresh()? {
                return Ok(false);
            }
        }
        let has_come = |(prefix, state)| {
            let place = prefixes.iter().position(|other| other.store().prefix_id() == prefix);
            place.is_none_or(|place| heads[place].state >= state)
        };
        Ok(heads.iter().all(|head| head.partners.iter().copied().all(has_come))
            && prefixes.iter().zip(heads).all(|(one, head)| Arc::ptr_eq(&one.store().head(), head)))
    }
}
