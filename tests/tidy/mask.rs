//! Blanks what is not code, so that rules never trip over a comment or a message.

/// One file three ways; all have the same lines.
pub(crate) struct Masked {
    /// Comments and the contents of strings are blank.
    pub(crate) code: String,
    /// Only comments are blank.
    pub(crate) literals: String,
}

/// Takes the comments and strings out of Rust source.
pub(crate) fn mask(text: &str) -> Masked {
    let mut masker = Masker {
        chars: text.chars().collect(),
        at: 0,
        code: String::with_capacity(text.len()),
        literals: String::with_capacity(text.len()),
    };
    while masker.at < masker.chars.len() {
        masker.step();
    }
    Masked { code: masker.code, literals: masker.literals }
}

/// What the characters being passed are.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Literal,
}

struct Masker {
    chars: Vec<char>,
    at: usize,
    code: String,
    literals: String,
}

impl Masker {
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.pass_while(Part::Comment, |c| c != '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            (c, _) if is_word(c) => self.word(),
            _ => self.pass(1, Part::Code),
        }
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn pass(&mut self, count: usize, part: Part) {
        let end = (self.at + count).min(self.chars.len());
        for &c in &self.chars[self.at..end] {
            let blank = if c == '\n' { '\n' } else { ' ' };
            self.code.push(if part == Part::Code { c } else { blank });
            self.literals.push(if part == Part::Comment { blank } else { c });
        }
        self.at = end;
    }

    fn pass_while(&mut self, part: Part, going_on: impl Fn(char) -> bool) {
        let count = self.chars[self.at..].iter().take_while(|c| going_on(**c)).count();
        self.pass(count, part);
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.pass(1, Part::Comment);
                    continue;
                }
            }
            self.pass(2, Part::Comment);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.pass(1, Part::Code);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            let escaped = self.peek(0) == '\\';
            self.pass(1 + usize::from(escaped), Part::Literal);
        }
        self.pass(1, Part::Code);
    }

    /// A character, or the tick of a lifetime.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.pass(1, Part::Code);
            self.pass(2, Part::Literal);
            self.pass_while(Part::Literal, |c| c != '\'');
        } else if self.peek(2) == '\'' {
            self.pass(1, Part::Code);
            self.pass(1, Part::Literal);
        }
        self.pass(1, Part::Code);
    }

    /// A word, or the start of a raw string: `r"…"`, `br#"…"#`.
    fn word(&mut self) {
        let length = self.chars[self.at..].iter().take_while(|c| is_word(**c)).count();
        let raw = matches!(self.chars[self.at..self.at + length], ['r'] | ['b' | 'c', 'r']);
        self.pass(length, Part::Code);
        let hashes = self.chars[self.at..].iter().take_while(|c| **c == '#').count();
        if raw && self.peek(hashes) == '"' {
            self.raw_string(hashes);
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        self.pass(hashes + 1, Part::Code);
        let closes = |rest: &[char]| {
            rest.len() > hashes && rest[0] == '"' && rest[1..=hashes].iter().all(|c| *c == '#')
        };
        while self.at < self.chars.len() && !closes(&self.chars[self.at..]) {
            self.pass(1, Part::Literal);
        }
        self.pass(hashes + 1, Part::Code);
    }
}

/// Whether `c` may stand in an identifier or a number.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[test]
fn only_code_is_left() {
    let source = r##"let a = "x // y"; // z
let b = r#"un"safe"#; /* p /* q */ r */ let c = '\''; let d: &'static str = "\"";"##;
    let masked = mask(source);
    let squeezed: Vec<&str> = masked.code.split_whitespace().collect();
    assert_eq!(
        squeezed.join(" "),
        "let a = \" \"; let b = r#\" \"#; let c = ' '; let d: &'static str = \" \";"
    );
    assert!(masked.literals.contains("x // y") && !masked.literals.contains('z'));
    assert_eq!(masked.code.lines().count(), source.lines().count());
}
