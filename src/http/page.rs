//! Lists in pages: keyset cursors bound to the query that gave them, no OFFSET.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer;
use super::conditions::Conditions;
use super::extract;
use super::parts::Parts;
use super::problem::{Code, Problem, Result};
use crate::domain::input::{At, FaultCode, Faults, FromJson};
use crate::domain::slug::Slug;
use crate::domain::text::{Tag, sha256_hex};

/// How many items a page has at most: 1 to 100, by default 20.
#[derive(Debug, Clone, Copy)]
pub struct Limit(u32);

impl Limit {
    /// How many rows to read: one more than the page has, to know whether there is a next one.
    pub fn with_lookahead(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

impl FromJson for Limit {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        extract::Number::<1, 100>::from_json(value, at, faults).map(|number| Self(number.0))
    }
}

impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(100))
            .default(Some(20.into()))
            .build()
            .into()
    }
}

impl ToSchema for Limit {}

/// An opaque cursor, as a client gives it back.
#[derive(Debug, Clone)]
pub struct Cursor(String);

impl FromJson for Cursor {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if text.is_empty() || text.len() > 1000 || !is_plain {
            faults.push(at, FaultCode::BadFormat, "must be a cursor that this server gave");
            return None;
        }
        Some(Self(text))
    }
}

impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(1000))
            .pattern(Some("^[A-Za-z0-9_-]+$"))
            .build()
            .into()
    }
}

impl ToSchema for Cursor {}

/// How the items are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All of them, now.
    Exact,
}

impl FromJson for Count {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        if value.as_str() == Some("exact") {
            return Some(Self::Exact);
        }
        faults.push(at, FaultCode::NotAllowed, "must be: exact");
        None
    }
}

impl utoipa::PartialSchema for Count {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .enum_values(Some(["exact"]))
            .build()
            .into()
    }
}

impl ToSchema for Count {}

/// Declares the orders that a list can have; the first is the default.
macro_rules! sorts {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)*
        }

        impl Default for $name {
            fn default() -> Self {
                [$(Self::$variant),*][0]
            }
        }

        impl $crate::domain::input::FromJson for $name {
            fn from_json(
                value: serde_json::Value,
                at: &$crate::domain::input::At<'_>,
                faults: &mut $crate::domain::input::Faults,
            ) -> Option<Self> {
                match value.as_str() {
                    $(Some($word) => Some(Self::$variant),)*
                    _ => {
                        let code = $crate::domain::input::FaultCode::NotAllowed;
                        faults.push(at, code, concat!("must be one of:", $(" ", $word),*));
                        None
                    }
                }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let words = [$($word),*];
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .default(Some(words[0].into()))
                    .enum_values(Some(words))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use sorts;

sorts! {
    /// The orders of most lists. A leading hyphen turns one round.
    pub enum Sort {
        /// Oldest first.
        Created = "created",
        /// Newest first.
        CreatedDown = "-created",
        /// Longest unchanged first.
        Updated = "updated",
        /// Last changed first.
        UpdatedDown = "-updated",
        /// By slug.
        Slug = "slug",
        /// By slug, backwards.
        SlugDown = "-slug",
    }
}

sorts! {
    /// The same orders, where the newest are first by default.
    pub enum NewestFirst {
        /// Newest first.
        CreatedDown = "-created",
        /// Oldest first.
        Created = "created",
        /// Last changed first.
        UpdatedDown = "-updated",
        /// Longest unchanged first.
        Updated = "updated",
        /// By slug.
        Slug = "slug",
        /// By slug, backwards.
        SlugDown = "-slug",
    }
}

impl From<NewestFirst> for Sort {
    fn from(sort: NewestFirst) -> Self {
        match sort {
            NewestFirst::CreatedDown => Self::CreatedDown,
            NewestFirst::Created => Self::Created,
            NewestFirst::UpdatedDown => Self::UpdatedDown,
            NewestFirst::Updated => Self::Updated,
            NewestFirst::Slug => Self::Slug,
            NewestFirst::SlugDown => Self::SlugDown,
        }
    }
}

impl Sort {
    /// Whether the order is turned round.
    pub fn is_down(self) -> bool {
        matches!(self, Self::CreatedDown | Self::UpdatedDown | Self::SlugDown)
    }

    /// Whether a change of a record moves it.
    pub fn is_by_change(self) -> bool {
        matches!(self, Self::Updated | Self::UpdatedDown)
    }

    /// Where a record stands in this order.
    pub fn after(self, id: impl Into<Uuid>, updated_at: DateTime<Utc>, slug: &Slug) -> After {
        let key = match self {
            Self::Created | Self::CreatedDown => Key::Id,
            Self::Updated | Self::UpdatedDown => Key::Time(updated_at),
            Self::Slug | Self::SlugDown => Key::Text(slug.to_string()),
        };
        After { key, id: id.into() }
    }
}

/// What every list is asked.
#[derive(Debug, Clone)]
pub struct PageParameters {
    /// How many items.
    pub limit: Limit,
    /// After which one.
    pub cursor: Option<Cursor>,
    /// Whether to count all.
    pub count: Option<Count>,
}

/// Query parameters that ask for a page. Implemented by `parameters!`.
pub trait Paged {
    /// What they say of the page.
    fn page(&self) -> PageParameters;
}

/// The place in a list after which a page begins: the sort value of a record, and its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct After {
    /// The value that the list is sorted by.
    pub key: Key,
    /// What makes the order total.
    pub id: Uuid,
}

impl After {
    /// After a tag, which has no id.
    pub fn tag(topics: i64, name: &str) -> Self {
        Self { key: Key::Tag(topics, name.to_owned()), id: Uuid::nil() }
    }
}

/// A value that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Key {
    /// The id alone.
    Id,
    /// A time.
    Time(DateTime<Utc>),
    /// A text.
    Text(String),
    /// A number.
    Number(i32),
    /// Two numbers.
    Span(i32, i32),
    /// How well something fits.
    Score(i64),
    /// How many topics have a tag, and the tag.
    Tag(i64, String),
}

