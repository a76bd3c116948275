//! Names of prefixes, and the folders they stand for.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{Error, Result, lmdb::FILES};

const SEGMENTS_MAX: usize = 8;
const SEGMENT_BYTES_MAX: usize = 63;
const BYTES_MAX: usize = 255;
/// Names of devices where some file systems come from, whatever stands behind a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// … and of those that have a digit behind them.
const PORTS: [&str; 2] = ["com", "lpt"];

/// A name that can be a folder below a workspace. `/` makes folders.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct PrefixName(String);

impl PrefixName {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let refuse = |why| Err(Error::BadName { name: name.into(), why });
        if name.is_empty() || name.len() > BYTES_MAX {
            return refuse("it must have 1 to 255 bytes");
        }
        if name.split('/').count() > SEGMENTS_MAX {
            return refuse("it may have at most 8 parts between slashes");
        }
        for segment in name.split('/') {
            if let Some(why) = fault_of(segment) {
                return refuse(why);
            }
        }
        Ok(Self(name.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder below `root`: each part with everything unusual percent-encoded, so that no name
    /// can lead elsewhere.
    pub(crate) fn folder(&self, root: &Path) -> PathBuf {
        self.0.split('/').fold(root.to_path_buf(), |folder, segment| folder.join(encode(segment)))
    }

    /// The name that a folder below `root` stands for.
    pub(super) fn of_folder(root: &Path, folder: &Path) -> Option<Self> {
        let below = folder.strip_prefix(root).ok()?;
        let segments: Option<Vec<_>> =
            below.iter().map(|segment| decode(segment.to_str()?)).collect();
        let name = Self::new(&segments?.join("/")).ok()?;
        (name.folder(root) == folder).then_some(name)
    }
}

impl fmt::Display for PrefixName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a part of a name can't be a folder of its own on every file system.
fn fault_of(segment: &str) -> Option<&'static str> {
    let lower = segment.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let is_port = |port| {
        stem.strip_prefix(port).is_some_and(|digit: &str| {
            digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit())
        })
    };
    if segment.is_empty() || segment.len() > SEGMENT_BYTES_MAX {
        Some("each part between slashes must have 1 to 63 bytes")
    } else if segment.starts_with('.') {
        Some("no part may begin with a dot: such names lead elsewhere, or are db0's own")
    } else if segment.ends_with(['.', ' ']) {
        Some("no part may end with a dot or a space, which some file systems leave out")
    } else if segment.chars().any(|c| c.is_control() || c == '\\') {
        Some("control characters and backslashes are not allowed")
    } else if FILES.contains(&&*lower) {
        Some("the files of a prefix have this name")
    } else if DEVICES.contains(&stem) || PORTS.into_iter().any(is_port) {
        Some("some file systems keep this name for a device")
    } else {
        None
    }
}

fn encode(segment: &str) -> String {
    use fmt::Write;
    let mut out = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            out.push(byte.into());
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (hex, tail) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_accepted_name_is_a_folder_of_its_own_below_the_root(name in ".{0,40}|[a-z./%\\\\]{0,12}") {
            let root = Path::new("/r");
            if let Ok(name) = PrefixName::new(&name) {
                let folder = name.folder(root);
                prop_assert!(folder.starts_with(root) && folder != root);
                prop_assert!(folder.components().all(|part| part.as_os_str() != ".."));
                let last = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
                prop_assert!(!FILES.contains(&&*last) && !last.starts_with('.') && !last.ends_with(['.', ' ']));
                prop_assert_eq!(PrefixName::of_folder(root, &folder), Some(name));
            }
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in [
            "",
            ".",
            "..",
            "a/../b",
            "../x",
            "/a",
            "a/",
            "a//b",
            "a\\b",
            "a\0b",
            "a\nb",
            &"x".repeat(64),
            &"a/".repeat(9),
            "a/b/c/d/e/f/g/h/i",
            &format!("{}/b", [&*"x".repeat(63); 4].join("/")),
        ] {
            assert!(PrefixName::new(bad).is_err(), "{bad:?}");
        }
        let longest = [&*"x".repeat(63); 4].join("/");
        for good in ["shop/orders-2026.v1", "a/b/c/d/e/f/g/h", &longest, &"x".repeat(63)] {
            assert!(PrefixName::new(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn names_that_are_kept_for_something_else_are_refused() {
        for kept in [
            "data.mdb",
            "lock.mdb",
            "LOCK.MDB",
            ".guard",
            ".new",
            ".journal-1",
            "con",
            "NUL",
            "aux.old",
            "com1",
            "LPT9.txt",
            "a.",
            "a ",
            "a. .",
        ] {
            assert!(PrefixName::new(kept).is_err(), "{kept:?}");
            assert!(PrefixName::new(&format!("a/{kept}/b")).is_err(), "{kept:?} within");
        }
        for free in
            ["console", "com", "com10", "lpt", "comx", "nullable", "data.mdb2", "a.b", "x.con"]
        {
            assert!(PrefixName::new(free).is_ok(), "{free:?}");
        }
    }
}
