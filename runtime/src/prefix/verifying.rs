//! Verifying a prefix: one that is open, or one that nobody need have open.

use std::path::Path;

use super::{Prefix, PrefixName, lease, open, peers::Peers};
use crate::{
    Config, Error, Result,
    lmdb::{Env, FILES},
    pages::{PageFile, Tree},
    store::{HEAD_KEY, Head, Mark},
    verify::{BeginCheck, Verification, Verifying, verify},
};

impl Prefix {
    /// See `db0::Prefix::verify`; what collections are made of is known above.
    #[doc(hidden)]
    pub fn verify_by(
        &self,
        begin: BeginCheck,
        told: &mut dyn FnMut(Verifying),
    ) -> Result<Verification> {
        self.check_open()?;
        let held = self.objects().store().hold()?;
        Ok(verify(&held, begin, told))
    }
}

/// What the file of a prefix, or a copy of one, says of itself.
pub(super) fn head_of(data: &Path) -> Result<Head> {
    head_in(&PageFile::open(data)?, data)
}

/// What one commit of a file says of it.
pub(super) fn head_in(file: &PageFile, data: &Path) -> Result<Head> {
    let format = |why| Error::Format { path: data.into(), why };
    let row = Tree::main(file).get(HEAD_KEY).map_err(|fault| format(fault.to_string()))?;
    let none = "there is no head row: it is not one of db0's files";
    Head::decode(&row.ok_or_else(|| format(none.into()))?).map_err(format)
}

/// Verifies a prefix of a folder, whether or not somebody has it open. Where nobody writes, LMDB has
/// no part in it, and whatever is in the file can do no harm.
pub(crate) fn verify_in(
    root: &Path,
    name: &PrefixName,
    begin: BeginCheck,
    told: &mut dyn FnMut(Verifying),
) -> Result<Verification> {
    let folder = name.folder(root);
    let data = folder.join(FILES[0]);
    if !data.exists() {
        return Err(Error::NoPrefix { prefix: name.to_string(), root: root.into() });
    }
    // Before the file: a commit in between makes that the newer one.
    let mark = Mark::read(&folder);
    let mut report = if let Some(report) = verify_closed(&folder, &data, begin, told)? {
        report
    } else {
        let config = Config::new(root);
        let _peers = Peers::join(&folder, name.as_str(), config.any_pid_namespace)?;
        let env = Env::open(&folder, &open::options(&config, false))?;
        verify(&*env.hold()?, begin, told)
    };
    if let (Some(mark), Ok(head)) = (mark, head_of(&data))
        && let Err(error) = mark.check(&folder, &head)
    {
        report.find("the prefix".into(), error.to_string());
    }
    if !report.prefix.is_empty() && report.prefix != name.as_str() {
        let why = format!("it is the prefix {:?}: was its folder moved?", report.prefix);
        report.find("the prefix".into(), why);
    }
    Ok(report)
}

/// Verifies a file that nobody writes; `None` if somebody does, or has begun to. No lock is taken: who
/// wants to write must not find that somebody looks.
fn verify_closed(
    folder: &Path,
    data: &Path,
    begin: BeginCheck,
    told: &mut dyn FnMut(Verifying),
) -> Result<Option<Verification>> {
    if lease::has_holder(folder) {
        return Ok(None);
    }
    let file = PageFile::open(data)?;
    let report = verify(&file, begin, told);
    // The first commit after one leaves all its pages as they are; the next may not.
    Ok(file.is_newest().then_some(report))
}
