//! The example on axum, and plain hyper, over real sockets.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pinstripe::Webhook;
use pinstripe_mock::Mock;
use pinstripe_tests::spec;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[allow(dead_code)]
#[path = "../../../client/examples/webhook.rs"]
mod example;

fn webhook() -> Webhook {
    Webhook::new("whsec_test")
}

/// Posts a body to an endpoint. Returns status and body of the response.
async fn post(address: &str, signature: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /webhook HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nstripe-signature: {signature}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// An event about an invoice over this amount.
fn invoice_paid(amount: i64) -> String {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let schema = mock.api().schema_id("invoice").unwrap();
    let mut invoice = mock.value(mock.api().schema(schema).ty, 0);
    invoice["amount_paid"] = amount.into();
    serde_json::to_string_pretty(&json!({"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": invoice}}))
        .unwrap()
}

/// Checks the behavior of an endpoint with these handlers.
async fn check(address: &str, shop: &example::Shop) {
    let paid = invoice_paid(1999);
    let now = SystemTime::now();
    let sign = |body: &str| webhook().sign(body.as_bytes(), now);
    assert_eq!(post(address, &sign(&paid), &paid).await.0, 200);
    assert_eq!(shop.paid.load(Ordering::Relaxed), 1999);

    let unknown = r#"{"id": "evt_2", "object": "event", "type": "brand.new", "data": {"object": {"object": "brand"}}}"#;
    assert_eq!(
        post(address, &sign(unknown), unknown).await.0,
        200,
        "what nobody knows is not lost"
    );

    let (status, text) = post(address, &sign(&paid), &paid.replace("1999", "9999")).await;
    assert!(status == 400 && text.starts_with("no signature matches the body"), "{status} {text}");
    let (status, text) = post(address, "", &paid).await;
    assert!(status == 400 && text.contains("`t=`"), "{status} {text}");
    let old = webhook().sign(paid.as_bytes(), now - Duration::from_secs(301));
    let (status, text) = post(address, &old, &paid).await;
    assert!(status == 400 && text.contains("s old"), "{status} {text}");
    let refused = invoice_paid(-1);
    assert_eq!(
        post(address, &sign(&refused), &refused).await,
        (500, "the handler failed: the invoice has no amount".to_owned())
    );
    let odd = paid.replace("\"amount_paid\": 1999", "\"amount_paid\": \"a lot\"");
    let (status, text) = post(address, &sign(&odd), &odd).await;
    assert_eq!(status, 500, "Stripe sends it again, after the program is mended");
    assert_eq!(
        text,
        "event evt_1 (invoice.paid): data.object.amount_paid: expected an integer, found a string of 5 bytes"
    );
    assert_eq!(shop.paid.load(Ordering::Relaxed), 1999);
}

#[tokio::test]
async fn axum_example_verifies_routes_and_responds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let shop = example::Shop::default();
    let app = example::app(webhook(), shop.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    check(&address, &shop).await;
}

#[tokio::test]
async fn plain_hyper_endpoint_works() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let shop = example::Shop::default();
    let (router, state) = (Arc::new(example::router(webhook())), shop.clone());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (router, state) = (Arc::clone(&router), state.clone());
            let service = service_fn(move |request: http::Request<Incoming>| {
                let (router, state) = (Arc::clone(&router), state.clone());
                async move {
                    let signature =
                        request.headers()["stripe-signature"].to_str().unwrap().to_owned();
                    let body = request.into_body().collect().await?.to_bytes();
                    let mut answer = http::Response::new(Full::<Bytes>::default());
                    if let Err(error) =
                        router.handle(&body, &signature, SystemTime::now(), state).await
                    {
                        *answer.status_mut() = http::StatusCode::from_u16(error.status()).unwrap();
                        *answer.body_mut() = error.to_string().into();
                    }
                    Ok::<_, hyper::Error>(answer)
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    check(&address, &shop).await;
}
