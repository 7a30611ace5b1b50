use pinstripe_codegen::model::Field;
use serde_json::{Value, json};

use super::{Checker, Tree, parameters};
use crate::error::{ApiError, Result};
use crate::spec::{Spec, Version};

fn check_in(version: &str, operation: &str, form: &str) -> Result<Value> {
    let spec = Spec::embedded();
    let version = Version::parse(spec.api(), version).unwrap();
    let operation = spec.api().operations.iter().find(|known| known.id == operation).unwrap();
    let body = operation.body.iter().flat_map(|body| &body.fields);
    let fields: Vec<&Field> = body.collect();
    let checker = Checker { api: spec.api(), version: &version, is_form: true };
    parameters(&checker, &fields, &Tree::from_form(form)?.0).map(Value::Object)
}

fn check(operation: &str, form: &str) -> Result<Value> {
    check_in("2026-10-28.endive", operation, form)
}

fn problem(operation: &str, form: &str) -> (String, Option<String>) {
    let ApiError { message, param, .. } = check(operation, form).unwrap_err();
    (message, param)
}

#[test]
fn strings_of_a_form_become_typed() {
    let value = check_in(
        "2026-08-26.dahlia",
        "PostPaymentIntents",
        "amount=100&currency=EUR&confirm=true&metadata[a]=1&payment_method_types[]=card&payment_method_types[]=ideal",
    );
    let expected = json!({
        "amount": 100, "currency": "eur", "confirm": true, "metadata": {"a": "1"},
        "payment_method_types": ["card", "ideal"],
    });
    assert_eq!(value.unwrap(), expected);
}

#[test]
fn repeated_names_begin_the_next_item() {
    let value = check(
        "PostSubscriptions",
        "customer=c&items[][price]=a&items[][quantity]=2&items[][price]=b",
    );
    assert_eq!(value.unwrap()["items"], json!([{"price": "a", "quantity": 2}, {"price": "b"}]));
}

#[test]
fn problems_name_the_parameter() {
    let named = |message: &str, param: &str| (message.to_owned(), Some(param.to_owned()));
    assert_eq!(
        problem("PostCustomers", "nmae=x"),
        named("Received unknown parameter: nmae", "nmae")
    );
    assert_eq!(
        problem("PostPaymentIntents", "currency=usd"),
        named("Missing required param: amount.", "amount")
    );
    assert_eq!(
        problem("PostPaymentIntents", "currency=usd&amount=ten"),
        named("Invalid integer: ten", "amount")
    );
    assert_eq!(
        problem("PostCustomers", "address[planet]=x"),
        named("Received unknown parameter: address[planet]", "address[planet]")
    );
    assert_eq!(
        problem("PostSubscriptions", "customer=c&items[0][quantity]=x"),
        named("Invalid integer: x", "items[0][quantity]")
    );
    let (message, param) = problem("PostCustomers", "tax_exempt=maybe");
    assert_eq!(message, "Invalid tax_exempt: must be one of exempt, none or reverse");
    assert_eq!(param.as_deref(), Some("tax_exempt"));
}

#[test]
fn malformed_keys_are_errors() {
    let deep = format!("a{}=1", "[b]".repeat(10_000));
    for form in ["a[=1", "a[b=1", "a]b[=1", "a[[b]]=1", "a=1&a[b]=2", "a[b]=1&a=2", &deep] {
        assert!(check("PostCustomers", form).is_err(), "{form:.20}");
    }
}

#[test]
fn an_old_version_has_its_own_parameters() {
    let form = "coupon=half";
    assert!(check_in("2024-06-20", "PostCustomers", form).is_ok());
    assert!(check_in("2026-10-28.endive", "PostCustomers", form).is_err());
}

#[test]
fn an_empty_value_clears() {
    let value = check("PostCustomersCustomer", "description=&metadata[a]=&shipping=").unwrap();
    assert_eq!(value["shipping"], Value::Null);
    assert_eq!(value["metadata"], json!({"a": ""}));
}
