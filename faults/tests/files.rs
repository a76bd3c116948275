//! Plain files: what the standard library does is seen, failed and played back as it happened.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use db0_faults::{CrashState, Failure, Faults, Kind, Lasting, Plan, Recorder, Replay, Scratch};

/// Does one of everything below `root`.
fn one_of_everything(root: &Path) -> io::Result<()> {
    let folder = root.join("folder");
    fs::create_dir(&folder)?;
    let path = folder.join("new");
    let mut file = File::create(&path)?;
    file.write_all(b"one ")?;
    let count = file.write_vectored(&[IoSlice::new(b"two "), IoSlice::new(b"three ")])?;
    assert_eq!(count, 10);
    file.write_all_at(&[7; 9000], 100)?;
    file.sync_data()?;
    file.set_len(8000)?;
    file.sync_all()?;
    let mut appended = OpenOptions::new().append(true).open(&path)?;
    appended.write_all(b"end")?;
    fs::rename(&folder, root.join("moved"))?;
    // The descriptor outlives the name that it was opened by.
    file.write_all(b"at twenty-one")?;
    fs::write(root.join("short-lived"), b"x")?;
    fs::remove_file(root.join("short-lived"))?;
    fs::write(root.join("kept"), b"before")?;
    fs::write(root.join("kept"), b"after")?;
    File::open(root)?.sync_all()
}

#[test]
fn every_call_is_counted_and_played_back() -> io::Result<()> {
    let scratch = Scratch::new()?;
    let faults = Faults::below(scratch.path())?;
    let recorder = Recorder::below(scratch.path(), &[])?;
    one_of_everything(scratch.path())?;
    for (kind, least) in [
        (Kind::Open, 5),
        (Kind::Write, 6),
        (Kind::Writev, 1),
        (Kind::Pwrite, 1),
        (Kind::Fsync, 2),
        (Kind::Fdatasync, 1),
        (Kind::Ftruncate, 1),
        (Kind::Rename, 1),
        (Kind::Unlink, 1),
        (Kind::Mkdir, 1),
    ] {
        assert!(faults.count(kind) >= least, "{kind:?}: {}", faults.count(kind));
    }
    // Finishing compares what was recorded with what is there.
    let trace = recorder.finish()?;
    let mut whole = 0;
    let report = Replay::default().run(&trace, |folder, _| {
        let text = fs::read(folder.join("moved/new")).unwrap_or_default();
        let ended = fs::read(folder.join("kept")).is_ok_and(|bytes| bytes == b"after");
        whole +=
            u32::from(ended && text.starts_with(b"one two three at") && text.ends_with(b"end"));
        Ok(())
    })?;
    report.assert_sound(50);
    assert!(whole > 0, "the state without losses is one of them");
    Ok(())
}

/// Replaces `name` as careful programs do, but for the steps that are left out.
fn replace(root: &Path, text: &[u8], sync_file: bool, sync_folder: bool) -> io::Result<()> {
    let mut file = File::create(root.join("name.new"))?;
    file.write_all(text)?;
    if sync_file {
        file.sync_all()?;
    }
    fs::rename(root.join("name.new"), root.join("name"))?;
    if sync_folder {
        File::open(root)?.sync_all()?;
    }
    Ok(())
}

/// How many crash states of one replacement are neither before nor after, or break the promise.
fn broken_states(sync_file: bool, sync_folder: bool) -> io::Result<u64> {
    let scratch = Scratch::new()?;
    let old = vec![b'a'; 5000];
    let new = vec![b'b'; 9000];
    fs::write(scratch.path().join("name"), &old)?;
    let recorder = Recorder::below(scratch.path(), &[])?;
    recorder.attempt(1);
    replace(scratch.path(), &new, sync_file, sync_folder)?;
    recorder.acknowledge(1);
    let trace = recorder.finish()?;
    let check = |folder: &Path, state: &CrashState| match fs::read(folder.join("name")) {
        Ok(bytes) if bytes == new => Ok(()),
        Ok(bytes) if bytes == old && state.acknowledged() == 0 => Ok(()),
        other => Err(format!("{:?} bytes", other.map(|bytes| bytes.len()))),
    };
    let report = Replay::default().run(&trace, check)?;
    assert!(report.different >= 10, "{report}");
    Ok(report.failed)
}

#[test]
fn a_rename_needs_both_syncs() -> io::Result<()> {
    assert_eq!(broken_states(true, true)?, 0);
    assert!(broken_states(false, true)? > 0, "the name may come before the bytes");
    assert!(broken_states(true, false)? > 0, "the new name may never come");
    Ok(())
}

#[test]
fn changes_past_the_recorder_are_told() -> io::Result<()> {
    let scratch = Scratch::new()?;
    let elsewhere = Scratch::new()?;
    fs::write(elsewhere.path().join("file"), b"text")?;
    let recorder = Recorder::below(scratch.path(), &["ignored"])?;
    fs::write(scratch.path().join("ignored"), b"text")?;
    fs::rename(elsewhere.path().join("file"), scratch.path().join("came-in"))?;
    let error = recorder.finish().expect_err("a file came from nowhere").to_string();
    assert!(error.contains("came-in") && !error.contains("ignored"), "{error}");
    Ok(())
}

#[test]
fn failures_hit_the_call_that_was_meant() -> io::Result<()> {
    let (scratch, elsewhere) = (Scratch::new()?, Scratch::new()?);
    let faults = Faults::below(scratch.path())?;
    let mut file = File::create(scratch.path().join("file"))?;
    let mut other = File::create(elsewhere.path().join("file"))?;

    let failure = Failure::Errno(libc::ENOSPC);
    faults.plan(Plan { kind: Kind::Write, nth: 2, failure, lasting: Lasting::Once });
    assert_eq!(file.write(b"1234")?, 4);
    assert_eq!(other.write(b"1234")?, 4);
    assert_eq!(file.write(b"5678").map_err(|e| e.raw_os_error()), Err(Some(libc::ENOSPC)));
    assert_eq!((file.write(b"5678")?, faults.hits(), faults.count(Kind::Write)), (4, 1, 3));

    let failure = Failure::CutShort;
    faults.plan(Plan { kind: Kind::Write, nth: 1, failure, lasting: Lasting::ThisKind });
    assert_eq!((file.write(b"90ab")?, file.write(b"90")?, faults.hits()), (2, 1, 2));
    assert_eq!(fs::read(scratch.path().join("file"))?, b"12345678909");

    let failure = Failure::TooLate(libc::EIO);
    faults.plan(Plan { kind: Kind::Write, nth: 1, failure, lasting: Lasting::ThisKind });
    assert!(file.write(b"done").is_err() && file.write(b"not done").is_err());
    assert_eq!(fs::read(scratch.path().join("file"))?, b"12345678909done");

    let failure = Failure::Errno(libc::EIO);
    faults.plan(Plan { kind: Kind::Fdatasync, nth: 1, failure, lasting: Lasting::WholeDevice });
    file.write_all(b"fine until then")?;
    assert!(file.sync_data().is_err() && file.write(b"x").is_err() && file.sync_all().is_err());
    assert!(other.sync_data().is_ok() && File::open(scratch.path()).is_ok());

    drop(faults);
    file.write_all(b"nobody watches")
}
