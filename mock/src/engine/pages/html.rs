//! HTML in which every value is escaped.

use crate::form;

/// Escapes text for HTML, also inside of attributes in double quotes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}

/// A page around its content, which is HTML already.
pub fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n\
         body {{ font: 16px/1.5 system-ui, sans-serif; color: #1a1f36; background: #f6f8fa; margin: 0; }}\n\
         main {{ max-width: 480px; margin: 40px auto; padding: 24px; background: #fff; border: 1px solid #e3e8ee; border-radius: 8px; }}\n\
         label {{ display: block; margin: 12px 0; }}\n\
         input {{ display: block; width: 100%; box-sizing: border-box; font: inherit; padding: 8px; border: 1px solid #cfd7df; border-radius: 4px; }}\n\
         button {{ font: inherit; padding: 8px 16px; border: 0; border-radius: 4px; background: #635bff; color: #fff; cursor: pointer; }}\n\
         table {{ width: 100%; border-collapse: collapse; }} td {{ padding: 6px 0; }} td:last-child {{ text-align: right; }}\n\
         .error {{ color: #c0123c; }} .test {{ color: #697386; font-size: 13px; }}\n\
         </style>\n<main>\n<p class=\"test\">TEST MODE: pinstripe-mock</p>\n<h1>{title}</h1>\n{content}\n</main>\n</html>\n",
        title = escape(title),
    )
}

/// A page with a message alone.
pub fn message(text: &str) -> String {
    page("pinstripe-mock", &format!("<p id=\"message\">{}</p>", escape(text)))
}

/// A paragraph with an error, or nothing.
pub fn error(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("<p class=\"error\" id=\"error\">{}</p>", escape(text)),
    }
}

/// A labeled field of a form.
pub fn input(label: &str, name: &str, value: &str) -> String {
    format!("<label>{}<input name=\"{name}\" value=\"{}\"></label>", escape(label), escape(value))
}

/// A link to another site, if its address is one of the web.
pub fn link(label: &str, url: &str) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    match is_web {
        true => format!("<p><a href=\"{}\">{}</a></p>", escape(url), escape(label)),
        false => String::new(),
    }
}

/// An address for the header `Location`, with line breaks and other controls encoded.
pub fn location(url: &str) -> String {
    let encoded = |char: char| match char {
        '\u{21}'..='\u{7e}' => char.to_string(),
        ' ' => "%20".to_owned(),
        other => form::encode(&other.to_string()),
    };
    url.chars().map(encoded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_become_markup() {
        assert_eq!(escape("<a href='x'>&\""), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
        assert!(page("<b>", "").contains("<h1>&lt;b&gt;</h1>"));
        assert_eq!(link("back", "javascript:alert(1)"), "");
        assert!(!input("Name", "name", "\"><script>").contains("<script>"));
    }

    #[test]
    fn an_address_cannot_end_its_header() {
        assert_eq!(location("https://a/b?c=d#e"), "https://a/b?c=d#e");
        assert_eq!(location("https://a/\r\nset-cookie: é"), "https://a/%0D%0Aset-cookie:%20%C3%A9");
    }
}
