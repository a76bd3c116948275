//! Rules on where things stand: each file's job, the composition lists, the shared lints.

use crate::findings::{Findings, hold};
use crate::source::{Source, block_end};
use crate::tree::Tree;

pub(crate) fn files_say_their_job(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        let first = source.text.lines().next().unwrap_or_default();
        if first.strip_prefix("//! ").is_none_or(|job| job.trim().is_empty()) {
            found.at(&source.path, 1, "begin with a `//! ` line that says the file's one job");
        }
    }
}

pub(crate) fn mod_files_are_lists(tree: &Tree, found: &mut Findings) {
    for source in tree.rust.iter().filter(|source| source.path.ends_with("/mod.rs")) {
        if source.is_dev_only() {
            continue;
        }
        let mut at = 0;
        while at < source.tokens.len() {
            at = item(source, at, found);
        }
    }
}

/// Checks the item at token `at`; returns where the next one begins.
fn item(source: &Source, mut at: usize, found: &mut Findings) -> usize {
    while source.reads(at, "#") {
        at = past(source, at, "[", "]");
    }
    let line = source.tokens.get(at).map_or(0, |token| token.line);
    let start = at;
    if source.reads(at, "pub") {
        at += 1;
        if source.reads(at, "(") {
            at = past(source, at, "(", ")");
        }
    }
    let Some(keyword) = source.tokens.get(at) else {
        return source.tokens.len();
    };
    let end = item_end(source, at);
    let body = source.tokens[at..end].iter().any(|token| token.text == "{");
    let listed = match keyword.text.as_str() {
        "mod" => !body,
        "use" | "macro_rules" => true,
        _ => false,
    };
    if !listed {
        let words: Vec<&str> =
            source.tokens[start..end.min(start + 6)].iter().map(|token| &*token.text).collect();
        found.at(
            &source.path,
            line,
            format_args!("mod.rs is a list of `mod` and `use`: give `{}` a file", words.join(" ")),
        );
    }
    end
}

/// The token after the item that begins at `at`: past its semicolon, or past its block.
fn item_end(source: &Source, at: usize) -> usize {
    let semicolon = source.tokens[at..].iter().position(|token| token.text == ";");
    let semicolon = semicolon.map_or(source.tokens.len(), |offset| at + offset + 1);
    let is_use = source.reads(at, "use");
    block_end(&source.tokens, at).filter(|_| !is_use).map_or(semicolon, |end| end + 1)
}

/// The token after the bracket that closes the next `open`.
fn past(source: &Source, from: usize, open: &str, close: &str) -> usize {
    let mut depth = 0_usize;
    for (at, token) in source.tokens.iter().enumerate().skip(from) {
        if token.text == open {
            depth += 1;
        } else if token.text == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    source.tokens.len()
}

pub(crate) fn crates_share_the_lints(tree: &Tree, found: &mut Findings) {
    for manifest in tree.texts.iter().filter(|text| text.path.ends_with("Cargo.toml")) {
        let mut lines = manifest.text.lines().skip_while(|line| line.trim() != "[lints]");
        let shared = lines.nth(1).is_some_and(|line| line.trim() == "workspace = true");
        if manifest.text.contains("[package]") && !shared {
            found.at(&manifest.path, 1, "end with `[lints]` and `workspace = true` below it");
        }
    }
}

#[test]
fn every_file_says_its_job_first() {
    hold(files_say_their_job);
}

#[test]
fn mod_files_are_composition_lists() {
    hold(mod_files_are_lists);
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    hold(crates_share_the_lints);
}
