//! Typed requests and the operations they call.

use super::json_body;
use crate::mask::is_blank;
use crate::reflect::value::Value;
use crate::request::form::{self, UrlEncoded};
use crate::request::http::{Body, Host, HttpRequest, Method, Parts, push_segment};
use crate::request::option_setters;
use crate::request::params::{Param, Params};
use crate::request::raw_request::RawRequest;

/// A typed request to the API: an operation and its parameters.
///
/// Implemented by the request types of the generated crate, such as `customer::CreateRequest`.
pub trait Request: Sized {
    /// The type of the response.
    type Output: Value;

    /// The operation.
    const OPERATION: Operation;

    /// Returns the parameters.
    #[doc(hidden)]
    fn params(&self) -> &Params;

    /// Returns the parameters, for changes.
    #[doc(hidden)]
    fn params_mut(&mut self) -> &mut Params;

    /// Builds the HTTP request: method, path, query and body.
    #[inline]
    fn to_http(&self) -> HttpRequest {
        to_http(&Self::OPERATION, self.params())
    }

    option_setters! { , |request| request.params_mut().options_mut() }

    /// Converts to a request that takes parameters that the type does not have.
    #[inline]
    fn customize(self) -> RawRequest<Self::Output> {
        RawRequest::new(to_http(&Self::OPERATION, self.params()), self.params().options())
    }
}

/// An operation of the API.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The operation ID in the API description, such as `PostCustomers`.
    pub id: &'static str,
    pub method: Method,
    /// The path with its parameters in braces: `/v1/customers/{customer}`.
    pub path: &'static str,
    pub host: Host,
    /// The encoding of the body.
    pub encoding: Encoding,
    /// The preview of the operation, appended to the API version: `crypto_onramp_beta=v2`.
    pub beta: Option<&'static str>,
}

impl Operation {
    /// Creates a `GET` operation on the default host, outside previews.
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Get, path)
    }

    /// Creates a `POST` operation on the default host, outside previews. The version in the path
    /// determines the body encoding.
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Post, path)
    }

    /// Creates a `PUT` operation on the default host, outside previews. The version in the path
    /// determines the body encoding.
    pub const fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Put, path)
    }

    /// Creates a `PATCH` operation on the default host, outside previews. The version in the path
    /// determines the body encoding.
    pub const fn patch(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Patch, path)
    }

    /// Creates a `DELETE` operation on the default host, outside previews.
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Delete, path)
    }

    const fn new(id: &'static str, method: Method, path: &'static str) -> Self {
        let v2 = matches!(path.as_bytes(), [b'/', b'v', b'2', b'/', ..]);
        let encoding = if v2 { Encoding::Json } else { Encoding::Form };
        Self { id, method, path, host: Host::Api, encoding, beta: None }
    }

    /// Sets the host.
    pub const fn on(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// Sets the encoding of the body.
    pub const fn encoded(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the preview of the operation.
    pub const fn beta(mut self, beta: &'static str) -> Self {
        self.beta = Some(beta);
        self
    }
}

/// The encoding of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, with brackets for nested names.
    Form,
    /// `application/json`
    Json,
    /// `multipart/form-data`
    Multipart,
}

fn to_http(operation: &Operation, params: &Params) -> HttpRequest {
    let mut query = UrlEncoded::default();
    form::write_params(&mut query, params.iter().filter(|param| param.is_in(Param::QUERY)));
    let mut blank = None;
    let path = path(operation.path, params, &mut blank);
    let headers = headers(params, &mut blank);
    HttpRequest {
        method: operation.method,
        host: operation.host,
        beta: operation.beta,
        path,
        query: query.0,
        headers,
        body: body(operation, params),
        operation: Some(operation.id),
        blank,
    }
}

/// Expands a path template such as `/v1/customers/{customer}`. Stores the name of a blank or
/// missing parameter in `blank`.
fn path(template: &'static str, params: &Params, blank: &mut Option<&'static str>) -> String {
    if !template.contains('{') {
        return template.to_owned();
    }
    let mut path = String::with_capacity(template.len() + 32);
    for piece in template.split('{') {
        let Some((name, rest)) = piece.split_once('}') else {
            path.push_str(piece);
            continue;
        };
        let param = params.iter().find(|param| param.is_in(Param::PATH) && param.name == name);
        let is_visible = param.and_then(|param| {
            param.with_text(|text| {
                push_segment(&mut path, text);
                !is_blank(text)
            })
        });
        if is_visible != Some(true) {
            blank.get_or_insert(name);
        }
        path.push_str(rest);
    }
    path
}

