//! Creates a customer, and charges them.

use stripe::Client;
use stripe_core::customer::CreateCustomer;
use stripe_core::payment_intent::CreatePaymentIntent;
use stripe_types::Currency;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let customer = CreateCustomer::new().email("jenny@example.com").name("Jenny Rosen").send(&client).await?;
    let intent = CreatePaymentIntent::new(2000, Currency::USD).customer(customer.id.as_str()).confirm(true).send(&client).await?;
    println!("{} {} {:?}", customer.id, intent.id, intent.status);
    Ok(())
}
