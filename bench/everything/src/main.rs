//! Writes a program that calls every operation of a crate once, from the source of that crate.
//!
//! `bench-everything functions pinstripe generated/src pinstripe generated/core/src …` for functions of resources that make requests (`Customer::create()`), and
//! `bench-everything constructors stripe_core src stripe_billing src …` for requests that are made themselves (`CreateCustomer::new()`).

use std::path::{Path, PathBuf};
use std::{env, fs};

use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_path_mut};
use syn::{Expr, FnArg, GenericParam, Ident, ImplItem, Item, ReturnType, Type, TypeParamBound, parse_quote};

/// Names that are in scope everywhere and need no path.
const PRELUDE: [&str; 11] = ["bool", "f64", "i64", "u64", "u32", "str", "Option", "Self", "String", "Vec", "Box"];

fn main() {
    let mut arguments = env::args().skip(1);
    let functions = arguments.next().as_deref() == Some("functions");
    let mut calls = Vec::new();
    while let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) {
        let mut files = Vec::new();
        collect(Path::new(&folder), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("the source can be read");
            let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let module = module(&name, file.strip_prefix(&folder).expect("it is below the folder"));
            calls.extend(if functions { calls_of_functions(&syntax, &module) } else { calls_of_constructors(&syntax, &module) });
        }
    }
    let names: Vec<Ident> = (0..calls.len()).map(|number| format_ident!("call_{number}")).collect();
    let client = if functions { quote!(pinstripe::Client) } else { quote!(stripe::Client) };
    // Splits the calls: one function that awaits hundreds of futures is unrealistic and dominates
    // the time of rustc.
    let parts: Vec<&[Ident]> = names.chunks(20).collect();
    let part_names: Vec<Ident> = (0..parts.len()).map(|number| format_ident!("part_{number}")).collect();
    let program: syn::File = parse_quote! {
        //! Calls everything. The arguments come from a black box, so that no call can be left out.

        #[tokio::main]
        async fn main() -> Result<(), Box<dyn std::error::Error>> {
            let client = #client::new(std::env::var("STRIPE_SECRET_KEY")?);
            #(#part_names(&client).await?;)*
            Ok(())
        }

        #(async fn #part_names(client: &#client) -> Result<(), Box<dyn std::error::Error>> {
            #(#parts(client).await?;)*
            Ok(())
        })*

        fn any<T>() -> T {
            std::hint::black_box(None).expect("this program is not to be run")
        }

        #(async fn #names(client: &#client) -> Result<(), Box<dyn std::error::Error>> {
            #calls.send(client).await?;
            Ok(())
        })*
    };
    eprintln!("{} calls", calls.len());
    print!("{}", prettyplease::unparse(&program));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    for path in paths {
        match path.extension() {
            _ if path.is_dir() => collect(&path, files),
            Some(ending) if ending == "rs" => files.push(path),
            _ => {}
        }
    }
}

/// Returns the module of a file as users see it: the items of `requests.rs` are re-exported one
/// level up.
fn module(name: &str, file: &Path) -> syn::Path {
    let steps = file.with_extension("");
    let steps = steps.iter().map(|step| step.to_str().expect("modules have plain names"));
    let steps = steps.filter(|step| !["lib", "mod", "requests"].contains(step)).map(|step| match step {
        "type" | "move" => format!("r#{step}"),
        _ => step.to_owned(),
    });
    let path: Vec<String> = [name.to_owned()].into_iter().chain(steps).collect();
    syn::parse_str(&path.join("::")).expect("files are named after modules")
}

/// `Customer::create(…)`
fn calls_of_functions(file: &syn::File, module: &syn::Path) -> Vec<Expr> {
    let mut calls = Vec::new();
    for (on, function) in functions(file) {
        let ReturnType::Type(_, output) = &function.sig.output else { continue };
        let makes_request = matches!(&**output, Type::Path(output) if output.path.is_ident_that(|name| name.ends_with("Request")));
        if makes_request && !function.sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_))) {
            calls.push(call(&on, function, file, module));
        }
    }
    calls
}

