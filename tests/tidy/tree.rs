//! The repository as the rules read it: Rust files, other texts, and every path there is.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;
use std::{fs, io};

use crate::source::Source;

/// What is built or kept by tools, and is not ours to judge.
const NOT_OURS: [&str; 4] = [".git", "target", "proptest-regressions", "Cargo.lock"];

/// Every file of the repository.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) rust: Vec<Source>,
    /// What people write and is not Rust: pages, manifests, scripts.
    pub(crate) texts: Vec<Text>,
    pub(crate) paths: BTreeSet<String>,
}

/// A file that is not Rust.
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Tree {
    /// Read once; every rule shares it.
    pub(crate) fn of_this_repository() -> &'static Self {
        static TREE: OnceLock<Tree> = OnceLock::new();
        TREE.get_or_init(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let mut tree = Self::default();
            tree.walk(root, "").expect("the source tree can be read");
            assert!(tree.rust.len() > 10, "too few files: is {} the repository?", root.display());
            tree
        })
    }

    /// A tree made up for a test of a rule.
    pub(crate) fn planted(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add((*path).to_owned(), text.as_bytes());
        }
        tree
    }

    /// The page or manifest at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<&Text> {
        self.texts.iter().find(|text| text.path == path)
    }

    /// Whether there is a file or folder at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.paths.contains(path) || self.paths.iter().any(|other| other.starts_with(&folder))
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else {
                self.add(path, &fs::read(entry.path())?);
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: &[u8]) {
        self.paths.insert(path.clone());
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        if has_extension(&path, "rs") {
            self.rust.push(Source::new(&path, text));
        } else {
            self.texts.push(Text { path, text: text.to_owned() });
        }
    }
}

/// Whether the name of the file at `path` ends with `.extension`.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == extension)
}
