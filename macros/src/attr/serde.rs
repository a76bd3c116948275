//! What `#[serde(…)]` says, as far as the stored form depends on it.

use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path, Token, punctuated::Punctuated};

/// One option: its name, and its text where it has one.
pub(crate) struct SerdeOption {
    pub(crate) path: Path,
    /// `key = "text"`, or the `deserialize` side of `key(serialize = …, deserialize = …)`.
    pub(crate) text: Option<String>,
}

/// All serde options of one item, field or variant.
#[derive(Default)]
pub(crate) struct SerdeOptions(Vec<SerdeOption>);

impl SerdeOptions {
    /// What can't be read here is left to serde, which reports it.
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let options = attrs
            .iter()
            .filter(|attr| attr.path().is_ident("serde"))
            .filter_map(|attr| list(attr).ok())
            .flatten()
            .map(|meta| SerdeOption { path: meta.path().clone(), text: text(&meta) })
            .collect();
        Self(options)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &SerdeOption> {
        self.0.iter()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&SerdeOption> {
        self.0.iter().find(|option| option.path.is_ident(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.has(key))
    }

    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(|option| option.text.as_deref())
    }

    /// Every text given for an option that may stand several times.
    pub(crate) fn texts<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let same = move |option: &&SerdeOption| option.path.is_ident(key);
        self.0.iter().filter(same).filter_map(|option| option.text.as_deref())
    }
}

fn list(attr: &Attribute) -> syn::Result<Punctuated<Meta, Token![,]>> {
    attr.parse_args_with(Punctuated::parse_terminated)
}

fn text(meta: &Meta) -> Option<String> {
    match meta {
        Meta::Path(_) => None,
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        Meta::List(list) => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()?
            .iter()
            .find(|side| side.path().is_ident("deserialize"))
            .and_then(text),
    }
}
