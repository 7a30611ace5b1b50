//! Typed expansion: what requests send, and what objects read.

use pinstripe::testing::{FakeClient, sample};
use pinstripe::{
    BalanceTransaction, Charge, Customer, DeletedCustomer, Error, ExpandError, Expandable, Invoice,
    List, PaymentIntent, Refund, Request, Subscription, SubscriptionItem, balance_transaction,
    charge, customer, from_json, invoice, payment_intent, refund, subscription, subscription_item,
    to_json,
};
use pinstripe_api::runtime::Body;
use serde_json::json;

/// The `expand` parameters of a request, decoded.
fn sent(request: &pinstripe::HttpRequest) -> Vec<String> {
    let form = match &request.body {
        Body::Form(form) if !form.is_empty() => form.clone(),
        _ => request.query.clone(),
    };
    form.split('&').filter(|pair| pair.starts_with("expand")).map(str::to_owned).collect()
}

#[test]
fn constants_and_text_are_sent_as_paths() {
    let one = Invoice::retrieve("in_1").expand(invoice::expand::CUSTOMER);
    assert_eq!(sent(&one.to_http()), ["expand[0]=customer"]);

    let text = Invoice::retrieve("in_1").expand("customer");
    assert_eq!(text, one);
    let texts = Invoice::retrieve("in_1").expand(["customer", "charge"]);
    assert_eq!(sent(&texts.to_http()), ["expand[0]=customer", "expand[1]=charge"]);

    let tuple = Invoice::retrieve("in_1").expand((
        invoice::expand::CUSTOMER,
        invoice::expand::PARENT_SUBSCRIPTION_DETAILS_SUBSCRIPTION,
        vec!["charge".to_owned()],
        Some(invoice::expand::LINES),
    ));
    assert_eq!(
        sent(&tuple.to_http()),
        [
            "expand[0]=customer",
            "expand[1]=parent.subscription_details.subscription",
            "expand[2]=charge",
            "expand[3]=lines",
        ]
    );
}

#[test]
fn calls_add_up_and_repeat_nothing() {
    let request = Refund::create()
        .expand(refund::expand::CHARGE)
        .expand((refund::expand::PAYMENT_INTENT, refund::expand::CHARGE));
    assert_eq!(sent(&request.to_http()), ["expand[0]=charge", "expand[1]=payment_intent"]);
    let with_key = request.idempotency_key("key-1").expand(refund::expand::CUSTOMER);
    assert_eq!(
        sent(&with_key.to_http()),
        ["expand[0]=charge", "expand[1]=payment_intent", "expand[2]=customer"]
    );
}

#[test]
fn lists_and_searches_add_the_prefix_of_their_items() {
    let list = Invoice::list().limit(3).expand(invoice::expand::CUSTOMER);
    assert_eq!(sent(&list.to_http()), ["expand[0]=data.customer"]);
    let search = Charge::search("amount>100").expand((charge::expand::CUSTOMER, "data.invoice"));
    assert_eq!(sent(&search.to_http()), ["expand[0]=data.customer", "expand[1]=data.invoice"]);
    let raw = Invoice::list().customize().expand(invoice::expand::CHARGE);
    assert_eq!(sent(raw.to_http()), ["expand[0]=data.charge"]);
    let maybe_deleted = Customer::retrieve("cus_1").expand(customer::expand::DEFAULT_SOURCE);
    assert_eq!(sent(&maybe_deleted.to_http()), ["expand[0]=default_source"]);
}

#[test]
fn paths_continue_through_objects_lists_unions_and_deleted_objects() {
    let paths = [
        (
            subscription::expand::LATEST_INVOICE.then(invoice::expand::CUSTOMER).path(),
            "latest_invoice.customer",
        ),
        (
            subscription::expand::ITEMS.then(subscription_item::expand::PRICE).path(),
            "items.data.price",
        ),
        (
            balance_transaction::expand::SOURCE.then(charge::expand::CUSTOMER).path(),
            "source.customer",
        ),
        (
            payment_intent::expand::LATEST_CHARGE
                .then(charge::expand::BALANCE_TRANSACTION)
                .then(balance_transaction::expand::SOURCE)
                .then(charge::expand::CUSTOMER)
                .path(),
            "latest_charge.balance_transaction.source.customer",
        ),
    ];
    for (path, expected) in paths {
        assert_eq!(path, expected);
    }
}

