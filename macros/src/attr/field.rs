//! The options in `#[db0(…)]` on a field or a variant.

use syn::{Attribute, Error, Expr, ExprLit, Ident, Lit, LitStr, Result, Token, parse::ParseStream};

use super::{class, list};
use crate::errors::Errors;

pub(super) const KNOWN: &[&str] =
    &["default", "renamed_from", "index", "unique", "tag", "skip", "no_const"];

/// What `#[db0(…)]` says of one field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) default: Option<DefaultValue>,
    pub(crate) renamed_from: Vec<LitStr>,
    pub(crate) index: Option<Ident>,
    pub(crate) unique: Option<Ident>,
    pub(crate) tag: Option<Ident>,
    pub(crate) skip: Option<Ident>,
    pub(crate) no_const: Option<Ident>,
}

/// `default` or `default = expr`.
pub(crate) struct DefaultValue {
    pub(crate) key: Ident,
    pub(crate) value: Option<Expr>,
}

impl FieldOptions {
    pub(crate) fn read(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = Self::default();
        list::read_all(attrs, errors, |key, input| options.one(key, input));
        options
    }

    fn one(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        match key.to_string().as_str() {
            "default" => self.read_default(key, input),
            "renamed_from" => list::texts(&mut self.renamed_from, key, input),
            "index" => list::flag(&mut self.index, key, input),
            "unique" => list::flag(&mut self.unique, key, input),
            "tag" => list::flag(&mut self.tag, key, input),
            "skip" => list::flag(&mut self.skip, key, input),
            "no_const" => list::flag(&mut self.no_const, key, input),
            name if class::KNOWN.contains(&name) => Err(Error::new_spanned(
                key,
                format!("`{key}` belongs to the whole type: put it into #[db0::memo(…)]"),
            )),
            _ => Err(list::unknown(key, KNOWN)),
        }
    }

    fn read_default(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        let ends = |input: ParseStream<'_>| input.is_empty() || input.peek(Token![,]);
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) if !ends(input) => Some(input.parse()?),
            None if ends(input) => None,
            _ => return Err(Error::new_spanned(key, "`default` is given as `default = value`")),
        };
        list::fill(&mut self.default, key, DefaultValue { key: key.clone(), value })
    }

    /// The declared keys of this field.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Ident> {
        [&self.index, &self.unique, &self.tag].into_iter().flatten()
    }
}

impl DefaultValue {
    /// Text in quotes also stands for whatever is made from text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(&self.value, Some(Expr::Lit(ExprLit { lit: Lit::Str(_), .. })))
    }
}
