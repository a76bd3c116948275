//! Writes the code of a class that passed every check.

mod constants;
mod defaults;
mod info;
pub(crate) mod item;
mod keys;

pub(crate) use constants::expand as constants;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Type, spanned::Spanned};

use crate::{
    ast::{Class, Field},
    attr::Cfgs,
};

/// The struct or enum, and everything that makes a class of it.
pub(crate) fn class(class: &Class) -> TokenStream {
    let item = item::expand(class);
    let constants = constants::expand(class);
    let defaults = defaults::expand(class);
    let implementation = implementation(class);
    let singleton = singleton(class);
    let implements = class.options.implements.iter().map(|object| implements(class, object));
    let register = register(class);
    quote! {
        #item
        #constants
        #defaults
        #implementation
        #singleton
        #(#implements)*
        #register
    }
}

fn implementation(class: &Class) -> TokenStream {
    let (krate, name) = (class.krate(), &class.item.ident);
    let info = info::expand(class);
    let keys = keys::values(class);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_imports)]
        impl #krate::plumbing::Class for #name {
            const INFO: &'static #krate::plumbing::ClassInfo = {
                use #krate::plumbing::Otherwise as _;
                #info
            };
            #keys
        }
    }
}

fn singleton(class: &Class) -> Option<TokenStream> {
    let (krate, name) = (class.krate(), &class.item.ident);
    class.options.singleton.as_ref().map(|_| {
        quote! {
            #[automatically_derived]
            impl #krate::plumbing::Singleton for #name {}
        }
    })
}

fn implements(class: &Class, object: &Type) -> TokenStream {
    let (krate, name) = (class.krate(), &class.item.ident);
    // On the user's own token, for when the trait isn't implemented.
    let body = quote_spanned!(Span::call_site().located_at(object.span())=> this);
    quote! {
        #[automatically_derived]
        impl #krate::plumbing::Implements<#object> for #name {
            fn cast(this: ::std::sync::Arc<Self>) -> ::std::sync::Arc<#object> {
                #body
            }
        }
        #krate::plumbing::register_impl!(#name, #object);
    }
}

fn register(class: &Class) -> TokenStream {
    let (krate, name) = (class.krate(), &class.item.ident);
    quote!(#krate::plumbing::register!(#name);)
}

/// How many of `before` exist in this build: known now, or asked of the compiler where a `#[cfg]`
/// decides.
fn count<'a>(krate: &syn::Path, before: impl Iterator<Item = &'a Cfgs>) -> TokenStream {
    let (always, conditional): (Vec<_>, Vec<_>) = before.partition(|cfgs| cfgs.is_empty());
    let always = proc_macro2::Literal::usize_unsuffixed(always.len());
    let conditional = conditional.into_iter().map(Cfgs::condition);
    quote!(#always #(+ #krate::plumbing::present(::core::cfg!(#conditional)))*)
}

/// The place of a field among those that are stored.
fn ordinal(class: &Class, field: &Field) -> TokenStream {
    let before = class.stored().take_while(|other| !std::ptr::eq(*other, field));
    count(&class.krate(), before.map(|other| &other.cfgs))
}
