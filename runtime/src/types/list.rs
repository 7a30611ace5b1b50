//! Pages of lists, and the ranges that filter them.

use crate::Timestamp;
use crate::reflect::object_table::generic_object_table;

/// A page of a list of the v1 API, or a list in an object.
#[non_exhaustive]
pub struct List<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Whether more items follow this page.
    pub has_more: bool,
    /// The total number of items, if the API counts them.
    pub total_count: Option<i64>,
    /// The URL path of the list.
    pub url: Option<String>,
}

generic_object_table!(List<T>: "list" { data = "data" [REQUIRED], has_more = "has_more" [REQUIRED], total_count = "total_count", url = "url" });

/// A page of search results.
#[non_exhaustive]
pub struct SearchResult<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Whether more results follow this page.
    pub has_more: bool,
    /// The token of the next page.
    pub next_page: Option<String>,
    /// The total number of results, if the request asked for it.
    pub total_count: Option<i64>,
    /// The URL path of the search.
    pub url: Option<String>,
}

generic_object_table!(SearchResult<T>: "search_result" { data = "data" [REQUIRED], has_more = "has_more" [REQUIRED], next_page = "next_page" [NULLABLE], total_count = "total_count", url = "url" });

/// A page of a list of the v2 API.
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Path and query of the next page.
    pub next_page_url: Option<String>,
    /// Path and query of the previous page.
    pub previous_page_url: Option<String>,
}

generic_object_table!(Page<T>: "" { data = "data" [REQUIRED], next_page_url = "next_page_url" [NULLABLE], previous_page_url = "previous_page_url" [NULLABLE] });

/// A range of times or numbers, used to filter lists.
///
/// ```
/// use pinstripe_runtime::{RangeQuery, Timestamp, to_json};
///
/// let this_year = RangeQuery::<Timestamp>::from(1_767_225_600..1_798_761_600);
/// assert_eq!(to_json(&this_year), r#"{"gte":1767225600,"lt":1798761600}"#);
/// ```
#[non_exhaustive]
pub struct RangeQuery<T> {
    /// The exclusive lower bound.
    pub gt: Option<T>,
    /// The inclusive lower bound.
    pub gte: Option<T>,
    /// The exclusive upper bound.
    pub lt: Option<T>,
    /// The inclusive upper bound.
    pub lte: Option<T>,
}

generic_object_table!(RangeQuery<T>: "" { gt = "gt", gte = "gte", lt = "lt", lte = "lte" });

impl<T, U: Into<T>> From<std::ops::Range<U>> for RangeQuery<T> {
    fn from(range: std::ops::Range<U>) -> Self {
        Self { gt: None, gte: Some(range.start.into()), lt: Some(range.end.into()), lte: None }
    }
}

impl<T, U: Into<T>> From<std::ops::RangeFrom<U>> for RangeQuery<T> {
    fn from(range: std::ops::RangeFrom<U>) -> Self {
        Self { gt: None, gte: Some(range.start.into()), lt: None, lte: None }
    }
}

impl<T, U: Into<T>> From<std::ops::RangeTo<U>> for RangeQuery<T> {
    fn from(range: std::ops::RangeTo<U>) -> Self {
        Self { gt: None, gte: None, lt: Some(range.end.into()), lte: None }
    }
}

impl<T, U: Into<T>> From<std::ops::RangeInclusive<U>> for RangeQuery<T> {
    fn from(range: std::ops::RangeInclusive<U>) -> Self {
        let (start, end) = range.into_inner();
        Self { gt: None, gte: Some(start.into()), lt: None, lte: Some(end.into()) }
    }
}

impl<T: Clone> RangeQuery<T> {
    /// Creates a range of a single value.
    pub fn exactly(value: T) -> Self {
        Self { gt: None, gte: Some(value.clone()), lt: None, lte: Some(value) }
    }
}

impl From<Timestamp> for RangeQuery<Timestamp> {
    fn from(exactly: Timestamp) -> Self {
        Self::exactly(exactly)
    }
}

impl From<i64> for RangeQuery<i64> {
    fn from(exactly: i64) -> Self {
        Self::exactly(exactly)
    }
}
