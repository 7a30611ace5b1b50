//! The parameter `expand`.

use std::collections::BTreeMap;

use pinstripe_codegen::model::{Kind, TypeId};
use serde_json::Value;

use crate::error::{ApiError, Result};
use crate::spec::Spec;

/// Stripe expands no deeper.
const MAX_LEVELS: usize = 4;

/// The fields to expand, as a tree.
#[derive(Debug, Default)]
pub struct Expand(BTreeMap<String, Expand>);

impl Expand {
    /// Reads the parameter, and checks it against the type of the response.
    ///
    /// # Errors
    ///
    /// When a path is too deep, or leads to something that cannot be expanded.
    pub fn parse(spec: &Spec, ty: TypeId, parameter: Option<&Value>) -> Result<Self> {
        let mut expand = Self::default();
        let paths = parameter.and_then(Value::as_array).into_iter().flatten();
        for path in paths.filter_map(Value::as_str) {
            let names: Vec<&str> = path.split('.').collect();
            if names.iter().filter(|name| **name != "data").count() > MAX_LEVELS {
                return Err(ApiError::invalid(format!(
                    "You cannot expand more than {MAX_LEVELS} levels of a property ({path})."
                ))
                .code("property_expansion_max_depth")
                .param("expand"));
            }
            if !can_expand(spec, ty, &names) {
                return Err(ApiError::invalid(format!(
                    "This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' or check that it exists in this API version."
                ))
                .param("expand"));
            }
            let mut node = &mut expand;
            for name in names {
                node = node.0.entry(name.to_owned()).or_default();
            }
        }
        Ok(expand)
    }

    /// The fields to expand inside a field, if it is expanded.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.0.get(name)
    }
}

fn can_expand(spec: &Spec, ty: TypeId, names: &[&str]) -> bool {
    let Some((name, rest)) = names.split_first() else { return true };
    let api = spec.api();
    match &api.ty(ty).kind {
        Kind::Object(object) => {
            let field = object.fields.iter().find(|field| field.name == *name);
            field.is_some_and(|field| can_expand(spec, field.ty, rest))
        }
        Kind::Schema(schema) | Kind::Lazy(schema) => {
            can_expand(spec, spec.schema_type(*schema), names)
        }
        Kind::MaybeDeleted { present, .. } => can_expand(spec, spec.schema_type(*present), names),
        Kind::Expandable(schemas) => {
            schemas.iter().any(|schema| can_expand(spec, spec.schema_type(*schema), names))
        }
        Kind::Union(types) => types.iter().any(|ty| can_expand(spec, *ty, names)),
        Kind::Array(item) => can_expand(spec, *item, names),
        Kind::List(item) | Kind::SearchResult(item) | Kind::Page(item) => {
            *name == "data" && can_expand(spec, *item, rest)
                || (*name == "total_count" && rest.is_empty())
        }
        Kind::Json => true,
        _ => false,
    }
}
