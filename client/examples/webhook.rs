//! A webhook endpoint with axum: verifies signatures and routes events.
//!
//! ```sh
//! STRIPE_WEBHOOK_SECRET=whsec_… cargo run -p pinstripe --example webhook
//! ```
//!
//! Then run `stripe listen --forward-to localhost:4242/webhook` in another terminal, and `stripe
//! trigger invoice.paid`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use pinstripe::webhook::{AnyEvent, Delivery, Router};
use pinstripe::{Customer, Invoice, Webhook, events};

/// The shared state of the handlers.
#[derive(Clone, Default)]
pub struct Shop {
    pub paid: Arc<AtomicU64>,
}

/// The error of a handler.
#[derive(Debug)]
pub enum ShopError {
    NoAmount,
}

impl std::fmt::Display for ShopError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the invoice has no amount")
    }
}

/// Creates the router with a handler for each event type.
pub fn router(webhook: Webhook) -> Router<Shop, ShopError> {
    Router::builder(webhook)
        .on::<events::InvoicePaid>(invoice_paid)
        .on_sync::<events::CustomerCreated>(|customer: Delivery<Customer>, _| {
            println!("welcome, {}", customer.name.as_deref().unwrap_or("stranger"));
            Ok(())
        })
        .fallback_sync(|event: AnyEvent, _| {
            println!("unhandled event: {}", event.type_name());
            Ok(())
        })
        .build()
}

async fn invoice_paid(invoice: Delivery<Invoice>, shop: Shop) -> Result<(), ShopError> {
    let amount = u64::try_from(invoice.amount_paid).map_err(|_| ShopError::NoAmount)?;
    shop.paid.fetch_add(amount, Ordering::Relaxed);
    println!("{} was paid: event {}", invoice.amount_paid, invoice.event().id());
    Ok(())
}

/// The endpoint. The body is extracted as bytes, because a body that was parsed and serialized
/// again does not match its signature.
async fn receive(
    State((router, shop)): State<(Arc<Router<Shop, ShopError>>, Shop)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let signature =
        headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match router.handle(&body, signature, SystemTime::now(), shop).await {
        Ok(_) => (StatusCode::OK, String::new()),
        Err(error) => {
            eprintln!("{error}");
            let status =
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.to_string())
        }
    }
}

/// Creates the application.
pub fn app(webhook: Webhook, shop: Shop) -> axum::Router {
    axum::Router::new()
        .route("/webhook", post(receive))
        .with_state((Arc::new(router(webhook)), shop))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `try_new` reports a missing or blank secret at start-up instead of at the first event.
    let webhook = Webhook::try_new(
        std::env::var("STRIPE_WEBHOOK_SECRET").unwrap_or_else(|_| "whsec_test".to_owned()),
    )?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4242").await?;
    println!("listening on http://{}/webhook", listener.local_addr()?);
    axum::serve(listener, app(webhook, Shop::default())).await?;
    Ok(())
}
