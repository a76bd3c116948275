//! A rule on errors: each kind is one that a test has met.

use std::collections::BTreeSet;

use crate::findings::{Findings, hold};
use crate::source::{Source, block_end};
use crate::tree::Tree;

/// Where the kinds of errors are listed.
const HOME: &str = "runtime/src/error/types.rs";

pub(crate) fn errors_are_met(tree: &Tree, found: &mut Findings) {
    let Some(home) = tree.rust.iter().find(|source| source.path == HOME) else { return };
    let mut met = BTreeSet::new();
    for source in &tree.rust {
        for (at, token) in source.tokens.iter().enumerate() {
            if source.reads(at, "Error : :")
                && (source.is_dev_only() || source.is_test_line(token.line))
                && let Some(kind) = source.tokens.get(at + 3)
            {
                met.insert(kind.text.as_str());
            }
        }
    }
    for (kind, line) in kinds(home) {
        if !met.contains(kind) {
            found.at(HOME, line, format_args!("no test has met Error::{kind}: provoke it in one"));
        }
    }
}

/// The variants of the enum, with their lines.
fn kinds(source: &Source) -> Vec<(&str, usize)> {
    let Some(start) = (0..source.tokens.len()).find(|at| source.reads(*at, "enum Error {")) else {
        return Vec::new();
    };
    let end = block_end(&source.tokens, start).unwrap_or(source.tokens.len());
    let mut kinds = Vec::new();
    let (mut depth, mut begins) = (0_usize, false);
    for token in &source.tokens[start..end] {
        match token.text.as_str() {
            "{" | "(" | "[" => {
                depth += 1;
                begins = depth == 1;
            }
            "}" | ")" => depth -= 1,
            // An attribute ends where a variant may begin.
            "]" => {
                depth -= 1;
                begins = depth == 1;
            }
            "," if depth == 1 => begins = true,
            "#" => {}
            name if depth == 1 && begins => {
                kinds.push((name, token.line));
                begins = false;
            }
            _ => {}
        }
    }
    kinds
}

#[test]
fn every_error_is_met_by_a_test() {
    hold(errors_are_met);
}
