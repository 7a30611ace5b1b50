//! Code that is generic over requests, lists and transports, and what programs do with what they got.

use std::sync::Arc;
use std::time::Duration;

use pinstripe::testing::sample;
use pinstripe::transport::{Body, BoxFuture, Transport, TransportError};
use pinstripe::{
    Client, Currency, Customer, Error, Event, Invoice, List, Listing, PaymentIntent, RawRequest,
    Request, SendRequest, Subscription, Value, from_json, to_json,
};

/// A transport that responds to every request with the same body.
struct Fixed(&'static str);

impl Transport for Fixed {
    fn send(
        &self,
        _: http::Request<Body>,
        _: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async { Ok(http::Response::new(Body::from(self.0))) })
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

const CUSTOMER: &str = r#"{"id":"cus_1","object":"customer","created":0,"livemode":false}"#;

fn client(transport: impl Transport) -> Client {
    Client::builder("sk_test_123").transport(transport).build().expect("the settings are right")
}

fn raw<R: Request>(request: R) -> RawRequest<R::Output> {
    RawRequest::from(request.to_http())
}

async fn first<L: Listing>(request: RawRequest<L>, client: &Client) -> Result<L::Item, Error> {
    let page = request.send(client).await?;
    Ok(page.into_inner().into_items().remove(0))
}

fn start<C: SendRequest, T: Value>(request: RawRequest<T>, client: &C) -> C::Sent<T> {
    request.send(client)
}

#[tokio::test]
async fn functions_are_generic_over_requests_and_lists() {
    let list = client(Fixed(
        r#"{"object":"list","data":[{"id":"cus_1","object":"customer","created":0,"livemode":false}],"has_more":false}"#,
    ));
    let customer = first::<List<Customer>>(raw(Customer::list()), &list).await.unwrap();
    assert_eq!(customer.id, "cus_1");
    let one = client(Fixed(CUSTOMER));
    assert_eq!(start(raw(Customer::update("cus_1")), &one).await.unwrap().id, "cus_1");
}

#[tokio::test]
async fn shared_and_boxed_transports_are_transports() {
    let shared: Arc<dyn Transport> = Arc::new(Fixed(CUSTOMER));
    let boxed: Box<dyn Transport> = Box::new(Fixed(CUSTOMER));
    for client in [client(Arc::clone(&shared)), client(shared), client(boxed)] {
        assert_eq!(Customer::create().send(&client).await.unwrap().id, "cus_1");
    }
}

#[tokio::test]
async fn a_response_serializes_as_its_object() {
    let response = Customer::create().send(&client(Fixed(CUSTOMER))).await.unwrap();
    let tree = serde_json::to_value(&response).unwrap();
    assert_eq!(tree, serde_json::to_value(response.into_inner()).unwrap());
    assert_eq!(tree["id"], "cus_1");
}

#[test]
fn errors_of_expanded_objects_convert() {
    fn name(intent: &PaymentIntent) -> Result<Option<String>, Error> {
        let Some(customer) = &intent.customer else { return Ok(None) };
        Ok(customer.present()?.and_then(|customer| customer.name))
    }
    let mut intent = sample::<PaymentIntent>();
    intent.customer = Some(from_json(r#"{"id":"cus_1","object":"customer"}"#).unwrap());
    let error = name(&intent).unwrap_err();
    assert!(matches!(error, Error::DecodeValue(_)));
    assert_eq!(
        error.to_string(),
        "unexpected value: created: expected the field `created` of Customer, found nothing; also: livemode"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(error.api().is_none() && error.status().is_none() && error.attempts() == 0);
}

#[test]
fn objects_are_made_changed_and_compared() {
    let mut invoice = Invoice::default();
    invoice.amount_due = 1999;
    invoice.currency = Currency::USD;
    assert_eq!(invoice.currency.format_amount(invoice.amount_due), "19.99");
    assert_eq!(invoice, invoice.clone());
    assert_ne!(invoice, Invoice::default());
}

#[test]
fn samples_decode_as_responses() {
    fn check<T: Value + PartialEq + std::fmt::Debug>() -> T {
        let object = sample::<T>();
        assert_eq!(from_json::<T>(&to_json(&object)).unwrap(), object);
        assert_ne!(object, T::placeholder());
        object
    }
    check::<Invoice>();
    check::<Event>();
    check::<pinstripe::Charge>();
    check::<pinstripe::Dispute>();
    check::<pinstripe::Price>();
    check::<pinstripe::checkout::Session>();
    check::<pinstripe::issuing::Card>();
    check::<pinstripe::v2::core::Account>();
    assert_eq!(check::<Customer>().id, "cus_sample");
    assert_eq!(check::<PaymentIntent>().amount, 1999);
    let subscription = check::<Subscription>();
    assert_eq!((subscription.currency, subscription.status.as_str()), (Currency::USD, "active"));
}
