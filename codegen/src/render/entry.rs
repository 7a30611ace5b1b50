//! The functions of resources.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, params};
use crate::plan::{Entry, Function};

pub fn render(item: &Entry, here: &[String]) -> TokenStream {
    let name = ident(&item.on);
    let functions = item.functions.iter().map(|function| render_function(function, here));
    let bare = item.bare.then(|| {
        let docs = docs(&item.docs);
        quote! {
            #docs
            #[derive(Debug, Clone, Copy)]
            pub struct #name;
        }
    });
    quote! {
        #bare
        impl #name {
            #(#functions)*
        }
    }
}

fn render_function(function: &Function, here: &[String]) -> TokenStream {
    let docs = docs(&function.docs);
    let name = ident(&function.ident);
    let deprecated = match (&function.refused, function.deprecated) {
        (Some(note), _) => Some(quote!(#[deprecated(note = #note)])),
        (None, true) => Some(quote!(#[deprecated])),
        (None, false) => None,
    };
    let request = ident(&function.request);
    let arguments: Vec<_> = params::arguments(&function.params, here).collect();
    // What takes no arguments is not generic, and would be compiled here, used or not.
    let inline = arguments.is_empty().then(|| quote!(#[inline]));
    let initial = params::initial(quote!(#request), &function.params, here);
    quote! {
        #docs
        #deprecated
        #inline
        pub fn #name(#(#arguments),*) -> #request {
            #initial
        }
    }
}
