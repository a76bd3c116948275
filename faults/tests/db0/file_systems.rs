//! Folders on file systems of which maps and locks are not those of one machine: refused, with the kind and the way
//! out, before anything is made of them or mapped.

use std::fs;
use std::path::Path;

use db0::{Config, Error, Workspace};
use db0_faults::{Foreign, Scratch};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// Kinds that `statfs` tells, as the kernel and its modules number them.
const REMOTE: [(i64, &str); 21] = [
    (0x6969, "NFS"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB"),
    (0x517B, "SMB"),
    (0x0102_1997, "9p"),
    (0x6573_5546, "FUSE"),
    (0x00C3_6400, "Ceph"),
    (0x5346_414F, "AFS"),
    (0x6B41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x0116_1970, "GFS2"),
    (0x7461_636F, "OCFS2"),
    (0x0BD0_0BD0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x2003_0528, "OrangeFS"),
    (0x1983_0326, "BeeGFS"),
    (0xAAD7_AAEA, "PanFS"),
    (0x786F_4256, "VirtualBox"),
    (0xBACB_ACBC, "VMware"),
    (0x7C7C_6673, "Parallels"),
    (0x5346_4846, "WSL"),
];

/// ext4, xfs, btrfs, zfs, f2fs, bcachefs, memory, and what containers have.
const LOCAL: [i64; 8] = [
    0xEF53,
    0x5846_5342,
    0x9123_683E,
    0x2FC1_2FC1,
    0xF2F5_2010,
    0xCA45_1A4E,
    0x0102_1994,
    0x794C_7630,
];

fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false)
}

fn count(config: Config) -> db0::Result<u64> {
    let workspace = Workspace::open(config)?;
    let count = workspace.find::<Note>(()).try_count()?;
    workspace.close()?;
    Ok(count)
}

fn prepared() -> Scratch {
    let scratch = Scratch::new().expect("a folder");
    let workspace = Workspace::open(config(scratch.path())).expect("it opens");
    workspace.create(Note { n: 1 });
    workspace.close().expect("it closes");
    scratch
}

#[test]
fn remote_ones_are_refused_by_name_unless_allowed() {
    let scratch = prepared();
    let data = scratch.path().join("default/data.mdb");
    let before = fs::read(&data).expect("it is there");
    for (kind, name) in REMOTE {
        // Some systems tell kinds as numbers with a sign.
        for kind in [kind, i64::from(kind as i32)] {
            let foreign = Foreign::below(scratch.path(), kind).expect("it is there");
            for config in [config(scratch.path()), config(scratch.path()).read_only()] {
                let error = count(config).expect_err(name);
                assert!(matches!(error, Error::Format { .. }), "{error:?}");
                let told = error.to_string();
                let way_out = told.contains("local disk") && told.contains("any_file_system");
                assert!(told.contains(name) && way_out, "{told}");
            }
            assert!(foreign.asked() > 0, "nobody looked");
            assert!(fs::read(&data).expect("it is there") == before, "it was written to");
        }
    }
    let foreign = Foreign::below(scratch.path(), REMOTE[0].0).expect("it is there");
    assert_eq!(count(config(scratch.path()).any_file_system()).expect("it is allowed"), 1);
    let reader = config(scratch.path()).read_only().any_file_system();
    assert_eq!(count(reader).expect("it is allowed"), 1);
    drop(foreign);
    assert_eq!(count(config(scratch.path())).expect("it is where it always was"), 1);
}

#[test]
fn nothing_is_made_on_a_remote_one() {
    for (kind, name) in REMOTE {
        let scratch = Scratch::new().expect("a folder");
        let foreign = Foreign::below(scratch.path(), kind).expect("it is there");
        let told = count(config(scratch.path())).expect_err(name).to_string();
        assert!(told.contains(name), "{told}");
        assert!(foreign.asked() > 0, "nobody looked");
        let prefixes = Workspace::list(scratch.path()).expect("it can be read");
        assert!(prefixes.is_empty(), "{prefixes:?}");
        drop(foreign);
        assert_eq!(count(config(scratch.path())).expect("what is left does no harm"), 0);
    }
}

#[test]
fn local_ones_are_used() {
    for kind in LOCAL {
        let scratch = prepared();
        let foreign = Foreign::below(scratch.path(), kind).expect("it is there");
        assert_eq!(count(config(scratch.path())).expect("it is local"), 1, "{kind:x}");
        let made = config(scratch.path()).prefix("made");
        assert_eq!(count(made).expect("it is local"), 0, "{kind:x}");
        assert!(foreign.asked() > 0, "nobody looked");
    }
}
