//! Faults on demand: failures of the network or of Stripe.

use std::time::Duration;

use serde_json::{Value, json};

use crate::error::{ApiError, Result};
use crate::server::MockResponse;

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

#[derive(Debug, Clone)]
struct Fault {
    kind: String,
    /// How many more times it happens.
    times: u64,
    /// The start of the paths it happens on.
    path: String,
    method: Option<String>,
    delay: Duration,
    status: u16,
}

/// The kinds of faults.
const KINDS: [&str; 9] = [
    "reset",
    "delay",
    "slow_body",
    "cut",
    "cut_in_body",
    "close",
    "status",
    "rate_limit",
    "lock_timeout",
];

impl Faults {
    /// Adds a fault.
    ///
    /// # Errors
    ///
    /// When the kind is unknown.
    pub fn add(&mut self, plan: &Value) -> Result<()> {
        let kind = plan["kind"].as_str().unwrap_or_default();
        if !KINDS.contains(&kind) {
            let message = format!("unknown fault: kind: use one of {}", KINDS.join(", "));
            return Err(ApiError::invalid(message).param("kind"));
        }
        let milliseconds = plan["milliseconds"].as_u64().unwrap_or(1_000).min(600_000);
        let status = plan["status"].as_u64().unwrap_or(500);
        self.0.push(Fault {
            kind: kind.to_owned(),
            times: plan["times"].as_u64().unwrap_or(1),
            path: plan["path"].as_str().unwrap_or_default().to_owned(),
            method: plan["method"].as_str().map(str::to_owned),
            delay: Duration::from_millis(milliseconds),
            status: u16::try_from(status)
                .ok()
                .filter(|status| (200..600).contains(status))
                .unwrap_or(500),
        });
        Ok(())
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The plan as it is shown.
    pub fn shown(&self) -> Value {
        let shown =
            |fault: &Fault| json!({"kind": fault.kind, "times": fault.times, "path": fault.path});
        self.0.iter().map(shown).collect()
    }

    /// The fault of this request, if there is one.
    pub fn next(&mut self, method: &str, path: &str) -> Option<MockResponse> {
        let applies = |fault: &Fault| {
            path.starts_with(&fault.path)
                && fault.method.as_deref().is_none_or(|wanted| wanted == method)
        };
        let index = self.0.iter().position(applies)?;
        let fault = self.0[index].clone();
        self.0[index].times = fault.times.saturating_sub(1);
        if self.0[index].times == 0 {
            self.0.remove(index);
        }
        Some(fault.response())
    }
}

impl Fault {
    fn response(&self) -> MockResponse {
        let error = |status: u16, kind: &'static str, code: &str, message: &str| {
            let mut error = ApiError::invalid(message).code(code);
            error.kind = kind;
            MockResponse::json(status, error.body("req_fault", 0, false))
        };
        let failure = || error(self.status, "api_error", "api_error", "A fault was asked for.");
        match self.kind.as_str() {
            "reset" => MockResponse::reset(),
            "delay" => failure().head_delay(self.delay),
            "slow_body" => failure().body_delay(self.delay),
            "cut" => failure().cut_at(10),
            "cut_in_body" => failure().cut_in_body(),
            "close" => failure().closing_connection(),
            "rate_limit" => {
                error(429, "invalid_request_error", "rate_limit", "Request rate limit exceeded.")
            }
            "lock_timeout" => error(
                429,
                "invalid_request_error",
                "lock_timeout",
                "This object cannot be accessed right now because another API request or Stripe process is currently accessing it.",
            ),
            _ => failure(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_asked() {
        let mut faults = Faults::default();
        faults.add(&json!({"kind": "rate_limit", "times": 2, "path": "/v1/charges"})).unwrap();
        assert!(faults.next("GET", "/v1/customers").is_none());
        assert_eq!(faults.next("GET", "/v1/charges").unwrap().status(), 429);
        assert_eq!(faults.next("GET", "/v1/charges/ch").unwrap().status(), 429);
        assert!(faults.next("GET", "/v1/charges").is_none());
        assert!(faults.add(&json!({"kind": "meteor"})).is_err());
        for kind in KINDS {
            faults.add(&json!({ "kind": kind })).unwrap();
        }
        assert_eq!(faults.shown().as_array().unwrap().len(), KINDS.len());
    }
}
