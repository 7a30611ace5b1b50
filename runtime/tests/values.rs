//! What programs do with ids, enums and objects: look up, compare, print, parse and make them.

use std::collections::{BTreeSet, HashMap};

use pinstripe_runtime::{
    Currency, DateTime, Decimal, Expandable, Id, Int64, List, Map, MaybeDeleted, RawJson,
    Timestamp, Unknown, from_json, object_table, sample, string_enum, to_json, union_impl,
};

pub struct Order {
    amount: i64,
    created: Timestamp,
    currency: Currency,
    customer: Expandable<Order>,
    details: Details,
    due: Option<Box<Details>>,
    id: Id<Order>,
    items: List<Details>,
    kind: Kind,
    livemode: bool,
    note: Option<String>,
    owner: MaybeDeleted<Details, Gone>,
    raw: RawJson,
    rate: Decimal,
    settled_at: DateTime,
    source: Source,
    status: Status,
    tags: Map<String>,
    total: Int64,
    url: String,
}

object_table!(Order: "payment_intent" {
    amount = "amount" [REQUIRED], created = "created" [REQUIRED], currency = "currency" [REQUIRED],
    customer = "customer" [REQUIRED], details = "details" [REQUIRED], due = "due", id = "id" [REQUIRED],
    items = "items" [REQUIRED], kind = "kind" [REQUIRED], livemode = "livemode" [REQUIRED],
    note = "note" [NULLABLE], owner = "owner" [REQUIRED], rate = "rate" [REQUIRED], raw = "raw" [REQUIRED],
    settled_at = "settled_at" [REQUIRED], source = "source" [REQUIRED], status = "status" [REQUIRED],
    tags = "tags" [REQUIRED], total = "total" [REQUIRED], url = "url" [REQUIRED]
});

pub struct Details {
    bank_name: String,
    country: String,
}

object_table!(Details { bank_name = "bank_name" [REQUIRED], country = "country" [REQUIRED] });

pub struct Gone {
    id: Id<Order>,
}

object_table!(Gone: "order" - deleted { id = "id" [REQUIRED] });

#[repr(C)]
pub enum Status {
    Canceled,
    Succeeded,
    Unrecognized(Unknown),
}

string_enum!(Status { Canceled = "canceled", Succeeded = "succeeded" });

#[repr(C)]
pub enum Kind {
    First,
    Second,
    Unrecognized(Unknown),
}

string_enum!(Kind { First = "first", Second = "second" });

#[derive(Clone)]
pub enum Source {
    Details(Details),
    Unrecognized(RawJson),
}

union_impl!(Source { Details object("details") });

#[test]
fn ids_are_looked_up_compared_and_parsed_as_strings() {
    let id: Id<Order> = "or_1".parse().unwrap();
    let owned = "or_1".to_owned();
    assert!(id == owned);
    assert!(owned == id);
    assert!("or_1" == id);
    assert!(id == "or_1");
    assert!(*"or_1" == id);
    let other = "or_2".to_owned();
    assert!(id != other);
    assert!("or_2" != id);
    assert_eq!(Id::<Order>::from(&owned), id);
    let by_id = HashMap::from([(id.clone(), 5)]);
    assert_eq!(by_id.get("or_1"), Some(&5));
    assert_eq!(by_id.get("or_2"), None);
    let ids: BTreeSet<Id<Order>> = ["or_2", "or_1"].map(Id::from).into();
    assert!(ids.contains("or_2"));
    assert_eq!(ids.first(), Some(&id));
}

#[test]
fn enums_are_printed_compared_and_parsed_as_strings() {
    assert_eq!(Status::Succeeded.to_string(), "succeeded");
    assert_eq!(format!("{:>10}|", Status::from("new")), "       new|");
    assert!(Status::Canceled == "canceled" && Status::Canceled == *"canceled");
    assert!(Status::Canceled != "succeeded");
    assert!("canceled".parse() == Ok(Status::Canceled));
    assert_eq!("new".parse::<Status>().unwrap().as_str(), "new");
    assert_eq!(Status::default().as_str(), "", "the empty value is not a known one");
}

#[test]
fn the_default_of_an_object_is_empty_and_can_be_changed() {
    let mut order = Order::default();
    assert_eq!(order.amount, 0);
    assert!(order.note.is_none() && order.due.is_none() && order.items.data.is_empty());
    assert_eq!(order.id, "");
    assert!(matches!(&order.source, Source::Unrecognized(raw) if raw.get() == "null"));
    assert!(matches!(&order.owner, MaybeDeleted::Present(owner) if owner.country.is_empty()));
    order.amount = 1999;
    order.status = Status::Succeeded;
    order.due = Some(Box::default());
    assert_eq!(order, order.clone());
    assert_ne!(order, Order::default());
    assert!(List::<Order>::default() == List::default());
}

