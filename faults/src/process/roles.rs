//! A test that starts its own binary again, to play another role.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::{env, io, process};

use super::partner::Partner;
use super::wire::Wire;

/// Names the role that a started process plays.
const VARIABLE: &str = "FAULTS_ROLE";

/// What a started process says when it comes to its role.
const GREETING: &str = "here";

/// The roles of one test. In a started process the matching [`role`](Self::role) call runs its
/// closure and ends the process; in the test itself it does nothing but take note of the name.
///
/// ```no_run
/// use db0_faults::{Kills, Roles, Scratch};
///
/// // The body of a test called `a_killed_writer_loses_nothing`.
/// let roles = Roles::of("a_killed_writer_loses_nothing").role("writer", |wire| {
///     let folder = wire.receive().unwrap().unwrap();
///     // Opens `folder`, acknowledges what it finds, commits, and after each commit:
///     wire.acknowledge(1).unwrap();
/// });
/// let scratch = Scratch::new()?;
/// Kills::default().run(&roles, "writer", scratch.path(), |cycle| {
///     let found = 1; // what `cycle.folder` holds
///     if cycle.allowed().contains(&found) { Ok(()) } else { Err(format!("holds {found}")) }
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Roles {
    test: String,
    names: Vec<String>,
}

impl Roles {
    /// `test` is the path of the calling test as the test runner prints it, with its modules.
    pub fn of(test: &str) -> Self {
        Self { test: test.to_owned(), names: Vec::new() }
    }

    /// What a process in the role `name` does.
    #[must_use = "the test goes on with these roles"]
    pub fn role(mut self, name: &str, play: impl FnOnce(&mut Wire)) -> Self {
        if env::var(VARIABLE).is_ok_and(|role| role == self.id(name)) {
            let mut wire = Wire::of_child().expect("standard input is the line to the test");
            wire.send(GREETING).expect("the test is there");
            play(&mut wire);
            process::exit(0);
        }
        self.names.push(name.to_owned());
        self
    }

    /// Starts this binary again; the role `name` begins as this returns.
    pub(super) fn start(&self, name: &str) -> io::Result<Partner> {
        assert!(self.names.iter().any(|known| known == name), "there is no role {name:?}");
        assert!(env::var(VARIABLE).is_err(), "a process in a role starts no others");
        let (ours, theirs) = UnixStream::pair()?;
        let child = Command::new(env::current_exe()?)
            .args(["--exact", &self.test, "--nocapture", "--include-ignored"])
            .env(VARIABLE, self.id(name))
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut partner = Partner::new(child, Wire::new(ours)?);
        if partner.wire.receive()?.as_deref() == Some(GREETING) {
            return Ok(partner);
        }
        let end = partner.end()?.tell();
        Err(io::Error::other(format!(
            "{} has no role {name:?}, or died on the way: {end}",
            self.test
        )))
    }

    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.test)
    }
}
