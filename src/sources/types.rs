//! What clients send and get.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::citations::{Citation, CitationExpand, CitationFields};
use crate::db::schema::sources;
use crate::domain::ids::{SourceId, SourceRef};
use crate::domain::input::{Listed, input, patch};
use crate::domain::origin::{Origin, OriginPatch};
use crate::domain::quote::{Coverage, SourceText};
use crate::domain::slug::Slug;
use crate::domain::text::{Licence, Name, Tag, Title};
use crate::domain::web_url::WebUrl;
use crate::http::expand::{Expand, expandable};
use crate::http::page::{NewestFirst, NextCursor, PageInfo};
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

/// The authors of a source: at most 100 different ones.
pub type Authors = Listed<Name, 0, 100>;

/// A text that somebody wrote. The text itself is at `…/text`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = sources)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Its readable name, unique among sources.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// Who wrote it; empty when that is not known.
    pub authors: Vec<Name>,
    /// Who published it.
    #[schema(required)]
    pub publisher: Option<Name>,
    /// When it was published.
    #[schema(required, pattern = "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    pub published_on: Option<NaiveDate>,
    /// Where it is on the web.
    #[schema(required)]
    pub url: Option<WebUrl>,
    /// The terms under which it may be used.
    #[schema(required)]
    pub licence: Option<Licence>,
    /// The length of its text in Unicode code points; null when the text is not here.
    #[schema(required, minimum = 0)]
    pub text_length: Option<i32>,
    /// The SHA-256 of its text's UTF-8 bytes, in hexadecimal; null when the text is not here.
    #[schema(required, pattern = "^[0-9a-f]{64}$")]
    pub sha256: Option<String>,
    /// Where it was imported from.
    #[schema(required)]
    pub origin: Option<Origin>,
    /// Counts its changes; the `ETag`.
    #[schema(minimum = 1)]
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

input! {
    /// A source to be made, or put in the place of another.
    pub struct NewSource {
        /// Its readable name; derived from the title when left out.
        pub slug: Option<Slug>,
        /// Its title.
        pub title: Title,
        /// Who wrote it; leave out when that is not known.
        pub authors: Option<Authors>,
        /// Who published it.
        pub publisher: Option<Name>,
        /// When it was published.
        #[schema(pattern = "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
        pub published_on: Option<NaiveDate>,
        /// Where it is on the web.
        pub url: Option<WebUrl>,
        /// The terms under which it may be used.
        pub licence: Option<Licence>,
        /// Its text, kept to the byte; without it no quote of the source can be checked.
        pub text: Option<SourceText>,
        /// Where it was imported from.
        pub origin: Option<Origin>,
    }
}

patch! {
    /// Changes to a source (JSON Merge Patch): what is left out stays as it is.
    pub struct SourcePatch {
        /// Its title.
        pub title: Title,
        /// Who wrote it, all of them.
        pub authors: Authors,
        /// Who published it.
        pub publisher: Option<Name>,
        /// When it was published.
        #[schema(pattern = "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
        pub published_on: Option<NaiveDate>,
        /// Where it is on the web.
        pub url: Option<WebUrl>,
        /// The terms under which it may be used.
        pub licence: Option<Licence>,
        /// Its text, kept to the byte; its quotes move along, or the change is refused.
        pub text: Option<SourceText>,
        /// Where it was imported from; its members are patched, too.
        pub origin: Option<OriginPatch>,
    }
}

/// Some of the fields of a source.
pub type SourceFields = Fields<Source>;

/// What may be asked for with a source.
pub type SourceExpand = Expand<Source>;

expandable!(Source: Source, |_| None);

parameters! {
    /// Which sources.
    pub struct SourceFilter with page, fields SourceFields, expand SourceExpand {
        /// Only those whose title begins so, in upper or lower case.
        #[param(inline)]
        pub q: Option<Tag>,
        /// In which order; by default newest first.
        #[param(inline)]
        pub sort: Option<NewestFirst>,
    }
}

parameters! {
    /// How much of a record.
    pub struct SourceParts with fields SourceFields, expand SourceExpand {}
}

parameters! {
    /// Which page of a source's quotes.
    pub struct SourceCitationFilter with page, fields CitationFields, expand CitationExpand {
    }
}

/// A page of the quotes of a source, in text order, and how much of the text they cover.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceCitations {
    /// The quotes, in text order.
    pub data: Vec<Citation>,
    /// How to go on.
    pub page: PageInfo,
    /// What of the text all its quotes cover, whichever page this is; null when the text is not here.
    #[schema(required)]
    pub coverage: Option<Coverage>,
}

impl NextCursor for SourceCitations {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor.as_deref()
    }
}

/// The path of a source.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SourcePath {
    /// The id or slug of the source.
    pub source: SourceRef,
}
