//! Requests as sent to Stripe: the exact path, query and body, for operations of all kinds.

use pinstripe_api::{
    Account, BalanceTransaction, Capability, Charge, CreditNote, Customer,
    CustomerBalanceTransaction, ExternalAccount, File, Invoice, InvoiceItem, LineItem,
    PaymentIntent, PaymentMethod, Person, Price, Product, Quote, Refund, Subscription, TaxId,
    Topup, Transfer, apps, billing, checkout, crypto, customer, external_account, file, invoice,
    issuing, payment_intent, price, product, subscription, tax, tax_id, terminal, test_helpers,
    token, treasury, v2,
};
use pinstripe_runtime::{Body, Clearable, DateTime, HttpRequest, Request, Timestamp, Upload};
use pinstripe_tests::{read, shared_file};
use serde_json::Value;

/// A request, its expected operation, and the expected path, query and body.
struct Case {
    id: &'static str,
    http: HttpRequest,
    path: &'static str,
    query: &'static str,
    body: &'static str,
}

fn case<R: Request>(
    request: R,
    path: &'static str,
    query: &'static str,
    body: &'static str,
) -> Case {
    Case { id: R::OPERATION.id, http: request.to_http(), path, query, body }
}

fn cases() -> Vec<Case> {
    vec![
        case(Customer::create(), "/v1/customers", "", ""),
        case(
            Customer::create().email("jenny@example.com").balance(-500),
            "/v1/customers",
            "",
            "balance=-500&email=jenny%40example.com",
        ),
        case(
            Customer::create().name("Ünïcødé & Söhne = 100% +1"),
            "/v1/customers",
            "",
            "name=%C3%9Cn%C3%AFc%C3%B8d%C3%A9%20%26%20S%C3%B6hne%20%3D%20100%25%20%2B1",
        ),
        case(
            Customer::create().metadata([("order", "17"), ("a b", "c[d]")]),
            "/v1/customers",
            "",
            "metadata[a%20b]=c%5Bd%5D&metadata[order]=17",
        ),
        case(
            Customer::create().shipping(
                customer::ShippingParams::new(
                    customer::AddressParams::new().city("Berlin").line1("Unter den Linden 1"),
                    "Jenny",
                )
                .phone("+49"),
            ),
            "/v1/customers",
            "",
            "shipping[address][city]=Berlin&shipping[address][line1]=Unter%20den%20Linden%201&shipping[name]=Jenny&shipping[phone]=%2B49",
        ),
        case(
            Customer::create().preferred_locales(["de", "en"]).expand(["tax"]),
            "/v1/customers",
            "",
            "expand[0]=tax&preferred_locales[0]=de&preferred_locales[1]=en",
        ),
        case(Customer::update("cus_1"), "/v1/customers/cus_1", "", ""),
        case(
            Customer::update("cus_1").shipping(Clearable::Clear).description(""),
            "/v1/customers/cus_1",
            "",
            "description=&shipping=",
        ),
        case(
            Customer::update("cus_1").metadata(Clearable::Clear),
            "/v1/customers/cus_1",
            "",
            "metadata=",
        ),
        case(
            Customer::update("cus_1").metadata([("order", "")]),
            "/v1/customers/cus_1",
            "",
            "metadata[order]=",
        ),
        case(
            Customer::update("cus_1").tax_exempt(Clearable::Clear),
            "/v1/customers/cus_1",
            "",
            "tax_exempt=",
        ),
        case(
            Customer::update("cus_1").tax_exempt(customer::TaxExempt::Reverse),
            "/v1/customers/cus_1",
            "",
            "tax_exempt=reverse",
        ),
        case(
            Customer::update("cus_1").preferred_locales(Vec::<String>::new()),
            "/v1/customers/cus_1",
            "",
            "preferred_locales=",
        ),
        case(Customer::retrieve("cus_1"), "/v1/customers/cus_1", "", ""),
        case(Customer::retrieve("a/b?c#d"), "/v1/customers/a%2Fb%3Fc%23d", "", ""),
        case(Customer::retrieve(".."), "/v1/customers/%2E%2E", "", ""),
        case(
            Customer::retrieve("cus_1").expand(["default_source", "sources.data"]),
            "/v1/customers/cus_1",
            "expand[0]=default_source&expand[1]=sources.data",
            "",
        ),
        case(Customer::delete("cus_1"), "/v1/customers/cus_1", "", ""),
        case(Customer::list(), "/v1/customers", "", ""),
        case(
            Customer::list().limit(3).email("a@b.c").starting_after("cus_9"),
            "/v1/customers",
            "email=a%40b.c&limit=3&starting_after=cus_9",
            "",
        ),
        case(
            Customer::list().created(Timestamp::from_seconds(5)..Timestamp::from_seconds(9)),
            "/v1/customers",
            "created[gte]=5&created[lt]=9",
            "",
        ),
        case(
            Customer::search("email:'a' AND -name~\"x\""),
            "/v1/customers/search",
            "query=email%3A%27a%27%20AND%20-name~%22x%22",
            "",
        ),
        case(
            CustomerBalanceTransaction::create("cus_1", -500, "usd"),
            "/v1/customers/cus_1/balance_transactions",
            "",
            "amount=-500&currency=usd",
        ),
        case(
            Subscription::cancel("sub_1").prorate(true),
            "/v1/subscriptions/sub_1",
            "prorate=true",
            "",
        ),
        case(
            Subscription::create().customer("cus_1").items([
                subscription::ItemParams::new().price("price_1").quantity(2),
                subscription::ItemParams::new().price("price_2").metadata([("k", "v")]),
            ]),
            "/v1/subscriptions",
            "",
            "customer=cus_1&items[0][price]=price_1&items[0][quantity]=2&items[1][metadata][k]=v&items[1][price]=price_2",
        ),
        case(
            Subscription::update("sub_1").trial_end(subscription::TrialEndParam::Now),
            "/v1/subscriptions/sub_1",
            "",
            "trial_end=now",
        ),
        case(
            Subscription::update("sub_1").trial_end(Timestamp::from_seconds(9)),
            "/v1/subscriptions/sub_1",
            "",
            "trial_end=9",
        ),
        case(
            Invoice::list().customer("cus_1").status(invoice::Status::Open),
            "/v1/invoices",
            "customer=cus_1&status=open",
            "",
        ),
        case(
            Invoice::finalize_invoice("in_1").auto_advance(false),
            "/v1/invoices/in_1/finalize",
            "",
            "auto_advance=false",
        ),
        case(
            Invoice::create().custom_fields([invoice::CustomFieldParams::new("a", "b")]),
            "/v1/invoices",
            "",
            "custom_fields[0][name]=a&custom_fields[0][value]=b",
        ),
        case(
            Invoice::create().custom_fields(Clearable::Clear),
            "/v1/invoices",
            "",
            "custom_fields=",
        ),
        case(
            InvoiceItem::create().customer("cus_1").tax_rates(["txr_1"]),
            "/v1/invoiceitems",
            "",
            "customer=cus_1&tax_rates[0]=txr_1",
        ),
        case(
            PaymentIntent::create(1099, "eur").automatic_payment_methods(
                payment_intent::AutomaticPaymentMethodsParams::new(true),
            ),
            "/v1/payment_intents",
            "",
            "amount=1099&automatic_payment_methods[enabled]=true&currency=eur",
        ),
        case(
            PaymentIntent::confirm("pi_1").off_session(true),
            "/v1/payment_intents/pi_1/confirm",
            "",
            "off_session=true",
        ),
        case(
            PaymentIntent::capture("pi_1").amount_to_capture(5),
            "/v1/payment_intents/pi_1/capture",
            "",
            "amount_to_capture=5",
        ),
        case(Charge::list().transfer_group("g"), "/v1/charges", "transfer_group=g", ""),
        case(Refund::create().charge("ch_1").amount(1), "/v1/refunds", "", "amount=1&charge=ch_1"),
        case(
            Price::create("usd")
                .unit_amount_decimal("0.5".parse::<pinstripe_runtime::Decimal>().unwrap())
                .tiers([
                    price::TierParams::new(price::UpToParam::Inf).unit_amount(5),
                    price::TierParams::new(10).unit_amount(6),
                ]),
            "/v1/prices",
            "",
            "currency=usd&tiers[0][unit_amount]=5&tiers[0][up_to]=inf&tiers[1][unit_amount]=6&tiers[1][up_to]=10&unit_amount_decimal=0.5",
        ),
        case(
            Price::create("usd")
                .currency_options([("eur", price::CurrencyOptionsParams::new().unit_amount(9))]),
            "/v1/prices",
            "",
            "currency=usd&currency_options[eur][unit_amount]=9",
        ),
        case(
            Product::create("Tea").default_price_data(product::DefaultPriceDataParams::new("usd")),
            "/v1/products",
            "",
            "default_price_data[currency]=usd&name=Tea",
        ),
        case(Quote::pdf("qt_1"), "/v1/quotes/qt_1/pdf", "", ""),
        case(TaxId::create(tax_id::Type::EuVat, "DE1"), "/v1/tax_ids", "", "type=eu_vat&value=DE1"),
        case(
            TaxId::delete_for_customer("cus_1", "txi_1"),
            "/v1/customers/cus_1/tax_ids/txi_1",
            "",
            "",
        ),
        case(
            LineItem::list_for_quote("qt_1").limit(1),
            "/v1/quotes/qt_1/line_items",
            "limit=1",
            "",
        ),
        case(
            CreditNote::preview("in_1").amount(5),
            "/v1/credit_notes/preview",
            "amount=5&invoice=in_1",
            "",
        ),
        case(Account::retrieve_current(), "/v1/account", "", ""),
        case(
            Capability::update("acct_1", "card_payments").requested(true),
            "/v1/accounts/acct_1/capabilities/card_payments",
            "",
            "requested=true",
        ),
        case(Person::list("acct_1"), "/v1/accounts/acct_1/persons", "", ""),
        case(
            ExternalAccount::create(
                "acct_1",
                external_account::ExternalAccountParam::Id("tok_1".into()),
            ),
            "/v1/accounts/acct_1/external_accounts",
            "",
            "external_account=tok_1",
        ),
        case(
            Topup::list().amount(pinstripe_runtime::RangeQuery::from(Timestamp::from_seconds(1)..)),
            "/v1/topups",
            "amount[gte]=1",
            "",
        ),
        case(
            Transfer::create("usd", "acct_1").amount(4),
            "/v1/transfers",
            "",
            "amount=4&currency=usd&destination=acct_1",
        ),
        case(BalanceTransaction::retrieve("txn_1"), "/v1/balance_transactions/txn_1", "", ""),
        case(
            PaymentMethod::list_for_customer("cus_1"),
            "/v1/customers/cus_1/payment_methods",
            "",
            "",
        ),
        case(
            apps::Secret::find(
                "n",
                apps::secret::ScopeParams::new(apps::secret::ScopeType::Account),
            ),
            "/v1/apps/secrets/find",
            "name=n&scope[type]=account",
            "",
        ),
        case(billing::Meter::deactivate("mtr_1"), "/v1/billing/meters/mtr_1/deactivate", "", ""),
        case(
            billing::MeterEvent::create("api", [("value", "25")]),
            "/v1/billing/meter_events",
            "",
            "event_name=api&payload[value]=25",
        ),
        case(checkout::Session::expire("cs_1"), "/v1/checkout/sessions/cs_1/expire", "", ""),
        case(
            issuing::Card::ship_card("ic_1"),
            "/v1/test_helpers/issuing/cards/ic_1/shipping/ship",
            "",
            "",
        ),
        case(tax::Calculation::retrieve("taxcalc_1"), "/v1/tax/calculations/taxcalc_1", "", ""),
        case(
            terminal::Reader::cancel_action("tmr_1"),
            "/v1/terminal/readers/tmr_1/cancel_action",
            "",
            "",
        ),
        case(
            test_helpers::TestClock::advance("clock_1", Timestamp::from_seconds(7)),
            "/v1/test_helpers/test_clocks/clock_1/advance",
            "",
            "frozen_time=7",
        ),
        case(
            treasury::Transaction::list("fa_1"),
            "/v1/treasury/transactions",
            "financial_account=fa_1",
            "",
        ),
        case(
            crypto::OnrampSession::quote("cos_1", "tok"),
            "/v1/crypto/onramp_sessions/cos_1/quote",
            "",
            "",
        ),
        case(v2::core::Account::create(), "/v2/core/accounts", "", "{}"),
        case(
            v2::core::Account::create()
                .contact_email("a@b.c")
                .include([v2::core::account::Include::Defaults]),
            "/v2/core/accounts",
            "",
            r#"{"contact_email":"a@b.c","include":["defaults"]}"#,
        ),
        case(
            v2::core::Account::update("acct_1").contact_email(Clearable::Clear),
            "/v2/core/accounts/acct_1",
            "",
            r#"{"contact_email":null}"#,
        ),
        case(
            v2::core::Account::update("acct_1")
                .metadata([("keep", Clearable::Set("1".to_owned())), ("drop", Clearable::Clear)]),
            "/v2/core/accounts/acct_1",
            "",
            r#"{"metadata":{"drop":null,"keep":"1"}}"#,
        ),
        case(
            v2::core::Account::list()
                .applied_configurations([v2::core::account::AppliedConfiguration::Merchant])
                .limit(2),
            "/v2/core/accounts",
            "applied_configurations[0]=merchant&limit=2",
            "",
        ),
        case(
            v2::core::Account::retrieve("acct_1").include([v2::core::account::Include::Identity]),
            "/v2/core/accounts/acct_1",
            "include[0]=identity",
            "",
        ),
        case(
            v2::core::EventDestination::delete("ed_1"),
            "/v2/core/event_destinations/ed_1",
            "",
            "",
        ),
        case(
            v2::billing::MeterEvent::create("api", [("value", "1")])
                .timestamp("2026-01-01T00:00:00Z".parse::<DateTime>().unwrap()),
            "/v2/billing/meter_events",
            "",
            r#"{"event_name":"api","payload":{"value":"1"},"timestamp":"2026-01-01T00:00:00Z"}"#,
        ),
    ]
}

