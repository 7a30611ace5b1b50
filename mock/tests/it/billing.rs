//! Subscriptions, invoices and test clocks.

use pinstripe_mock::Server;
use serde_json::Value;

use crate::client::{Client, client, id};

/// 2027-01-31T00:00:00Z
const START: i64 = 1_801_353_600;
const DAY: i64 = 86_400;

fn price(api: &Client<'_>, amount: i64, interval: &str) -> String {
    id(&api.post("/v1/prices", &format!("currency=usd&unit_amount={amount}&recurring[interval]={interval}&product_data[name]=Plan"))).to_owned()
}

fn customer(api: &Client<'_>, clock: Option<&Value>, card: &str) -> String {
    let clock = clock.map_or(String::new(), |clock| format!("&test_clock={}", id(clock)));
    id(&api.post(
        "/v1/customers",
        &format!("payment_method={card}&invoice_settings[default_payment_method]={card}{clock}"),
    ))
    .to_owned()
}

fn advance(api: &Client<'_>, clock: &Value, to: i64) {
    let path = format!("/v1/test_helpers/test_clocks/{}", id(clock));
    assert_eq!(
        api.post(&format!("{path}/advance"), &format!("frozen_time={to}"))["status"],
        "advancing"
    );
    assert_eq!(api.get(&path)["status"], "ready");
}

/// The invoices of a customer, the oldest first: reason, status, total.
fn invoices(api: &Client<'_>, customer: &str) -> Vec<(String, String, i64)> {
    let list = api.get(&format!("/v1/invoices?customer={customer}&limit=100"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all: Vec<_> = (list["data"].as_array().unwrap().iter())
        .map(|one| {
            (text(&one["billing_reason"]), text(&one["status"]), one["total"].as_i64().unwrap())
        })
        .collect();
    all.reverse();
    all
}

#[test]
fn an_invoice_goes_from_draft_to_paid() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, None, "pm_card_visa");
    let invoice = api.post("/v1/invoices", &format!("customer={customer}"));
    assert_eq!((&invoice["status"], &invoice["total"]), (&"draft".into(), &0.into()));
    let path = format!("/v1/invoices/{}", id(&invoice));
    api.post(
        "/v1/invoiceitems",
        &format!(
            "customer={customer}&invoice={}&amount=1500&currency=usd&description=Work",
            id(&invoice)
        ),
    );
    let open = api.post(&format!("{path}/finalize"), "");
    assert_eq!((&open["status"], &open["amount_due"]), (&"open".into(), &1500.into()));
    assert!(open["number"].as_str().unwrap().ends_with("-0001"));
    assert_eq!(open["lines"]["data"][0]["description"], "Work");
    assert_eq!(api.error("DELETE", &path, "").0, 400);
    let paid = api.post(&format!("{path}/pay"), "");
    assert_eq!(
        (&paid["status"], &paid["amount_paid"], &paid["amount_remaining"]),
        (&"paid".into(), &1500.into(), &0.into())
    );
    assert_eq!(
        api.error("POST", &format!("{path}/pay"), "").1["message"],
        "Invoice is already paid"
    );
    let old = client(&server)
        .with("stripe-version", "2024-06-20")
        .get(&format!("{path}?expand[]=charge"));
    assert_eq!((&old["paid"], &old["charge"]["amount"]), (&true.into(), &1500.into()));
    assert!(api.get(&path).get("charge").is_none());
}

#[test]
fn an_invoice_is_voided_or_uncollectible() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, None, "pm_card_chargeCustomerFail");
    let make = || {
        api.post("/v1/invoiceitems", &format!("customer={customer}&amount=500&currency=usd"));
        let invoice = api.post(
            "/v1/invoices",
            &format!("customer={customer}&pending_invoice_items_behavior=include"),
        );
        format!(
            "/v1/invoices/{}",
            id(&api.post(&format!("/v1/invoices/{}/finalize", id(&invoice)), ""))
        )
    };
    let first = make();
    let (status, error) = api.error("POST", &format!("{first}/pay"), "");
    assert_eq!((status, &error["code"]), (402, &"card_declined".into()));
    assert_eq!(api.get(&first)["attempt_count"], 1);
    assert_eq!(api.post(&format!("{first}/mark_uncollectible"), "")["status"], "uncollectible");
    assert_eq!(api.post(&format!("{first}/pay"), "paid_out_of_band=true")["status"], "paid");
    let second = make();
    assert_eq!(api.post(&format!("{second}/void"), "")["status"], "void");
    assert_eq!(api.error("POST", &format!("{second}/pay"), "").0, 400);
}

