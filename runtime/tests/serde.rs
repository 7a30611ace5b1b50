//! Value types in structs with serde's derive, in formats for people and binary ones.

use std::collections::{BTreeMap, HashMap};

use pinstripe_runtime::{
    Clearable, Currency, DateTime, Decimal, Expandable, Id, Int64, Lazy, List, Map, MaybeDeleted,
    Page, RangeQuery, RawJson, Timestamp, Unknown, from_json, object_table, string_enum,
    union_impl,
};
use serde_derived::de::DeserializeOwned;
use serde_derived::{Deserialize, Serialize};

pub struct Order {
    id: Id<Order>,
    note: Option<String>,
    status: Status,
}

object_table!(Order: "order" { id = "id" [REQUIRED], note = "note", status = "status" [REQUIRED] });

pub struct DeletedOrder {
    id: Id<Order>,
}

object_table!(DeletedOrder: "order" - deleted { id = "id" [REQUIRED] });

#[repr(C)]
pub enum Status {
    Open,
    Unrecognized(Unknown),
}

string_enum!(Status { Open = "open" });

#[derive(Clone)]
pub enum Source {
    Order(Order),
    Unrecognized(RawJson),
}

union_impl!(Source { Order object("order") });

/// Every public value type, as a field of a user's own struct.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(crate = "serde_derived")]
struct Row {
    id: Id<Order>,
    created: Timestamp,
    paid: Option<Timestamp>,
    unpaid: Option<Timestamp>,
    currency: Currency,
    rate: Decimal,
    at: DateTime,
    count: Int64,
    metadata: Map<String>,
    rates: Map<Decimal>,
    raw: RawJson,
    plain: Expandable<Order>,
    expanded: Expandable<Order>,
    lazy: Lazy<Order>,
    orders: List<Order>,
    page: Page<Order>,
    range: RangeQuery<Timestamp>,
    order: Order,
    present: MaybeDeleted<Order, DeletedOrder>,
    deleted: MaybeDeleted<Order, DeletedOrder>,
    source: Source,
    status: Status,
    statuses: Vec<Status>,
    clear: Clearable<String>,
    set: Clearable<String>,
    by_currency: HashMap<Currency, i64>,
    by_time: BTreeMap<Timestamp, String>,
}

fn json<T: pinstripe_runtime::Value>(json: &str) -> T {
    from_json(json).unwrap()
}

const ORDER: &str = r#"{"object":"order","id":"or_1","status":"open"}"#;

