//! Creates a customer, retrieves an invoice, and receives a webhook.

use stripe::Client;
use stripe_billing::invoice::RetrieveInvoice;
use stripe_core::customer::CreateCustomer;
use stripe_webhook::{EventObject, Webhook};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = CreateCustomer::new().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    println!("{}", customer.id);
    let invoice = RetrieveInvoice::new("in_123").send(&client).await?;
    println!("{:?}", invoice.status);

    let (body, signature) = (std::env::var("BODY")?, std::env::var("SIGNATURE")?);
    let event = Webhook::construct_event(&body, &signature, "whsec_123")?;
    if let EventObject::InvoicePaid(invoice) = event.data.object {
        println!("{} was paid", invoice.amount_paid);
    }
    Ok(())
}
