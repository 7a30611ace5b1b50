//! Converts the HTML in descriptions to Markdown.

use super::inline::{as_code, code_span, longest_run};
use super::prose::Fence;

/// Replaces the tags that descriptions use by Markdown, except in code, and drops other known ones.
pub fn to_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chunk = String::new();
    let mut fence: Option<Fence> = None;
    let mut in_pre = false;
    for line in text.split_inclusive('\n') {
        match fence {
            Some(open) => {
                out.push_str(line);
                if open.is_closed_by(line) {
                    fence = None;
                }
                continue;
            }
            None if !in_pre => fence = Fence::opens(line),
            None => {}
        }
        if fence.is_some() {
            out.push_str(&chunk_to_markdown(&std::mem::take(&mut chunk)));
            out.push_str(line);
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(opened) = lower.rfind("<pre") {
            in_pre = lower.rfind("</pre").is_none_or(|closed| closed < opened);
        } else if lower.contains("</pre") {
            in_pre = false;
        }
        chunk.push_str(line);
    }
    out.push_str(&chunk_to_markdown(&chunk));
    out
}

/// The tags that begin a block. Indentation has no meaning where they are used.
const BLOCKS: [&str; 7] = ["<p>", "<p ", "<ul", "<ol", "<li", "<div", "<br"];

fn chunk_to_markdown(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !BLOCKS.iter().any(|block| lower.contains(block)) || lower.contains("<pre") {
        return tags_to_markdown(text);
    }
    let trimmed = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    tags_to_markdown(&trimmed)
}

fn tags_to_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut link = None;
    while let Some(start) = rest.find(['<', '`']) {
        out.push_str(&decoded(&rest[..start]));
        rest = &rest[start..];
        if rest.starts_with('`') {
            let run = rest.len() - rest.trim_start_matches('`').len();
            let span = code_span(rest).unwrap_or(&rest[..run]);
            out.push_str(span);
            rest = &rest[span.len()..];
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        let after = &rest[end + 1..];
        let closing = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split(|end: char| !end.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        rest = after;
        match name.as_str() {
            "p" | "br" | "ul" | "ol" | "div" => out.push_str("\n\n"),
            "li" if !closing => out.push_str("\n- "),
            "pre" | "code" if !closing => {
                let (content, behind) = element(after, &name);
                let content = decoded(&without_code_tags(content));
                if name == "pre" {
                    out.push_str(&fenced(&content));
                } else {
                    out.push_str(&as_code(&content));
                }
                rest = behind;
            }
            "strong" | "b" => out.push_str("**"),
            "em" | "i" => out.push('*'),
            "a" if !closing => {
                link = attribute(tag, "href");
                out.push('[');
            }
            "a" => {
                out.push(']');
                if let Some(href) = link.take() {
                    out.push_str(&format!("({href})"));
                }
            }
            "li" | "pre" | "code" | "span" | "h1" | "h2" | "h3" | "h4" | "table" | "tr" | "td"
            | "th" | "tbody" | "thead" | "img" => {}
            _ => {
                // A character, not a tag.
                out.push('<');
                rest = &text[text.len() - after.len() - tag.len() - 1..];
            }
        }
    }
    out.push_str(&decoded(rest));
    out
}

/// The content of an element whose opening tag was read, and the text behind it.
fn element<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let closing = format!("</{name}");
    let Some(end) = text.to_ascii_lowercase().find(&closing) else { return (text, "") };
    let behind = text[end..].split_once('>').map_or("", |(_, behind)| behind);
    (&text[..end], behind)
}

fn without_code_tags(text: &str) -> String {
    text.replace("<code>", "").replace("</code>", "")
}

fn fenced(code: &str) -> String {
    let fence = "`".repeat(longest_run(code).max(2) + 1);
    format!("\n\n{fence}\n{}\n{fence}\n\n", code.trim_matches('\n'))
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
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
