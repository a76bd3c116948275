//! One Rust file as the rules see it: lines, tokens, functions and the parts that are tests.

use std::ops::RangeInclusive;

use crate::mask::{is_word, mask};

/// A Rust file.
pub(crate) struct Source {
    /// From the repository's root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Comments and the contents of strings are blank.
    pub(crate) code: String,
    /// Only comments are blank.
    pub(crate) literals: String,
    pub(crate) tokens: Vec<Token>,
    test_lines: Vec<RangeInclusive<usize>>,
}

/// A word, or one character that is not white space.
pub(crate) struct Token {
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// A function that has a body.
pub(crate) struct Function<'s> {
    pub(crate) name: &'s str,
    pub(crate) lines: RangeInclusive<usize>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let masked = mask(text);
        let tokens = tokenize(&masked.code);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            test_lines: test_lines(&tokens),
            code: masked.code,
            literals: masked.literals,
            tokens,
        }
    }

    /// Lines of code: not blank, no comment.
    pub(crate) fn code_lines(&self) -> usize {
        self.literals.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Whether the file is there for tests, examples or measuring alone.
    pub(crate) fn is_dev_only(&self) -> bool {
        let folders = ["tests", "examples", "benches", "faults"];
        self.path.ends_with("/tests.rs") || self.path.split('/').any(|part| folders.contains(&part))
    }

    /// Whether `line` stands in a module for tests.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_lines.iter().any(|range| range.contains(&line))
    }

    /// The functions that have a body, nested ones too.
    pub(crate) fn functions(&self) -> Vec<Function<'_>> {
        let mut functions = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let Some(name) = self.tokens.get(at + 1).filter(|_| token.text == "fn") else {
                continue;
            };
            let named = name.text.starts_with(|c: char| is_word(c));
            let Some(last) = block_end(&self.tokens, at + 1).filter(|_| named) else {
                continue;
            };
            functions
                .push(Function { name: &name.text, lines: token.line..=self.tokens[last].line });
        }
        functions
    }

    /// Whether the tokens from `at` on read as `pattern`, which is split at spaces.
    pub(crate) fn reads(&self, at: usize, pattern: &str) -> bool {
        let mut tokens = self.tokens[at..].iter();
        pattern.split(' ').all(|word| tokens.next().is_some_and(|token| token.text == word))
    }
}

/// Where the block that begins after `from` ends; none if a semicolon comes first.
pub(crate) fn block_end(tokens: &[Token], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut inside = false;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            ";" if depth == 0 => return None,
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.checked_sub(1)?,
            "{" => {
                inside |= depth == 0;
                depth += 1;
            }
            "}" => {
                depth = depth.checked_sub(1)?;
                if inside && depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn tokenize(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            tokens.push(Token { text: rest[..length].to_owned(), line: index + 1 });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn test_lines(tokens: &[Token]) -> Vec<RangeInclusive<usize>> {
    let heads: [&[&str]; 2] = [
        &["#", "[", "cfg", "(", "test", ")", "]"],
        &["#", "[", "cfg", "(", "all", "(", "test", ","],
    ];
    let mut ranges = Vec::new();
    for at in 0..tokens.len() {
        let starts = |head: &&[&str]| {
            let here = tokens[at..].iter().map(|token| token.text.as_str());
            here.take(head.len()).eq(head.iter().copied())
        };
        let Some(head) = heads.iter().find(|head| starts(head)) else {
            continue;
        };
        let body = tokens[at + head.len()..].iter().position(|token| token.text == "mod");
        let body = body.map_or(at + head.len(), |offset| at + head.len() + offset);
        if let Some(end) = block_end(tokens, body) {
            ranges.push(tokens[at].line..=tokens[end].line);
        }
    }
    ranges
}

#[test]
fn functions_and_tests_are_found() {
    let text = "fn a(x: [u8; 3]) -> fn(u8) {\n  x\n}\ntrait T { fn b(); }\n#[cfg(test)]\nmod tests {\n  fn c() {}\n}\n";
    let source = Source::new("a.rs", text);
    let found: Vec<_> = source.functions().iter().map(|f| (f.name, f.lines.clone())).collect();
    assert_eq!(found, [("a", 1..=3), ("c", 7..=7)]);
    assert!(source.is_test_line(7) && !source.is_test_line(4));
}
