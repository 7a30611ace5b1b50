//! Errors in Stripe's form.

use serde_json::{Map, Value, json};

/// An error response.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub status: u16,
    /// The value of `type`.
    pub kind: &'static str,
    pub code: Option<String>,
    pub message: String,
    pub param: Option<String>,
    /// More fields: `decline_code`, `payment_intent`, `charge`.
    pub more: Map<String, Value>,
    /// Whether changes before the error are kept, as after a declined payment.
    pub keeps_changes: bool,
}

pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// An `invalid_request_error`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
            more: Map::new(),
            keeps_changes: false,
        }
    }

    /// A parameter that the operation does not have.
    pub fn unknown_parameter(path: &str) -> Self {
        Self::invalid(format!("Received unknown parameter: {path}"))
            .code("parameter_unknown")
            .param(path)
    }

    /// A parameter that must be sent.
    pub fn missing(path: &str) -> Self {
        Self::invalid(format!("Missing required param: {path}."))
            .code("parameter_missing")
            .param(path)
    }

    /// An object that does not exist.
    pub fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let noun = kind.rsplit('.').next().unwrap_or(kind);
        let mut error =
            Self::invalid(format!("No such {noun}: '{id}'")).code("resource_missing").param(param);
        error.status = 404;
        error
    }

    /// A path that is not part of the API.
    pub fn no_route(method: &str, path: &str) -> Self {
        let mut error = Self::invalid(format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/."
        ));
        error.status = 404;
        error
    }

    /// A declined card.
    pub fn card(code: &str, message: impl Into<String>) -> Self {
        let mut error = Self::invalid(message).code(code);
        error.status = 402;
        error.kind = "card_error";
        error.keeps_changes = true;
        error
    }

    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    pub fn param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The body of the response. Errors of v2 have no fields of the dashboard.
    pub fn body(&self, request_id: &str, now: i64, is_v2: bool) -> Value {
        let mut error = self.more.clone();
        error.insert("type".to_owned(), self.kind.into());
        error.insert("message".to_owned(), self.message.as_str().into());
        if let Some(code) = &self.code {
            error.insert("code".to_owned(), code.as_str().into());
            if !is_v2 {
                let page = code.replace('_', "-");
                error.insert(
                    "doc_url".to_owned(),
                    format!("https://stripe.com/docs/error-codes/{page}").into(),
                );
            }
        }
        if let Some(param) = &self.param {
            error.insert("param".to_owned(), param.as_str().into());
        }
        if !is_v2 {
            let url = format!("https://dashboard.stripe.com/test/logs/{request_id}?t={now}");
            error.insert("request_log_url".to_owned(), url.into());
        }
        json!({ "error": error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_the_fields_of_stripe() {
        let body = ApiError::no_such("test_helpers.test_clock", "clock_1", "test_clock")
            .body("req_1", 5, false);
        let error = &body["error"];
        assert_eq!(error["message"], "No such test_clock: 'clock_1'");
        assert_eq!(error["doc_url"], "https://stripe.com/docs/error-codes/resource-missing");
        assert_eq!(error["request_log_url"], "https://dashboard.stripe.com/test/logs/req_1?t=5");
        assert_eq!(
            (&error["code"], &error["param"]),
            (&"resource_missing".into(), &"test_clock".into())
        );
    }
}
