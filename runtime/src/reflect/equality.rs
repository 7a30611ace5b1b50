//! Comparison of values whose type is unknown.

use super::erased::AnyRef;
use super::value::{Value, View};
use crate::types::raw_json;

/// Whether two values are equal, for `PartialEq` of generated types: field by field, as the types of the fields are.
#[inline]
pub fn equal<T: Value>(left: &T, right: &T) -> bool {
    same(AnyRef::of(left).view(), AnyRef::of(right).view())
}

fn same(left: View<'_>, right: View<'_>) -> bool {
    match (left, right) {
        (View::Absent, View::Absent) => true,
        (View::Bool(left), View::Bool(right)) => left == right,
        (View::Int(left), View::Int(right)) => left == right,
        (View::Float(left), View::Float(right)) => left == right,
        (View::Str(left), View::Str(right)) => left == right,
        (View::Decimal(left), View::Decimal(right)) => left == right,
        (View::DateTime(left), View::DateTime(right)) => left == right,
        (View::Raw(left), View::Raw(right)) => raw_json::equal(left, right),
        (View::Array(left), View::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right.iter())
                    .all(|(left, right)| same(left.view(), right.view()))
        }
        (View::Map(left), View::Map(right)) => {
            let mut entries = Vec::with_capacity(left.len());
            left.each(&mut |key, value| entries.push((key, value)));
            let mut rest = entries.into_iter();
            let mut all = left.len() == right.len();
            right.each(&mut |key, value| {
                all = all
                    && rest
                        .next()
                        .is_some_and(|entry| entry.0 == key && same(entry.1.view(), value.view()));
            });
            all
        }
        (View::Object(left), View::Object(right)) => {
            std::ptr::eq(left.table(), right.table())
                && left
                    .fields()
                    .zip(right.fields())
                    .all(|(left, right)| same(left.1.view(), right.1.view()))
        }
        _ => false,
    }
}
