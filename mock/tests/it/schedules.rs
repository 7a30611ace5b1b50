//! Subscription schedules, driven by test clocks.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{Client, client, id};

/// 2027-01-31T00:00:00Z, the last day of a month, whose next ones end on 2027-02-28 and 2027-03-31.
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
    fn price(&self, amount: i64, interval: &str) -> String {
        let body = format!(
            "currency=usd&unit_amount={amount}&recurring[interval]={interval}&product_data[name]=Plan"
        );
        id(&self.api.post("/v1/prices", &body)).to_owned()
    }

    fn advance(&self, days: i64) {
        let path = format!("/v1/test_helpers/test_clocks/{}/advance", id(&self.clock));
        self.api.post(&path, &format!("frozen_time={}", START + days * DAY));
    }

    fn schedule(&self, body: &str) -> Value {
        let body = format!("customer={}&{body}", self.customer);
        self.api.post("/v1/subscription_schedules", &body)
    }

    fn read(&self, schedule: &Value) -> Value {
        self.api.get(&format!("/v1/subscription_schedules/{}", id(schedule)))
    }

    fn subscription(&self, schedule: &Value) -> Value {
        self.api.get(&format!("/v1/subscriptions/{}", schedule["subscription"].as_str().unwrap()))
    }

    /// The totals of the invoices, the oldest first.
    fn totals(&self) -> Vec<i64> {
        let list = self.api.get(&format!("/v1/invoices?customer={}&limit=100", self.customer));
        let all = list["data"].as_array().unwrap().iter().rev();
        all.map(|one| one["total"].as_i64().unwrap()).collect()
    }

    /// The events of schedules, the oldest first.
    fn events(&self) -> Vec<String> {
        let list = self.api.get("/v1/events?limit=100");
        let names = list["data"].as_array().unwrap().iter().rev();
        let names = names.map(|one| one["type"].as_str().unwrap());
        names
            .filter_map(|name| name.strip_prefix("subscription_schedule."))
            .map(str::to_owned)
            .collect()
    }
}

#[test]
fn phases_follow_each_other_until_the_subscription_is_canceled() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let (small, large) = (world.price(1000, "month"), world.price(2500, "month"));
    let schedule = world.schedule(&format!(
        "start_date={}&end_behavior=cancel&phases[0][items][0][price]={small}&phases[0][duration][interval]=month&phases[0][duration][interval_count]=2&phases[0][metadata][phase]=first&phases[1][items][0][price]={large}&phases[1][items][0][quantity]=2",
        START + 10 * DAY
    ));
    assert_eq!(
        (&schedule["status"], &schedule["subscription"]),
        (&json!("not_started"), &Value::Null)
    );
    assert_eq!(schedule["phases"][0]["end_date"], schedule["phases"][1]["start_date"]);
    assert_eq!(schedule["phases"][0]["end_date"], START + 69 * DAY);
    assert_eq!(schedule["phases"][1]["end_date"], START + 99 * DAY);
    let waiting = world.api.get("/v1/subscription_schedules?scheduled=true");
    assert_eq!(waiting["data"].as_array().unwrap().len(), 1);
    world.advance(11);
    let active = world.read(&schedule);
    assert_eq!(active["status"], "active");
    assert_eq!(
        active["current_phase"],
        json!({"start_date": START + 10 * DAY, "end_date": START + 69 * DAY})
    );
    let subscription = world.subscription(&active);
    assert_eq!(
        (&subscription["status"], &subscription["schedule"]),
        (&json!("active"), &json!(id(&schedule)))
    );
    assert_eq!(subscription["metadata"], json!({"phase": "first"}));
    assert_eq!(world.api.get("/v1/subscription_schedules?scheduled=true")["data"], json!([]));
    world.advance(70);
    let second = world.read(&schedule);
    assert_eq!(second["current_phase"]["start_date"], START + 69 * DAY);
    let item = &world.subscription(&second)["items"]["data"][0].clone();
    assert_eq!((&item["price"]["id"], &item["quantity"]), (&json!(large), &json!(2)));
    world.advance(100);
    let completed = world.read(&schedule);
    assert_eq!(
        (&completed["status"], &completed["completed_at"]),
        (&json!("completed"), &json!(START + 99 * DAY))
    );
    assert_eq!(completed["current_phase"], Value::Null);
    assert_eq!(world.subscription(&completed)["status"], "canceled");
    assert_eq!(world.totals(), [1000, 1000, 5000]);
    assert_eq!(world.events(), ["created", "updated", "updated", "expiring", "completed"]);
    let path = format!("/v1/subscription_schedules/{}", id(&schedule));
    for verb in ["", "/cancel", "/release"] {
        let (status, error) = world.api.error("POST", &format!("{path}{verb}"), "");
        assert_eq!(status, 400);
        assert!(error["message"].as_str().unwrap().contains("`completed` status"), "{verb}");
    }
}

