//! Writes the calls that a person would write: for each operation a function that makes its request out of JSON, by the functions and
//! setters of the generated crate, and for each type in a request the same.

use std::collections::{BTreeMap, BTreeSet};

use pinstripe_codegen::plan::{ArmKind, Given, Item, Param, Plan, Type, Union, field_name};

pub fn write(plan: &Plan) -> String {
    let mut visits = String::new();
    let mut reached = Reached { items: items(plan), seen: BTreeSet::new(), text: String::new() };
    for (path, module) in &plan.modules {
        for item in &module.items {
            let Item::Entry(entry) = item else { continue };
            for function in &entry.functions {
                reached.params(&function.params);
                let call = made(
                    &format!("{}{}::{}", module_path(path), entry.on, function.ident),
                    &function.params,
                );
                visits += &format!("    visitor.visit(|given| {{\n{call}    }});\n");
            }
        }
    }
    format!(
        "#[allow(deprecated)]\npub fn every_request(visitor: &mut impl Visitor) {{\n{visits}}}\n{}",
        reached.text
    )
}

fn items(plan: &Plan) -> BTreeMap<(&[String], &str), &Item> {
    let items = plan
        .modules
        .iter()
        .flat_map(|(path, module)| module.items.iter().map(move |item| (path, item)));
    let named = items.filter_map(|(path, item)| {
        let name = match item {
            Item::Params(item) => &item.name,
            Item::Enum(item) => &item.name,
            Item::Union(item) => &item.name,
            _ => return None,
        };
        Some(((&path[..], name.as_str()), item))
    });
    named.collect()
}

/// The types that are in requests, each written when it is met first.
struct Reached<'p> {
    items: BTreeMap<(&'p [String], &'p str), &'p Item>,
    seen: BTreeSet<String>,
    text: String,
}

impl<'p> Reached<'p> {
    fn params(&mut self, params: &'p [Param]) {
        for param in params {
            match &param.given {
                Given::Into(ty) | Given::Items(ty) => self.ty(ty),
                Given::Expansions(_) => {}
            }
        }
    }

    fn ty(&mut self, ty: &'p Type) {
        match ty {
            // The id of something is not made of it.
            Type::Of("Id", _) => {}
            Type::Of(_, inner) => inner.iter().for_each(|inner| self.ty(inner)),
            Type::Vec(inner) | Type::Option(inner) | Type::Boxed(inner) => self.ty(inner),
            Type::Named { module, name, .. } => self.named(module, name, text(ty)),
            _ => {}
        }
    }

    fn named(&mut self, module: &'p [String], name: &'p str, path: String) {
        if !self.seen.insert(path.clone()) {
            return;
        }
        let body = match self.items[&(module, name)] {
            Item::Params(item) => {
                self.params(&item.fields);
                format!(
                    "        let given = &mut Members::of(given)?;\n{}",
                    made("Self::new", &item.fields)
                )
            }
            Item::Union(item) => {
                item.arms
                    .iter()
                    .filter_map(|arm| arm.payload.as_ref())
                    .for_each(|payload| self.ty(payload));
                chosen(item)
            }
            _ => "        text(given)\n".to_owned(),
        };
        self.text += &format!(
            "#[allow(deprecated)]\nimpl Made for {path} {{\n    fn made(given: &Json) -> Option<Self> {{\n{body}    }}\n}}\n"
        );
    }
}

/// Calls `function` with the required arguments, and the setters of its result with the optional
/// ones.
fn made(function: &str, params: &[Param]) -> String {
    let value = |param: &Param, method: &str| match &param.given {
        Given::Into(ty) => format!("given.{method}::<{}>({:?})?", text(ty), param.wire),
        Given::Items(ty) => format!("given.{method}::<Vec<{}>>({:?})?", text(ty), param.wire),
        Given::Expansions(_) => format!("given.{method}::<Vec<String>>({:?})?", param.wire),
    };
    let (required, optional): (Vec<&Param>, Vec<&Param>) =
        params.iter().partition(|param| param.required);
    let arguments: Vec<String> = required.iter().map(|param| value(param, "take")).collect();
    let mutable = if optional.is_empty() { "" } else { "mut " };
    let mut lines = format!("        let {mutable}made = {function}({});\n", arguments.join(", "));
    for param in optional {
        let given = value(param, "find");
        lines += &format!(
            "        if let Some(value) = {given} {{ made = made.{}(value); }}\n",
            param.ident
        );
    }
    lines + "        given.end(made)\n"
}

/// The first variant of a union that accepts the value.
fn chosen(union: &Union) -> String {
    let arms = union.arms.iter().map(|arm| match &arm.kind {
        ArmKind::Value(value) => {
            format!("        if given == {value:?} {{ return Some(Self::{}); }}\n", arm.ident)
        }
        _ => format!(
            "        if let Some(value) = Made::made(given) {{ return Some(Self::{}(value)); }}\n",
            arm.ident
        ),
    });
    arms.collect::<String>() + "        None\n"
}

fn text(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::String => "String".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Runtime(name) => format!("pinstripe_runtime::{name}"),
        Type::Of(name, inner) => {
            let inner: Vec<String> = inner.iter().map(text).collect();
            format!("pinstripe_runtime::{name}<{}>", inner.join(", "))
        }
        Type::Vec(inner) => format!("Vec<{}>", text(inner)),
        Type::Option(inner) => format!("Option<{}>", text(inner)),
        Type::Boxed(inner) => format!("Box<{}>", text(inner)),
        Type::Named { module, name, .. } => format!("{}{name}", module_path(module)),
    }
}

pub fn module_path(path: &[String]) -> String {
    let modules = path.iter().map(|part| format!("{}::", field_name(part)));
    format!("pinstripe::{}", modules.collect::<String>())
}
