//! Creates a customer, retrieves an invoice, and receives a webhook.

use std::time::SystemTime;

use pinstripe::{Client, Customer, Invoice, Webhook, events};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = Customer::create().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    println!("{}", customer.id);
    let invoice = Invoice::retrieve("in_123").send(&client).await?;
    println!("{:?}", invoice.status);

    let (body, signature) = (std::env::var("BODY")?, std::env::var("SIGNATURE")?);
    let event = Webhook::new("whsec_123").event(body.as_bytes(), &signature, SystemTime::now())?;
    if let Some(invoice) = event.get::<events::InvoicePaid>()? {
        println!("{} was paid", invoice.amount_paid);
    }
    Ok(())
}