impl Key {
    /// Whether a record can have it. A cursor is not signed, and may be anybody's work.
    fn can_be_stored(&self) -> bool {
        match self {
            Self::Text(text) => Slug::parse(text).is_ok(),
            Self::Tag(_, tag) => Tag::parse(tag).is_ok(),
            Self::Time(time) => (1..=9999).contains(&time.year()),
            Self::Id | Self::Number(_) | Self::Span(..) | Self::Score(_) => true,
        }
    }

    /// The time, in a list sorted by one.
    pub fn time(&self) -> Result<DateTime<Utc>> {
        if let Self::Time(time) = self { Ok(*time) } else { Err(bad_cursor()) }
    }

    /// The text, in a list sorted by one.
    pub fn text(&self) -> Result<&str> {
        if let Self::Text(text) = self { Ok(text) } else { Err(bad_cursor()) }
    }

    /// The number, in a list sorted by one.
    pub fn number(&self) -> Result<i32> {
        if let Self::Number(number) = self { Ok(*number) } else { Err(bad_cursor()) }
    }

    /// How many topics have the tag, and the tag, in a list of tags.
    pub fn tag(&self) -> Result<(i64, &str)> {
        if let Self::Tag(topics, tag) = self { Ok((*topics, tag)) } else { Err(bad_cursor()) }
    }

    /// The two numbers, in a list sorted by them.
    pub fn span(&self) -> Result<(i32, i32)> {
        if let Self::Span(start, end) = self { Ok((*start, *end)) } else { Err(bad_cursor()) }
    }

    /// How well it fits, in a list sorted by that.
    pub fn score(&self) -> Result<i64> {
        if let Self::Score(score) = self { Ok(*score) } else { Err(bad_cursor()) }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Which query gave it.
    #[serde(rename = "q")]
    query: String,
    #[serde(rename = "a")]
    after: After,
}

fn bad_cursor() -> Problem {
    Problem::new(Code::BadCursor, "It was given by another query, or is damaged.")
}

/// A request for a page of a list: the filters, and where the page begins.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// What to list.
    pub filter: T,
    /// How many items.
    pub limit: Limit,
    /// After which one.
    pub after: Option<After>,
    /// Whether to count all.
    pub count: Option<Count>,
    /// Whether other records are asked for with those of the list.
    pub is_expanded: bool,
    query: String,
    path: String,
    parameters: Vec<(String, String)>,
}

