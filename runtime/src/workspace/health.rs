//! How a workspace's commits are doing.

use std::{fmt, sync::Arc};

use super::handle::Workspace;
use crate::{Error, Prefix, store::Space};

/// Which prefixes can't be committed at present, and why. Nothing that waits is lost meanwhile.
#[derive(Clone, Debug)]
pub struct Health {
    failures: Vec<(String, Arc<Error>)>,
    set_aside: Vec<(String, String)>,
    pending_bytes: usize,
    bloated: Vec<(String, Space)>,
}

impl Health {
    /// Every prefix's last commit succeeded.
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty()
    }

    /// The prefixes whose last commit failed, with the reason.
    pub fn failures(&self) -> &[(String, Arc<Error>)] {
        &self.failures
    }

    /// Objects that commits had to leave out since somebody was told last, by prefix: which they are,
    /// and why. On disk they are as they were stored last.
    pub fn set_aside(&self) -> &[(String, String)] {
        &self.set_aside
    }

    /// The prefixes whose files are more than twice as large as what is in them:
    /// [`compact`](Prefix::compact) gives the rest back. Free pages are used again by commits, so that
    /// this is no failure.
    pub fn bloated(&self) -> &[(String, Space)] {
        &self.bloated
    }

    /// A rough size of what waits to be committed.
    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }
}

impl Health {
    fn fmt_bloated(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bloated.iter().try_for_each(|(prefix, space)| {
            write!(f, "; the file of prefix {prefix:?} is {:.1} times its content", space.ratio())
        })
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_ok() {
            write!(f, "all commits succeed; {} bytes wait", self.pending_bytes)?;
            return self.fmt_bloated(f);
        }
        for (prefix, error) in &self.failures {
            write!(f, "prefix {prefix:?}: {error}; ")?;
        }
        write!(f, "{} bytes wait", self.pending_bytes)?;
        self.fmt_bloated(f)
    }
}

impl Workspace {
    /// How the commits of the open prefixes are doing.
    pub fn health(&self) -> Health {
        let prefixes = self.open_prefixes();
        let failures = prefixes
            .iter()
            .filter_map(|prefix| Some((prefix.name().to_owned(), prefix.failure()?)));
        let pending = prefixes.iter().map(|prefix| prefix.objects().health().pending_bytes());
        let bloated = prefixes.iter().filter_map(|prefix| {
            let space = prefix.space().ok().filter(Space::is_bloated)?;
            Some((prefix.name().to_owned(), space))
        });
        let of = |prefix: &Prefix| {
            let name = prefix.name().to_owned();
            let untold = prefix.objects().health().untold();
            untold.into_iter().map(move |why| (name.clone(), why))
        };
        Health {
            failures: failures.collect(),
            set_aside: prefixes.iter().flat_map(of).collect(),
            pending_bytes: pending.sum(),
            bloated: bloated.collect(),
        }
    }
}
