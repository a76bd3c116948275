//! Names of prefixes, and the folders they stand for.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{Error, Result, lmdb::FILES};

const SEGMENTS_MAX: usize = 8;
const SEGMENT_BYTES_MAX: usize = 63;
const BYTES_MAX: usize = 255;

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
            if segment.is_empty() || segment.len() > SEGMENT_BYTES_MAX {
                return refuse("each part between slashes must have 1 to 63 bytes");
            }
            if segment == "." || segment == ".." {
                return refuse("'.' and '..' lead out of the workspace");
            }
            if segment.chars().any(|c| c.is_control() || c == '\\') {
                return refuse("control characters and backslashes are not allowed");
            }
        }
        Ok(Self(name.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder below `root`: each part with everything unusual percent-encoded, so that no name
    /// can lead elsewhere, hide, or be taken for one of LMDB's files.
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

fn encode(segment: &str) -> String {
    use fmt::Write;
    let reserved = FILES.contains(&segment);
    let mut out = String::with_capacity(segment.len());
    for (i, byte) in segment.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_')
            || (byte == b'.' && i > 0 && !reserved);
        if plain {
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
                prop_assert!(!FILES.iter().any(|file| folder.ends_with(file)) && !folder.ends_with(".guard"));
                prop_assert_eq!(PrefixName::of_folder(root, &folder), Some(name));
            }
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for bad in [
            "",
            "..",
            "a/../b",
            "/a",
            "a/",
            "a//b",
            "a\\b",
            "a\0b",
            &"x".repeat(64),
            &"a/".repeat(9),
        ] {
            assert!(PrefixName::new(bad).is_err(), "{bad:?}");
        }
        assert!(PrefixName::new("shop/orders-2026.v1").is_ok());
    }
}