fn headers(params: &Params, blank: &mut Option<&'static str>) -> Vec<(&'static str, String)> {
    let headers = params.iter().filter(|param| param.is_in(Param::HEADER));
    let headers: Vec<_> =
        headers.filter_map(|param| Some((param.name, param.with_text(str::to_owned)?))).collect();
    if let Some((name, _)) = headers.iter().find(|(_, value)| is_blank(value)) {
        blank.get_or_insert(name);
    }
    headers
}

fn body(operation: &Operation, params: &Params) -> Body {
    if !operation.method.has_body() {
        return Body::Empty;
    }
    if let Some(whole) = params.iter().find(|param| param.is_whole()) {
        return Body::Json(json_body::data_to_json(&whole.data));
    }
    let params = params.iter().filter(|param| param.is_in(0));
    match operation.encoding {
        Encoding::Json => {
            let mut json = String::new();
            json_body::write_params(&mut json, params);
            Body::Json(json)
        }
        Encoding::Form => {
            // Most forms are short, and forms are short-lived, so capacity is reserved generously.
            let mut form = UrlEncoded(String::with_capacity(1024));
            form::write_params(&mut form, params);
            Body::Form(form.0)
        }
        Encoding::Multipart => {
            let mut parts = Parts::default();
            form::write_params(&mut parts, params);
            Body::Multipart { pairs: parts.pairs, files: parts.files }
        }
    }
}

/// Implements [`Request`] for structs that wrap [`Params`], with inherent methods that send, so that
/// no trait must be imported.
///
/// A row has the operation, by a constructor and setters of [`Operation`], and the output. Then
/// follow the methods that it has besides `send`: `write` gives `idempotency_key`, `list` gives
/// `stream`, and `file` gives `download`.
#[doc(hidden)]
#[macro_export]
macro_rules! requests {
    ($(
        $type:ident: $method:ident($($operation:literal),*)$(.$option:ident($value:expr))*
            -> $output:ty $(, $way:ident)*;
    )*) => {
        $(
            impl $crate::Request for $type {
                type Output = $output;
                const OPERATION: $crate::Operation =
                    $crate::Operation::$method($($operation),*)$(.$option($value))*;

                #[inline]
                fn params(&self) -> &$crate::Params {
                    &self.0
                }

                #[inline]
                fn params_mut(&mut self) -> &mut $crate::Params {
                    &mut self.0
                }
            }

            impl Clone for $type {
                #[inline]
                fn clone(&self) -> Self {
                    Self(self.0.clone())
                }
            }

            impl PartialEq for $type {
                #[inline]
                fn eq(&self, other: &Self) -> bool {
                    self.0 == other.0
                }
            }

            impl $crate::Debug for $type {
                #[inline]
                fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                    $crate::debug_params(stringify!($type), &self.0, f)
                }
            }

            impl $type {
                /// Sends the request.
                ///
                /// The output of `C::Sent<T>` is `Result<Response<T>, Error>`: after `.await` with
                /// `Client`, at once with `blocking::Client`.
                #[inline]
                pub fn send<C: $crate::SendRequest>(self, client: &C) -> C::Sent<$output> {
                    $crate::Request::customize(self).send(client)
                }

                /// Converts to a request that takes parameters that the type does not have.
                #[inline]
                pub fn customize(self) -> $crate::RawRequest<$output> {
                    $crate::Request::customize(self)
                }

                $($crate::requests!(@$way $output);)*
            }
        )*
    };
    (@write $output:ty) => {
        /// Sets the idempotency key. The request takes effect once, however often it is sent with
        /// this key.
        ///
        /// A key consists of 1 to 255 visible ASCII characters. With any other key, sending returns
        /// an error.
        #[inline]
        pub fn idempotency_key(self, key: impl Into<String>) -> Self {
            $crate::Request::idempotency_key(self, key)
        }
    };
    (@list $output:ty) => {
        /// Sends the request and fetches all following pages: a `Stream` of items, or an `Iterator`
        /// with the blocking client.
        #[inline]
        pub fn stream<C: $crate::SendRequest>(self, client: &C) -> C::Items<$output> {
            $crate::Request::customize(self).stream(client)
        }
    };
    (@file $output:ty) => {
        /// Sends the request and returns the file as a stream of chunks.
        #[inline]
        pub fn download<C: $crate::SendRequest>(self, client: &C) -> C::Downloading {
            $crate::Request::customize(self).download(client)
        }
    };
}