#[test]
fn objects_are_equal_if_all_fields_are() {
    let order = sample::<Order>();
    assert_eq!(order, sample());
    type Change = fn(&mut Order);
    let changes: [Change; 20] = [
        |order| order.amount += 1,
        |order| order.created = Timestamp::from_seconds(1),
        |order| order.currency = Currency::EUR,
        |order| order.customer = from_json(r#""cus_2""#).unwrap(),
        |order| order.details.country = "DE".into(),
        |order| order.due = Some(Box::default()),
        |order| order.id = "pi_2".into(),
        |order| order.items.data.push(Details::default()),
        |order| order.kind = Kind::Second,
        |order| order.livemode = true,
        |order| order.note = Some(String::new()),
        |order| order.owner = MaybeDeleted::Deleted(Gone::default()),
        |order| order.raw = from_json("1").unwrap(),
        |order| order.rate = 7.into(),
        |order| order.settled_at = Timestamp::from_seconds(1).into(),
        |order| order.source = Source::Details(Details::default()),
        |order| order.status = "new".into(),
        |order| order.tags = Map::from([("a", "b")]),
        |order| order.total = Int64(5),
        |order| order.url.push('x'),
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut changed = order.clone();
        change(&mut changed);
        assert_ne!(changed, order, "{index}");
        assert_eq!(changed, changed.clone(), "{index}");
    }
}

#[test]
fn fields_are_equal_in_an_object_as_they_are_alone() {
    let with = |rate: &str, at: &str, raw: &str| {
        let mut order = sample::<Order>();
        order.rate = rate.parse().unwrap();
        order.settled_at = at.parse().unwrap();
        order.raw = from_json(raw).unwrap();
        order
    };
    assert_eq!(
        with("0.50", "2025-01-01T02:00:00+02:00", r#"{ "a":1, "b":2 }"#),
        with(".5", "2025-01-01T00:00:00Z", r#"{"b":2,"a":1}"#),
    );
}

#[test]
fn a_sample_has_what_is_always_sent() {
    let order = sample::<Order>();
    assert_eq!(
        to_json(&order),
        r#"{"object":"payment_intent","amount":1999,"created":1767225600,"currency":"usd","customer":"cus_sample","details":{"bank_name":"bank name","country":"US"},"id":"pi_sample","items":{"object":"list","data":[],"has_more":false},"kind":"first","livemode":false,"note":null,"owner":{"bank_name":"bank name","country":"US"},"rate":"0","raw":null,"settled_at":"2026-01-01T00:00:00Z","source":null,"status":"succeeded","tags":{},"total":"0","url":"https://example.com/sample"}"#
    );
    assert_eq!(from_json::<Order>(&to_json(&order)).unwrap(), order);
    assert_eq!(sample::<Gone>().id, "obj_sample");
    assert_eq!(sample::<Vec<Order>>(), []);
    assert!(sample::<Option<Order>>().is_none());
    assert_eq!(sample::<Status>(), Status::Succeeded);
    assert_eq!(sample::<Timestamp>().to_string(), "2026-01-01T00:00:00Z");
}

#[test]
fn deleted_objects_are_told_from_present_ones() {
    type Owner = MaybeDeleted<Details, Gone>;
    let present: Owner = from_json(r#"{"bank_name":"a","country":"US"}"#).unwrap();
    let deleted: Owner = from_json(r#"{"id":"or_1","object":"order","deleted":true}"#).unwrap();
    assert!(!present.is_deleted() && deleted.is_deleted());
    assert!(present.deleted().is_none() && deleted.deleted().unwrap().id == "or_1");
    assert_eq!(Option::<Details>::from(present).unwrap().country, "US");
    assert!(Option::<Details>::from(deleted).is_none());

    let expandable = |json: &str| from_json::<Expandable<Owner, Order>>(json).unwrap();
    assert!(expandable(r#""or_1""#).present().unwrap().is_none());
    assert!(expandable(r#"{"id":"or_1","deleted":true}"#).present().unwrap().is_none());
    let there = expandable(r#"{"id":"or_1","bank_name":"a","country":"US"}"#);
    assert_eq!(there.present().unwrap().unwrap().bank_name, "a");
    assert!(expandable(r#"{"id":"or_1"}"#).present().is_err());
}
