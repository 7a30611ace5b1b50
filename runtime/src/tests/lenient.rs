//! Reading documents that are incomplete, with every problem listed.

use super::{INVOICE, Invoice, Line};
use crate::{DecodeError, List, Map, RawJson, from_json, from_json_lenient};

/// A union whose shapes have names, and one that takes the first shape that fits.
#[derive(Clone)]
enum Named {
    Invoice(Box<Invoice>),
    Unrecognized(RawJson),
}

crate::union_impl!(Named { Invoice object("invoice") });

#[derive(Clone)]
enum Fitting {
    Line(Line),
    Text(String),
    Unrecognized(RawJson),
}

crate::union_impl!(Fitting { Line other, Text other });

fn paths(problems: &[DecodeError]) -> Vec<&str> {
    problems.iter().map(DecodeError::path).collect()
}

#[test]
fn a_complete_document_has_no_problems() {
    let (invoice, problems) = from_json_lenient::<Invoice>(INVOICE).unwrap();
    assert_eq!(problems, []);
    assert_eq!(crate::to_json(&invoice), crate::to_json(&from_json::<Invoice>(INVOICE).unwrap()));
}

#[test]
fn missing_and_mistyped_fields_are_empty_and_listed() {
    let json = r#"{"id":5,"lines":{"data":[{"amount":"x","price":{"price":{}}},{"amount":2},7],
        "has_more":{"a":[1]}},"metadata":{"a":1,"b":"2"},"note":[],"statuses":["open",1],
        "type":{},"parent":true}"#;
    let (invoice, problems) = from_json_lenient::<Invoice>(json).unwrap();
    let expected = [
        "id",
        "lines.data[0].amount",
        "lines.data[0].price.price.amount",
        "lines.data[0].price.amount",
        "lines.data[2]",
        "lines.has_more",
        "metadata.a",
        "note",
        "statuses[1]",
        "type",
        "parent",
        "currency",
    ];
    assert_eq!(paths(&problems), expected);
    assert_eq!(problems[0].to_string(), "id: expected an ID, found the integer 5");
    assert_eq!(invoice.id, "");
    let amounts: Vec<_> = invoice.lines.data.iter().map(|line| line.amount).collect();
    assert_eq!(amounts, [0, 2, 0]);
    assert_eq!(invoice.metadata["b"], "2");
    assert!(invoice.note.is_none(), "the empty value of an option is `None`");
    assert!(invoice.r#type.is_none() && invoice.parent.is_none());
    assert_eq!(invoice.statuses.len(), 2);

    let error = from_json::<Invoice>(json).unwrap_err();
    assert_eq!(error.path(), "id");
    assert_eq!(paths(error.others()), expected[1..]);
    assert!(error.to_string().ends_with("; also: lines.data[0].amount, lines.data[0].price.price.amount, lines.data[0].price.amount, lines.data[2], lines.has_more, metadata.a, note, statuses[1], type, parent, currency"), "{error}");
}

