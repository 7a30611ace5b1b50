//! API keys, which are sent but never printed.

use std::fmt;

/// An API key: a secret key (`sk_…`), a restricted key (`rk_…`), or the token of a session.
///
/// The key is never printed: `Debug` prints only its kind, and `Display` is not implemented.
///
/// ```
/// use pinstripe_runtime::ApiKey;
///
/// let key = ApiKey::from("sk_test_4eC39HqLyjWDarjtT1zdp7dc");
/// assert_eq!(format!("{key:?}"), "ApiKey(sk_test_…)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Returns the key, to be written into a header.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for ApiKey {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl From<&String> for ApiKey {
    fn from(key: &String) -> Self {
        Self(key.clone())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KINDS: [&str; 6] =
            ["sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_"];
        let kind = KINDS.into_iter().find(|kind| self.0.starts_with(kind)).unwrap_or_default();
        write!(f, "ApiKey({kind}…)")
    }
}