#[test]
fn a_schedule_changes_a_subscription_that_exists_and_releases_it() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let (month, year) = (world.price(1000, "month"), world.price(9000, "year"));
    let subscription = world
        .api
        .post("/v1/subscriptions", &format!("customer={}&items[0][price]={month}", world.customer));
    let body = format!("from_subscription={}", id(&subscription));
    let schedule = world.api.post("/v1/subscription_schedules", &body);
    assert_eq!(
        (&schedule["status"], &schedule["end_behavior"]),
        (&json!("active"), &json!("release"))
    );
    let phase = &schedule["phases"][0];
    assert_eq!(
        (&phase["start_date"], &phase["end_date"]),
        (&json!(START), &json!(START + 28 * DAY))
    );
    assert_eq!(phase["items"][0]["price"], month.as_str());
    let (_, error) = world.api.error("POST", "/v1/subscription_schedules", &body);
    assert!(error["message"].as_str().unwrap().contains("already attached to a schedule"));
    let (_, error) = world.api.error(
        "POST",
        &format!("/v1/subscriptions/{}", id(&subscription)),
        "cancel_at_period_end=true",
    );
    assert_eq!(error["param"], "cancel_at_period_end");
    let path = format!("/v1/subscription_schedules/{}", id(&schedule));
    let updated = world.api.post(&path, &format!(
        "phases[0][items][0][price]={month}&phases[0][start_date]={START}&phases[0][end_date]={}&phases[1][items][0][price]={year}&phases[1][iterations]=1&metadata[k]=v",
        START + 28 * DAY
    ).replace("phases[1][iterations]=1", "phases[1][duration][interval]=day&phases[1][duration][interval_count]=20"));
    assert_eq!(updated["metadata"], json!({"k": "v"}));
    world.advance(29);
    let changed = world.subscription(&world.read(&schedule));
    let item = &changed["items"]["data"][0];
    assert_eq!(
        (&item["price"]["id"], &item["current_period_end"]),
        (&json!(year), &json!(START + (28 + 365) * DAY))
    );
    world.advance(60);
    let released = world.read(&schedule);
    assert_eq!(
        (&released["status"], &released["released_at"]),
        (&json!("released"), &json!(START + 48 * DAY))
    );
    assert_eq!(released["released_subscription"], subscription["id"]);
    let after = world.api.get(&format!("/v1/subscriptions/{}", id(&subscription)));
    assert_eq!((&after["status"], &after["schedule"]), (&json!("active"), &Value::Null));
    assert_eq!(world.totals(), [1000, 9000]);
    assert_eq!(world.events(), ["created", "updated", "updated", "expiring", "released"]);
}

