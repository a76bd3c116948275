//! Rules on words: nothing left open, nothing that means something on one machine alone.

use crate::findings::{Findings, hold};
use crate::mask::is_word;
use crate::tree::Tree;

/// Marks of unfinished work in comments; split, so that this file does not hold them.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Unfinished work in code, as tokens.
const STUBS: [&str; 4] = ["todo !", "unimplemented !", "dbg !", "# [ ignore"];

/// Folders that exist on somebody's machine.
const MACHINE_FOLDERS: [&str; 5] = ["work", "farm", "root", "home", "Users"];

/// Hosts that a client knows by itself, and names of tools that are nobody's business here.
const FOREIGN: [&str; 8] = [
    concat!("crates", ".io"),
    concat!("//docs", ".rs"),
    concat!("pypi", ".org"),
    concat!("npmjs", ".org"),
    concat!("deb.debian", ".org"),
    concat!("farm", "-bench"),
    concat!("farm", "-studio"),
    concat!("bash_", "jobs"),
];

/// Every line that people wrote: path, line number, text.
fn lines(tree: &Tree) -> impl Iterator<Item = (&str, usize, &str)> {
    let rust = tree.rust.iter().map(|source| (source.path.as_str(), source.text.as_str()));
    let texts = tree.texts.iter().map(|text| (text.path.as_str(), text.text.as_str()));
    rust.chain(texts).flat_map(|(path, text)| {
        text.lines().enumerate().map(move |(index, line)| (path, index + 1, line))
    })
}

pub(crate) fn nothing_is_left_open(tree: &Tree, found: &mut Findings) {
    for (path, line, text) in lines(tree) {
        if let Some(mark) = text.split(|c| !is_word(c)).find(|word| MARKS.contains(word)) {
            found.at(path, line, format_args!("do what {mark} says, or say why it is not done"));
        }
    }
    for source in &tree.rust {
        for (at, token) in source.tokens.iter().enumerate() {
            if let Some(stub) = STUBS.iter().find(|stub| source.reads(at, stub)) {
                let advice =
                    format_args!("finish it: `{}` is no way to leave it", stub.replace(' ', ""));
                found.at(&source.path, token.line, advice);
            }
        }
    }
}

pub(crate) fn nothing_names_a_machine(tree: &Tree, found: &mut Findings) {
    for (path, line, text) in lines(tree) {
        if let Some(folder) = MACHINE_FOLDERS.iter().find(|folder| has_path(text, folder)) {
            found.at(path, line, format_args!("no paths of one machine: take /{folder} out"));
        }
        if let Some(word) = FOREIGN.iter().find(|word| text.contains(*word)) {
            found.at(path, line, format_args!("{word} has no business here: take it out"));
        }
    }
}

/// Whether `text` has an absolute path below `/folder/`.
fn has_path(text: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    text.match_indices(&path).any(|(at, _)| !text[..at].ends_with(|c| is_word(c) || c == '.'))
}

pub(crate) fn named_pages_exist(tree: &Tree, found: &mut Findings) {
    let names: Vec<&str> =
        tree.paths.iter().map(|path| path.rsplit('/').next().unwrap_or_default()).collect();
    for (path, line, text) in lines(tree) {
        for (at, _) in text.match_indices(".md") {
            let stem = text[..at].rsplit(|c| !is_word(c)).next().unwrap_or_default();
            let capitals = stem.len() > 1 && stem.chars().all(|c| c.is_ascii_uppercase());
            let name = format!("{stem}.md");
            if capitals && !text[at + 3..].starts_with(is_word) && !names.contains(&&*name) {
                found.at(path, line, format_args!("there is no {name}: say it here instead"));
            }
        }
    }
}

#[test]
fn no_work_is_left_open() {
    hold(nothing_is_left_open);
}

#[test]
fn no_machine_host_or_tool_is_named() {
    hold(nothing_names_a_machine);
}

#[test]
fn every_page_that_is_named_exists() {
    hold(named_pages_exist);
}
