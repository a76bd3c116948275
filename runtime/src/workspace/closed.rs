//! What can be done with prefixes of a folder that need not be open.

use std::{io::Read, path::Path};

use super::Workspace;
use crate::{
    Diagnosis, Result,
    prefix::{self, PrefixName},
    verify::{BeginCheck, Verification, Verifying},
};

impl Workspace {
    /// See `db0::Workspace::verify`; what collections are made of is known above.
    #[doc(hidden)]
    pub fn verify_by(
        folder: &Path,
        prefix: &str,
        begin: BeginCheck,
        told: &mut dyn FnMut(Verifying),
    ) -> Result<Verification> {
        prefix::verify_in(folder, &PrefixName::new(prefix)?, begin, told)
    }

    /// See `db0::Workspace::restore`.
    #[doc(hidden)]
    pub fn restore_by(
        folder: &Path,
        prefix: &str,
        from: &Path,
        begin: BeginCheck,
    ) -> Result<Verification> {
        prefix::restore(folder, &PrefixName::new(prefix)?, from, begin)
    }

    /// See `db0::Workspace::load`.
    #[doc(hidden)]
    pub fn load_by(
        folder: &Path,
        prefix: &str,
        from: &mut dyn Read,
        begin: BeginCheck,
    ) -> Result<Verification> {
        prefix::load(folder, &PrefixName::new(prefix)?, from, begin)
    }

    /// See `db0::Workspace::rebuild`.
    #[doc(hidden)]
    pub fn rebuild_by(
        folder: &Path,
        prefix: &str,
        to: &Path,
        begin: BeginCheck,
    ) -> Result<Verification> {
        prefix::rebuild(folder, &PrefixName::new(prefix)?, to, begin)
    }

    /// See `db0::Workspace::roll_back`.
    #[doc(hidden)]
    pub fn roll_back_by(
        folder: &Path,
        prefix: &str,
        to: &Path,
        begin: BeginCheck,
    ) -> Result<Verification> {
        prefix::roll_back(folder, &PrefixName::new(prefix)?, to, begin)
    }

    /// See `db0::Workspace::accept`.
    #[doc(hidden)]
    pub fn accept_in(folder: &Path, prefix: &str) -> Result<u64> {
        prefix::accept(folder, &PrefixName::new(prefix)?)
    }

    /// See `db0::Workspace::remove`.
    #[doc(hidden)]
    pub fn remove_in(folder: &Path, prefix: &str) -> Result<()> {
        prefix::remove(folder, &PrefixName::new(prefix)?)
    }

    /// See `db0::Workspace::diagnose`.
    #[doc(hidden)]
    pub fn diagnose_in(folder: &Path, prefix: &str) -> Result<Diagnosis> {
        prefix::diagnose(folder, &PrefixName::new(prefix)?)
    }
}
