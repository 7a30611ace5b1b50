//! A custom transport that wraps the default one and logs each request with its duration.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… cargo run -p pinstripe --example own_transport
//! ```

mod common;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pinstripe::Customer;
use pinstripe::transport::{Body, BoxFuture, HyperTransport, Transport, TransportError};

/// A log with one line for each request.
#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<String>>>);

struct Recording {
    inner: HyperTransport,
    record: Record,
}

impl Transport for Recording {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let line = format!("{} {}", request.method(), request.uri().path());
        Box::pin(async move {
            let begun = Instant::now();
            let answer = self.inner.send(request, timeout).await;
            let status = answer
                .as_ref()
                .map_or_else(ToString::to_string, |answer| answer.status().to_string());
            self.record
                .0
                .lock()
                .expect("no thread panics")
                .push(format!("{line}: {status} after {:?}", begun.elapsed()));
            answer
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.inner.sleep(duration)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, _server) = common::stripe()?;
    let record = Record::default();
    let client = builder
        .transport(Recording { inner: HyperTransport::new(), record: record.clone() })
        .build()?;

    let customer = Customer::create().email("jenny@example.com").send(&client).await?;
    Customer::delete(&customer.id).send(&client).await?;
    for line in record.0.lock().expect("no thread panics").iter() {
        println!("{line}");
    }
    Ok(())
}