/// `CreateCustomer::new(…)` of what can be sent.
fn calls_of_constructors(file: &syn::File, module: &syn::Path) -> Vec<Expr> {
    let functions = functions(file);
    let is_sent = |on: &Ident| functions.iter().any(|(other, function)| other == on && function.sig.ident == "send");
    let constructors = functions.iter().filter(|(on, function)| function.sig.ident == "new" && is_sent(on));
    constructors.map(|(on, function)| call(on, function, file, module)).collect()
}

/// Returns the public functions of a file with their types.
fn functions(file: &syn::File) -> Vec<(Ident, &syn::ImplItemFn)> {
    let mut found = Vec::new();
    for item in &file.items {
        let Item::Impl(item) = item else { continue };
        let (None, Type::Path(on)) = (&item.trait_, &*item.self_ty) else { continue };
        let Some(on) = on.path.get_ident() else { continue };
        for function in &item.items {
            if let ImplItem::Fn(function) = function {
                found.push((on.clone(), function));
            }
        }
    }
    found
}

fn call(on: &Ident, function: &syn::ImplItemFn, file: &syn::File, module: &syn::Path) -> Expr {
    let mut qualify = Qualify { file, module };
    let arguments = function.sig.inputs.iter().map(|input| {
        let FnArg::Typed(input) = input else { unreachable!("there is no receiver") };
        let mut ty = argument(&input.ty, function);
        qualify.visit_type_mut(&mut ty);
        quote!(any::<#ty>())
    });
    let name = &function.sig.ident;
    parse_quote!(#module::#on::#name(#(#arguments),*))
}

/// The type to give for a parameter: what it is to become, or many of what its items are to become.
fn argument(ty: &Type, function: &syn::ImplItemFn) -> Type {
    let bounds = match ty {
        Type::ImplTrait(ty) => ty.bounds.iter().next(),
        Type::Path(path) => function.sig.generics.params.iter().find_map(|param| match param {
            GenericParam::Type(param) if path.path.is_ident(&param.ident) => param.bounds.iter().next(),
            _ => None,
        }),
        _ => None,
    };
    let Some(TypeParamBound::Trait(bound)) = bounds else { return ty.clone() };
    let last = bound.path.segments.last().expect("traits have names");
    let syn::PathArguments::AngleBracketed(given) = &last.arguments else { return ty.clone() };
    match given.args.first() {
        Some(syn::GenericArgument::Type(inner)) => inner.clone(),
        Some(syn::GenericArgument::AssocType(item)) => {
            let item = argument(&item.ty, function);
            parse_quote!(Vec<#item>)
        }
        _ => ty.clone(),
    }
}

/// Converts names to the paths that other crates use.
struct Qualify<'a> {
    file: &'a syn::File,
    module: &'a syn::Path,
}

impl VisitMut for Qualify<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_path_mut(self, path);
        let first = path.segments.first().expect("paths are not empty").ident.clone();
        let name = self.module.segments.first().expect("paths are not empty");
        if first == "crate" {
            path.segments[0] = name.clone();
        } else if path.segments.len() == 1 && !PRELUDE.iter().any(|known| first == *known) {
            let from: syn::Path = if self.is_of_runtime(&first) { parse_quote!(pinstripe_runtime) } else { self.module.clone() };
            let rest = std::mem::take(&mut path.segments);
            path.segments = from.segments.into_iter().chain(rest).collect();
        }
    }
}

impl Qualify<'_> {
    /// Whether the file takes this from the crate that it stands on.
    fn is_of_runtime(&self, name: &Ident) -> bool {
        self.file.items.iter().any(|item| match item {
            Item::Use(item) => {
                let text = quote!(#item).to_string();
                text.contains("pinstripe_runtime") && text.split(|end: char| !end.is_alphanumeric()).any(|word| name == word)
            }
            _ => false,
        })
    }
}

trait PathExt {
    fn is_ident_that(&self, test: impl Fn(&str) -> bool) -> bool;
}

impl PathExt for syn::Path {
    fn is_ident_that(&self, test: impl Fn(&str) -> bool) -> bool {
        self.get_ident().is_some_and(|ident| test(&ident.to_string()))
    }
}
