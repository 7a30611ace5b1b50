//! What the API sends: structs with public fields.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::{docs, ident, ty};
use crate::plan::{Field, Flag, Struct};

pub fn render(item: &Struct, here: &[String]) -> TokenStream {
    let docs_of = docs(&item.docs);
    let name = ident(&item.name);
    let fields = item.fields.iter().map(|field| {
        let docs = docs(&field.docs);
        let name = ident(&field.ident);
        let ty = ty::render(&field.ty, here);
        quote!(#docs pub #name: #ty)
    });
    let object = item.object.as_ref().map(|object| {
        let deleted = item.deleted.then(|| quote!(-deleted));
        quote!(: #object #deleted)
    });
    let table = table(&item.fields);
    let alias = item.id_alias.as_ref().map(|alias| {
        let alias = ident(alias);
        let line = format!(" The id of a [`{}`].", item.name);
        quote! {
            #[doc = #line]
            pub type #alias = Id<#name>;
        }
    });
    let id = item.has_id.then(|| quote!(rt::resource!(#name);));
    quote! {
        #docs_of
        #[non_exhaustive]
        pub struct #name {
            #(#fields),*
        }
        rt::object!(#name #object { #table });
        #alias
        #id
    }
}

/// The fields as the table macro takes them: sorted by their names in documents.
fn table(fields: &[Field]) -> TokenStream {
    let mut fields: Vec<&Field> = fields.iter().collect();
    fields.sort_by(|left, right| left.wire.cmp(&right.wire));
    let entries = fields.iter().map(|field| {
        let name = ident(&field.ident);
        let wire = &field.wire;
        let flags = field.flags.iter().map(|flag| flag_ident(*flag));
        let flags = (!field.flags.is_empty()).then(|| quote!([#(#flags)*]));
        quote!(#name = #wire #flags)
    });
    quote!(#(#entries),*)
}

fn flag_ident(flag: Flag) -> Ident {
    let name = match flag {
        Flag::Required => "REQUIRED",
        Flag::Nullable => "NULLABLE",
        Flag::Secret => "SECRET",
        Flag::Personal => "PERSONAL",
    };
    Ident::new(name, Span::call_site())
}