#[test]
fn requests_are_encoded_exactly() {
    let cases = cases();
    let operations: std::collections::BTreeSet<_> = cases.iter().map(|case| case.id).collect();
    assert!(operations.len() >= 40, "only {} operations are tried", operations.len());
    for Case { id, http, path, query, body } in cases {
        assert_eq!(http.path, path, "{id}");
        assert_eq!(http.query, query, "{id}");
        let text = match &http.body {
            Body::Empty => "",
            Body::Form(text) | Body::Json(text) => text,
            other => panic!("{id}: {other:?}"),
        };
        assert_eq!(text, body, "{id}");
    }
}

/// Checks the expectations above against the documents: names, locations, and the encoding of
/// nested values.
#[test]
#[ignore = "needs ../shared"]
fn requests_match_the_documents() {
    let names =
        ["api/stripe-2026-10-28.endive.openapi.json", "api/stripe-preview-extras.openapi.json"];
    let documents =
        names.map(|name| serde_json::from_str::<Value>(&read(&shared_file(name))).unwrap());
    for Case { id, http, query, body, path } in cases() {
        let method = http.method.as_str().to_lowercase();
        let all = documents.iter().flat_map(|document| document["paths"].as_object().unwrap());
        let (template, operation) = all
            .map(|(path, item)| (path, &item[&method]))
            .find(|(_, operation)| operation["operationId"] == id)
            .expect(id);
        assert_eq!(template.split('/').count(), path.split('/').count(), "{id}");
        for (key, nested) in keys(query) {
            let parameters = operation["parameters"].as_array().unwrap().iter();
            let parameter = parameters
                .clone()
                .find(|parameter| parameter["name"] == key && parameter["in"] == "query");
            let parameter =
                parameter.unwrap_or_else(|| panic!("{id} has no parameter `{key}` in its query"));
            if nested {
                assert_eq!(
                    (&parameter["style"], &parameter["explode"]),
                    (&"deepObject".into(), &true.into()),
                    "{id}: {key}"
                );
            }
        }
        let content = &operation["requestBody"]["content"];
        let (media, sent) = match &http.body {
            Body::Json(_) => ("application/json", serde_json::from_str::<Value>(body).unwrap()),
            _ => ("application/x-www-form-urlencoded", Value::Null),
        };
        for (key, nested) in keys(if sent.is_null() { body } else { "" }) {
            assert!(
                content[media]["schema"]["properties"][key].is_object(),
                "{id} has no parameter `{key}`"
            );
            if nested {
                assert_eq!(content[media]["encoding"][key]["style"], "deepObject", "{id}: {key}");
                assert_eq!(content[media]["encoding"][key]["explode"], true, "{id}: {key}");
            }
        }
        for key in sent.as_object().into_iter().flat_map(|object| object.keys()) {
            assert!(
                content[media]["schema"]["properties"][key].is_object(),
                "{id} has no parameter `{key}`"
            );
        }
    }
}

