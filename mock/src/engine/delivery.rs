//! Sends events to webhook endpoints and event destinations, signed, and again when that fails.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Engine;
use super::state::State;
use crate::event;
use crate::generic::Renderer;
use crate::spec::{Spec, Version};

/// The waits before the attempts after the first one, in milliseconds. Stripe waits hours.
const WAITS: [u64; 7] = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];

/// Deliveries whose outcome is remembered.
const REMEMBERED: usize = 1_000;

const TIMEOUT: Duration = Duration::from_secs(10);

/// An event on its way.
#[derive(Debug)]
struct Outgoing {
    account: String,
    id: String,
    event: String,
    endpoint: String,
    attempt: u64,
    url: String,
    secrets: Vec<String>,
    body: String,
    timestamp: i64,
}

/// Sends what is due until the server stops.
pub fn run(engine: &Engine) {
    let mut state = engine.lock();
    loop {
        if state.stopped {
            return;
        }
        let Some(outgoing) = next(&engine.spec, &mut state) else {
            let wait = soonest(&state).unwrap_or(Duration::from_secs(60));
            let woken = engine.wake.wait_timeout(state, wait);
            state = woken.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
            continue;
        };
        drop(state);
        let sent = send(&outgoing);
        state = engine.lock();
        finish(&mut state, &outgoing, &sent);
    }
}

/// The first delivery that is due.
fn next(spec: &Spec, state: &mut State) -> Option<Outgoing> {
    let now = Instant::now();
    for account in state.store.account_ids() {
        let pending: Vec<Value> = state.store.all(&account, "_delivery").cloned().collect();
        for delivery in pending {
            let text = |name: &str| delivery[name].as_str().unwrap_or_default().to_owned();
            let id = text("id");
            let delay = Duration::from_millis(delivery["delay"].as_u64().unwrap_or_default());
            let due = *state.due.entry(id.clone()).or_insert_with(|| now + delay);
            if due > now {
                continue;
            }
            let find =
                |kinds, name: &str| event::either(&state.store, &account, kinds, &text(name));
            let event = find(event::KINDS, "event");
            let endpoint = find(event::RECEIVERS, "endpoint");
            let (Some(event), Some(endpoint)) =
                (event, endpoint.filter(|one| one["deleted"] != true))
            else {
                // Nobody is left to send it to.
                state.store.remove(&account, "_delivery", &id);
                let _ = state.store.commit();
                continue;
            };
            let secrets = endpoint["_secrets"].as_array().into_iter().flatten();
            // A destination of v2 has its address and version in fields of other names.
            let wanted = ["api_version", "snapshot_api_version"];
            let wanted = wanted.iter().find_map(|name| endpoint[*name].as_str());
            let wanted = wanted.or(event["api_version"].as_str());
            let url = endpoint["url"].as_str().or(endpoint["webhook_endpoint"]["url"].as_str());
            let version = wanted.and_then(|wanted| Version::parse(spec.api(), wanted).ok());
            return Some(Outgoing {
                id,
                event: text("event"),
                endpoint: text("endpoint"),
                attempt: delivery["attempt"].as_u64().unwrap_or_default() + 1,
                url: url.unwrap_or_default().to_owned(),
                secrets: secrets.filter_map(Value::as_str).map(str::to_owned).collect(),
                body: body(spec, state, &account, event, version),
                timestamp: state.now(),
                account,
            });
        }
    }
    None
}

/// The event in the version of its endpoint.
fn body(
    spec: &Spec,
    state: &State,
    account: &str,
    event: &Value,
    version: Option<Version>,
) -> String {
    let version = version.unwrap_or_else(|| Version::newest(spec.api()));
    let now = state.now();
    let renderer = Renderer { spec, store: &state.store, account, version: &version, now };
    let rendered = event::render(&renderer, event);
    serde_json::to_string_pretty(&rendered).unwrap_or_default()
}

fn soonest(state: &State) -> Option<Duration> {
    let due = state.due.values().min()?;
    Some(due.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
}

fn finish(state: &mut State, outgoing: &Outgoing, sent: &io::Result<u16>) {
    let is_delivered = matches!(sent, Ok(200..=299));
    let result = match sent {
        Ok(status) => json!({ "status": status }),
        Err(error) => json!({ "error": error.to_string() }),
    };
    if state.deliveries.len() == REMEMBERED {
        state.deliveries.pop_front();
    }
    state.deliveries.push_back(json!({
        "id": outgoing.id,
        "event": outgoing.event,
        "endpoint": outgoing.endpoint,
        "url": outgoing.url,
        "attempt": outgoing.attempt,
        "delivered": is_delivered,
        "at": outgoing.timestamp,
        "result": result,
    }));
    let account = &outgoing.account;
    let wait = WAITS.get(outgoing.attempt as usize - 1);
    let pending = state.store.get(account, "_delivery", &outgoing.id).cloned();
    state.due.remove(&outgoing.id);
    // A reset during the delivery removed it.
    let Some(mut pending) = pending else { return };
    match wait {
        Some(wait) if !is_delivered => {
            pending["attempt"] = outgoing.attempt.into();
            state.store.put(account, "_delivery", &outgoing.id, pending);
            state.due.insert(outgoing.id.clone(), Instant::now() + Duration::from_millis(*wait));
        }
        _ => state.store.remove(account, "_delivery", &outgoing.id),
    }
    if is_delivered
        && let Some(mut event) = state.store.get(account, "event", &outgoing.event).cloned()
    {
        let waiting = event["pending_webhooks"].as_i64().unwrap_or_default();
        event["pending_webhooks"] = (waiting - 1).max(0).into();
        state.store.put(account, "event", &outgoing.event, event);
    }
    // A delivery that cannot be recorded is repeated after a restart, which at-least-once delivery
    // allows.
    let _ = state.store.commit();
}

/// The value of the header `Stripe-Signature`.
pub fn signature(secrets: &[String], timestamp: i64, body: &str) -> String {
    let mut header = format!("t={timestamp}");
    for secret in secrets {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { continue };
        mac.update(format!("{timestamp}.{body}").as_bytes());
        let digest = mac.finalize().into_bytes();
        header += ",v1=";
        digest.iter().for_each(|byte| header += &format!("{byte:02x}"));
    }
    header
}

/// Sends it. Returns the status.
fn send(outgoing: &Outgoing) -> io::Result<u16> {
    let rest = outgoing.url.strip_prefix("http://").ok_or_else(|| {
        io::Error::other("only http:// is supported: use a local address for the endpoint")
    })?;
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let target =
        if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let address =
        target.to_socket_addrs()?.next().ok_or_else(|| io::Error::other("no such host"))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let signature = signature(&outgoing.secrets, outgoing.timestamp, &outgoing.body);
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {authority}\r\nuser-agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\naccept: */*; q=0.5, application/xml\r\ncontent-type: application/json; charset=utf-8\r\nstripe-signature: {signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        outgoing.body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(outgoing.body.as_bytes())?;
    let mut start = Vec::new();
    stream.take(64).read_to_end(&mut start).or_else(|error| {
        // The status may have been read before the other side closed the connection.
        if start.len() >= 12 { Ok(0) } else { Err(error) }
    })?;
    let text = String::from_utf8_lossy(&start);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| io::Error::other("the endpoint did not respond with HTTP"))
}
