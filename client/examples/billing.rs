//! A billing back end: checkout and portal, webhooks, metering, onboarding of connected accounts,
//! refunds, promotion codes and search. The tests at the end run without a network.
//!
//! ```sh
//! STRIPE_SECRET_KEY=sk_test_… STRIPE_WEBHOOK_SECRET=whsec_… cargo run -p pinstripe --example billing
//! cargo test -p pinstripe --example billing
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use pinstripe::billing::MeterEvent;
use pinstripe::webhook::{Delivery, Router};
use pinstripe::{
    Account, AccountLink, Client, Customer, Error, Invoice, PromotionCode, Refund, Subscription,
    Webhook, account_link, billing_portal, checkout, events, promotion_code,
};

/// The operations of the back end.
#[derive(Clone)]
pub struct Billing {
    stripe: Client,
    site: String,
    /// The customers with a paid subscription.
    active: Arc<Mutex<BTreeSet<String>>>,
}

/// Why a call of the back end failed.
#[derive(Debug)]
pub enum BillingError {
    /// The card was declined. The text can be shown to the customer.
    Declined(String),
    /// Stripe has too many requests. The caller can repeat the call later.
    Busy,
    /// Stripe created a page without an address.
    NoPage,
    Stripe(Error),
}

impl Billing {
    pub fn new(stripe: Client, site: impl Into<String>) -> Self {
        Self { stripe, site: site.into(), active: Arc::default() }
    }

    /// Returns the address of the page on which a customer subscribes.
    pub async fn subscribe(&self, customer: &str, price: &str) -> Result<String, BillingError> {
        let item = checkout::session::LineItemParams::new().price(price).quantity(1);
        let session = checkout::Session::create()
            .customer(customer)
            .mode(checkout::session::Mode::Subscription)
            .line_items([item])
            .success_url(format!("{}/welcome", self.site))
            .cancel_url(format!("{}/pricing", self.site))
            .send(&self.stripe)
            .await?;
        session.into_inner().url.ok_or(BillingError::NoPage)
    }

    /// Returns the address of the page on which a customer manages the subscription.
    pub async fn portal(&self, customer: &str) -> Result<String, BillingError> {
        let session = billing_portal::Session::create()
            .customer(customer)
            .return_url(format!("{}/account", self.site))
            .send(&self.stripe)
            .await?;
        Ok(session.into_inner().url)
    }

    /// Reports usage. A request that is repeated with the same ID counts once.
    pub async fn meter(&self, id: &str, customer: &str, units: u64) -> Result<(), BillingError> {
        let payload = [("stripe_customer_id", customer.to_owned()), ("value", units.to_string())];
        MeterEvent::create("requests", payload).identifier(id).send(&self.stripe).await?;
        Ok(())
    }

    /// Creates a connected account, and returns its ID and the address of its onboarding page.
    pub async fn onboard(&self, email: &str) -> Result<(String, String), BillingError> {
        let account = Account::create().email(email).send(&self.stripe).await?;
        let page = format!("{}/connect", self.site);
        let link = AccountLink::create(&account.id, account_link::CreateType::AccountOnboarding)
            .refresh_url(&*page)
            .return_url(&*page)
            .send(&self.stripe)
            .await?;
        Ok((account.id.to_string(), link.into_inner().url))
    }

    /// Refunds a payment, all of it or an amount. The key makes repeated calls one refund.
    pub async fn refund(
        &self,
        payment: &str,
        amount: Option<i64>,
        key: &str,
    ) -> Result<i64, BillingError> {
        let mut request = Refund::create().payment_intent(payment);
        if let Some(amount) = amount {
            request = request.amount(amount);
        }
        Ok(request.idempotency_key(key).send(&self.stripe).await?.amount)
    }

    /// Creates a code for a coupon.
    pub async fn promote(&self, coupon: &str, code: &str) -> Result<(), BillingError> {
        let coupon = promotion_code::PromotionParams::new(promotion_code::PromotionType::Coupon)
            .coupon(coupon);
        PromotionCode::create(coupon).code(code).send(&self.stripe).await?;
        Ok(())
    }

