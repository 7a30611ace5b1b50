//! Meters, usage events, and the invoices that bill them.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{Client, client, id};

/// 2027-01-31T00:00:00Z
const START: i64 = 1_801_353_600;
const DAY: i64 = 86_400;

struct World<'a> {
    api: Client<'a>,
    clock: Value,
    customer: String,
}

fn world(server: &Server) -> World<'_> {
    let api = client(server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let body = format!(
        "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa&test_clock={}",
        id(&clock)
    );
    let customer = id(&api.post("/v1/customers", &body)).to_owned();
    World { api, clock, customer }
}

impl World<'_> {
    fn meter(&self, name: &str, formula: &str) -> Value {
        let body =
            format!("display_name=Calls&event_name={name}&default_aggregation[formula]={formula}");
        self.api.post("/v1/billing/meters", &body)
    }

    fn use_up(&self, name: &str, value: &str, more: &str) -> Value {
        let customer = &self.customer;
        let body = format!(
            "event_name={name}&payload[stripe_customer_id]={customer}&payload[value]={value}{more}"
        );
        self.api.post("/v1/billing/meter_events", &body)
    }

    fn refused(&self, body: &str) -> Value {
        let (status, error) = self.api.error("POST", "/v1/billing/meter_events", body);
        assert_eq!(status, 400, "{error:#}");
        error
    }

    fn advance(&self, to: i64) {
        let path = format!("/v1/test_helpers/test_clocks/{}/advance", id(&self.clock));
        self.api.post(&path, &format!("frozen_time={to}"));
    }

    fn summed(&self, meter: &Value, query: &str) -> Vec<Value> {
        let path = format!("/v1/billing/meters/{}/event_summaries", id(meter));
        let list = self.api.get(&format!("{path}?customer={}&{query}", self.customer));
        let all = list["data"].as_array().unwrap().iter();
        all.map(|one| one["aggregated_value"].clone()).collect()
    }

    /// The totals of the invoices, the oldest first.
    fn totals(&self) -> Vec<i64> {
        let list = self.api.get(&format!("/v1/invoices?customer={}", self.customer));
        let all = list["data"].as_array().unwrap().iter().rev();
        all.map(|one| one["total"].as_i64().unwrap()).collect()
    }

    fn metered_price(&self, meter: &Value, more: &str) -> String {
        let body = format!(
            "currency=usd&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={}&product_data[name]=Calls{more}",
            id(meter)
        );
        id(&self.api.post("/v1/prices", &body)).to_owned()
    }
}

#[test]
fn a_meter_counts_sums_or_keeps_the_last_value() {
    let server = Server::start().unwrap();
    let world = world(&server);
    for (formula, expected) in [("sum", json!(7.5)), ("count", json!(3)), ("last", json!(1))] {
        let meter = world.meter(formula, formula);
        assert_eq!(
            (&meter["status"], &meter["value_settings"]["event_payload_key"]),
            (&json!("active"), &json!("value"))
        );
        world.use_up(formula, "2", &format!("&timestamp={}", START - 2 * 3600));
        world.use_up(formula, "1", &format!("&timestamp={}", START - 60));
        world.use_up(formula, "4.5", &format!("&timestamp={}", START - 2 * 3600 + 1));
        let range = format!("start_time={}&end_time={START}", START - DAY);
        assert_eq!(world.summed(&meter, &range), [expected], "{formula}");
    }
    let meter = world.api.get("/v1/billing/meters?status=active")["data"][2].clone();
    let range = format!("start_time={}&end_time={START}&value_grouping_window=hour", START - DAY);
    assert_eq!(world.summed(&meter, &range), [json!(1), json!(6.5)]);
    let path = format!("/v1/billing/meters/{}/event_summaries", id(&meter));
    for (query, param) in [
        (format!("start_time={}&end_time={START}", START - 1), "start_time"),
        (format!("start_time={START}&end_time={START}"), "end_time"),
        (
            format!("start_time={}&end_time={}&value_grouping_window=day", START - DAY, START + 60),
            "end_time",
        ),
    ] {
        let (_, error) =
            world.api.error("GET", &format!("{path}?customer={}&{query}", world.customer), "");
        assert_eq!(error["param"], param, "{query}");
    }
}

