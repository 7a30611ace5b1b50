//! The back end of a shop that sells subscriptions: what it sends, and the webhooks that it receives.

use stripe::Client;
use stripe_billing::invoice::ListInvoice;
use stripe_billing::subscription::{CreateSubscription, CreateSubscriptionItems};
use stripe_checkout::checkout_session::{CreateCheckoutSession, CreateCheckoutSessionLineItems};
use stripe_core::customer::CreateCustomer;
use stripe_shared::CheckoutSessionMode;
use stripe_webhook::{EventObject, Webhook};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = CreateCustomer::new().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    let mut item = CreateSubscriptionItems::new();
    (item.price, item.quantity) = (Some("price_123".into()), Some(2));
    let subscription = CreateSubscription::new().customer(customer.id.as_str()).items(vec![item]).send(&client).await?;
    println!("{} {:?}", subscription.id, subscription.status);
    let invoices = ListInvoice::new().customer(customer.id.as_str()).limit(10).send(&client).await?;
    for invoice in &invoices.data {
        println!("{:?} {}", invoice.status, invoice.total);
    }
    let mut item = CreateCheckoutSessionLineItems::new();
    (item.price, item.quantity) = (Some("price_123".into()), Some(1));
    let session = CreateCheckoutSession::new().mode(CheckoutSessionMode::Subscription).line_items(vec![item]);
    let session = session.success_url("https://example.com").send(&client).await?;
    println!("{:?}", session.url);
    receive(&std::env::var("BODY")?, &std::env::var("SIGNATURE")?)
}

fn receive(body: &str, signature: &str) -> Result<(), Box<dyn std::error::Error>> {
    let event = Webhook::construct_event(body, signature, "whsec_123")?;
    match event.data.object {
        EventObject::CheckoutSessionCompleted(session) => println!("{} bought {:?}", session.id, session.amount_total),
        EventObject::CheckoutSessionExpired(session) => println!("{} expired", session.id),
        EventObject::CustomerUpdated(customer) => println!("{} is {:?}", customer.id, customer.email),
        EventObject::CustomerSubscriptionCreated(subscription) => println!("{} began", subscription.id),
        EventObject::CustomerSubscriptionUpdated(subscription) => println!("{} is {:?}", subscription.id, subscription.status),
        EventObject::CustomerSubscriptionDeleted(subscription) => println!("{} ended", subscription.id),
        EventObject::InvoicePaid(invoice) => println!("{} was paid", invoice.amount_paid),
        EventObject::InvoicePaymentFailed(invoice) => println!("{} is due", invoice.amount_due),
        EventObject::InvoiceFinalized(invoice) => println!("{} is final", invoice.total),
        EventObject::PaymentIntentSucceeded(intent) => println!("{} was received", intent.amount_received),
        _ => {}
    }
    Ok(())
}
