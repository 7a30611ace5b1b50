//! [`Parameter`] implementations for the types of this crate and of the standard library.

use super::params::{Data, ListOf, Parameter, Single};
use super::upload::Upload;
use crate::{Clearable, Currency, DateTime, Decimal, Id, Int64, Map, RawJson, Timestamp};

impl Parameter for bool {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Bool(self)
    }
}

impl Parameter for i64 {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Int(self)
    }
}

impl Parameter for f64 {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Float(self)
    }
}

impl Parameter for String {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(self.into())
    }
}

impl Parameter for RawJson {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Raw(self)
    }
}

impl Parameter for Upload {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Upload(Box::new(self))
    }
}

impl<T: Parameter> Parameter for Box<T> {
    type Shape = T::Shape;

    #[inline]
    fn into_data(self) -> Data {
        (*self).into_data()
    }
}

impl<T: Parameter> Parameter for Vec<T> {
    type Shape = ListOf<T>;

    fn into_data(self) -> Data {
        Data::Array(self.into_iter().map(T::into_data).collect())
    }
}

impl<T: Parameter> Parameter for Map<T> {
    type Shape = Single;

    fn into_data(self) -> Data {
        Data::Map(self.into_iter().map(|(key, value)| (key, value.into_data())).collect())
    }
}

impl<T: Parameter> Parameter for Clearable<T> {
    type Shape = T::Shape;

    #[inline]
    fn into_data(self) -> Data {
        match self {
            Self::Clear => Data::Clear,
            Self::Set(value) => value.into_data(),
        }
    }
}

impl Parameter for Timestamp {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Int(self.seconds())
    }
}

impl<T> Parameter for Id<T> {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(String::from(self).into())
    }
}

impl Parameter for DateTime {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(String::from(self.text).into())
    }
}

impl Parameter for Decimal {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(String::from(self.0).into())
    }
}

impl Parameter for Currency {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(self.as_str().to_owned().into())
    }
}

impl Parameter for Int64 {
    type Shape = Single;

    #[inline]
    fn into_data(self) -> Data {
        Data::Str(self.0.to_string().into())
    }
}