fn customer(id: &str) -> Customer {
    let mut customer = sample::<Customer>();
    customer.id = id.into();
    customer
}

#[test]
fn expanded_objects_are_read() {
    let mut invoice = sample::<Invoice>();
    invoice.customer = Some((&customer("cus_1")).into());
    assert_eq!(invoice.expanded(invoice::expand::CUSTOMER).unwrap().id, "cus_1");
    assert!(invoice.expanded_or_none(invoice::expand::CUSTOMER).unwrap().is_some());
    assert_eq!(invoice.expanded_all(invoice::expand::CUSTOMER).unwrap().len(), 1);

    let mut subscription = sample::<Subscription>();
    subscription.latest_invoice = Some((&invoice).into());
    let path = subscription::expand::LATEST_INVOICE.then(invoice::expand::CUSTOMER);
    assert_eq!(subscription.expanded(path).unwrap().id, "cus_1");
}

#[test]
fn what_is_not_there_is_an_error_with_the_path_and_the_remedy() {
    let mut invoice = sample::<Invoice>();
    invoice.customer = Some("cus_1".into());
    let error = invoice.expanded(invoice::expand::CUSTOMER).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`customer` is not expanded: add `.expand(\"customer\")` to the request"
    );
    // An ID is never read as a missing value.
    assert!(invoice.expanded_or_none(invoice::expand::CUSTOMER).is_err());
    assert!(invoice.expanded_all(invoice::expand::CUSTOMER).is_err());

    invoice.customer = None;
    let error = invoice.expanded(invoice::expand::CUSTOMER).unwrap_err();
    assert!(matches!(&error, ExpandError::Empty { path } if path == "customer"), "{error}");
    assert!(error.to_string().contains(r#".expand("customer")"#), "{error}");
    assert_eq!(invoice.expanded_or_none(invoice::expand::CUSTOMER), Ok(None));

    // Further down, the whole path is named.
    let mut subscription = sample::<Subscription>();
    subscription.latest_invoice = Some("in_1".into());
    let path = subscription::expand::LATEST_INVOICE.then(invoice::expand::CUSTOMER);
    let error = Error::from(subscription.expanded(path).unwrap_err());
    assert_eq!(
        error.to_string(),
        "cannot read an expanded object: `latest_invoice.customer` is not expanded: \
         add `.expand(\"latest_invoice.customer\")` to the request"
    );
}

#[test]
fn deleted_objects_are_told_from_missing_ones() {
    let mut invoice = serde_json::to_value(sample::<Invoice>()).unwrap();
    invoice["customer"] = json!({"id": "cus_1", "object": "customer", "deleted": true});
    let invoice: Invoice = serde_json::from_value(invoice).unwrap();
    let error = invoice.expanded(invoice::expand::CUSTOMER).unwrap_err();
    assert_eq!(error.to_string(), "`customer` is a deleted object");
    assert_eq!(invoice.expanded_or_none(invoice::expand::CUSTOMER), Ok(None));
    assert_eq!(invoice.expanded_all(invoice::expand::CUSTOMER), Ok(vec![]));
    let left = invoice.customer.unwrap().object().unwrap().unwrap();
    assert!(matches!(left.deleted(), Some(DeletedCustomer { .. })));
}

#[test]
fn malformed_objects_are_an_error_with_the_path_inside() {
    let mut invoice = serde_json::to_value(sample::<Invoice>()).unwrap();
    invoice["customer"] = json!({"id": "cus_1", "object": "customer", "created": "soon"});
    let invoice: Invoice = serde_json::from_value(invoice).unwrap();
    let error = invoice.expanded(invoice::expand::CUSTOMER).unwrap_err();
    assert!(matches!(error, ExpandError::Decode { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with("`customer`") && text.contains("created"), "{text}");
}

#[test]
fn lists_on_a_path_are_read_item_by_item() {
    let item = |price: serde_json::Value| {
        let mut item = serde_json::to_value(sample::<SubscriptionItem>()).unwrap();
        item["price"]["product"] = price;
        item
    };
    let with = |items: serde_json::Value| -> Subscription {
        let mut subscription = serde_json::to_value(sample::<Subscription>()).unwrap();
        subscription["items"]["data"] = items;
        serde_json::from_value(subscription).unwrap()
    };
    let product = serde_json::to_value(sample::<pinstripe::Product>()).unwrap();
    let path = subscription::expand::ITEMS
        .then(subscription_item::expand::PRICE)
        .then(pinstripe::price::expand::PRODUCT);
    assert_eq!(path.path(), "items.data.price.product");

    let two = with(json!([item(product.clone()), item(product.clone())]));
    assert_eq!(two.expanded_all(path).unwrap().len(), 2);
    assert_eq!(
        two.expanded(path).unwrap_err().to_string(),
        "`items.data.price.product` leads to 2 objects: read them with `expanded_all`"
    );
    let one = with(json!([item(product)]));
    assert!(one.expanded(path).is_ok());
    assert_eq!(with(json!([])).expanded_all(path), Ok(vec![]));
    let unexpanded = with(json!([item(json!("prod_1"))]));
    assert!(matches!(unexpanded.expanded_all(path), Err(ExpandError::NotExpanded { .. })));
    // A list itself is read as a whole.
    let items: List<SubscriptionItem> = two.expanded(subscription::expand::ITEMS).unwrap();
    assert_eq!(items.data.len(), 2);
}

#[test]
fn list_that_the_response_does_not_include_is_not_empty() {
    let mut invoice = sample::<Invoice>();
    invoice.payments = None;
    let path =
        invoice::expand::PAYMENTS.then(pinstripe::invoice_payment::expand::PAYMENT_PAYMENT_INTENT);
    assert!(matches!(invoice.expanded_all(path), Err(ExpandError::NotExpanded { .. })));
    // Also where the invoice is itself expanded, and so is JSON.
    let mut subscription = sample::<Subscription>();
    subscription.latest_invoice = Some((&invoice).into());
    let path = subscription::expand::LATEST_INVOICE.then(invoice::expand::PAYMENTS);
    assert!(matches!(subscription.expanded(path), Err(ExpandError::Empty { .. })));
}

#[test]
fn unions_are_read() {
    let mut entry = sample::<BalanceTransaction>();
    let json = to_json(&sample::<Refund>());
    let mut value = serde_json::to_value(&entry).unwrap();
    value["source"] = serde_json::from_str(&json).unwrap();
    entry = serde_json::from_value(value).unwrap();
    let source = entry.expanded(balance_transaction::expand::SOURCE).unwrap();
    assert!(matches!(source, pinstripe::BalanceTransactionSource::Refund(_)));
}

#[test]
fn references_are_made_from_ids_and_objects() {
    let by_id: Expandable<Charge> = "ch_1".into();
    assert_eq!(by_id, from_json(r#""ch_1""#).unwrap());
    let id = charge::ChargeId::from("ch_1");
    assert_eq!(Expandable::<Charge>::from(&id), by_id);
    assert_eq!(Expandable::<Charge>::from(id), by_id);
    let charge = sample::<Charge>();
    let whole: Expandable<Charge> = (&charge).into();
    assert_eq!((whole.id(), whole.object().unwrap()), (&charge.id, Some(charge.clone())));
}

#[tokio::test]
async fn a_program_expands_and_reads_with_one_constant() -> Result<(), Error> {
    let fake = FakeClient::new();
    let mut reply = sample::<PaymentIntent>();
    reply.customer = Some((&customer("cus_7")).into());
    fake.on(PaymentIntent::retrieve("pi_1").expand(payment_intent::expand::CUSTOMER)).reply(reply);
    let intent = PaymentIntent::retrieve("pi_1")
        .expand(payment_intent::expand::CUSTOMER)
        .send(&fake.client())
        .await?;
    assert_eq!(intent.expanded(payment_intent::expand::CUSTOMER)?.id, "cus_7");
    Ok(())
}
