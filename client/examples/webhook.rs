//! A webhook endpoint with axum: verifies signatures and routes events.
//!
//! ```sh
//! STRIPE_WEBHOOK_SECRET=whsec_… cargo run -p pinstripe --example webhook
//! ```
//!
//! Then run `stripe listen --forward-to localhost:4242/webhook` in another terminal, and `stripe
//! trigger invoice.paid`. Without a secret, a mock server sends the events of a paid invoice.

mod common;

use std::env;
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use pinstripe::webhook::{AnyEvent, Delivery, Router};
use pinstripe::webhook_endpoint::EnabledEvent;
use pinstripe::{Customer, Invoice, InvoiceItem, Webhook, WebhookEndpoint, events};
use tokio::net::TcpListener;

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
    let Ok(secret) = env::var("STRIPE_WEBHOOK_SECRET") else { return demonstrate().await };
    // `try_new` reports a blank secret at start-up instead of at the first event.
    let webhook = Webhook::try_new(secret)?;
    let listener = TcpListener::bind("127.0.0.1:4242").await?;
    println!("listening on http://{}/webhook", listener.local_addr()?);
    axum::serve(listener, app(webhook, Shop::default())).await?;
    Ok(())
}

/// Registers the endpoint, pays an invoice, and ends when its event was received.
async fn demonstrate() -> Result<(), Box<dyn std::error::Error>> {
    let (builder, server) = common::stripe()?;
    if server.is_none() {
        return Err("set STRIPE_WEBHOOK_SECRET: Stripe sends no events to this computer".into());
    }
    let client = builder.build()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhook", listener.local_addr()?);
    let types =
        [EnabledEvent::InvoicePaid, EnabledEvent::CustomerCreated, EnabledEvent::InvoiceCreated];
    let endpoint = WebhookEndpoint::create(types, url).send(&client).await?;
    let secret = endpoint.secret.clone().ok_or("a new endpoint has a secret")?;
    let shop = Shop::default();
    let app = app(Webhook::try_new(secret)?, shop.clone());
    tokio::spawn(axum::serve(listener, app).into_future());

    let customer =
        Customer::create().name("Jenny Rosen").payment_method("pm_card_visa").send(&client).await?;
    let invoice = Invoice::create().customer(&customer.id).send(&client).await?;
    // Only a preview of an invoice has no ID.
    let id = invoice.id.as_ref().ok_or("a new invoice has an ID")?;
    InvoiceItem::create()
        .customer(&customer.id)
        .invoice(id)
        .amount(1500)
        .currency("usd")
        .send(&client)
        .await?;
    Invoice::pay(id).payment_method("pm_card_visa").send(&client).await?;
    while shop.paid.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
