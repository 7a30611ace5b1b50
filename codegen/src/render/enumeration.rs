//! Enums over strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident};
use crate::plan::Enum;
use crate::plan::UNRECOGNIZED;

pub fn render(item: &Enum) -> TokenStream {
    let docs_of = docs(&item.docs);
    let name = ident(&item.name);
    let variants = item.variants.iter().map(|variant| {
        let docs = docs(&variant.docs);
        let name = ident(&variant.ident);
        quote!(#docs #name)
    });
    let values = item.variants.iter().map(|variant| {
        let name = ident(&variant.ident);
        let wire = &variant.wire;
        quote!(#name = #wire)
    });
    let unrecognized = ident(UNRECOGNIZED);
    quote! {
        #docs_of
        #[non_exhaustive]
        #[repr(C)]
        pub enum #name {
            #(#variants,)*
            /// A value that this version does not know.
            #unrecognized(Unknown),
        }
        rt::string_enum!(#name { #(#values),* });
    }
}