    /// Returns the IDs of all customers with an e-mail address.
    pub async fn find(&self, email: &str) -> Result<Vec<String>, BillingError> {
        let query = format!("email:'{}'", email.replace('\\', "\\\\").replace('\'', "\\'"));
        let found = Customer::search(query).stream(&self.stripe).try_collect().await?;
        Ok(found.into_iter().map(|customer| customer.id.to_string()).collect())
    }

    /// Returns whether a customer has a paid subscription.
    pub fn is_active(&self, customer: &str) -> bool {
        self.active.lock().unwrap_or_else(PoisonError::into_inner).contains(customer)
    }

    fn set_active(&self, customer: &str, is_active: bool) {
        let mut active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        if is_active {
            active.insert(customer.to_owned());
        } else {
            active.remove(customer);
        }
    }
}

/// Returns the handlers of webhooks.
pub fn router(webhook: Webhook) -> Router<Billing, BillingError> {
    Router::builder(webhook)
        .on_sync::<events::InvoicePaid>(on_paid)
        .on_sync::<events::CustomerSubscriptionDeleted>(on_cancelled)
        .build()
}

fn on_paid(invoice: Delivery<Invoice>, billing: Billing) -> Result<(), BillingError> {
    if let Some(customer) = &invoice.customer {
        billing.set_active(customer.id(), true);
    }
    Ok(())
}

fn on_cancelled(
    subscription: Delivery<Subscription>,
    billing: Billing,
) -> Result<(), BillingError> {
    billing.set_active(subscription.customer.id(), false);
    Ok(())
}

impl From<Error> for BillingError {
    fn from(error: Error) -> Self {
        match error {
            Error::Card(card) => Self::Declined(card.message.clone().unwrap_or_default()),
            Error::RateLimit(_) => Self::Busy,
            error => Self::Stripe(error),
        }
    }
}