#[test]
fn phases_have_trials_discounts_extra_items_and_prorations() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let (small, large) = (world.price(2800, "month"), world.price(5600, "month"));
    let setup =
        id(&world.api.post("/v1/prices", "currency=usd&unit_amount=700&product_data[name]=Setup"))
            .to_owned();
    let coupon = world.api.post("/v1/coupons", "percent_off=50&duration=forever");
    let schedule = world.schedule(&format!(
        "phases[0][items][0][price]={small}&phases[0][trial]=true&phases[0][end_date]={}&phases[1][items][0][price]={small}&phases[1][end_date]={}&phases[1][add_invoice_items][0][price]={setup}&phases[2][items][0][price]={large}&phases[2][discounts][0][coupon]={}",
        START + 28 * DAY,
        START + 42 * DAY,
        id(&coupon)
    ));
    assert_eq!(world.subscription(&schedule)["status"], "trialing");
    assert_eq!(world.totals(), [0]);
    world.advance(30);
    assert_eq!(world.subscription(&world.read(&schedule))["status"], "active");
    // The phase begins with the setup fee and its first month.
    assert_eq!(world.totals(), [0, 3500]);
    world.advance(43);
    let items =
        world.api.get(&format!("/v1/invoiceitems?customer={}&pending=true", world.customer));
    let amounts: Vec<i64> = (items["data"].as_array().unwrap().iter())
        .filter(|one| one["proration"] == true)
        .map(|one| one["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(amounts, [2800, -1400]);
    world.advance(60);
    // The prorations, and the next month at half the price.
    assert_eq!(world.totals(), [0, 3500, 1400 + 5600 / 2]);
}

#[test]
fn a_schedule_is_canceled_with_its_subscription() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let month = world.price(1000, "month");
    let body = format!("start_date=now&phases[0][items][0][price]={month}");
    let first = world.schedule(&body);
    world.advance(1);
    let path = format!("/v1/subscription_schedules/{}", id(&first));
    let canceled = world.api.post(&format!("{path}/cancel"), "prorate=false&invoice_now=false");
    assert_eq!(
        (&canceled["status"], &canceled["canceled_at"]),
        (&json!("canceled"), &json!(START + DAY))
    );
    assert_eq!(world.subscription(&canceled)["status"], "canceled");
    let second = world.schedule(&body);
    world.api.ok(
        "DELETE",
        &format!("/v1/subscriptions/{}", second["subscription"].as_str().unwrap()),
        "",
    );
    assert_eq!(world.read(&second)["status"], "canceled");
    let third = world
        .schedule(&format!("start_date={}&phases[0][items][0][price]={month}", START + 9 * DAY));
    let released =
        world.api.post(&format!("/v1/subscription_schedules/{}/release", id(&third)), "");
    assert_eq!(
        (&released["status"], &released["released_subscription"]),
        (&json!("released"), &Value::Null)
    );
    assert_eq!(
        world.events(),
        ["created", "canceled", "created", "canceled", "created", "released"]
    );
    for (body, param) in [
        ("phases[0][items][0][price]=price_none", "phases[0][items][0][price]"),
        ("start_date=now", "phases"),
        (
            &format!("phases[0][items][0][price]={month}&phases[1][items][0][price]={month}"),
            "phases[0][end_date]",
        ),
        (
            &format!("phases[0][items][0][price]={month}&phases[0][end_date]=5"),
            "phases[0][end_date]",
        ),
    ] {
        let body = format!("customer={}&{body}", world.customer);
        let (status, error) = world.api.error("POST", "/v1/subscription_schedules", &body);
        assert_eq!((status, &error["param"]), (400, &json!(param)), "{body}");
    }
    let (_, error) =
        world.api.error("POST", "/v1/subscription_schedules", "from_subscription=sub_none");
    assert_eq!(error["code"], "resource_missing");
}

#[test]
fn a_quote_for_a_later_date_makes_a_schedule() {
    let server = Server::start().unwrap();
    let world = world(&server);
    let month = world.price(1000, "month");
    let quote = world.api.post(
        "/v1/quotes",
        &format!(
            "customer={}&line_items[0][price]={month}&subscription_data[effective_date]={}",
            world.customer,
            START + 5 * DAY
        ),
    );
    world.api.post(&format!("/v1/quotes/{}/finalize", id(&quote)), "");
    let accepted = world
        .api
        .post(&format!("/v1/quotes/{}/accept", id(&quote)), "expand[]=subscription_schedule");
    assert_eq!(accepted["subscription"], Value::Null);
    let schedule = &accepted["subscription_schedule"];
    assert_eq!(
        (&schedule["status"], &schedule["phases"][0]["start_date"]),
        (&json!("not_started"), &json!(START + 5 * DAY))
    );
    world.advance(6);
    assert_eq!(world.subscription(&world.read(schedule))["status"], "active");
}
