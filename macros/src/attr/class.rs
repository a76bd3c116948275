//! The options in `#[db0::memo(…)]`.

use proc_macro2::TokenStream;
use syn::{
    Error, Ident, LitStr, Member, Path, Result, Token, Type, TypeParamBound, TypeTraitObject,
    bracketed, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::{Bracket, Paren},
};

use super::{field, list};
use crate::errors::Errors;

pub(super) const KNOWN: &[&str] = &[
    "singleton",
    "keep",
    "prefix",
    "name",
    "renamed_from",
    "implements",
    "index",
    "unique",
    "crate",
];

/// What stands in the parentheses of `#[db0::memo(…)]`.
#[derive(Default)]
pub(crate) struct ClassOptions {
    pub(crate) singleton: Option<Ident>,
    pub(crate) keep: Option<Ident>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) renamed_from: Vec<LitStr>,
    /// Trait-object types.
    pub(crate) implements: Vec<Type>,
    pub(crate) composites: Vec<Composite>,
    pub(crate) krate: Option<Path>,
}

/// `index = (realm, name)` or `unique = (realm, name)`.
pub(crate) struct Composite {
    pub(crate) key: Ident,
    pub(crate) unique: bool,
    pub(crate) members: Vec<Member>,
}

impl ClassOptions {
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        list::read(tokens, errors, |key, input| options.one(key, input));
        options
    }

    fn one(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        match key.to_string().as_str() {
            "singleton" => list::flag(&mut self.singleton, key, input),
            "keep" => list::flag(&mut self.keep, key, input),
            "prefix" => list::text(&mut self.prefix, key, input),
            "name" => list::text(&mut self.name, key, input),
            "renamed_from" => list::texts(&mut self.renamed_from, key, input),
            "implements" => self.implements(key, input),
            "index" | "unique" => self.composite(key, input),
            "crate" => krate(&mut self.krate, key, input),
            name if field::KNOWN.contains(&name) => Err(Error::new_spanned(
                key,
                format!("`{key}` belongs on a field: put #[db0({key})] above it"),
            )),
            _ => Err(list::unknown(key, KNOWN)),
        }
    }

    fn implements(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        list::equals(key, input, "[Trait]")?;
        if !input.peek(Bracket) {
            self.implements.push(trait_object(input)?);
            return Ok(());
        }
        let content;
        bracketed!(content in input);
        self.implements.extend(list::several(&content, trait_object)?);
        Ok(())
    }

    fn composite(&mut self, key: &Ident, input: ParseStream<'_>) -> Result<()> {
        if !input.peek(Token![=]) {
            return Err(Error::new_spanned(
                key,
                format!(
                    "`{key}` needs fields here: {key} = (a, b); for one field put #[db0({key})] on it"
                ),
            ));
        }
        list::equals(key, input, "(a, b)")?;
        if !input.peek(Paren) {
            return Err(input.error(format!(
                "`{key}` takes several fields in parentheses; for one field put #[db0({key})] on it"
            )));
        }
        let content;
        parenthesized!(content in input);
        let members = list::several(&content, Member::parse)?.collect();
        self.composites.push(Composite { key: key.clone(), unique: key == "unique", members });
        Ok(())
    }
}

/// `crate = "path"`, for crates that re-export db0.
pub(crate) fn krate(slot: &mut Option<Path>, key: &Ident, input: ParseStream<'_>) -> Result<()> {
    let mut path = None;
    list::text(&mut path, key, input)?;
    let Some(path) = path else { return Ok(()) };
    match path.parse_with(Path::parse_mod_style) {
        Ok(parsed) => list::fill(slot, key, parsed),
        Err(_) => {
            Err(Error::new_spanned(path, "`crate` takes a path in quotes, like \"my_crate::db0\""))
        }
    }
}

/// `path::Trait`, `dyn path::Trait` or `dyn path::Trait + Send`.
fn trait_object(input: ParseStream<'_>) -> Result<Type> {
    // Where there is no `dyn`, it stands in the place of the trait's name for messages.
    let start = input.span();
    let object = TypeTraitObject {
        dyn_token: Some(input.parse::<Option<Token![dyn]>>()?.unwrap_or(Token![dyn](start))),
        bounds: Punctuated::<TypeParamBound, Token![+]>::parse_separated_nonempty(input)?,
    };
    Ok(Type::TraitObject(object))
}