/// The names of the parameters of a form, and whether each is nested.
fn keys(form: &str) -> impl Iterator<Item = (&str, bool)> {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let key = pair.split('=').next().unwrap();
        (key.split('[').next().unwrap(), key.contains('['))
    })
}

#[test]
fn file_is_sent_as_multipart() {
    let upload = Upload::new("receipt.png", *b"\x89PNG").content_type("image/png");
    let request = File::create(upload.clone(), file::Purpose::DisputeEvidence)
        .file_link_data(file::FileLinkDataParams::new(true).metadata([("a b[c]", "1 %")]));
    let http = request.to_http();
    let Body::Multipart { pairs, files } = http.body else { panic!("a file is not a form") };
    assert_eq!(
        pairs,
        [
            ("file_link_data[create]", "true"),
            ("file_link_data[metadata][a b[c]]", "1 %"),
            ("purpose", "dispute_evidence")
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned())),
        "nothing is escaped within a part"
    );
    assert_eq!(files, [("file".to_owned(), upload)]);
}

#[test]
fn headers_that_are_parameters() {
    let http = crypto::OnrampSession::checkout("cos_1", "token").to_http();
    assert_eq!(http.headers, [("Stripe-OAuth-Token", "token".to_owned())]);
    assert_eq!(
        crypto::onramp_session::CheckoutRequest::OPERATION.beta,
        Some("crypto_onramp_beta=v2")
    );
}

#[test]
fn secrets_are_hidden_in_debug() {
    let card = token::CardParams::new("12", "2034", "4242424242424242").cvc("123");
    let request = pinstripe_api::Token::create().card(card);
    let shown = format!("{request:?} {:?} {request:#?}", request.to_http());
    for secret in ["4242424242424242", "123"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("2034"), "{shown}");
    let request = PaymentIntent::retrieve("pi_1").client_secret("pi_1_secret_x");
    let token = crypto::OnrampSession::quote("cos_1", "tok_secret_x");
    let shown = format!("{request:?} {:?} {token:?} {:?}", request.to_http(), token.to_http());
    assert!(!shown.contains("secret_x"), "{shown}");
    let intent = r#"{"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x"}"#;
    let error = pinstripe_runtime::from_json::<PaymentIntent>(intent).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret_x"));
}
