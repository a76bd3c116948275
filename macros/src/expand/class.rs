//! The parts of a class, put together.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Type, spanned::Spanned};

use super::{constants, defaults, info, item, keys};
use crate::ast::Class;

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
    let (keys, by_name) = (keys::values(class), keys::by_name(class));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_imports)]
        impl #krate::plumbing::Class for #name {
            const INFO: &'static #krate::plumbing::ClassInfo = {
                use #krate::plumbing::Otherwise as _;
                #info
            };
            #keys
            #by_name
        }
    }
}

fn singleton(class: &Class) -> Option<TokenStream> {
    let (krate, name) = (class.krate(), &class.item.ident);
    class.options.singleton.as_ref().map(|_| {
        quote! {
            #[automatically_derived]
            #[allow(deprecated)]
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
        #[allow(deprecated)]
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
