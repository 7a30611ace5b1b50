//! Setters of request options.

/// Defines the setters of request options, for a request whose options are found as given.
macro_rules! option_setters {
    ($vis:vis, |$request:ident| $options:expr) => {
        option_setters! { @each $vis, |$request| $options;
            /// Sets the API key, instead of that of the client.
            api_key: impl Into<crate::ApiKey>;
            /// Sets the connected account: `Stripe-Account`.
            account: impl Into<String>;
            /// Sets the account within an organization, as a path of account IDs: `Stripe-Context`.
            context: impl Into<String>;
            /// Sets the API version of the response: `Stripe-Version`.
            api_version: impl Into<String>;
            /// Sets the idempotency key. The request takes effect once, however often it is sent
            /// with this key.
            ///
            /// A key consists of 1 to 255 visible ASCII characters. With any other key, sending
            /// returns an error.
            idempotency_key: impl Into<String>;
            /// Sets the base URL, such as that of a mock server or a gateway.
            base_url: impl Into<String>;
            /// Sets the timeout of each attempt, until the last byte of the response.
            timeout: std::time::Duration;
            /// Sets the maximum number of retries.
            max_retries: u32;
            /// Reads a response that is incomplete: a field that is missing or has the wrong type
            /// takes its empty value, and is listed by `problems()` of the response. Strict unless
            /// set, so that an amount never becomes zero in silence.
            lenient: bool;
        }

        /// Adds a header. It replaces a header that would otherwise be sent under this name.
        $vis fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            let $request = &mut self;
            $options.headers.push((name.into(), value.into()));
            self
        }
    };
    (@each $vis:vis, |$request:ident| $options:expr; $($(#[$docs:meta])* $name:ident: $type:ty;)*) => {
        $(
            $(#[$docs])*
            #[inline]
            $vis fn $name(mut self, value: $type) -> Self {
                let $request = &mut self;
                $options.$name = Some(value.into());
                self
            }
        )*
    };
}

pub(crate) use option_setters;
