//! Where output goes: a reader that has read enough is no failure, a full disk is one, and nothing panics.

mod common;

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use common::{Note, db0, open, path, said};

/// Commands on a prefix that write to the standard output, and succeed.
const TOLD: [&[&str]; 14] = [
    &["prefixes"],
    &["prefixes", "--json"],
    &["stat", "default"],
    &["classes", "default"],
    &["tags", "default"],
    &["roots", "default"],
    &["find", "default"],
    &["states", "default"],
    &["readers", "default"],
    &["watch", "default", "--since", "0", "--count", "1"],
    &["verify", "default"],
    &["doctor", "default"],
    &["warm", "default"],
    &["dump", "default", "--json"],
];

fn prepared(folder: &Path) {
    let workspace = open(folder);
    let note = workspace.create(Note { text: "one".into() });
    workspace.current().tags(&note).add("red\ttag\u{1b}[31m");
    workspace.current().list::<u8>("log");
    workspace.commit().expect("it commits");
    workspace.close().expect("it closes");
}

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_db0"));
    command.arg(words[0]).arg(folder).args(&words[1..]).stdin(Stdio::null());
    command
}

/// The end of a pipe that nobody reads.
fn unread() -> std::io::PipeWriter {
    std::io::pipe().expect("a pipe").1
}

/// Runs a shell with these lines.
fn shell(folder: &Path, lines: &str) -> Output {
    let mut shell = command(folder, &["shell"]);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut shell = shell.spawn().expect("it runs");
    shell.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("it listens");
    shell.wait_with_output().expect("it ends")
}

#[test]
fn who_has_read_enough_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    for words in TOLD {
        let output = command(folder.path(), words).stdout(unread()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", said(&output));
        assert!(output.stderr.is_empty(), "{words:?}: {}", said(&output));
    }
}

#[test]
fn what_can_t_be_written_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    for words in TOLD.into_iter().chain([&["dump", "default"] as &[&str]]) {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("it is there");
        let output = command(folder.path(), words).stdout(full).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", said(&output));
        assert!(said(&output).starts_with("db0: "), "{words:?}: {}", said(&output));
    }
    // Where nobody hears of a failure, there is its status.
    let nowhere = command(folder.path(), &["stat", "nothing"]).stderr(unread()).status();
    assert_eq!(nowhere.expect("it runs").code(), Some(1));
}

#[test]
fn text_breaks_no_table_and_commands_no_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let output = db0([path("tags"), folder.path()]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\tred\\ttag\\u{1b}[31m\n");
}

#[test]
fn a_dump_to_nowhere_in_particular_goes_to_the_output() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let mut dump = command(folder.path(), &["dump", "default", "-o", "-"]);
    let output = dump.current_dir(folder.path()).output().expect("it runs");
    assert!(output.status.success() && !output.stdout.is_empty(), "{}", said(&output));
    assert!(!folder.path().join("-").exists());
}

#[test]
fn errors_speak_of_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let told = |words: &[&str]| {
        let output = command(folder.path(), words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", said(&output));
        let told = said(&output);
        assert!(!told.contains("Mode::") && !told.contains("Config"), "{told}");
        told
    };
    assert!(told(&["stat", "nothing"]).contains("`db0 prefixes"));
    let uuid = "00000000-0000-0000-0000-000000000000";
    assert!(told(&["set", "default", uuid, "text", "Bob"]).contains("double quotes"));
    let writer = open(folder.path());
    let pid = std::process::id().to_string();
    for words in [&["compact"] as &[&str], &["drop", "default"], &["prune", "--keep", "1"]] {
        assert!(told(words).contains(&pid), "{words:?}");
    }
    writer.close().expect("it closes");
    let reader = db0::Config::new(folder.path()).read_only();
    let reader = db0::Workspace::open(reader).expect("it opens");
    for words in [&["compact"] as &[&str], &["drop", "default"]] {
        assert!(told(words).contains(&pid), "{words:?}");
    }
    reader.close().expect("it closes");
    assert!(command(folder.path(), &["drop", "default"]).status().expect("it runs").success());
}

#[test]
fn a_prefix_that_does_not_open_hides_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    fs::create_dir(folder.path().join("a")).expect("it is ours");
    File::create(folder.path().join("a/data.mdb")).expect("it is ours");
    let output = db0([path("prefixes"), folder.path()]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "-\ta\n1\tdefault\n");
    let output = db0([path("prefixes"), folder.path(), path("--json")]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert!(report[0]["error"].is_string() && report[1]["state"] == 1, "{report}");
}

#[test]
fn what_a_forgotten_state_changed_is_not_told() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let workspace = open(folder.path());
    for _ in 0..2 {
        workspace.create(Note { text: "more".into() });
        workspace.commit().expect("it commits");
    }
    workspace.current().prune_history(..2).expect("it prunes");
    workspace.close().expect("it closes");
    let words = ["watch", "default", "--since", "0", "--count", "2", "--changes"];
    let output = command(folder.path(), &words).output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
    let told = said(&output);
    let told: Vec<_> = told.lines().collect();
    assert!(told[0].starts_with("2\t") && told[1].contains("forgotten"), "{told:?}");
    assert!(told[2].starts_with("3\t") && told[3].contains("created\tNote"), "{told:?}");
    let output = command(folder.path(), &[&words as &[&str], &["--json"]].concat()).output();
    let output = output.expect("it runs");
    let json = common::lines(&String::from_utf8_lossy(&output.stdout));
    assert!(json[0]["changes"].is_null() && json[1]["changes"].is_array(), "{json:?}");
}

#[test]
fn a_shell_goes_on_after_a_mistake_and_ends_when_told() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let output = shell(folder.path(), "prefixes\nfind --count\nexit\nnonsense\n");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\tdefault\n1\n");
    // It does not read its own lines.
    let output = shell(folder.path(), "shell\nload -\nfind --count\n");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n");
    assert_eq!(said(&output).matches("is not for the shell").count(), 2);
}
