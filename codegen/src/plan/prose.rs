//! Prose of a description as Markdown for rustdoc.
//!
//! Rustdoc compiles a code block without a language as Rust and resolves brackets as links to
//! items, so code is fenced as `text`, and brackets and HTML are escaped.

use super::html::to_markdown;
use super::inline::{inline, longest_run};

/// Converts prose, with HTML or Markdown in it, to lines of Markdown that rustdoc accepts.
pub fn prose(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    let mut blocks = Blocks::default();
    for line in to_markdown(&text).lines() {
        blocks.line(line);
    }
    blocks.finish()
}

/// A fence that opens or closes a code block.
#[derive(Clone, Copy)]
pub(super) struct Fence {
    character: char,
    length: usize,
    /// How far the fence is indented: its lines lose as much.
    indent: usize,
}

impl Fence {
    /// The fence that a line opens.
    pub fn opens(line: &str) -> Option<Self> {
        let rest = line.trim_start();
        let character = rest.chars().next().filter(|first| "`~".contains(*first))?;
        let info = rest.trim_start_matches(character);
        let length = rest.len() - info.len();
        let is_fence = length >= 3 && !(character == '`' && info.contains('`'));
        is_fence.then_some(Self { character, length, indent: columns(line) })
    }

    pub fn is_closed_by(self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|one| one == self.character)
    }
}

