//! Declaring the query parameters of an operation.

/// Declares the query parameters of an operation; `with page` adds those that every list has, and
/// `fields` and `expand` those that say how much of a record is given, and what with it.
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident with $($with:ident $($of:ident)?),+ {
        $($own:tt)*
    }) => {
        $crate::http::parameters::parameters! {
            @ { $(#[$meta])* pub struct $name } { $($own)* } {} $($with $($of)?,)+
        }
    };
    // Each puts its parameters before those that were added already, and leaves the rest.
    (@ { $(#[$meta:meta])* pub struct $name:ident } $own:tt { $($added:tt)* } page, $($rest:tt)*) => {
        $crate::http::parameters::parameters! {
            @ { $(#[$meta])* pub struct $name } $own {
                /// How many items a page has at most.
                #[param(inline)]
                pub limit: Option<$crate::http::page::Limit>,
                /// Where the page begins: the `next_cursor` of the page before, with the same filters and sort.
                #[param(inline)]
                pub cursor: Option<$crate::http::page::Cursor>,
                /// `exact` counts all items that match and gives the `total`.
                #[param(inline)]
                pub count: Option<$crate::http::page::Count>,
                $($added)*
            } $($rest)*
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
    (@ $head:tt $own:tt { $($added:tt)* } fields $fields:ident, $($rest:tt)*) => {
        $crate::http::parameters::parameters! {
            @ $head $own {
                /// Only these fields of what is asked for, in a list of each record, with commas between
                /// them; by default all. What is then given is of the media type
                /// `application/vnd.debatebase.sparse+json`; its entity tag is that of the whole.
                #[param(inline, style = Form, explode = false)]
                pub fields: Option<$fields>,
                $($added)*
            } $($rest)*
        }
    };
    (@ $head:tt $own:tt { $($added:tt)* } expand $expand:ident, $($rest:tt)*) => {
        $crate::http::parameters::parameters! {
            @ $head $own {
                /// With each record, those that hang together with it directly: paths with commas between
                /// them, as in `citations.source,arguments`, of at most three steps. What is asked for stands
                /// in the field `expanded`, of 1,000 records in all at most; what lacks some is named in
                /// `incomplete`. The entity tag is that of the record alone, so such an answer is never 304.
                #[param(inline, style = Form, explode = false)]
                pub expand: Option<$expand>,
                $($added)*
            } $($rest)*
        }
    };
    (@ { $(#[$meta:meta])* pub struct $name:ident } { $($own:tt)* } { $($added:tt)* }) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name {
                $($own)*
                $($added)*
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
