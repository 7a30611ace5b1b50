//! The types of events.

use proc_macro2::TokenStream;
use quote::quote;

use super::{docs, ident, ty};
use crate::plan::{Event, EventKind};

pub fn render(item: &Event, here: &[String]) -> TokenStream {
    let docs = docs(&item.docs);
    let name = ident(&item.name);
    let wire = &item.wire;
    let implementation = match &item.kind {
        EventKind::Snapshot { object } => {
            let object = ty::render(object, here);
            quote! {
                impl rt::SnapshotEvent for #name {
                    const TYPE: &'static str = #wire;
                    type Object = #object;
                }
            }
        }
        EventKind::Thin { data, related } => {
            let data = ty::render(data, here);
            let related = ty::render(related, here);
            quote! {
                impl rt::ThinEvent for #name {
                    const TYPE: &'static str = #wire;
                    type Data = #data;
                    type Related = #related;
                }
            }
        }
    };
    quote! {
        #docs
        pub enum #name {}
        #implementation
    }
}
