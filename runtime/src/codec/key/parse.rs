//! Reads the text form of a key's kind, which may come from a damaged catalogue.

use std::{
    fmt::{self, Formatter},
    marker::PhantomData,
    str::FromStr,
};

use serde::de;

use super::{KeyFault, KeyKind, kind::DEPTH_MAX};

impl FromStr for KeyKind {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let mut parser = Parser { rest: text, depth: 0 };
        let kind = parser.kind()?;
        if parser.rest.is_empty() { Ok(kind) } else { Err(KeyFault::Kind) }
    }
}

/// A position in the text; what it has taken is gone from `rest`.
struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn kind(&mut self) -> Result<KeyKind, KeyFault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(KeyFault::Kind);
        }
        let kind = if self.rest.starts_with('(') {
            let kinds = self.list()?;
            if kinds.is_empty() { KeyKind::Unit } else { KeyKind::Tuple(kinds) }
        } else if self.take("[") {
            self.array()?
        } else {
            let name = self.word();
            self.named(name)?
        };
        self.depth -= 1;
        Ok(kind)
    }

    /// `(`, kinds between commas, `)`; one alone has a comma after it.
    fn list(&mut self) -> Result<Vec<KeyKind>, KeyFault> {
        let mut kinds = Vec::new();
        self.expect("(")?;
        if self.take(")") {
            return Ok(kinds);
        }
        loop {
            kinds.push(self.kind()?);
            let is_single = kinds.len() == 1;
            if !is_single && self.take(")") {
                return Ok(kinds);
            }
            self.expect(",")?;
            if is_single && self.take(")") {
                return Ok(kinds);
            }
            self.expect(" ")?;
        }
    }

    /// What follows `[`.
    fn array(&mut self) -> Result<KeyKind, KeyFault> {
        let element = self.kind()?;
        self.expect("; ")?;
        let digits = self.word();
        let len: u64 = digits.parse().map_err(|_| KeyFault::Kind)?;
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(KeyFault::Kind);
        }
        self.expect("]")?;
        Ok(KeyKind::Array(Box::new(element), len))
    }

    fn named(&mut self, name: &str) -> Result<KeyKind, KeyFault> {
        let part = |this: &mut Self| {
            this.expect("(")?;
            let kind = this.kind()?;
            this.expect(")")?;
            Ok(Box::new(kind))
        };
        match name {
            "option" => part(self).map(KeyKind::Option),
            "desc" => part(self).map(KeyKind::Desc),
            "struct" => self.list().map(KeyKind::Struct),
            "enum" => self.variants().map(KeyKind::Enum),
            _ => {
                let simple = KeyKind::SIMPLE.iter().find(|(simple, _)| *simple == name);
                simple.map(|(_, kind)| kind.clone()).ok_or(KeyFault::Kind)
            }
        }
    }

    fn variants(&mut self) -> Result<Vec<Vec<KeyKind>>, KeyFault> {
        let mut variants = Vec::new();
        self.expect("(")?;
        while !self.take(")") {
            if !variants.is_empty() {
                self.expect(" | ")?;
            }
            variants.push(self.list()?);
        }
        Ok(variants)
    }

    /// The letters and digits that come next.
    fn word(&mut self) -> &'a str {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let len = self.rest.bytes().take_while(is_part).count();
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        word
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), KeyFault> {
        if self.take(token) { Ok(()) } else { Err(KeyFault::Kind) }
    }
}

/// Deserialises what is stored as text.
pub(super) struct FromText<T>(pub(super) PhantomData<T>);

impl<T: FromStr<Err = KeyFault>> de::Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the kind of a key, as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