#[test]
fn an_inactive_meter_takes_no_events_and_no_prices() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let meter = world.meter("calls", "sum");
    let path = format!("/v1/billing/meters/{}", id(&meter));
    let again = "display_name=Calls&event_name=calls&default_aggregation[formula]=sum";
    assert_eq!(world.api.error("POST", "/v1/billing/meters", again).1["param"], "event_name");
    assert_eq!(world.api.post(&path, "display_name=All+calls")["display_name"], "All calls");
    let inactive = world.api.post(&format!("{path}/deactivate"), "");
    assert_eq!(inactive["status"], "inactive");
    assert!(inactive["status_transitions"]["deactivated_at"].is_i64());
    assert_eq!(world.api.error("POST", &format!("{path}/deactivate"), "").0, 400);
    let event =
        format!("event_name=calls&payload[stripe_customer_id]={}&payload[value]=1", world.customer);
    assert_eq!(world.refused(&event)["code"], "archived_meter");
    let price = format!(
        "currency=usd&unit_amount=5&product_data[name]=Calls&recurring[interval]=month&recurring[usage_type]=metered&recurring[meter]={}",
        id(&meter)
    );
    assert_eq!(world.api.error("POST", "/v1/prices", &price).1["code"], "archived_meter");
    assert_eq!(world.api.post(&format!("{path}/reactivate"), "")["status"], "active");
    world.api.post("/v1/prices", &price);
    let licensed = price.replace("recurring[usage_type]=metered&", "");
    assert_eq!(
        world.api.error("POST", "/v1/prices", &licensed).1["param"],
        "recurring[usage_type]"
    );
    for name in ["created", "updated", "deactivated", "reactivated"] {
        let events = world.api.get(&format!("/v1/events?type=billing.meter.{name}"));
        assert_eq!(events["data"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn an_event_must_be_new_valid_and_recent() {
    let server = Server::start().unwrap();
    let world = world(&server);
    world.meter("calls", "sum");
    let event = world.use_up("calls", "5", "&identifier=first");
    assert_eq!((&event["identifier"], &event["timestamp"]), (&json!("first"), &json!(START)));
    let customer = &world.customer;
    let about = format!("event_name=calls&payload[stripe_customer_id]={customer}");
    for (body, code, param) in [
        (
            format!("{about}&payload[value]=5&identifier=first"),
            "duplicate_meter_event",
            "identifier",
        ),
        (format!("{about}&payload[value]=five"), "meter_event_invalid_value", "payload[value]"),
        (
            format!("{about}&payload[value]=5&timestamp={}", START - 36 * DAY),
            "timestamp_too_far_in_past",
            "timestamp",
        ),
        (
            format!("{about}&payload[value]=5&timestamp={}", START + 400),
            "timestamp_in_future",
            "timestamp",
        ),
        (
            "event_name=calls&payload[value]=5".to_owned(),
            "meter_event_no_customer_defined",
            "payload[stripe_customer_id]",
        ),
        (
            "event_name=calls&payload[stripe_customer_id]=cus_none&payload[value]=5".to_owned(),
            "meter_event_customer_not_found",
            "payload[stripe_customer_id]",
        ),
        (
            format!("event_name=mails&payload[stripe_customer_id]={customer}&payload[value]=5"),
            "no_meter",
            "event_name",
        ),
    ] {
        let error = world.refused(&body);
        assert_eq!((&error["code"], &error["param"]), (&json!(code), &json!(param)), "{body}");
    }
    // After a day the identifier is free again.
    world.advance(START + DAY);
    world.use_up("calls", "5", "&identifier=first");
}

#[test]
fn an_event_is_canceled_within_a_day() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let meter = world.meter("calls", "sum");
    world.use_up("calls", "5", "&identifier=wrong");
    world.use_up("calls", "3", "&identifier=right");
    let cancel =
        |identifier: &str| format!("event_name=calls&type=cancel&cancel[identifier]={identifier}");
    let path = "/v1/billing/meter_event_adjustments";
    let adjustment = world.api.post(path, &cancel("wrong"));
    assert_eq!(adjustment["cancel"]["identifier"], "wrong");
    let range = format!("start_time={START}&end_time={}", START + DAY);
    assert_eq!(world.summed(&meter, &range), [json!(3)]);
    assert_eq!(world.api.error("POST", path, &cancel("wrong")).0, 400);
    assert_eq!(world.api.error("POST", path, &cancel("none")).1["code"], "resource_missing");
    world.advance(START + DAY);
    assert_eq!(world.api.error("POST", path, &cancel("right")).1["param"], "cancel[identifier]");
}

#[test]
fn usage_is_billed_after_its_period() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let meter = world.meter("calls", "sum");
    let metered = world.metered_price(
        &meter,
        "&billing_scheme=tiered&tiers_mode=graduated&tiers[0][up_to]=100&tiers[0][unit_amount]=10&tiers[1][up_to]=inf&tiers[1][unit_amount]=5",
    );
    let fee = id(&world.api.post(
        "/v1/prices",
        "currency=usd&unit_amount=2000&recurring[interval]=month&product_data[name]=Fee",
    ))
    .to_owned();
    let subscription = world.api.post(
        "/v1/subscriptions",
        &format!("customer={}&items[0][price]={fee}&items[1][price]={metered}", world.customer),
    );
    assert_eq!(world.totals(), [2000]);
    world.use_up("calls", "120", "");
    world.advance(START + 10 * DAY);
    world.use_up("calls", "30", "");
    let preview = world
        .api
        .post("/v1/invoices/create_preview", &format!("subscription={}", id(&subscription)));
    assert_eq!(preview["total"], 2000 + 100 * 10 + 50 * 5);
    world.advance(START + 30 * DAY);
    assert_eq!(world.totals(), [2000, 3250]);
    let list = world.api.get(&format!("/v1/invoices?customer={}", world.customer));
    let lines = &list["data"][0]["lines"]["data"];
    let line = lines.as_array().unwrap().iter().find(|line| line["quantity"] == 150).unwrap();
    assert_eq!(line["period"], json!({"start": START, "end": START + 28 * DAY}));
    // A subscription that ends with its period has a last invoice for the usage alone.
    world.use_up("calls", "200", "");
    let path = format!("/v1/subscriptions/{}", id(&subscription));
    world.api.post(&path, "cancel_at_period_end=true");
    world.advance(START + 70 * DAY);
    assert_eq!(world.api.get(&path)["status"], "canceled");
    assert_eq!(world.totals(), [2000, 3250, 1500]);
}

#[test]
fn usage_of_a_trial_is_free_and_the_rest_is_billed_at_cancellation() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let meter = world.meter("calls", "count");
    let metered = world.metered_price(&meter, "&unit_amount=100");
    let subscription = world.api.post(
        "/v1/subscriptions",
        &format!("customer={}&items[0][price]={metered}&trial_period_days=7", world.customer),
    );
    world.use_up("calls", "", "");
    world.advance(START + 8 * DAY);
    assert_eq!(world.totals(), [0, 0]);
    world.use_up("calls", "", "");
    world.use_up("calls", "", "");
    world.advance(START + 9 * DAY);
    world.api.ok(
        "DELETE",
        &format!("/v1/subscriptions/{}?invoice_now=true", id(&subscription)),
        "",
    );
    assert_eq!(world.totals(), [0, 0, 200]);
}

