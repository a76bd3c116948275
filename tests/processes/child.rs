//! Another process: this test binary again, in a role of its own, with a line each way.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
};

const ROLE: &str = "DB0_TEST_ROLE";
const FOLDER: &str = "DB0_TEST_FOLDER";
/// What tells a child's lines from those of the test harness.
const MARK: &str = "> ";

/// A process that plays a role.
pub(crate) struct Child {
    process: std::process::Child,
    input: Option<ChildStdin>,
    output: Option<Lines<BufReader<ChildStdout>>>,
}

/// The command that plays a role; to be wrapped by tests that need more around it.
pub(crate) fn command(role: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a path"));
    dress(&mut command, role, folder);
    command
}

/// As [`command`], started by another program.
pub(crate) fn command_within(program: &str, args: &[&str], role: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(args).arg(std::env::current_exe().expect("a path"));
    dress(&mut command, role, folder);
    command
}

fn dress(command: &mut Command, role: &str, folder: &Path) {
    command
        .args(["--exact", "plays_its_role", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
}

impl Child {
    pub(crate) fn start(role: &str, folder: &Path) -> Self {
        Self::of(&mut command(role, folder))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut process = command.spawn().expect("it starts");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("piped")).lines();
        Self { process, input, output: Some(output) }
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, what: &str) {
        writeln!(self.input.as_mut().expect("open"), "{what}").expect("it listens");
    }

    /// The next thing that it says, unless it has ended.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut lines = self.output.as_mut()?.map_while(Result::ok);
        lines.find_map(|line| line.split_once(MARK).map(|(_, said)| said.to_owned()))
    }

    /// Tells it something, and hears what it says to that.
    pub(crate) fn ask(&mut self, what: &str) -> String {
        self.tell(what);
        self.hear().expect("it answers")
    }

    /// What it says from now on, for another thread to hear.
    pub(crate) fn lines(&mut self) -> impl Iterator<Item = String> + Send + use<> {
        let output = self.output.take().expect("nobody else listens");
        let said = |line: String| line.split_once(MARK).map(|(_, said)| said.to_owned());
        output.map_while(Result::ok).filter_map(said)
    }

    /// It has not ended by itself, as it does when it finds something wrong.
    pub(crate) fn expect_alive(&mut self) {
        let ended = self.process.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "process {} ended by itself: {ended:?}", self.pid());
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.pid().to_string()]).status();
        assert!(status.expect("kill is there").success());
    }

    /// Tells it that there is nothing more to come, and waits for its end.
    pub(crate) fn end(mut self) -> ExitStatus {
        self.input = None;
        while self.hear().is_some() {}
        self.process.wait().expect("it ends")
    }
}

impl Drop for Child {
    /// A test that fails leaves nobody behind: whoever waits for its output would wait for ever.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The role of this process, if it was started for one, and the folder that it plays in.
pub(crate) fn role() -> Option<(String, PathBuf)> {
    let role = std::env::var(ROLE).ok()?;
    Some((role, std::env::var_os(FOLDER).expect("set with the role").into()))
}

/// Says something to the process that started this one.
pub(crate) fn say(what: impl std::fmt::Display) {
    println!("{MARK}{what}");
}

/// What the process that started this one says, until there is nothing more to come.
pub(crate) fn told() -> impl Iterator<Item = String> {
    std::io::stdin().lines().map_while(Result::ok)
}
