//! Tests of documents of another type, of untagged unions, and of parameters without a value.

use super::{INVOICE, Invoice, Line, error};
use crate::{HttpRequest, Map, Params, RawJson, Request, from_json, to_json};

#[test]
fn object_field_must_match_the_type() {
    for (found, shown) in [
        (r#""customer""#, "`customer`"),
        (r#""in\u0076oices""#, "`invoices`"),
        (r#""invoice ""#, "a string"),
        (r#""""#, "a string"),
        ("5", "a number"),
        ("{}", "an object"),
        ("null", "null"),
    ] {
        let json = INVOICE.replace(r#""object":"invoice""#, &format!(r#""object":{found}"#));
        assert_eq!(error::<Invoice>(&json), format!("object: expected `invoice`, found {shown}"));
        let error = serde_json::from_str::<Invoice>(&json).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("object: expected `invoice`, found {shown}")),
            "{error}"
        );
        let tree: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(serde_json::from_value::<Invoice>(tree).is_err());
    }
    let within = INVOICE.replace(r#""object":"list""#, r#""object":"customer""#);
    assert_eq!(error::<Invoice>(&within), "lines.object: expected `list`, found `customer`");
    for same in [r#""object":"in\u0076oice""#, r#""object" : "invoice" "#, r#""x":1"#] {
        let json = INVOICE.replace(r#""object":"invoice""#, same);
        assert!(
            from_json::<Invoice>(&json).is_ok() && serde_json::from_str::<Invoice>(&json).is_ok(),
            "{same}"
        );
    }
    let typeless = r#"{"object":"anything","amount":1}"#;
    assert_eq!(
        from_json::<Line>(typeless).unwrap().amount,
        1,
        "a type without an object name accepts any"
    );
}

/// Variants that have no tag in their documents.
#[derive(Clone)]
enum Shape {
    Line(Line),
    Text(String),
    Labels(Map<String>),
    Named(Box<Invoice>),
    Unrecognized(RawJson),
}

crate::union_impl!(Shape { Named object("invoice"), Line other, Text other, Labels other });

#[test]
fn value_that_matches_no_variant_is_unrecognized() {
    let known = |json: &str| from_json::<Shape>(json).unwrap();
    assert!(matches!(known(r#"{"amount":1}"#), Shape::Line(line) if line.amount == 1));
    assert!(matches!(known(r#""a""#), Shape::Text(text) if text == "a"));
    assert!(matches!(known(r#"{"a":"b"}"#), Shape::Labels(labels) if labels["a"] == "b"));
    assert!(matches!(known(INVOICE), Shape::Named(_)));
    for json in [
        "5",
        "true",
        "[1,{}]",
        r#"{"a":{}}"#,
        r#"{"amount":"x","n":1}"#,
        r#"{"object":"new_thing","x":[]}"#,
    ] {
        let shape = known(json);
        assert!(matches!(&shape, Shape::Unrecognized(raw) if raw.get() == json), "{json}");
        assert_eq!(to_json(&shape), json);
    }
    let error = error::<Shape>(r#"{"object":"invoice","id":5}"#);
    assert_eq!(
        error, "id: expected an ID, found the integer 5; also: currency, lines, metadata, statuses",
        "a tagged value must decode as its variant"
    );
}

struct Capture(Params);

crate::requests! {
    Capture: post("PostCapture", "/v1/things/{thing}/parts/{part}/capture") -> RawJson, write;
}

#[test]
fn blank_path_or_header_parameter_is_reported_by_name() {
    let with = |thing: &str, part: &str| {
        Params::new().path("thing", String::from(thing)).path("part", String::from(part))
    };
    let blank = |params: Params| Capture(params).to_http().blank_parameter();
    for text in ["", " ", "\t\n", "\u{a0}", "\0", "\u{200b}", "\u{feff} "] {
        assert_eq!(blank(with(text, "p")), Some("thing"), "{text:?}");
        assert_eq!(blank(with("t", text)), Some("part"), "{text:?}");
        assert_eq!(
            blank(with("t", "p").header("x-of", String::from(text))),
            Some("x-of"),
            "{text:?}"
        );
        assert_eq!(
            blank(with("t", "p").body("name", String::from(text))),
            None,
            "a blank value in other locations is allowed"
        );
        assert_eq!(blank(with("t", "p").query("name", String::from(text))), None);
    }
    assert_eq!(blank(with(" ", "")), Some("thing"), "the first blank parameter is reported");
    assert_eq!(
        blank(Params::new().path("thing", String::from("t"))),
        Some("part"),
        "a missing parameter is reported"
    );
    for text in ["a", "0", ".", "a b", " é"] {
        assert_eq!(blank(with(text, text)), None, "{text}");
    }
    assert_eq!(HttpRequest::new(crate::Method::Get, "/v1/things").blank_parameter(), None);
}

#[test]
fn request_debug_masks_client_secret_passed_as_id() {
    let params =
        Params::new().path("thing", String::from("pi_1_secret_Yr")).path("part", String::from("p"));
    let shown =
        format!("{:?} {params:?}", Capture(params.clone()).to_http(), params = Data(&params));
    assert!(shown.contains("/v1/things/pi_1_secret_[secret]/parts/p/capture"), "{shown}");
    assert!(!shown.contains("Yr"), "{shown}");
}

struct Data<'a>(&'a Params);

impl std::fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::debug_params("Capture", self.0, f)
    }
}
