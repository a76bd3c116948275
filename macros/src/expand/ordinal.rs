//! The places of fields among the stored ones, where some may be compiled out.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    ast::{Class, Field},
    attr::Cfgs,
};

/// How many of `before` exist in this build: known now, or asked of the compiler where a `#[cfg]`
/// decides.
pub(super) fn count<'a>(krate: &syn::Path, before: impl Iterator<Item = &'a Cfgs>) -> TokenStream {
    let (always, conditional): (Vec<_>, Vec<_>) = before.partition(|cfgs| cfgs.is_empty());
    let always = proc_macro2::Literal::usize_unsuffixed(always.len());
    let conditional = conditional.into_iter().map(Cfgs::condition);
    quote!(#always #(+ #krate::plumbing::present(::core::cfg!(#conditional)))*)
}

/// The place of a field among those that are stored.
pub(super) fn ordinal(class: &Class, field: &Field) -> TokenStream {
    let before = class.stored().take_while(|other| !std::ptr::eq(*other, field));
    count(&class.krate(), before.map(|other| &other.cfgs))
}
