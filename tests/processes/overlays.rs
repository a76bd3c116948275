//! Layers of containers: a prefix in a lower layer is read and written in the upper one, where all processes see
//! the same file, and what is below stays as it was.

use std::{fs, path::Path};

use db0::{Config, Workspace};

use crate::{
    child::{Child, command_within, say},
    openings::may_unshare,
};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

const MERGED: &str = "over/merged";

/// In layers of its own, with the prefix in the lower one: reads and writes along with another process.
pub(crate) fn lives_on_an_overlay(folder: &Path) {
    let folder = folder.join(MERGED);
    // It opens what is in the lower layer.
    let mut reader = Child::start("opens", &folder);
    say(reader.hear().expect("it says something"));
    let workspace = Workspace::open(Config::new(&folder).autocommit(false)).expect("it opens");
    workspace.create(Note { n: 2 });
    workspace.commit().expect("it commits");
    say(reader.ask("again"));
    assert!(reader.end().success());
    workspace.current().compact().expect("nobody else has it open");
    workspace.close().expect("it closes");
    say(Workspace::verify(&folder, "default").expect("it is read").is_sound());
}

const LAYERS: &str = r#"cd "$DB0_TEST_FOLDER" && mount -t tmpfs tmpfs over &&
    cp -a lower over/ && cd over && mkdir upper work merged &&
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged ||
    { echo "> skipped"; exit 0; }
    "$0" "$@" && cmp lower/default/data.mdb "$DB0_TEST_FOLDER/lower/default/data.mdb" && echo "> same below""#;

#[test]
fn a_prefix_of_a_lower_layer_is_used_in_the_upper_one() {
    if !may_unshare("-Urm") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let lower = folder.path().join("lower");
    let workspace = Workspace::open(Config::new(&lower).autocommit(false)).expect("it opens");
    workspace.create(Note { n: 1 });
    workspace.close().expect("it closes");
    fs::create_dir(folder.path().join("over")).expect("a folder");
    let args = ["-Urm", "sh", "-c", LAYERS];
    let command = &mut command_within("unshare", &args, "lives on an overlay", folder.path());
    let mut child = Child::of(command);
    let first = child.hear().expect("it says something");
    if first == "skipped" {
        return eprintln!("skipped: overlays can't be mounted here");
    }
    let more: Vec<String> = child.lines().collect();
    assert_eq!(
        (first.as_str(), &more[..]),
        ("1", &["2", "true", "same below"].map(String::from)[..])
    );
}
