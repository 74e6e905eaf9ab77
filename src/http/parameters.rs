//! Declaring the query parameters of an operation.

/// Declares the query parameters of an operation; `with page` adds those that every list has, and
/// `with fields` and `expand` those that say how much of a record is given, and what with it.
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident with page, fields $fields:ident, expand $expand:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name with page, fields $fields {
                $($(#[$field_meta])* pub $field: $type,)*
                /// With each record, those that hang together with it directly: paths with commas between
                /// them, as in `citations.source,arguments`, of at most three steps. What is asked for stands
                /// in the field `expanded`, of 1,000 records in all at most; what lacks some is named in
                /// `incomplete`. The entity tag is that of the record alone, so such an answer is never 304.
                #[param(inline, style = Form, explode = false)]
                pub expand: Option<$expand>,
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident with fields $fields:ident, expand $expand:ident {}) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name with fields $fields {
                /// With each record, those that hang together with it directly: paths with commas between
                /// them, as in `citations.source,arguments`, of at most three steps. What is asked for stands
                /// in the field `expanded`, of 1,000 records in all at most; what lacks some is named in
                /// `incomplete`. The entity tag is that of the record alone, so such an answer is never 304.
                #[param(inline, style = Form, explode = false)]
                pub expand: Option<$expand>,
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident with page, fields $fields:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name with page {
                $($(#[$field_meta])* pub $field: $type,)*
                /// Only these fields of each record, with commas between them; by default all. What is then given
                /// is of the media type `application/vnd.debatebase.sparse+json`; its entity tag is that of the whole.
                #[param(inline, style = Form, explode = false)]
                pub fields: Option<$fields>,
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident with fields $fields:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $crate::http::parameters::parameters! {
            $(#[$meta])*
            pub struct $name {
                $($(#[$field_meta])* pub $field: $type,)*
                /// Only these fields of the record, with commas between them; by default all. What is then given
                /// is of the media type `application/vnd.debatebase.sparse+json`; its entity tag is that of the whole.
                #[param(inline, style = Form, explode = false)]
                pub fields: Option<$fields>,
            }
        }
    };
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