#[test]
fn a_clock_bills_two_years_of_a_monthly_and_a_yearly_subscription() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let monthly = customer(&api, Some(&clock), "pm_card_visa");
    let yearly = customer(&api, Some(&clock), "pm_card_visa");
    let month = price(&api, 1000, "month");
    let year = price(&api, 10_000, "year");
    let with_trial = api.post(
        "/v1/subscriptions",
        &format!("customer={monthly}&items[0][price]={month}&trial_period_days=14"),
    );
    assert_eq!(with_trial["status"], "trialing");
    let of_year =
        api.post("/v1/subscriptions", &format!("customer={yearly}&items[0][price]={year}"));
    assert_eq!(of_year["status"], "active");
    advance(&api, &clock, START + 365 * DAY);
    // 2028-01-31: the trial, then one invoice on the 14th of each month from February 2027 on.
    let mut expected = vec![("subscription_create".to_owned(), "paid".to_owned(), 0)];
    expected.extend((0..12).map(|_| ("subscription_cycle".to_owned(), "paid".to_owned(), 1000)));
    assert_eq!(invoices(&api, &monthly), expected);
    let path = format!("/v1/subscriptions/{}", id(&with_trial));
    let item = &api.get(&path)["items"]["data"][0].clone();
    assert_eq!(item["current_period_start"], START + (14 + 334) * DAY);
    // A failed payment: past due, attempts after 3, 5 and 7 days, then the end.
    let bad = api.post(
        "/v1/payment_methods/pm_card_chargeCustomerFail/attach",
        &format!("customer={monthly}"),
    );
    api.post(&path, &format!("default_payment_method={}", id(&bad)));
    advance(&api, &clock, START + 380 * DAY);
    assert_eq!(api.get(&path)["status"], "past_due");
    advance(&api, &clock, START + 400 * DAY);
    let ended = api.get(&path);
    assert_eq!(
        (&ended["status"], &ended["cancellation_details"]["reason"]),
        (&"canceled".into(), &"payment_failed".into())
    );
    let last = invoices(&api, &monthly).pop().unwrap();
    assert_eq!(last, ("subscription_cycle".to_owned(), "open".to_owned(), 1000));
    // The yearly one is canceled at the end of its second year.
    let path = format!("/v1/subscriptions/{}", id(&of_year));
    api.post(&path, "cancel_at_period_end=true");
    advance(&api, &clock, START + 740 * DAY);
    assert_eq!(api.get(&path)["status"], "canceled");
    let expected = [("subscription_create", 10_000), ("subscription_cycle", 10_000)];
    let found: Vec<(String, i64)> = invoices(&api, &yearly)
        .into_iter()
        .map(|(reason, status, total)| {
            assert_eq!(status, "paid");
            (reason, total)
        })
        .collect();
    assert_eq!(found, expected.map(|(reason, total)| (reason.to_owned(), total)));
    let names = |name: &str| {
        api.get(&format!("/v1/events?limit=100&type={name}"))["data"].as_array().unwrap().len()
    };
    assert_eq!(names("customer.subscription.trial_will_end"), 1);
    assert_eq!(names("customer.subscription.deleted"), 2);
    assert_eq!(names("invoice.payment_failed"), 4);
    assert_eq!(names("invoice.paid"), 15);
    // Events are in the order of time.
    let events = api.get("/v1/events?limit=100");
    let times: Vec<i64> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["created"].as_i64().unwrap())
        .collect();
    let clocked: Vec<i64> = times.into_iter().filter(|time| *time >= START).collect();
    assert!(clocked.windows(2).all(|pair| pair[0] >= pair[1]), "{clocked:?}");
}

#[test]
fn a_period_that_began_on_the_31st_returns_to_it() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let customer = customer(&api, Some(&clock), "pm_card_visa");
    let price = price(&api, 1000, "month");
    let subscription =
        api.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}"));
    let path = format!("/v1/subscriptions/{}", id(&subscription));
    let end = |api: &Client<'_>| {
        api.get(&path)["items"]["data"][0]["current_period_end"].as_i64().unwrap()
    };
    assert_eq!(end(&api), START + 28 * DAY);
    advance(&api, &clock, START + 28 * DAY + 1);
    assert_eq!(end(&api), START + 59 * DAY);
}

