//! Text within a paragraph of Markdown: code, links, and what has to be escaped.

fn run_of_backticks(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}

/// The length of the longest run of backticks.
pub fn longest_run(text: &str) -> usize {
    text.split(|one| one != '`').map(str::len).max().unwrap_or_default()
}

/// The code span at the beginning of the text, with its backticks.
pub fn code_span(text: &str) -> Option<&str> {
    let run = run_of_backticks(text);
    if run == 0 {
        return None;
    }
    let mut at = run;
    loop {
        at += text[at..].find('`')?;
        let closing = run_of_backticks(&text[at..]);
        if closing == run {
            let span = &text[..at + run];
            return (!span.contains("\n\n")).then_some(span);
        }
        at += closing;
    }
}

/// A code span with this content.
pub fn as_code(content: &str) -> String {
    let content = content.split_whitespace().collect::<Vec<_>>().join(" ");
    if content.is_empty() {
        return content;
    }
    let fence = "`".repeat(longest_run(&content) + 1);
    let space = if content.contains('`') { " " } else { "" };
    format!("{fence}{space}{content}{space}{fence}")
}

/// Escapes what rustdoc would read as HTML, as a link to an item, or as code without an end.
pub fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(current) = rest.chars().next() {
        let taken = match current {
            '`' => match code_span(rest) {
                Some(span) => {
                    // Markdown treats a line break like a space, and no line can then begin a
                    // block.
                    out.push_str(&span.replace('\n', " "));
                    span.len()
                }
                None => {
                    let run = run_of_backticks(rest);
                    out.push_str(&"\\`".repeat(run));
                    run
                }
            },
            '\\' => {
                let next = rest[1..].chars().next().filter(char::is_ascii_punctuation);
                out.push('\\');
                out.extend(next);
                1 + next.map_or(0, char::len_utf8)
            }
            '<' if autolink(rest).is_some() => {
                let link = autolink(rest).unwrap_or_default();
                out.push_str(link);
                link.len()
            }
            'h' if rest.starts_with("https://") || rest.starts_with("http://") => {
                let url = url(rest);
                out.push_str(&format!("<{url}>"));
                url.len()
            }
            '[' => match link(rest) {
                Some((link, length)) => {
                    out.push_str(&link);
                    length
                }
                None => {
                    out.push_str("\\[");
                    1
                }
            },
            '<' | '>' | ']' => {
                out.push('\\');
                out.push(current);
                1
            }
            _ => {
                out.push(current);
                current.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// The characters that no address holds in Markdown.
fn ends_url(one: char) -> bool {
    one.is_whitespace() || one.is_control() || "<>()[]\"'`\\".contains(one)
}

fn url(text: &str) -> &str {
    let end = text.find(ends_url).unwrap_or(text.len());
    text[..end].trim_end_matches(['.', ',', ';', ':'])
}

fn autolink(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let is_url = inner.starts_with("https://") || inner.starts_with("http://");
    let end = inner.find(ends_url).filter(|end| is_url && inner[*end..].starts_with('>'))?;
    Some(&text[..end + 2])
}

/// A link `[label](target)` at the beginning of the text, made absolute, and its length.
fn link(text: &str) -> Option<(String, usize)> {
    let label_end = text.find(']')?;
    let label = &text[1..label_end];
    let target = text[label_end + 1..].strip_prefix('(')?;
    let target_end = target.find(')')?;
    let mut words = target[..target_end].split_whitespace();
    let address = words.next().filter(|address| !address.contains(ends_url))?;
    let has_title = words.next().is_none_or(|title| title.starts_with(['"', '\'']));
    let is_plain = !label.trim().is_empty() && !label.contains(['[', '\\', '\n']);
    if !has_title || !is_plain || label.contains("://") {
        return None;
    }
    Some((format!("[{}]({})", inline(label), absolute(address)), label_end + target_end + 3))
}

fn absolute(address: &str) -> String {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme)) {
        return address.to_owned();
    }
    match address.strip_prefix('#') {
        Some(anchor) => format!("https://docs.stripe.com/api#{anchor}"),
        None => {
            let path = address.trim_start_matches('/');
            format!("https://docs.stripe.com/{}", path.strip_prefix("docs/").unwrap_or(path))
        }
    }
}
