//! What a request can expand.

use crate::types::expand::{Depth, Expand, Plus};
use crate::{List, MaybeDeleted, SearchResult};

/// What `.expand(…)` accepts in a request whose response is `Output`: paths to expandable fields.
///
/// - An [`Expand`] constant of the object in the response, or a chain of them. In a list or search,
///   the path of an item gets the prefix `data.`.
/// - A path as text, which is sent as it is: `"data.customer"`.
/// - A tuple, an array, a slice or a vector of these, and an `Option`.
#[diagnostic::on_unimplemented(
    message = "`.expand(…)` takes paths of at most four levels to expandable fields of `{Output}`",
    label = "not such a path"
)]
pub trait Expands<Output> {
    /// Adds the paths.
    fn add_to(self, paths: &mut Vec<String>);
}

#[diagnostic::do_not_recommend]
impl<From, To, const LEVELS: usize> Expands<From> for Expand<From, To, Depth<LEVELS>> {
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(self.path());
    }
}

#[diagnostic::do_not_recommend]
impl<From, To, D, const LEVELS: usize> Expands<MaybeDeleted<From, D>>
    for Expand<From, To, Depth<LEVELS>>
{
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(self.path());
    }
}

#[diagnostic::do_not_recommend]
impl<From, To, const LEVELS: usize> Expands<List<From>> for Expand<From, To, Depth<LEVELS>>
where
    Depth<1>: Plus<Depth<LEVELS>>,
{
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(format!("data.{self}"));
    }
}

#[diagnostic::do_not_recommend]
impl<From, To, const LEVELS: usize> Expands<SearchResult<From>> for Expand<From, To, Depth<LEVELS>>
where
    Depth<1>: Plus<Depth<LEVELS>>,
{
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(format!("data.{self}"));
    }
}

#[diagnostic::do_not_recommend]
impl<Output> Expands<Output> for &str {
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(self.to_owned());
    }
}

#[diagnostic::do_not_recommend]
impl<Output> Expands<Output> for String {
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(self);
    }
}

#[diagnostic::do_not_recommend]
impl<Output> Expands<Output> for &String {
    fn add_to(self, paths: &mut Vec<String>) {
        paths.push(self.clone());
    }
}

#[diagnostic::do_not_recommend]
impl<Output, T: Expands<Output>> Expands<Output> for Option<T> {
    fn add_to(self, paths: &mut Vec<String>) {
        if let Some(path) = self {
            path.add_to(paths);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<Output, T: Expands<Output>> Expands<Output> for Vec<T> {
    fn add_to(self, paths: &mut Vec<String>) {
        self.into_iter().for_each(|path| path.add_to(paths));
    }
}

#[diagnostic::do_not_recommend]
impl<Output, T: Expands<Output>, const N: usize> Expands<Output> for [T; N] {
    fn add_to(self, paths: &mut Vec<String>) {
        self.into_iter().for_each(|path| path.add_to(paths));
    }
}

#[diagnostic::do_not_recommend]
impl<Output, T: Expands<Output> + Clone> Expands<Output> for &[T] {
    fn add_to(self, paths: &mut Vec<String>) {
        self.iter().cloned().for_each(|path| path.add_to(paths));
    }
}

macro_rules! tuples {
    ($($($item:ident)+;)+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<Output, $($item: Expands<Output>),+> Expands<Output> for ($($item,)+) {
                #[allow(non_snake_case)]
                fn add_to(self, paths: &mut Vec<String>) {
                    let ($($item,)+) = self;
                    $($item.add_to(paths);)+
                }
            }
        )+
    };
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