fn row() -> Row {
    Row {
        id: "or_1".into(),
        created: Timestamp::from_seconds(1_700_000_000),
        paid: Some(Timestamp::from_seconds(-1)),
        unpaid: None,
        currency: Currency::EUR,
        rate: "0.50".parse().unwrap(),
        at: "2025-08-27T10:15:30.120+02:00".parse().unwrap(),
        count: Int64(i64::MAX),
        metadata: Map::from([("order", "17")]),
        rates: Map::from([("vat", Decimal::from(19))]),
        raw: json(r#"{"a":[1,null,"é"]}"#),
        plain: json(r#""or_2""#),
        expanded: json(ORDER),
        lazy: json(ORDER),
        orders: json(&format!(r#"{{"object":"list","data":[{ORDER}],"has_more":true}}"#)),
        page: json(&format!(r#"{{"data":[{ORDER}],"next_page_url":"/n"}}"#)),
        range: RangeQuery::from(1..5),
        order: json(r#"{"id":"or_3","note":"a\"b","status":"new"}"#),
        present: json(ORDER),
        deleted: json(r#"{"object":"order","deleted":true,"id":"or_1"}"#),
        source: json(ORDER),
        status: Status::Open,
        statuses: vec![Status::Open, "new".into()],
        clear: Clearable::Clear,
        set: "value".into(),
        by_currency: HashMap::from([(Currency::JPY, 5)]),
        by_time: BTreeMap::from([(Timestamp::from_seconds(5), "five".to_owned())]),
    }
}

fn cbor<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn from_cbor<T: DeserializeOwned>(bytes: &[u8]) -> T {
    ciborium::from_reader(bytes).unwrap()
}

#[test]
fn every_value_type_round_trips_through_every_kind_of_format() {
    let row = row();
    let text = serde_json::to_string(&row).unwrap();
    assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    let tree = serde_json::to_value(&row).unwrap();
    assert_eq!(serde_json::from_value::<Row>(tree).unwrap(), row);
    let bytes = postcard::to_allocvec(&row).unwrap();
    assert_eq!(postcard::from_bytes::<Row>(&bytes).unwrap(), row);
    assert_eq!(from_cbor::<Row>(&cbor(&row)), row);
}

#[test]
fn json_is_what_the_api_sends() {
    let tree = serde_json::to_value(row()).unwrap();
    assert_eq!(tree["created"], 1_700_000_000);
    assert_eq!(tree["currency"], "eur");
    assert_eq!(tree["rate"], "0.50");
    assert_eq!(tree["at"], "2025-08-27T10:15:30.120+02:00");
    assert_eq!(tree["count"], i64::MAX.to_string());
    assert_eq!(tree["metadata"]["order"], "17");
    assert_eq!(tree["raw"]["a"][2], "é");
    assert_eq!(tree["plain"], "or_2");
    assert_eq!(tree["expanded"]["id"], "or_1");
    assert_eq!(tree["lazy"]["object"], "order");
    assert_eq!(tree["clear"], serde_json::Value::Null);
    assert_eq!(tree["by_time"]["5"], "five");
}

#[test]
fn a_single_value_round_trips_through_postcard() {
    fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let bytes = postcard::to_allocvec(&value).unwrap();
        assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
    }
    let row = row();
    check(row.created);
    check(row.currency);
    check(row.order);
    check(row.orders);
    check(row.expanded);
    check(row.source);
    check(row.deleted);
    check(row.statuses);
    check(Some(row.raw));
}

/// Variants without a tag, which serde reads from a buffered copy.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(crate = "serde_derived", untagged)]
enum Stored {
    Raw { raw: RawJson, order: Order, source: Source, plain: Expandable<Order> },
    Number(i64),
}

#[test]
fn buffered_binary_content_is_read() {
    let row = row();
    let stored =
        Stored::Raw { raw: row.raw, order: row.order, source: row.source, plain: row.plain };
    assert_eq!(from_cbor::<Stored>(&cbor(&stored)), stored);
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<Stored>(&text).unwrap(), stored);
    assert_eq!(from_cbor::<Stored>(&cbor(&Stored::Number(5))), Stored::Number(5));
}

#[test]
fn maps_of_other_programs_are_read_from_cbor() {
    let tree: serde_json::Value = serde_json::from_str(ORDER).unwrap();
    let wrapped = BTreeMap::from([("order", tree)]);
    #[derive(Deserialize)]
    #[serde(crate = "serde_derived")]
    struct Wrapped {
        order: Option<Order>,
    }
    // As content of an untagged enum or a flattened struct, which is not marked as binary.
    #[derive(Deserialize)]
    #[serde(crate = "serde_derived")]
    struct Flattened {
        #[serde(flatten)]
        inner: Wrapped,
    }
    let read: Flattened = from_cbor(&cbor(&wrapped));
    assert_eq!(read.inner.order.unwrap().id, "or_1");
}

#[test]
fn what_is_not_the_value_is_refused_with_its_path() {
    fn error<T: DeserializeOwned>(json: &str) -> String {
        serde_json::from_str::<T>(json).err().expect("this must not decode").to_string()
    }
    assert!(error::<Timestamp>(r#""now""#).contains("expected a Unix time in seconds"));
    assert!(error::<Currency>("5").contains("expected a currency code"));
    assert!(error::<Decimal>(r#""a""#).contains("expected a decimal number in a string"));
    assert!(error::<DateTime>(r#""yesterday""#).contains("expected a time such as"));
    assert!(error::<Int64>(r#""1.5""#).contains("expected a string with a 64-bit integer"));
    assert!(error::<Expandable<Order>>("5").contains("expected an ID or an object"));
    assert!(error::<Lazy<Order>>("5").contains("expected an object"));
    assert!(error::<Map<Order>>(r#"{"a":{"id":5}}"#).contains("id: expected an ID"));

    for bytes in [&b"\x00"[..], b"\x02{}", b"\x01{", b"\x02[]", b"\x01\xff"] {
        assert!(postcard::from_bytes::<Order>(bytes).is_err(), "{bytes:?}");
    }
}
