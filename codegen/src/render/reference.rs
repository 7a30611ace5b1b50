//! The reference for machines: an index (`llms.txt`), and a page of Markdown for each resource.

use std::collections::BTreeMap;

use crate::plan::{Entry, Field, Given, Item, Module, ModulePath, Param, Plan, Type, item_path};

/// The folder of the pages.
const FOLDER: &str = "reference";

/// The files of the reference by their paths; none for an API without operations.
pub fn render(plan: &Plan) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut index = String::new();
    for (path, module) in &plan.modules {
        let Some(entry) = entry(module) else { continue };
        let name = path.join(".");
        files.insert(format!("{FOLDER}/{name}.md"), page(path, module, entry));
        let summary = summary(module, entry);
        index += &format!("- [{name}]({FOLDER}/{name}.md): {}\n", first_sentence(&summary));
    }
    if !files.is_empty() {
        files.insert("llms.txt".to_owned(), format!("{}{index}", introduction(plan)));
    }
    files
}

fn introduction(plan: &Plan) -> String {
    format!(
        "# pinstripe

> A Rust SDK for the Stripe API, version {}. Each resource is a type whose functions make requests; \
         required parameters are arguments, optional ones are setters, `send(&client)` sends.

A page has the calls of one resource with their parameters, and the fields of its object.

## Resources

",
        plan.version
    )
}

fn entry(module: &Module) -> Option<&Entry> {
    module.items.iter().find_map(|item| match item {
        Item::Entry(entry) => Some(entry),
        _ => None,
    })
}

/// The sentences about the resource.
fn summary(module: &Module, entry: &Entry) -> String {
    let object = module.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.name == entry.on => Some(&item.docs),
        Item::Union(item) if item.name == entry.on => Some(&item.docs),
        _ => None,
    });
    object.unwrap_or(&entry.docs).first().cloned().unwrap_or_default()
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

fn page(path: &ModulePath, module: &Module, entry: &Entry) -> String {
    let on = item_path(path, &entry.on, true);
    let mut text = format!("# {on}\n\n{}\n", summary(module, entry));
    for function in &entry.functions {
        let arguments: Vec<String> = function
            .params
            .iter()
            .filter(|param| param.required)
            .map(|param| format!("{}: {}", param.ident, given(&param.given)))
            .collect();
        let request = module.items.iter().find_map(|item| match item {
            Item::Request(request) if request.name == function.request => Some(request),
            _ => None,
        });
        let output = request.map_or("()".to_owned(), |request| type_text(&request.output));
        text += &format!("\n## {on}::{}({}) -> {output}\n\n", function.ident, arguments.join(", "));
        let prose = function.docs.iter().take_while(|line| *line != "```no_run");
        let prose: Vec<&str> = prose
            .map(|line| line.split(", returns ").next().unwrap_or_default())
            .filter(|line| !line.is_empty())
            .collect();
        text += &format!("{}\n", prose.join("\n\n"));
        let mut params = function.params.iter().filter(|param| !param.required).peekable();
        if params.peek().is_some() {
            text.push('\n');
        }
        params.for_each(|param| text += &parameter(param));
    }
    let object = module.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.name == entry.on => Some(&item.fields),
        _ => None,
    });
    if let Some(fields) = object {
        text += "\n## Fields\n\n";
        fields.iter().for_each(|one| text += &field(one));
    }
    text
}

fn parameter(param: &Param) -> String {
    line(&param.ident, &given(&param.given), &param.docs)
}

fn field(field: &Field) -> String {
    line(&field.ident, &type_text(&field.ty), &field.docs)
}

fn line(name: &str, ty: &str, docs: &[String]) -> String {
    let docs: Vec<&str> = docs.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    format!("- `{name}: {ty}`: {}\n", docs.join(" "))
}

fn given(given: &Given) -> String {
    match given {
        Given::Into(ty) => type_text(ty),
        Given::Items(ty) => format!("[{}]", type_text(ty)),
        Given::Expansions(_) => "expandable fields".to_owned(),
    }
}

fn type_text(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::String => "String".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Runtime(name) => (*name).to_owned(),
        Type::Of(name, inner) => {
            let inner: Vec<String> = inner.iter().map(type_text).collect();
            format!("{name}<{}>", inner.join(", "))
        }
        Type::Vec(inner) => format!("Vec<{}>", type_text(inner)),
        Type::Option(inner) => format!("Option<{}>", type_text(inner)),
        Type::Boxed(inner) => type_text(inner),
        Type::Named { module, name, is_main, .. } => item_path(module, name, *is_main),
    }
}
