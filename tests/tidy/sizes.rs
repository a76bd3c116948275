//! Rules on size: what does not fit on a screen or two is more than one thing.

use crate::findings::{Findings, hold};
use crate::tree::Tree;

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const LIB_CODE_LINES_MAX: usize = 80;
const EXAMPLE_LINES_MAX: usize = 60;

pub(crate) fn files_are_short(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            found.at(
                &source.path,
                FILE_LINES_MAX,
                format_args!(
                    "{lines} lines, {FILE_LINES_MAX} at most: give its second noun a file"
                ),
            );
        }
    }
}

pub(crate) fn functions_are_short(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        for function in source.functions() {
            let (first, last) = (*function.lines.start(), *function.lines.end());
            let lines = last - first + 1;
            if lines > FUNCTION_LINES_MAX {
                found.at(
                    &source.path,
                    first,
                    format_args!(
                        "fn {} has {lines} lines, {FUNCTION_LINES_MAX} at most: name its steps",
                        function.name
                    ),
                );
            }
        }
    }
}

pub(crate) fn crate_roots_are_lists(tree: &Tree, found: &mut Findings) {
    for source in tree.rust.iter().filter(|source| source.path.ends_with("src/lib.rs")) {
        let lines = source.code_lines();
        if lines > LIB_CODE_LINES_MAX {
            found.at(
                &source.path,
                1,
                format_args!("{lines} lines of code, {LIB_CODE_LINES_MAX} at most: move items out"),
            );
        }
    }
}

pub(crate) fn examples_are_short(tree: &Tree, found: &mut Findings) {
    for source in tree.rust.iter().filter(|source| source.path.starts_with("examples/")) {
        let lines = source.text.lines().count();
        if lines > EXAMPLE_LINES_MAX {
            found.at(
                &source.path,
                EXAMPLE_LINES_MAX,
                format_args!("{lines} lines, {EXAMPLE_LINES_MAX} at most: show one thing"),
            );
        }
    }
}

#[test]
fn no_file_is_too_long() {
    hold(files_are_short);
}

#[test]
fn no_function_is_too_long() {
    hold(functions_are_short);
}

#[test]
fn crate_roots_hold_little_code() {
    hold(crate_roots_are_lists);
}

#[test]
fn examples_fit_on_a_screen() {
    hold(examples_are_short);
}
