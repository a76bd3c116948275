//! What a rule found, and how it is told.

use std::fmt::{Display, Write as _};

use crate::tree::Tree;

/// A rule looks at the whole tree and notes each place that breaks it.
pub(crate) type Rule = fn(&Tree, &mut Findings);

/// The places at which one rule is broken.
#[derive(Default)]
pub(crate) struct Findings {
    places: Vec<String>,
}

impl Findings {
    /// Notes one place, and what to do about it.
    pub(crate) fn at(&mut self, path: &str, line: usize, what_to_do: impl Display) {
        self.places.push(format!("{path}:{line}: {what_to_do}"));
    }

    /// The places noted so far.
    pub(crate) fn places(&self) -> &[String] {
        &self.places
    }
}

/// What `rule` finds in `tree`.
pub(crate) fn check(rule: Rule, tree: &Tree) -> Findings {
    let mut found = Findings::default();
    rule(tree, &mut found);
    found
}

/// Fails the calling test with every place at which the repository breaks `rule`.
#[track_caller]
pub(crate) fn hold(rule: Rule) {
    let found = check(rule, Tree::of_this_repository());
    let mut list = String::new();
    for place in found.places() {
        let _ = write!(list, "\n  {place}");
    }
    assert!(found.places().is_empty(), "{} to mend:{list}\n", found.places().len());
}