#[test]
fn usage_comes_by_v2_and_by_records_of_older_versions() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let meter = world.meter("calls", "sum");
    let event = |value: &str, at: &str| json!({"event_name": "calls", "timestamp": at, "payload": {"stripe_customer_id": world.customer, "value": value}});
    let made =
        world.api.post("/v2/billing/meter_events", &event("3", "2027-01-30T23:00:00Z").to_string());
    assert_eq!(
        (&made["object"], &made["timestamp"]),
        (&json!("v2.billing.meter_event"), &json!("2027-01-30T23:00:00.000Z"))
    );
    let stream = |events: Value| json!({"events": events}).to_string();
    world.api.post(
        "/v2/billing/meter_event_stream",
        &stream(json!([event("4", "2027-01-30T23:30:00Z"), event("5", "2027-01-30T23:30:00Z")])),
    );
    // One event that is invalid refuses all of them.
    let (_, error) = world.api.error(
        "POST",
        "/v2/billing/meter_event_stream",
        &stream(json!([event("4", "2027-01-30T23:30:00Z"), event("x", "2027-01-30T23:30:00Z")])),
    );
    assert_eq!(error["code"], "meter_event_invalid_value");
    let range = format!("start_time={}&end_time={START}", START - DAY);
    assert_eq!(world.summed(&meter, &range), [json!(12)]);
    let old = client(&server).with("stripe-version", "2024-06-20");
    let price = id(&old.post("/v1/prices", "currency=usd&unit_amount=7&recurring[interval]=month&recurring[usage_type]=metered&product_data[name]=Old")).to_owned();
    let subscription = old
        .post("/v1/subscriptions", &format!("customer={}&items[0][price]={price}", world.customer));
    let path =
        format!("/v1/subscription_items/{}/usage_records", id(&subscription["items"]["data"][0]));
    old.post(&path, &format!("quantity=100&timestamp={}", START + 5));
    old.post(&path, &format!("quantity=50&timestamp={}&action=set", START + 5));
    old.post(&path, &format!("quantity=50&timestamp={}", START + 9));
    world.advance(START + 29 * DAY);
    assert_eq!(world.totals(), [0, 700]);
}

#[test]
fn values_and_quantities_have_limits() {
    let server = Server::start().unwrap();
    let world = world(&server);
    world.meter("calls", "sum");
    let about = format!("event_name=calls&payload[stripe_customer_id]={}", world.customer);
    let error = world.refused(&format!("{about}&payload[value]=1234567890123456"));
    assert_eq!(error["code"], "meter_event_value_too_many_digits");
    assert_eq!(
        world.refused(&format!("{about}&payload[value]=inf"))["code"],
        "meter_event_invalid_value"
    );
    let price =
        id(&world.api.post("/v1/prices", "currency=usd&unit_amount=5&product_data[name]=P"))
            .to_owned();
    let body = format!("line_items[0][price]={price}&line_items[0][quantity]=9223372036854775807");
    let (_, error) = world.api.error("POST", "/v1/payment_links", &body);
    assert_eq!(error["param"], "line_items[0][quantity]");
}
