//! The back end of a shop that sells subscriptions: what it sends, and the webhooks that it receives.

use std::time::SystemTime;

use pinstripe::checkout::session::{LineItemParams, Mode};
use pinstripe::checkout::Session;
use pinstripe::subscription::ItemParams;
use pinstripe::{Client, Customer, Invoice, Subscription, Webhook, events};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = Customer::create().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    let items = [ItemParams::new().price("price_123").quantity(2)];
    let subscription = Subscription::create().customer(&*customer).items(items).send(&client).await?;
    println!("{} {:?}", subscription.id, subscription.status);
    let invoices = Invoice::list().customer(&*customer).limit(10).send(&client).await?;
    for invoice in &invoices.data {
        println!("{:?} {}", invoice.status, invoice.total);
    }
    let items = [LineItemParams::new().price("price_123").quantity(1)];
    let session = Session::create().mode(Mode::Subscription).line_items(items).success_url("https://example.com").send(&client).await?;
    println!("{:?}", session.url);
    receive(std::env::var("BODY")?.as_bytes(), &std::env::var("SIGNATURE")?)
}

fn receive(body: &[u8], signature: &str) -> Result<(), Box<dyn std::error::Error>> {
    let event = Webhook::new("whsec_123").event(body, signature, SystemTime::now())?;
    if let Some(session) = event.get::<events::CheckoutSessionCompleted>()? {
        println!("{} bought {:?}", session.id, session.amount_total);
    } else if let Some(session) = event.get::<events::CheckoutSessionExpired>()? {
        println!("{} expired", session.id);
    } else if let Some(customer) = event.get::<events::CustomerUpdated>()? {
        println!("{} is {:?}", customer.id, customer.email);
    } else if let Some(subscription) = event.get::<events::CustomerSubscriptionCreated>()? {
        println!("{} began", subscription.id);
    } else if let Some(subscription) = event.get::<events::CustomerSubscriptionUpdated>()? {
        println!("{} is {:?}", subscription.id, subscription.status);
    } else if let Some(subscription) = event.get::<events::CustomerSubscriptionDeleted>()? {
        println!("{} ended", subscription.id);
    } else if let Some(invoice) = event.get::<events::InvoicePaid>()? {
        println!("{} was paid", invoice.amount_paid);
    } else if let Some(invoice) = event.get::<events::InvoicePaymentFailed>()? {
        println!("{} is due", invoice.amount_due);
    } else if let Some(invoice) = event.get::<events::InvoiceFinalized>()? {
        println!("{} is final", invoice.total);
    } else if let Some(intent) = event.get::<events::PaymentIntentSucceeded>()? {
        println!("{} was received", intent.amount_received);
    }
    Ok(())
}
