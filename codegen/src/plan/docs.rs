//! Docs of generated items: prose of the spec, followed by facts.

use super::prose::prose;
use super::{EventKind, Param, Type, item_path};
use crate::model::{Api, Field, Kind, Lifetime, Operation, Place, TypeId};

/// Docs of a field of a response or a parameter of a request.
pub fn field(api: &Api, field: &Field, ident: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = &field.description {
        lines.extend(prose(description));
    }
    let mut facts = Vec::new();
    if ident.trim_start_matches("r#") != field.name {
        facts.push(format!("Named `{}` in the API.", field.name));
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

/// The versions of the API in which an item exists.
pub fn lifetime(lifetime: &Lifetime) -> Option<String> {
    match (&lifetime.since, &lifetime.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("Since {since}.")),
        (None, Some(until)) => Some(format!("Until {until}.")),
        (Some(since), Some(until)) => Some(format!("Since {since}, until {until}.")),
    }
}

/// Why an item is deprecated, if the newest version of the API refuses it.
pub fn refused(lifetime: &Lifetime) -> Option<String> {
    let until = lifetime.until.as_ref()?;
    Some(format!("the API refuses it since {until}"))
}

/// Docs of the module of a resource. Lists of modules show the first sentence.
pub fn module(summary: Option<&str>, name: &str) -> Vec<String> {
    match summary {
        Some(text) => prose(first_sentence(text)),
        None => vec![format!("Types and requests of `{name}`.")],
    }
}

fn first_sentence(text: &str) -> &str {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let is_next =
        |rest: &str| rest.trim_start().starts_with(|c: char| c.is_uppercase() || c == '`');
    let end = paragraph.match_indices(". ").find(|(at, _)| is_next(&paragraph[at + 1..]));
    end.map_or(paragraph, |(at, _)| &paragraph[..=at])
}

/// Docs of a request: its effect, and the function that returns it.
pub fn request(operation: &Operation, on: &str, function: &str) -> Vec<String> {
    let summary = operation.description.as_deref().and_then(|text| text.split("\n\n").next());
    let mut lines = summary.map(prose).unwrap_or_default();
    let function = function.trim_start_matches("r#");
    paragraph(&mut lines, vec![format!("Built by [`{on}::{function}`].")]);
    lines
}

/// Docs of a function that returns a request.
pub fn operation(operation: &Operation, params: &[Param], output: &Type) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = &operation.description {
        lines.extend(prose(description));
    }
    let outside_path = params.iter().filter(|param| param.place != Some(Place::Path));
    let arguments = arguments(outside_path);
    if !arguments.is_empty() {
        lines.push(String::new());
        lines.extend(arguments);
    }
    let mut call = format!("`{} {}`", operation.method.as_str(), operation.path);
    if let Some(output) = returned(output) {
        call += &format!(", returns {output}.");
    }
    paragraph(&mut lines, vec![call]);
    let mut facts = Vec::new();
    if let Some(beta) = &operation.beta {
        facts.push(format!(
            "In preview. The `Stripe-Version` header of the request ends with `{beta}`."
        ));
    } else if operation.preview {
        facts.push("In preview.".to_owned());
    }
    if operation.legacy {
        facts.push("A legacy path, which Stripe's own SDKs do not use.".to_owned());
    }
    facts.extend(lifetime(&operation.lifetime));
    if operation.lifetime.is_over() {
        facts.push(
            "Later versions of the API refuse this request, including \
             [`API_VERSION`](crate::API_VERSION). Send it with an older version."
                .to_owned(),
        );
    }
    if !facts.is_empty() {
        paragraph(&mut lines, vec![facts.join(" ")]);
    }
    lines
}

/// What each required parameter means, as a list. An argument has no docs of its own.
pub fn arguments<'p>(params: impl IntoIterator<Item = &'p Param>) -> Vec<String> {
    let required = params.into_iter().filter(|param| param.required && !param.docs.is_empty());
    let item = |param: &Param| {
        let text: Vec<&str> =
            param.docs.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        format!("- `{}`: {}", param.ident.trim_start_matches("r#"), text.join(" "))
    };
    required.map(item).collect()
}

/// The path of an expandable field, and what the field means.
pub fn expansion(field: &[String], path: &[String], expands: bool) -> Vec<String> {
    let meaning = field.iter().take_while(|line| !line.is_empty());
    let mut lines: Vec<String> = meaning.cloned().collect();
    let always = if expands { "" } else { ", always included" };
    paragraph(&mut lines, vec![format!("`{}`{always}", path.join("."))]);
    lines
}

/// The wire name and the payload of an event type.
pub fn event(name: &str, kind: &EventKind) -> String {
    match kind {
        EventKind::Snapshot { object } => match link(object) {
            Some(object) => format!("`{name}`, carries {object}."),
            None => format!("`{name}`"),
        },
        EventKind::Thin { related, .. } => match link(related) {
            Some(related) => format!("`{name}`, about {related}."),
            None => format!("`{name}`"),
        },
    }
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
        Type::Of("SearchResult", inner) => Some(format!("matching {} objects", link(&inner[0])?)),
        output => link(output),
    }
}

fn link(ty: &Type) -> Option<String> {
    let Type::Named { module, name, is_main, .. } = ty else { return None };
    Some(format!("[`{name}`](crate::{})", item_path(module, name, *is_main)))
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
    fn modules_begin_with_the_first_sentence_of_the_resource() {
        let lines = module(Some("Money, e.g. from a card. It comes back.\n\nMore."), "refund");
        assert_eq!(lines, ["Money, e.g. from a card."]);
        assert_eq!(module(None, "refund"), ["Types and requests of `refund`."]);
        assert_eq!(first_sentence("Only one."), "Only one.");
    }

    #[test]
    fn page_of_a_path() {
        assert_eq!(
            reference_page("/v1/customers/{customer}/tax_ids"),
            "https://docs.stripe.com/api/customers"
        );
        assert_eq!(reference_page("/v2/core/events"), "https://docs.stripe.com/api/v2/core/events");
    }
}
