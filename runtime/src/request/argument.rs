//! What setters accept.

use super::params::{Data, ListOf, Parameter, Single};
use crate::Clearable;

/// What a setter accepts for a parameter of type `T`:
///
/// - a value that converts into `T`,
/// - for a list, an iterator over values that convert into its items, such as an array,
/// - an `Option` of these, whose `None` leaves the parameter as it is,
/// - a `usize` or `u64`, if `T` is an integer. A number above the greatest integer of the API is
///   sent as it is, and the API refuses it.
///
/// `K` tells these kinds apart. The compiler infers it.
///
/// ```
/// use pinstripe_runtime::Argument;
///
/// /// Takes what the setter of an integer takes.
/// fn limit<K>(_: impl Argument<i64, K>) {}
///
/// limit(10);
/// limit(Some(10));
/// limit([1, 2, 3].len());
/// let none: Option<u8> = None;
/// limit(none);
/// ```
#[diagnostic::on_unimplemented(
    message = "this parameter takes `{T}`, what converts into it, and `Option` of it",
    label = "`{Self}` does not convert into `{T}`"
)]
pub trait Argument<T, K> {
    /// Converts to data to send. `None` leaves the parameter as it is.
    #[doc(hidden)]
    fn into_data(self) -> Option<Data>;
}

/// Kinds of arguments.
#[allow(unreachable_pub)]
mod kind {
    pub struct Value;
    pub struct List;
    pub struct Clearable;
    pub struct Count;
    /// An `Option` of another kind.
    pub struct Optional<K>(std::marker::PhantomData<K>);
}

#[diagnostic::do_not_recommend]
impl<T: Parameter<Shape = Single>, U: Into<T>> Argument<T, kind::Value> for U {
    #[inline]
    fn into_data(self) -> Option<Data> {
        Some(self.into().into_data())
    }
}

#[diagnostic::do_not_recommend]
impl<T, U, I> Argument<T, kind::List> for I
where
    T: Parameter<Shape = ListOf<U>>,
    U: Parameter,
    I: IntoIterator<Item: Into<U>>,
{
    fn into_data(self) -> Option<Data> {
        Some(Data::Array(self.into_iter().map(|item| item.into().into_data()).collect()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Parameter> Argument<Clearable<Vec<T>>, kind::Clearable> for Clearable<Vec<T>> {
    fn into_data(self) -> Option<Data> {
        Some(Parameter::into_data(self))
    }
}

/// Counts that do not convert into `i64` without a check.
macro_rules! counts {
    ($($count:ty)*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl Argument<i64, kind::Count> for $count {
                #[inline]
                fn into_data(self) -> Option<Data> {
                    let exact = |_| Data::Str(self.to_string().into());
                    Some(i64::try_from(self).map_or_else(exact, Data::Int))
                }
            }
        )*
    };
}

counts! { usize u64 }

#[diagnostic::do_not_recommend]
impl<T, K, U: Argument<T, K>> Argument<T, kind::Optional<K>> for Option<U> {
    #[inline]
    fn into_data(self) -> Option<Data> {
        self.and_then(U::into_data)
    }
}