#[test]
fn a_first_payment_that_is_declined_leaves_it_incomplete() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = price(&api, 1000, "month");
    let poor = customer(&api, None, "pm_card_chargeCustomerFail");
    let body = format!(
        "customer={poor}&items[0][price]={price}&expand[]=latest_invoice.confirmation_secret"
    );
    let subscription = api.post("/v1/subscriptions", &body);
    assert_eq!(subscription["status"], "incomplete");
    assert_eq!(subscription["latest_invoice"]["status"], "open");
    let (status, _) = api.error(
        "POST",
        "/v1/subscriptions",
        &format!("{body}&payment_behavior=error_if_incomplete"),
    );
    assert_eq!(status, 402);
    let invoice = id(&subscription["latest_invoice"]).to_owned();
    api.post(&format!("/v1/invoices/{invoice}/pay"), "payment_method=pm_card_visa");
    assert_eq!(api.get(&format!("/v1/subscriptions/{}", id(&subscription)))["status"], "active");
    let bare = id(&api.post("/v1/customers", "")).to_owned();
    assert_eq!(
        api.error("POST", "/v1/subscriptions", &format!("customer={bare}&items[0][price]={price}"))
            .1["code"],
        "resource_missing"
    );
    let later = api.post(
        "/v1/subscriptions",
        &format!("customer={bare}&items[0][price]={price}&payment_behavior=default_incomplete"),
    );
    assert_eq!(later["status"], "incomplete");
}

#[test]
fn a_change_of_price_is_prorated_by_the_rest_of_the_period() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let customer = customer(&api, Some(&clock), "pm_card_visa");
    let (small, large) = (price(&api, 2800, "month"), price(&api, 5600, "month"));
    let subscription =
        api.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={small}"));
    let path = format!("/v1/subscriptions/{}", id(&subscription));
    let item = id(&subscription["items"]["data"][0]).to_owned();
    // Half of the 28 days.
    advance(&api, &clock, START + 14 * DAY);
    let change = format!("items[0][id]={item}&items[0][price]={large}");
    let preview = api.post(
        "/v1/invoices/create_preview",
        &format!(
            "subscription={}&subscription_details[{}&subscription_details[{}",
            id(&subscription),
            change.split('&').next().unwrap().replacen("items", "items]", 1),
            change.split('&').nth(1).unwrap().replacen("items", "items]", 1)
        ),
    );
    assert_eq!(preview["total"], 5600 - 1400 + 2800);
    assert_eq!(api.get("/v1/invoiceitems")["data"].as_array().unwrap().len(), 0);
    api.post(&path, &change);
    let items = api.get(&format!("/v1/invoiceitems?customer={customer}"));
    let amounts: Vec<i64> = items["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(amounts, [2800, -1400]);
    api.post(
        &path,
        &format!("items[0][id]={item}&items[0][quantity]=2&proration_behavior=always_invoice"),
    );
    // -1400 + 2800, then -2800 + 5600.
    assert_eq!(
        invoices(&api, &customer).pop().unwrap(),
        ("subscription_update".to_owned(), "paid".to_owned(), 4200)
    );
    let ended = api.ok("DELETE", &path, "");
    assert_eq!(ended["status"], "canceled");
}

#[test]
fn a_coupon_takes_its_part_off() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let customer = customer(&api, Some(&clock), "pm_card_visa");
    let price = price(&api, 1000, "month");
    let coupon = api.post("/v1/coupons", "percent_off=25&duration=repeating&duration_in_months=2");
    let code = api.post(
        "/v1/promotion_codes",
        &format!("promotion[type]=coupon&promotion[coupon]={}&code=SAVE25", id(&coupon)),
    );
    api.post(
        "/v1/subscriptions",
        &format!(
            "customer={customer}&items[0][price]={price}&discounts[0][promotion_code]={}",
            id(&code)
        ),
    );
    advance(&api, &clock, START + 100 * DAY);
    let totals: Vec<i64> = invoices(&api, &customer).iter().map(|(.., total)| *total).collect();
    assert_eq!(totals, [750, 750, 1000, 1000]);
    assert_eq!(api.error("POST", "/v1/coupons", "percent_off=25&amount_off=5&currency=usd").0, 400);
}

#[test]
fn a_proration_has_the_discount_of_its_period_once() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let customer = customer(&api, Some(&clock), "pm_card_visa");
    let (small, large) = (price(&api, 2800, "month"), price(&api, 5600, "month"));
    let coupon = api.post("/v1/coupons", "percent_off=50&duration=forever");
    let subscription = api.post(
        "/v1/subscriptions",
        &format!(
            "customer={customer}&items[0][price]={small}&discounts[0][coupon]={}",
            id(&coupon)
        ),
    );
    advance(&api, &clock, START + 14 * DAY);
    let item = id(&subscription["items"]["data"][0]).to_owned();
    api.post(
        &format!("/v1/subscriptions/{}", id(&subscription)),
        &format!("items[0][id]={item}&items[0][price]={large}"),
    );
    advance(&api, &clock, START + 29 * DAY);
    let totals: Vec<i64> = invoices(&api, &customer).iter().map(|(.., total)| *total).collect();
    // Half of the difference for half of the month, and half of the next month.
    assert_eq!(totals, [1400, 700 + 2800]);
}
