//! Plays kept inputs again.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::targets;

/// Beside this file, whoever calls, and from wherever.
fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it is read").path()).collect();
    paths.sort();
    paths
}

pub(crate) fn run() -> ExitCode {
    let mut inputs: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if inputs.is_empty() {
        inputs = files(&corpus()).iter().flat_map(|folder| files(folder)).collect();
    }
    let mut failed = 0;
    for path in &inputs {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = folder.to_string_lossy();
        let target = targets::of(&name).unwrap_or_else(|| panic!("there is no target {name}"));
        let bytes = fs::read(path).expect("it can be read");
        if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
            println!("FAILED: {}", path.display());
            failed += 1;
        }
    }
    println!("{} inputs, {failed} failed", inputs.len());
    assert!(inputs.len() > 20 || env::args_os().len() > 1, "the corpus is not there");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
