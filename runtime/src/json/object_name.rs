//! Checks the field `object` of documents, which contains the name of their type.

use super::peek;
use crate::reflect::bytes_eq::is;
use crate::reflect::table::Table;
use crate::reflect::value::{MismatchDetails, Token, TypeMismatch};

impl Table {
    /// Returns an error if `json`, the value of the field `object`, names another type than this
    /// table.
    #[inline]
    pub(crate) fn check_object(&self, json: &str) -> Result<(), TypeMismatch> {
        match json.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(name) if is(name.as_bytes(), self.object.as_bytes()) => Ok(()),
            _ => self.check_other_object(json),
        }
    }

    #[cold]
    fn check_other_object(&self, json: &str) -> Result<(), TypeMismatch> {
        let name = peek::string(json).unwrap_or_default();
        if name == self.object {
            return Ok(());
        }
        // Object names are short words. Anything else may be a secret, so only its type is
        // reported.
        let is_name = name.len() <= 64
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.' | b'0'..=b'9'));
        let found = if is_name && !name.is_empty() {
            format!("`{name}`")
        } else {
            Token::Raw(json).describe()
        };
        Err(MismatchDetails {
            expected: format!("`{}`", self.object).into(),
            found,
            path: String::new(),
        }
        .into())
    }
}
