//! Forms as Stripe reads them: brackets are objects, `[]` and numbers are arrays.

use serde_json::{Map, Value};

use crate::error::{ApiError, Result};
use crate::form;

/// Deeper brackets than any parameter has.
const MAX_DEPTH: usize = 24;

/// Parameters as a tree. The leaves of a form are strings.
#[derive(Debug, Default)]
pub struct Tree(pub Map<String, Value>);

impl Tree {
    /// Reads `a[b]=c&d[]=e`.
    ///
    /// # Errors
    ///
    /// When a key is malformed, or has a value and fields at once.
    pub fn from_form(text: &str) -> Result<Self> {
        let mut tree = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            tree.add(&form::decode(key), form::decode(value))?;
        }
        Ok(tree)
    }

    /// Adds one decoded pair.
    ///
    /// # Errors
    ///
    /// When the key is malformed, or has a value and fields at once.
    pub fn add(&mut self, key: &str, value: String) -> Result<()> {
        let malformed = || ApiError::invalid(format!("Invalid parameter name: {key}")).param(key);
        let (first, rest) = key.split_once('[').map_or((key, ""), |(first, rest)| (first, rest));
        let mut names = vec![first];
        if !rest.is_empty() {
            let rest = rest.strip_suffix(']').ok_or_else(malformed)?;
            names.extend(rest.split("]["));
        } else if key.contains('[') {
            return Err(malformed());
        }
        if names.len() > MAX_DEPTH || names.iter().any(|name| name.contains(['[', ']'])) {
            return Err(malformed());
        }
        if set(&mut self.0, &names, value) { Ok(()) } else { Err(malformed()) }
    }
}

fn set(object: &mut Map<String, Value>, names: &[&str], value: String) -> bool {
    let name = match names[0] {
        "" => next_index(object, names.get(1).copied()),
        name => name.to_owned(),
    };
    if names.len() == 1 {
        // The last of several values wins, as in any form.
        return !matches!(object.insert(name, value.into()), Some(Value::Object(_)));
    }
    let inner = object.entry(name).or_insert_with(|| Map::new().into());
    inner.as_object_mut().is_some_and(|inner| set(inner, &names[1..], value))
}

/// The index of `[]`: `items[][price]=a&items[][quantity]=2` is one item until a name repeats.
fn next_index(object: &Map<String, Value>, inner: Option<&str>) -> String {
    let count = object.len();
    let last = count.checked_sub(1).and_then(|last| object.get(&last.to_string()));
    let is_open = matches!((last, inner), (Some(Value::Object(last)), Some(name)) if !last.contains_key(name));
    if is_open { (count - 1).to_string() } else { count.to_string() }
}