#[test]
fn one_strict_error_lists_all_missing_fields() {
    let error = from_json::<Invoice>(r#"{"id":"in_1"}"#).unwrap_err();
    assert_eq!(error.path(), "currency");
    assert_eq!(paths(error.others()), ["lines", "metadata", "statuses"]);
    let one = INVOICE.replace(r#""currency":"usd","#, "");
    assert_eq!(from_json::<Invoice>(&one).unwrap_err().others(), []);
}

#[test]
fn unions_are_as_lenient_as_the_document_around_them() {
    let json = r#"[{"object":"invoice","id":"in_1","lines":{"data":[{}]}},{"object":"new"}]"#;
    let (shapes, problems) = from_json_lenient::<Vec<Named>>(json).unwrap();
    let expected = [
        "[0].lines.data[0].amount",
        "[0].lines.has_more",
        "[0].currency",
        "[0].metadata",
        "[0].statuses",
    ];
    assert_eq!(paths(&problems), expected);
    assert!(matches!(&shapes[..], [Named::Invoice(_), Named::Unrecognized(_)]));
    assert_eq!(from_json::<Vec<Named>>(json).unwrap_err().path(), expected[0]);
    assert_eq!(paths(from_json::<Vec<Named>>(json).unwrap_err().others()), expected[1..]);

    // The first shape would fit anything, if it was read leniently.
    let (shapes, problems) =
        from_json_lenient::<Vec<Fitting>>(r#"["a", {}, {"amount":1}]"#).unwrap();
    assert_eq!(problems, []);
    assert!(matches!(&shapes[..], [Fitting::Text(_), Fitting::Unrecognized(_), Fitting::Line(_)]));
}

#[test]
fn what_cannot_be_the_type_is_an_error() {
    for (json, message) in [
        ("[]", "expected an object"),
        ("null", "expected an object"),
        (r#"{"object":"customer"}"#, "object: expected `invoice`, found `customer`"),
        (r#"{"lines":{"object":"customer"}}"#, "lines.object: expected `list`"),
        (r#"{"id":5"#, "not valid JSON"),
        (r#"{"id":5,"note":[1,}"#, "note: not valid JSON"),
        (r#"{"id":5} x"#, "not valid JSON"),
    ] {
        let error = from_json_lenient::<Invoice>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{json}: {error}");
    }
    let deep = format!("{}5{}", r#"{"price":"#.repeat(40), "}".repeat(40));
    let error = from_json_lenient::<Line>(&deep).unwrap_err().to_string();
    assert!(error.contains("at most 32 levels"), "{error}");
    // No walk is left in a mode of its own.
    assert!(from_json::<Line>("{}").is_err());
}

#[test]
fn the_number_of_problems_is_limited() {
    let list = |count| format!("[{}]", vec!["1"; count].join(","));
    let (texts, problems) = from_json_lenient::<Vec<String>>(&list(999)).unwrap();
    assert_eq!((texts.len(), problems.len()), (999, 999));
    let error = from_json_lenient::<Vec<String>>(&list(2000)).unwrap_err();
    assert_eq!(error.to_string(), "[1000]: expected at most 1000 problems, found more");
    let lines = format!("[{}]", vec!["{}"; 2000].join(","));
    assert!(from_json_lenient::<Vec<Line>>(&lines).is_err());
    let error = from_json::<Vec<String>>(&list(2000)).unwrap_err();
    assert_eq!((error.path(), error.others().len()), ("[0]", 999));
    assert!(error.to_string().ends_with(", [50] and 949 more"), "{error}");
}

#[test]
fn every_truncation_and_mutation_ends_and_leaves_whole_values() {
    for begin in 0..INVOICE.len() {
        for replacement in ["", "1", "null", "[]", "{}", "\"x\""] {
            for length in [1, 3, 9] {
                let Some(end) = (begin + length <= INVOICE.len()).then_some(begin + length) else {
                    continue;
                };
                let json = format!("{}{replacement}{}", &INVOICE[..begin], &INVOICE[end..]);
                match (from_json::<Invoice>(&json), from_json_lenient::<Invoice>(&json)) {
                    (Ok(_), Ok((_, problems))) => assert_eq!(problems, [], "{json}"),
                    (Err(_), Ok((_, problems))) => assert!(!problems.is_empty(), "{json}"),
                    (strict, lenient) => assert!(strict.is_err() && lenient.is_err(), "{json}"),
                }
            }
        }
    }
}

#[test]
fn maps_and_lists_keep_what_fits() {
    let (map, problems) = from_json_lenient::<Map<i64>>(r#"{"a":1,"b":"x","c":3}"#).unwrap();
    assert_eq!((map["a"], map["b"], map["c"]), (1, 0, 3));
    assert_eq!(paths(&problems), ["b"]);
    let (list, problems) = from_json_lenient::<List<String>>("{}").unwrap();
    assert!(list.data.is_empty());
    assert_eq!(paths(&problems), ["data", "has_more"]);
}
