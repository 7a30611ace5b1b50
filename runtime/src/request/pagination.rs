//! Pagination of lists.

use crate::reflect::erased::AnyRef;
use crate::reflect::value::View;
use crate::request::http::HttpRequest;
use crate::{List, Page, SearchResult, Value};

/// A page of a list: [`List`], [`SearchResult`] or [`Page`].
pub trait Listing: Value {
    /// The type of the items.
    type Item: Value;

    /// Returns the items of this page in the order of the API.
    fn into_items(self) -> Vec<Self::Item>;

    /// Changes the request for this page into the request for the next one.
    ///
    /// Returns `false`, and leaves the request unchanged, if this is the last page.
    fn advance(&self, request: &mut HttpRequest) -> bool;

    /// Returns whether the request lists backwards, so that items are taken from the end of each
    /// page.
    fn is_backwards(_request: &HttpRequest) -> bool {
        false
    }
}

impl<T: Value> Listing for List<T> {
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn advance(&self, request: &mut HttpRequest) -> bool {
        if !self.has_more {
            return false;
        }
        let backwards = Self::is_backwards(request);
        let (parameter, end) = if backwards {
            ("ending_before", self.data.first())
        } else {
            ("starting_after", self.data.last())
        };
        let Some(id) = end.and_then(|item| id(AnyRef::of(item))) else {
            return false;
        };
        request.set_query(parameter, &id);
        true
    }

    fn is_backwards(request: &HttpRequest) -> bool {
        request.has_query("ending_before")
    }
}

impl<T: Value> Listing for SearchResult<T> {
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn advance(&self, request: &mut HttpRequest) -> bool {
        match &self.next_page {
            Some(page) if self.has_more => {
                request.set_query("page", page);
                true
            }
            _ => false,
        }
    }
}

impl<T: Value> Listing for Page<T> {
    type Item = T;

    fn into_items(self) -> Vec<T> {
        self.data
    }

    fn advance(&self, request: &mut HttpRequest) -> bool {
        let Some(url) = &self.next_page_url else {
            return false;
        };
        // The parameters of the first page are contained in this page's URL and must not be sent
        // again.
        request.set_path(url);
        true
    }
}

/// Returns the `id` of an item of any type.
fn id(item: AnyRef<'_>) -> Option<String> {
    match item.view() {
        View::Object(object) => {
            let View::Str(id) = object.get("id")? else { return None };
            Some(id.into_owned())
        }
        View::Raw(json) => {
            let item: serde_json::Value = serde_json::from_str(json).ok()?;
            item.get("id")?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::http::Method;
    use crate::{RawJson, from_json};

    struct Item {
        id: String,
    }
    crate::reflect::object_table::generic_object_table!(Item { id = "id" [REQUIRED] });

    fn page(has_more: bool) -> List<Item> {
        let data = ["a", "b/c"].map(|id| Item { id: id.to_owned() }).into();
        List { data, has_more, total_count: None, url: None }
    }

    fn get(path: &str) -> HttpRequest {
        HttpRequest::new(Method::Get, path)
    }

    #[test]
    fn list_continues_after_its_last_item() {
        let mut request = get("/v1/items?limit=2");
        assert!(page(true).advance(&mut request));
        assert_eq!(request.query, "limit=2&starting_after=b%2Fc");
        assert!(page(true).advance(&mut request));
        assert_eq!(
            request.query, "limit=2&starting_after=b%2Fc",
            "the previous cursor is replaced"
        );
        assert!(!page(false).advance(&mut request));
    }

    #[test]
    fn backwards_list_continues_before_its_first_item() {
        let mut request = get("/v1/items?ending_before=z&limit=2");
        assert!(List::<Item>::is_backwards(&request));
        assert!(page(true).advance(&mut request));
        assert_eq!(request.query, "limit=2&ending_before=a");
    }

    #[test]
    fn list_without_a_cursor_ends() {
        let empty = List::<Item> { data: Vec::new(), has_more: true, total_count: None, url: None };
        assert!(!empty.advance(&mut get("/v1/items")));
        let raw: List<RawJson> =
            from_json(r#"{"object":"list","data":[{"id":"a"}],"has_more":true}"#).unwrap();
        assert!(raw.advance(&mut get("/v1/items")));
        let nameless: List<RawJson> =
            from_json(r#"{"object":"list","data":[{}],"has_more":true}"#).unwrap();
        assert!(!nameless.advance(&mut get("/v1/items")));
    }

    #[test]
    fn search_requests_the_next_page_token() {
        let found: SearchResult<RawJson> =
            from_json(r#"{"data":[],"has_more":true,"next_page":"x="}"#).unwrap();
        let mut request = get("/v1/items/search?query=a%3Ab&page=w");
        assert!(found.advance(&mut request));
        assert_eq!(request.query, "query=a%3Ab&page=x%3D");
        let last: SearchResult<RawJson> =
            from_json(r#"{"data":[],"has_more":false,"next_page":"x="}"#).unwrap();
        assert!(!last.advance(&mut request));
    }

    #[test]
    fn v2_pages_stay_on_the_same_host() {
        let mut request = get("/v2/things?limit=2");
        for (url, path, query) in [
            ("/v2/things?page=p2&limit=2", "/v2/things", "page=p2&limit=2"),
            ("https://evil.example/v2/things?page=p3", "/v2/things", "page=p3"),
            ("https://api.stripe.com", "/", ""),
        ] {
            let page: Page<RawJson> =
                from_json(&format!(r#"{{"data":[],"next_page_url":"{url}"}}"#)).unwrap();
            assert!(page.advance(&mut request));
            assert_eq!((request.path.as_str(), request.query.as_str()), (path, query));
        }
        let last: Page<RawJson> = from_json(r#"{"data":[],"next_page_url":null}"#).unwrap();
        assert!(!last.advance(&mut request));
    }
}