impl<T: FromJson + Paged> FromRequest for Listing<T> {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

impl<T: FromJson + Paged> Listing<T> {
    fn read(request: &HttpRequest) -> Result<Self> {
        let filter: T = extract::read_query(request.query_string())?;
        let parameters = url::form_urlencoded::parse(request.query_string().as_bytes());
        Self::of(request.path(), parameters.into_owned().collect(), filter)
    }
}

impl<T: Paged> Listing<T> {
    /// What is asked for at a path, by parameters that were read.
    pub fn of(path: &str, mut parameters: Vec<(String, String)>, filter: T) -> Result<Self> {
        let page = filter.page();
        parameters.retain(|(name, _)| name != "cursor");
        parameters.sort();
        let query = fingerprint(path, &parameters);
        let after = page.cursor.map(|cursor| open(&cursor, &query)).transpose()?;
        Ok(Self {
            filter,
            limit: page.limit,
            after,
            count: page.count,
            is_expanded: parameters.iter().any(|(name, _)| name == "expand"),
            query,
            path: path.to_owned(),
            parameters,
        })
    }
}

impl<T> Listing<T> {
    /// Makes a page of the rows read (one more than the limit, if there are as many).
    pub fn page<R>(
        &self,
        mut rows: Vec<R>,
        total: Option<i64>,
        key: impl Fn(&R) -> After,
    ) -> Page<R> {
        let size = usize::try_from(self.limit.0).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next_cursor = rows.last().filter(|_| more).map(|last| self.seal(key(last)));
        Page { data: rows, page: PageInfo { next_cursor, total } }
    }

    /// Answers a page, as much of its records as is asked for, with a link to the next. `tag` is the
    /// state of what is listed.
    pub fn answer<R: Serialize>(
        &self,
        conditions: &Conditions,
        tag: &str,
        page: &Page<R>,
        parts: &Parts<'_, R>,
    ) -> HttpResponse {
        let mut answer = answer::partial(conditions, tag, &parts.of_list(page));
        self.link(&mut answer, page.next_cursor());
        answer
    }

    /// Answers a page of what has no version together: its entity tag is made of the whole.
    pub fn answer_untagged<R>(
        &self,
        conditions: &Conditions,
        page: &impl NextCursor,
        parts: &Parts<'_, R>,
    ) -> Result<HttpResponse> {
        let mut answer = answer::untagged(conditions, &parts.of_list(page))?;
        self.link(&mut answer, page.next_cursor());
        Ok(answer)
    }

    /// Adds the link to the next page (RFC 8288).
    fn link(&self, answer: &mut HttpResponse, next_cursor: Option<&str>) {
        let Some(cursor) = next_cursor else { return };
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .append_pair("cursor", cursor)
            .finish();
        let link = format!("<{}?{query}>; rel=\"next\"", self.path);
        if let Ok(link) = header::HeaderValue::from_str(&link) {
            answer.headers_mut().insert(header::LINK, link);
        }
    }

    fn seal(&self, after: After) -> String {
        let sealed = Sealed { query: self.query.clone(), after };
        // Serialising numbers and texts to memory cannot fail.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).unwrap_or_default())
    }
}

fn open(cursor: &Cursor, query: &str) -> Result<After> {
    URL_SAFE_NO_PAD
        .decode(&cursor.0)
        .ok()
        .and_then(|json| serde_json::from_slice::<Sealed>(&json).ok())
        .filter(|sealed| sealed.query == query && sealed.after.key.can_be_stored())
        .map(|sealed| sealed.after)
        .ok_or_else(bad_cursor)
}

/// What binds a cursor to its query: the path and the parameters that change what is listed.
fn fingerprint(path: &str, parameters: &[(String, String)]) -> String {
    let mut text = path.to_owned();
    let is_of_page = |name: &str| matches!(name, "limit" | "count" | "fields" | "expand");
    for (name, value) in parameters.iter().filter(|(name, _)| !is_of_page(name)) {
        // The length keeps two different lists of parameters from reading alike.
        text.push_str(&format!("\n{name}:{}:{value}", value.len()));
    }
    sha256_hex(text.as_bytes()).chars().take(12).collect()
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in order.
    pub data: Vec<T>,
    /// How to go on.
    pub page: PageInfo,
}

/// How to go on from a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageInfo {
    /// Give it as `cursor` for the next page; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// How many items match in all; only with `count=exact`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub total: Option<i64>,
}

/// An answer that may have a next page.
pub trait NextCursor: Serialize {
    /// The cursor of the next page.
    fn next_cursor(&self) -> Option<&str>;
}

impl<T: Serialize> NextCursor for Page<T> {
    fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor.as_deref()
    }
}
