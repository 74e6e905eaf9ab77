//! The closed lists of the model.

/// Declares a closed list of words, with its place in JSON, in the database and in the document.
macro_rules! kinds {
    ($(#[doc = $about:literal] $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        #[doc = $about]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it, on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value that a word stands for.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::domain::input::FromJson for $name {
            fn from_json(
                value: serde_json::Value,
                at: &$crate::domain::input::At<'_>,
                faults: &mut $crate::domain::input::Faults,
            ) -> Option<Self> {
                let word = <String as $crate::domain::input::FromJson>::from_json(value, at, faults)?;
                let kind = Self::parse(&word);
                if kind.is_none() {
                    faults.push(at, $crate::domain::input::FaultCode::NotAllowed, concat!("must be one of:", $(" ", $word),*));
                }
                kind
            }
        }

        // utoipa does not see through a macro's literal, so the words are given to it here.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),*]))
                    .description(Some($about.trim()))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        $crate::domain::sql::stored_as!(
            $name, diesel::sql_types::Text, String,
            |word| Self::parse(&word).ok_or_else(|| format!("unknown {}: {word}", stringify!($name)).into()),
            |this| this.as_str()
        );
    )*};
}

pub(crate) use kinds;

kinds! {
    /// Where a topic is in its life. Drafts are seen by those who may write; archived topics refuse changes.
    Status {
        /// Not yet for the public.
        Draft = "draft",
        /// Open to every reader.
        Published = "published",
        /// Readable, and closed to changes.
        Archived = "archived",
    }

    /// Which way the premises of a relation bear on its target.
    RelationKind {
        /// The premises are a reason for the target.
        Supports = "supports",
        /// The premises are a reason against the target; onto a relation, an undercut.
        Attacks = "attacks",
        /// The premises say the target again, in other words.
        Rephrases = "rephrases",
    }
}
