//! Masks secrets in text that is displayed: `Debug` output, errors and logs.

use std::borrow::Cow;

/// Strings that precede a secret: that of client secrets, and the prefixes of API keys and signing
/// secrets.
const MARKS: [&str; 6] = ["_secret_", "sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_"];

/// Returns a text with its secrets masked. For example, a client secret passed as an ID is part of
/// the request path and of the error message.
pub fn masked(text: &str) -> Cow<'_, str> {
    let Some((mut begin, mut end)) = secret(text) else {
        return text.into();
    };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        shown.push_str(&rest[..begin]);
        shown.push_str("[secret]");
        rest = &rest[end..];
        (begin, end) = match secret(rest) {
            Some(range) => range,
            None => break,
        };
    }
    shown.push_str(rest);
    shown.into()
}

/// Returns the range of the first secret.
fn secret(text: &str) -> Option<(usize, usize)> {
    let begin = MARKS.into_iter().filter_map(|mark| Some(text.find(mark)? + mark.len())).min()?;
    let rest = &text[begin..];
    let length = rest.find(|char: char| {
        !(char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '%' | '*'))
    });
    Some((begin, begin + length.unwrap_or(rest.len())))
}

/// Returns a URL without user name, password, query and fragment. The URL may be invalid.
pub fn shown_url(url: &str) -> Cow<'_, str> {
    let (scheme, rest) = match url.find("://") {
        Some(end) => url.split_at(end + 3),
        None => ("", url),
    };
    // A password may contain any of the delimiters, so the user info is removed first.
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let path = host.split(['?', '#']).next().unwrap_or_default();
    if scheme.len() + path.len() == url.len() {
        url.into()
    } else {
        format!("{scheme}{path}").into()
    }
}

/// Returns whether a text has no visible character.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|char| {
        char.is_whitespace()
            || char.is_control()
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_anywhere_in_a_text() {
        for (text, shown) in [
            ("", ""),
            ("/v1/payment_intents/pi_1", "/v1/payment_intents/pi_1"),
            (
                "/v1/payment_intents/pi_1_secret_aB9/confirm",
                "/v1/payment_intents/pi_1_secret_[secret]/confirm",
            ),
            (
                "seti_1_secret_a and pi_2_secret_b",
                "seti_1_secret_[secret] and pi_2_secret_[secret]",
            ),
            ("no such id: 'pi_1_secret_a_secret_b'", "no such id: 'pi_1_secret_[secret]'"),
            ("/v1/x/sk_live_51H%2F", "/v1/x/sk_live_[secret]"),
            ("whsec_a,rk_test_b", "whsec_[secret],rk_test_[secret]"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn displayed_url_has_no_password() {
        for (url, shown) in [
            ("https://api.stripe.com/v1", "https://api.stripe.com/v1"),
            ("https://user:hunter2@host:8080/path", "https://host:8080/path"),
            ("https://user:hun@ter/2?x#y@host/path", "https://host/path"),
            ("user:hunter2@host", "host"),
            ("https://hunter2@", "https://"),
            ("https://host/?key=hunter2", "https://host/"),
            ("https://host#hunter2", "https://host"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
    }
}