/// The width of the white space before a line.
fn columns(line: &str) -> usize {
    let mut columns = 0;
    for one in line.chars() {
        match one {
            ' ' => columns += 1,
            '\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// Removes at most so many columns of white space.
fn outdented(line: &str, indent: usize) -> String {
    let kept = columns(line).saturating_sub(indent);
    format!("{}{}", " ".repeat(kept), line.trim_start_matches([' ', '\t']))
}

/// The length of the marker of a list item, and of the white space behind it.
fn list_marker(line: &str) -> Option<usize> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marker = if line.starts_with(['-', '*', '+']) {
        1
    } else if (1..=9).contains(&digits) && line[digits..].starts_with(['.', ')']) {
        digits + 1
    } else {
        return None;
    };
    line[marker..].starts_with(' ').then_some(marker + 1)
}

/// The blocks of a Markdown text, one line after the other.
#[derive(Default)]
struct Blocks {
    lines: Vec<String>,
    /// The lines of the paragraph so far, without what stands before its first line.
    paragraph: Vec<String>,
    /// What stands before the first line of the paragraph: white space and markers of lists.
    before: String,
    /// For each list that is open: where the text of its items begins in the source, and how far
    /// it is indented in the result.
    lists: Vec<(usize, usize)>,
    code: Option<(Option<Fence>, Vec<String>)>,
    after_blank: bool,
}

impl Blocks {
    fn indent(&self) -> usize {
        self.lists.last().map_or(0, |(_, indent)| *indent)
    }

    fn line(&mut self, line: &str) {
        match &mut self.code {
            Some((Some(fence), _)) if fence.is_closed_by(line) => return self.end_code(),
            Some((Some(fence), code)) => {
                let indent = fence.indent;
                return code.push(outdented(line, indent));
            }
            Some((None, code)) => {
                let (content, _) = self.lists.last().copied().unwrap_or_default();
                if line.trim().is_empty() || columns(line) >= content + 4 {
                    return code.push(outdented(line, content + 4));
                }
                self.end_code();
            }
            None => {}
        }
        if line.trim().is_empty() {
            self.end_paragraph();
            self.after_blank = true;
            return;
        }
        let is_first = self.lines.is_empty() && self.paragraph.is_empty();
        let begins = std::mem::take(&mut self.after_blank) || is_first;
        let column = columns(line);
        let text = line.trim();
        let is_item = list_marker(text).is_some();
        if is_item {
            self.end_paragraph();
            if begins {
                self.separate();
            }
        }
        if self.paragraph.is_empty() {
            while self.lists.last().is_some_and(|(content, _)| column < *content) {
                self.lists.pop();
            }
        }
        let (content, _) = self.lists.last().copied().unwrap_or_default();
        if self.paragraph.is_empty() && begins && column >= content + 4 {
            self.separate();
            self.code = Some((None, vec![outdented(line, content + 4)]));
            return;
        }
        self.text(text, column);
    }

    /// A line of text, which can begin with markers of lists and can be a fence.
    fn text(&mut self, text: &str, column: usize) {
        if let Some(fence) = Fence::opens(text) {
            if !self.paragraph.is_empty() {
                self.end_paragraph();
            }
            self.separate();
            self.code = Some((Some(Fence { indent: column, ..fence }), Vec::new()));
            return;
        }
        let Some(length) = list_marker(text) else {
            if self.paragraph.is_empty() && self.before.is_empty() {
                self.separate();
                self.before = " ".repeat(self.indent());
            }
            self.paragraph.push(text.to_owned());
            return;
        };
        if self.before.is_empty() {
            self.before = " ".repeat(self.indent());
        }
        let item = text[length..].trim_start();
        self.before += &text[..length];
        self.lists.push((column + text.len() - item.len(), self.indent() + length));
        if item.is_empty() {
            self.end_paragraph();
        } else {
            self.text(item, column + text.len() - item.len());
        }
    }

    /// Puts an empty line before a block, unless it is the first of a list item.
    fn separate(&mut self) {
        if self.before.is_empty() && self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn end_paragraph(&mut self) {
        let before = std::mem::take(&mut self.before);
        let paragraph = std::mem::take(&mut self.paragraph);
        if before.trim().is_empty() && paragraph.is_empty() {
            return;
        }
        let indent = " ".repeat(self.indent());
        let text = inline(&paragraph.join("\n"));
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        self.lines.push(format!("{before}{first}").trim_end().to_owned());
        self.lines
            .extend(lines.map(|line| format!("{indent}{}", line.trim()).trim_end().to_owned()));
    }

    fn end_code(&mut self) {
        let Some((_, mut code)) = self.code.take() else { return };
        while code.last().is_some_and(|line| line.trim().is_empty()) {
            code.pop();
        }
        let indent = " ".repeat(self.indent());
        let fence = "`".repeat(longest_run(&code.join("\n")).max(2) + 1);
        let before = std::mem::take(&mut self.before);
        let before = if before.is_empty() { indent.clone() } else { before };
        self.lines.push(format!("{before}{fence}text"));
        self.lines.extend(code.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()));
        self.lines.push(format!("{indent}{fence}"));
        self.after_blank = true;
    }

    fn finish(mut self) -> Vec<String> {
        self.end_paragraph();
        self.end_code();
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::prose;

    /// What is written, and the Markdown of it.
    const CASES: &[(&str, &[&str])] = &[
        ("", &[]),
        (
            "a fence\n```\nlet x;\n```\nand on",
            &["a fence", "", "```text", "let x;", "```", "", "and on"],
        ),
        ("```rust\nfn main() {}\n```", &["```text", "fn main() {}", "```"]),
        ("~~~\n```\na\n~~~", &["````text", "```", "a", "````"]),
        ("````\n```\na\n```\n````", &["````text", "```", "a", "```", "````"]),
        ("```\nno end", &["```text", "no end", "```"]),
        ("a\n\n    code\n      more\n\nb", &["a", "", "```text", "code", "  more", "```", "", "b"]),
        ("a\n    b", &["a", "b"]),
        ("a\n\n\tcode", &["a", "", "```text", "code", "```"]),
        (
            "- a\n\n  b\n\n      code\n- c",
            &["- a", "", "  b", "", "  ```text", "  code", "  ```", "", "- c"],
        ),
        ("- a\n  - b\n- c", &["- a", "  - b", "- c"]),
        ("- ```\n  x\n  ```", &["- ```text", "  x", "  ```"]),
        ("1. a\n   ~~~rust\n   x\n   ~~~", &["1. a", "", "   ```text", "   x", "   ```"]),
        ("a ``` b", &["a \\`\\`\\` b"]),
        ("a `b", &["a \\`b"]),
        ("`<b>[x]` <b>y</b>", &["`<b>[x]` **y**"]),
        ("[Foo] array[] a[0] <T>", &["\\[Foo\\] array\\[\\] a\\[0\\] \\<T\\>"]),
        ("\\[Foo\\] \\\\[Foo]", &["\\[Foo\\] \\\\\\[Foo\\]"]),
        (
            "[a](Foo) [b](/docs/x) [c](#y)",
            &["[a](https://docs.stripe.com/Foo) [b](https://docs.stripe.com/x) \
             [c](https://docs.stripe.com/api#y)"],
        ),
        ("[a](b c) [](x) [a](`x`)", &["\\[a\\](b c) \\[\\](x) \\[a\\](`x`)"]),
        ("<https://a.b> (https://a.b/c).", &["<https://a.b> (<https://a.b/c>)."]),
        ("> ```\n> x\n> ```", &["\\> ``` > x > ```"]),
        (
            "<pre><code>let a &lt; b;\n```\n</code></pre>x",
            &["````text", "let a < b;", "```", "````", "", "x"],
        ),
        ("<code>a`b</code> <code></code>", &["`` a`b ``"]),
        ("<!-- x --> </div", &["\\<!-- x --\\> \\</div"]),
        ("<ul>\n    <li>a</li>\n    <li>b</li>\n</ul>", &["- a", "", "- b"]),
        ("a\r\nb\rc", &["a", "b", "c"]),
    ];

    #[test]
    fn prose_is_shown_as_written() {
        let wrong: Vec<_> = CASES
            .iter()
            .map(|(text, expected)| (text, prose(text), expected))
            .filter(|(_, found, expected)| found != *expected)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn html_becomes_markdown() {
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
}