impl fmt::Display for BillingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declined(message) => write!(f, "declined: {message}"),
            Self::Busy => f.write_str("too many requests: repeat the call later"),
            Self::NoPage => f.write_str("the session has no page"),
            Self::Stripe(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BillingError {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
    let webhook = Webhook::try_new(std::env::var("STRIPE_WEBHOOK_SECRET")?)?;
    let billing = Billing::new(client, "https://shop.example");
    println!("events: {}", router(webhook).types().collect::<Vec<_>>().join(", "));
    println!("customers: {:?}", billing.find("jenny@example.com").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use pinstripe::testing::{self, FakeClient, FakeError};
    use pinstripe::{account, from_json_lenient, refund};
    use serde_json::json;

    use super::*;

    /// Lenient, so that a reply needs no more fields than the code under test reads.
    fn billing(fake: &FakeClient) -> Billing {
        let client = fake.builder().lenient(true).build().unwrap();
        Billing::new(client, "https://shop.example")
    }

    #[tokio::test]
    async fn a_subscription_begins_with_a_page() {
        let fake = FakeClient::new();
        fake.on_any::<checkout::session::CreateRequest>()
            .reply_json(json!({"id": "cs_1", "url": "https://checkout.example/cs_1"}))
            .reply_json(json!({"id": "cs_2"}));
        let billing = billing(&fake);
        let page = billing.subscribe("cus_1", "price_1").await.unwrap();
        assert_eq!(page, "https://checkout.example/cs_1");
        let request = &fake.requests()[0];
        assert_eq!(request.param("mode"), Some("subscription"));
        assert_eq!(request.param("line_items[0][price]"), Some("price_1"));
        assert_eq!(request.param("success_url"), Some("https://shop.example/welcome"));
        let error = billing.subscribe("cus_1", "price_1").await.unwrap_err();
        assert!(matches!(error, BillingError::NoPage));
        fake.verify();
    }

    #[tokio::test]
    async fn the_portal_belongs_to_the_customer() {
        let fake = FakeClient::new();
        fake.on(billing_portal::Session::create().customer("cus_1"))
            .reply_json(json!({"url": "https://portal.example"}));
        assert_eq!(billing(&fake).portal("cus_1").await.unwrap(), "https://portal.example");
        fake.verify();
    }

    #[tokio::test]
    async fn usage_has_an_identifier() {
        let fake = FakeClient::new();
        fake.on_any::<pinstripe::billing::meter_event::CreateRequest>().reply_json(json!({}));
        billing(&fake).meter("use_1", "cus_1", 3).await.unwrap();
        let request = &fake.requests()[0];
        assert_eq!(request.param("identifier"), Some("use_1"));
        assert_eq!(request.param("payload[value]"), Some("3"));
    }

    #[tokio::test]
    async fn onboarding_links_to_the_new_account() {
        let fake = FakeClient::new();
        fake.on_any::<account::CreateRequest>().reply_json(json!({"id": "acct_1"}));
        fake.on_any::<account_link::CreateRequest>()
            .reply_json(json!({"url": "https://connect.example"}));
        let (id, page) = billing(&fake).onboard("shop@example.com").await.unwrap();
        assert_eq!((&*id, &*page), ("acct_1", "https://connect.example"));
        assert_eq!(fake.requests()[1].param("account"), Some("acct_1"));
        assert_eq!(fake.requests()[1].param("type"), Some("account_onboarding"));
    }

    #[tokio::test]
    async fn a_repeated_refund_has_the_same_key() {
        let fake = FakeClient::new();
        fake.on(Refund::create().payment_intent("pi_1"))
            .fail(FakeError::rate_limit())
            .reply_json(json!({"id": "re_1", "amount": 500}));
        let billing = billing(&fake);
        let refund = || billing.refund("pi_1", Some(500), "order-17");
        assert!(matches!(refund().await, Err(BillingError::Busy)));
        assert_eq!(refund().await.unwrap(), 500);
        let requests = fake.requests_of::<refund::CreateRequest>();
        assert!(requests.iter().all(|request| request.idempotency_key() == Some("order-17")));
        fake.verify();
    }

    #[tokio::test]
    async fn a_code_belongs_to_its_coupon() {
        let fake = FakeClient::new();
        fake.on_any::<promotion_code::CreateRequest>().reply_json(json!({}));
        billing(&fake).promote("SUMMER", "SUN10").await.unwrap();
        let params: Vec<_> =
            fake.requests()[0].params().map(|(_, value)| value.to_owned()).collect();
        assert_eq!(params, ["SUN10", "SUMMER", "coupon"]);
    }

    #[tokio::test]
    async fn a_search_reads_all_pages_and_quotes_its_text() {
        let fake = FakeClient::new();
        let customer =
            |id: &str| from_json_lenient::<Customer>(&json!({"id": id}).to_string()).unwrap().0;
        fake.on(Customer::search(r"email:'o\'neil@example.com'"))
            .reply_pages([vec![customer("cus_1")], vec![customer("cus_2")]]);
        let found = billing(&fake).find("o'neil@example.com").await.unwrap();
        assert_eq!(found, ["cus_1", "cus_2"]);
        fake.verify();
    }

    #[test]
    fn declines_have_a_text_for_the_customer() {
        let error = BillingError::from(FakeError::card_declined("lost_card").into_error());
        assert_eq!(error.to_string(), "declined: Your card was declined.");
    }

    #[test]
    fn webhooks_open_and_close_access() {
        let billing = billing(&FakeClient::new());
        let webhook = Webhook::new("whsec_test");
        let router = router(webhook.clone());
        let customer = json!({"customer": "cus_1"}).to_string();

        // Through the router, with the signature that Stripe would send.
        let (invoice, _) = from_json_lenient(&customer).unwrap();
        let signed = testing::event::<events::InvoicePaid>(invoice).sign(&webhook);
        let now = SystemTime::now();
        router.handle_blocking(signed.body(), signed.signature(), now, billing.clone()).unwrap();
        assert!(billing.is_active("cus_1"));

        // A handler on its own.
        let (subscription, _) = from_json_lenient(&customer).unwrap();
        let event = testing::event::<events::CustomerSubscriptionDeleted>(subscription);
        on_cancelled(event.delivery(), billing.clone()).unwrap();
        assert!(!billing.is_active("cus_1"));
    }
}
