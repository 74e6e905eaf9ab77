//! Declaring the query parameters of an operation.

/// Declares the query parameters of an operation; `with page` adds those that every list has.
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident with page {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name {
                $($(#[$field_meta])* pub $field: $type,)*
                /// How many items a page has at most.
                #[param(inline)]
                pub limit: Option<$crate::http::page::Limit>,
                /// Where the page begins: the `next_cursor` of the page before, with the same filters and sort.
                #[param(inline)]
                pub cursor: Option<$crate::http::page::Cursor>,
                /// `exact` counts all items that match and gives the `total`.
                #[param(inline)]
                pub count: Option<$crate::http::page::Count>,
            }
        }

        impl $crate::http::page::Paged for $name {
            fn page(&self) -> $crate::http::page::PageParameters {
                $crate::http::page::PageParameters {
                    limit: self.limit.unwrap_or_default(),
                    cursor: self.cursor.clone(),
                    count: self.count,
                }
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        $crate::domain::input::readable!($name { $($field),* });
    };
}

pub(crate) use parameters;
