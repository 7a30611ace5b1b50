//! What the docs of generated items say: facts of the description, or its prose where it has some.

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

/// Docs of a request, and of the function that makes it.
pub fn operation(operation: &Operation) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(description) = &operation.description {
        lines.extend(prose(description));
    }
    paragraph(&mut lines, vec![format!("`{} {}`", operation.method.as_str(), operation.path)]);
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

/// Prose as Stripe publishes it, HTML and all, as lines of Markdown that rustdoc takes without complaint.
pub fn prose(text: &str) -> Vec<String> {
    let markdown = escape(&from_html(text));
    let mut lines: Vec<String> = Vec::new();
    for line in markdown.lines() {
        // Four spaces would make code of it, and rustdoc would try to compile that.
        let line = line.trim();
        let blank = lines.last().is_none_or(String::is_empty);
        if line.is_empty() && blank {
            continue;
        }
        lines.push(match line {
            "```" => "`````text".to_owned(),
            _ => line.to_owned(),
        });
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Replaces the tags that occur by Markdown, and drops others.
fn from_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut link = None;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        let name = tag
            .trim_start_matches('/')
            .split(|end: char| !end.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        let closing = tag.starts_with('/');
        match name.to_ascii_lowercase().as_str() {
            "p" | "br" | "ul" | "ol" | "div" => out.push_str("\n\n"),
            "li" if !closing => out.push_str("\n- "),
            "li" => {}
            "code" => out.push('`'),
            "strong" | "b" => out.push_str("**"),
            "em" | "i" => out.push('*'),
            "a" if !closing => {
                link = attribute(tag, "href");
                out.push('[');
            }
            "a" => {
                out.push(']');
                if let Some(href) = link.take() {
                    out.push('(');
                    out.push_str(&absolute(href));
                    out.push(')');
                }
            }
            "span" | "h1" | "h2" | "h3" | "h4" | "table" | "tr" | "td" | "th" | "tbody"
            | "thead" | "img" => {}
            _ => {
                // Not a tag, but a sign.
                out.push('<');
                rest = &rest[1..];
                continue;
            }
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let value = tag.split_once(&format!("{name}="))?.1;
    let quote = value.chars().next().filter(|quote| "\"'".contains(*quote))?;
    value[1..].split(quote).next()
}

fn absolute(href: &str) -> String {
    match href.strip_prefix('/') {
        Some(path) => {
            format!("https://docs.stripe.com/{}", path.strip_prefix("docs/").unwrap_or(path))
        }
        None if href.starts_with('#') => format!("https://docs.stripe.com/api{href}"),
        None => href.to_owned(),
    }
}

/// Escapes what rustdoc would take for HTML, for a link to an item, or for a link without a label.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_code = false;
    while let Some(current) = rest.chars().next() {
        let length = current.len_utf8();
        if current == '`' {
            in_code = !in_code;
        } else if !in_code {
            if let Some((link, after)) = markdown_link(rest) {
                out.push_str(&link);
                rest = after;
                continue;
            }
            let starts_url = rest.starts_with("https://") || rest.starts_with("http://");
            if starts_url && !out.ends_with(['(', '<', '"']) {
                let end = rest
                    .find(|end: char| end.is_whitespace() || "<>)]\"'".contains(end))
                    .unwrap_or(rest.len());
                let url = rest[..end].trim_end_matches(['.', ',', ';', ':']);
                out.push_str(&format!("<{url}>"));
                rest = &rest[url.len()..];
                continue;
            }
            if "<>[]".contains(current) {
                out.push('\\');
            }
        }
        out.push(current);
        rest = &rest[length..];
    }
    if in_code {
        out.push('`');
    }
    out
}

/// A link `[label](target)` at the beginning of the text, made absolute, and what follows it.
fn markdown_link(text: &str) -> Option<(String, &str)> {
    let label_end = text.strip_prefix('[')?.find(']')? + 1;
    let label = &text[1..label_end];
    let target = text[label_end + 1..].strip_prefix('(')?;
    let target_end = target.find(')')?;
    if label.contains(['[', '\n']) {
        return None;
    }
    let link =
        format!("[{}]({})", label.replace('<', "\\<"), absolute(target[..target_end].trim()));
    Some((link, &target[target_end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_markdown_that_rustdoc_takes() {
        let html = "<p>See <a href=\"/docs/api\">the docs</a> or https://example.com/a. An array[] of <code>T<U></code>.</p>\n    if a < b";
        assert_eq!(
            prose(html),
            [
                "See [the docs](https://docs.stripe.com/api) or <https://example.com/a>. An array\\[\\] of `T<U>`.",
                "",
                "if a \\< b",
            ]
        );
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
