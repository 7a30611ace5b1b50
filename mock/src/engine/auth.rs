//! Keys and accounts.

use crate::error::{ApiError, Result};
use crate::id;
use crate::server::Request;

/// The account that a key belongs to. `pk_test_x`, `sk_test_x` and `rk_test_x` share one.
///
/// # Errors
///
/// When there is no key, or not the one that is accepted.
pub fn account(request: &Request, accepted: Option<&str>) -> Result<String> {
    let key = key(request).ok_or_else(|| {
        ApiError::invalid(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
        .status(401)
    })?;
    let is_known = ["sk_", "rk_", "pk_", "ek_"].iter().any(|prefix| key.starts_with(prefix));
    if !is_known || accepted.is_some_and(|accepted| accepted != key) {
        let start: String = key.chars().take(8).collect();
        return Err(ApiError::invalid(format!("Invalid API Key provided: {start}****")).status(401));
    }
    let name = key.splitn(3, '_').nth(2).unwrap_or_default();
    Ok(account_of_name(name))
}

/// The account of the part of a key after `sk_test_`.
pub fn account_of_name(name: &str) -> String {
    format!("acct_{}", id::characters(id::hash(name), 1, 16))
}

fn key(request: &Request) -> Option<String> {
    let header = request.header("authorization")?;
    if let Some(key) = header.strip_prefix("Bearer ") {
        return Some(key.trim().to_owned());
    }
    let decoded = decode_base64(header.strip_prefix("Basic ")?.trim())?;
    let text = String::from_utf8(decoded).ok()?;
    Some(text.split(':').next().unwrap_or_default().to_owned())
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(authorization: &str) -> Request {
        let headers = vec![("authorization".to_owned(), authorization.to_owned())];
        Request { headers, ..Request::default() }
    }

    #[test]
    fn keys_of_one_name_share_an_account() {
        let secret = account(&with("Bearer sk_test_abc"), None).unwrap();
        assert_eq!(account(&with("Bearer pk_test_abc"), None).unwrap(), secret);
        // `curl -u sk_test_abc:`
        assert_eq!(account(&with("Basic c2tfdGVzdF9hYmM6"), None).unwrap(), secret);
        assert_ne!(account(&with("Bearer sk_test_other"), None).unwrap(), secret);
    }

    #[test]
    fn other_keys_are_rejected() {
        for header in ["", "Bearer ", "Bearer abc", "Basic !", "Basic /w==", "sk_test_abc"] {
            assert_eq!(account(&with(header), None).unwrap_err().status, 401, "{header}");
        }
        assert!(account(&with("Bearer sk_test_abc"), Some("sk_test_xyz")).is_err());
    }
}
