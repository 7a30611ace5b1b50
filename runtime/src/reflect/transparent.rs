//! Generic types that are stored like one non-generic type.

/// Declares a struct with one field and type parameters that only mark it, such as `Id<T>`.
///
/// The functions of the field's type then serve the struct with any parameters, so they are
/// compiled once. The struct implements [`Value`](crate::Value) and has two private functions:
/// `wrap`, which creates it from its field, and `wrap_ref`, which does so by reference.
macro_rules! transparent {
    (
        $(#[$meta:meta])*
        pub struct $type:ident<$($param:ident $(= $default:ident)?),+> { $field:ident: $inner:ty }
    ) => {
        $(#[$meta])*
        #[repr(transparent)]
        pub struct $type<$($param $(= $default)?),+> {
            $field: $inner,
            marker: std::marker::PhantomData<fn() -> ($($param,)+)>,
        }

        impl<$($param),+> $type<$($param),+> {
            fn wrap($field: $inner) -> Self {
                Self { $field, marker: std::marker::PhantomData }
            }

            #[allow(dead_code)]
            #[allow(unsafe_code, reason = "the macro declares the struct as transparent")]
            pub(crate) fn wrap_ref($field: &$inner) -> &Self {
                // SAFETY: the struct is transparent, so it has the layout of its field.
                unsafe { &*(&raw const *$field).cast::<Self>() }
            }
        }

        impl<$($param),+> Clone for $type<$($param),+> {
            fn clone(&self) -> Self {
                Self::wrap(self.$field.clone())
            }
        }

        impl<$($param: 'static),+> crate::Value for $type<$($param),+> {
            #[allow(unsafe_code, reason = "the macro declares the struct as transparent")]
            const LAYOUT: crate::reflect::layout::LayoutOf<Self> =
                // SAFETY: the struct is transparent, so it has the layout of its field.
                unsafe { <$inner as crate::Value>::LAYOUT.cast() };
        }
    };
}
pub(crate) use transparent;
