//! Rules on planted bugs: each fits the code as it is, and names a test that there is.

use crate::findings::{Findings, hold};
use crate::tree::{Tree, has_extension};

/// The patches that `faults/planted/run` tries one by one.
const HOME: &str = "faults/planted/";

/// The line of a patch that says which command must fail with it.
const CAUGHT_BY: &str = "Caught by: ";

pub(crate) fn planted_bugs_fit(tree: &Tree, found: &mut Findings) {
    let is_planted = |path: &str| path.starts_with(HOME) && has_extension(path, "patch");
    for patch in tree.texts.iter().filter(|text| is_planted(&text.path)) {
        for hunk in hunks(&patch.text) {
            let source = tree.rust.iter().find(|source| source.path == hunk.path);
            let lines: Vec<&str> =
                source.map_or(Vec::new(), |source| source.text.lines().collect());
            let fits = lines.windows(hunk.before.len()).any(|window| window == hunk.before);
            if !fits {
                let advice = format_args!("{} is not like that any more: plant it anew", hunk.path);
                found.at(&patch.path, hunk.line, advice);
            }
        }
        let command = patch.text.lines().find_map(|line| line.strip_prefix(CAUGHT_BY));
        let named = command.and_then(|command| command.split_whitespace().last());
        let parts = named.into_iter().flat_map(|named| named.split("::"));
        let missing = parts.filter(|part| !part.is_empty() && !is_known(tree, part)).last();
        if let Some(missing) = missing {
            found.at(&patch.path, 2, format_args!("there is no test or module {missing}"));
        } else if command.is_none() {
            found.at(
                &patch.path,
                1,
                format_args!("say what catches it: `{CAUGHT_BY}cargo test …`"),
            );
        }
    }
}

/// A function or a file of this name is there.
fn is_known(tree: &Tree, name: &str) -> bool {
    let file = format!("/{name}.rs");
    tree.rust.iter().any(|source| {
        source.path.ends_with(&file)
            || source.tokens.windows(2).any(|pair| pair[0].text == "fn" && pair[1].text == name)
    })
}

/// One place that a patch changes.
struct Hunk<'p> {
    path: &'p str,
    /// Where it stands in the patch.
    line: usize,
    /// The lines that must be there.
    before: Vec<&'p str>,
}

fn hunks(patch: &str) -> Vec<Hunk<'_>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    let mut file = "";
    for (index, line) in patch.lines().enumerate() {
        if let Some(named) = line.strip_prefix("--- a/") {
            file = named;
        } else if line.starts_with("@@ ") {
            hunks.push(Hunk { path: file, line: index + 1, before: Vec::new() });
        } else if let (Some(hunk), false) = (hunks.last_mut(), line.starts_with('+'))
            && let Some(before) = line.strip_prefix([' ', '-'])
        {
            hunk.before.push(before);
        }
    }
    hunks
}

#[test]
fn planted_bugs_fit_the_code() {
    hold(planted_bugs_fit);
}
