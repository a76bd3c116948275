//! Reads `a, b = "x", c(…)` and goes on after a mistake, so that each one is reported.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Error, Ident, LitStr, Result, Token, bracketed,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    token::Bracket,
};

use crate::errors::Errors;

/// Calls `read` for every option, which takes what follows the option's name from the stream.
pub(crate) fn read(
    tokens: TokenStream,
    errors: &mut Errors,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) {
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = one(input, &mut read) {
                errors.absorb(error);
                skip(input)?;
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        errors.absorb(error);
    }
}

/// The same, of every `#[db0(…)]` among `attrs`.
pub(crate) fn read_all(
    attrs: &[Attribute],
    errors: &mut Errors,
    mut read_one: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("db0")) {
        match attr.meta.require_list() {
            Ok(meta) => read(meta.tokens.clone(), errors, &mut read_one),
            Err(error) => errors.absorb(error),
        }
    }
}

fn one(
    input: ParseStream<'_>,
    read: &mut impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    let key = input
        .call(Ident::parse_any)
        .map_err(|error| Error::new(error.span(), "expected the name of an option"))?;
    read(&key, input)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("expected `,` after `{key}`")))
}

/// Goes on to the comma after the mistake.
fn skip(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// An option that is only its name.
pub(crate) fn flag(slot: &mut Option<Ident>, key: &Ident, input: ParseStream<'_>) -> Result<()> {
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(Error::new_spanned(key, format!("`{key}` takes no value")));
    }
    fill(slot, key, key.clone())
}

/// `key = "text"`, once.
pub(crate) fn text(slot: &mut Option<LitStr>, key: &Ident, input: ParseStream<'_>) -> Result<()> {
    equals(key, input, "\"…\"")?;
    fill(slot, key, literal(input)?)
}

/// `key = "text"` or `key = ["one", "two"]`, as often as wanted.
pub(crate) fn texts(list: &mut Vec<LitStr>, key: &Ident, input: ParseStream<'_>) -> Result<()> {
    equals(key, input, "\"…\"")?;
    if !input.peek(Bracket) {
        list.push(literal(input)?);
        return Ok(());
    }
    let content;
    bracketed!(content in input);
    list.extend(several(&content, literal)?);
    Ok(())
}

/// All of what stands between brackets. A mistake is one mistake: what follows it there isn't read.
pub(crate) fn several<T>(
    content: ParseStream<'_>,
    one: fn(ParseStream<'_>) -> Result<T>,
) -> Result<impl Iterator<Item = T>> {
    let all = Punctuated::<T, Token![,]>::parse_terminated_with(content, one);
    if all.is_err() {
        content.parse::<TokenStream>()?;
    }
    Ok(all?.into_iter())
}

/// The `=` between an option and its value.
pub(crate) fn equals(key: &Ident, input: ParseStream<'_>, value: &str) -> Result<()> {
    match input.parse::<Option<Token![=]>>()? {
        Some(_) if !input.is_empty() && !input.peek(Token![,]) => Ok(()),
        _ => Err(Error::new_spanned(key, format!("`{key}` needs a value: {key} = {value}"))),
    }
}

/// Puts the value of an option that may stand once.
pub(crate) fn fill<T>(slot: &mut Option<T>, key: &Ident, value: T) -> Result<()> {
    if slot.replace(value).is_some() {
        return Err(Error::new_spanned(key, format!("`{key}` is given twice")));
    }
    Ok(())
}

/// What to say of an option that nobody knows here.
pub(crate) fn unknown(key: &Ident, known: &[&str]) -> Error {
    let known = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    Error::new_spanned(key, format!("unknown option `{key}`: there are {known}"))
}

fn literal(input: ParseStream<'_>) -> Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    Err(input.error("expected text in quotes"))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{flag, read, text};
    use crate::errors::Errors;

    #[test]
    fn reading_goes_on_after_each_mistake() {
        let (mut errors, mut seen) = (Errors::default(), Vec::new());
        let (mut on, mut name) = (None, None);
        let tokens =
            quote!(on = 1 + f::<A, B>, 3, name = "x" "y", on on, last, name = 5, name = "z",);
        read(tokens, &mut errors, |key, input| {
            seen.push(key.to_string());
            match key.to_string().as_str() {
                "on" => flag(&mut on, key, input),
                "name" => text(&mut name, key, input),
                _ => Ok(()),
            }
        });
        assert_eq!(seen, ["on", "B", "name", "on", "last", "name", "name"]);
        let expected = [
            "`on` takes no value",
            "expected `,` after `B`",
            "expected the name of an option",
            "expected `,` after `name`",
            "`on` takes no value",
            "expected text in quotes",
            "`name` is given twice",
        ];
        assert_eq!(errors.messages(), expected);
        assert!(on.is_none());
    }
}
