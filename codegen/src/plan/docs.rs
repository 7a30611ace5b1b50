//! What the docs of generated items say: facts of the description, or its prose where it has some.

use super::prose::prose;
use super::{Type, names};
use crate::model::{Api, Field, Kind, Lifetime, Operation, TypeId};

/// Docs of a field of an answer or a parameter of a request.
pub fn field(api: &Api, field: &Field, ident: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = &field.description {
        lines.extend(prose(description));
    }
    let mut facts = Vec::new();
    if ident.trim_start_matches("r#") != field.name {
        facts.push(format!("Called `{}` by the API.", field.name));
    }
    if let Some(length) = max_length(api, field.ty) {
        facts.push(format!("At most {length} characters."));
    }
    facts.extend(lifetime(&field.lifetime));
    if field.deprecated {
        facts.push("**Deprecated.**".to_owned());
    }
    paragraph(&mut lines, facts);
    lines
}

/// Says from which version on, and up to which, something is there.
pub fn lifetime(lifetime: &Lifetime) -> Option<String> {
    match (&lifetime.since, &lifetime.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("Since {since}.")),
        (None, Some(until)) => Some(format!("Until {until}.")),
        (Some(since), Some(until)) => Some(format!("Since {since}, until {until}.")),
    }
}

/// Why the newest version of the API refuses something, if it does.
pub fn refused(lifetime: &Lifetime) -> Option<String> {
    let until = lifetime.until.as_ref()?;
    Some(format!("the API refuses it since {until}"))
}

/// Docs of a request: what it does, and the function that makes it.
pub fn request(operation: &Operation, on: &str, function: &str) -> Vec<String> {
    let summary = operation.description.as_deref().and_then(|text| text.split("\n\n").next());
    let mut lines = summary.map(prose).unwrap_or_default();
    let function = function.trim_start_matches("r#");
    paragraph(&mut lines, vec![format!("Made by [`{on}::{function}`].")]);
    lines
}

/// Docs of a function that makes a request.
pub fn operation(operation: &Operation, output: &Type) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = &operation.description {
        lines.extend(prose(description));
    }
    let mut call = format!("`{} {}`", operation.method.as_str(), operation.path);
    if let Some(output) = returned(output) {
        call += &format!(", returns {output}.");
    }
    paragraph(&mut lines, vec![call]);
    let mut facts = Vec::new();
    if let Some(beta) = &operation.beta {
        facts.push(format!("In preview: sent with `{beta}` after the API version."));
    } else if operation.preview {
        facts.push("In preview.".to_owned());
    }
    if operation.legacy {
        facts.push("A legacy path, which Stripe's own SDKs do not use.".to_owned());
    }
    facts.extend(lifetime(&operation.lifetime));
    if operation.lifetime.is_over() {
        facts.push(
            "Later versions of the API refuse it, [`API_VERSION`](crate::API_VERSION) among them: send an older one with it."
                .to_owned(),
        );
    }
    if !facts.is_empty() {
        paragraph(&mut lines, vec![facts.join(" ")]);
    }
    lines
}

/// What a request returns, in words.
fn returned(output: &Type) -> Option<String> {
    match output {
        Type::Unit => Some("nothing".to_owned()),
        Type::Runtime("Download") => Some("the bytes of a file".to_owned()),
        Type::Boxed(inner) => returned(inner),
        Type::Of("MaybeDeleted", inner) => {
            Some(format!("{}, or {} if it was deleted", link(&inner[0])?, link(&inner[1])?))
        }
        Type::Of("List" | "Page", inner) => Some(format!("a list of {}", link(&inner[0])?)),
        Type::Of("SearchResult", inner) => {
            Some(format!("matches, each of them {}", link(&inner[0])?))
        }
        output => link(output),
    }
}

fn link(ty: &Type) -> Option<String> {
    let Type::Named { module, name, is_main, .. } = ty else { return None };
    // What a module is about is re-exported one level up.
    let depth = module.len() - usize::from(*is_main);
    let steps: String =
        module[..depth].iter().map(|step| format!("{}::", names::field(step))).collect();
    Some(format!("[`{name}`](crate::{steps}{name})"))
}

/// Appends lines as a paragraph of their own.
pub fn paragraph(lines: &mut Vec<String>, more: Vec<String>) {
    if more.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(more.join(" "));
}

fn max_length(api: &Api, ty: TypeId) -> Option<i64> {
    match &api.ty(ty).kind {
        Kind::Text { max_length } => *max_length,
        Kind::Clearable(inner) => max_length(api, *inner),
        _ => None,
    }
}

/// The page of the API reference that a path belongs to.
pub fn reference_page(path: &str) -> String {
    let collection = path.split("/{").next().unwrap_or_default();
    let collection = collection.strip_prefix("/v1").unwrap_or(collection);
    format!("https://docs.stripe.com/api{collection}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_of_a_path() {
        assert_eq!(
            reference_page("/v1/customers/{customer}/tax_ids"),
            "https://docs.stripe.com/api/customers"
        );
        assert_eq!(reference_page("/v2/core/events"), "https://docs.stripe.com/api/v2/core/events");
    }
}
