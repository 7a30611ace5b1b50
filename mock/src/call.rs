//! A request whose parameters are checked.

use pinstripe_codegen::model::Operation;
use serde_json::{Map, Value};

use crate::spec::Role;

/// A request for an operation.
#[derive(Debug)]
pub struct Call<'a> {
    pub operation: &'a Operation,
    pub role: &'a Role,
    /// The parameters of the path, in its order.
    pub path: Vec<(String, String)>,
    /// The parameters of the query and the body, without `expand`.
    pub parameters: Map<String, Value>,
    /// The file that was uploaded.
    pub file: Option<Upload>,
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Upload {
    pub name: String,
    pub content: Vec<u8>,
}

/// The response of an operation.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A value as it is stored, to be rendered in the version of the request.
    Value(Value),
    /// Bytes of a content type.
    Bytes(&'static str, Vec<u8>),
}

impl Call<'_> {
    /// The last parameter of the path: the id of the object.
    pub fn id(&self) -> &str {
        self.path.last().map_or("", |(_, id)| id)
    }

    /// A parameter of the path by its position.
    pub fn segment(&self, index: usize) -> &str {
        self.path.get(index).map_or("", |(_, id)| id)
    }

    /// A parameter that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// A parameter that is an integer.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.parameters.get(name).and_then(Value::as_i64)
    }

    /// Whether a parameter is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.parameters.get(name) == Some(&Value::Bool(true))
    }

    /// A parameter, or `null`.
    pub fn value(&self, name: &str) -> Value {
        self.parameters.get(name).cloned().unwrap_or(Value::Null)
    }
}
