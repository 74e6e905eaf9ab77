//! What clients send and get.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::Scope;
use crate::access::key::Key;
use crate::domain::ids::{KeyId, TopicRef};
use crate::domain::input::{At, FaultCode, Faults, FromJson, Listed, input};
use crate::domain::slug::Slug;
use crate::domain::text::Label;
use crate::http::extract::Number;
use crate::http::parameters::parameters;
use crate::http::sparse::Fields;

/// What a key is to allow.
pub type NewScopes = Listed<Scope, 1, 4>;

/// The topics that a key is to be bound to.
pub type Bounds = Listed<TopicRef, 1, 100>;

/// A key, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKey {
    /// Its public id, which is a part of the key.
    pub id: KeyId,
    /// What it is for.
    pub label: Label,
    /// What it allows.
    #[schema(min_items = 1, max_items = 4)]
    pub scopes: Vec<Scope>,
    /// The topics that it is bound to, by slug, of those that still exist; null if it is bound to none.
    #[schema(required)]
    pub topics: Option<Vec<Slug>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself; null if it does not.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; null if it never was.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null if it was not.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Some of the fields of a key.
pub type KeyFields = Fields<ApiKey>;

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeKey {
    /// All that is known of it.
    #[serde(flatten)]
    pub about: ApiKey,
    /// The key itself, shown this once. Null when the same request is sent again with its
    /// `Idempotency-Key`: the server does not have it any more.
    #[schema(required, pattern = "^dbk_[0-9A-Za-z]{22}_[0-9A-Za-z]{50}$")]
    pub key: Option<String>,
}

impl MadeKey {
    /// With the key, for the one time that it is shown.
    pub fn shown(about: &ApiKey, key: &Key) -> Self {
        Self { about: about.clone(), key: Some(key.reveal()) }
    }

    /// Without it.
    pub fn hidden(about: &ApiKey) -> Self {
        Self { about: about.clone(), key: None }
    }
}

input! {
    /// A key to be made.
    pub struct NewKey {
        /// What it is for: who will have it, and where.
        pub label: Label,
        /// What it allows. `write` and `import` allow what `read` does, and `admin` everything.
        pub scopes: NewScopes,
        /// The only topics that it reaches: it changes nothing outside of them, and manages no keys.
        /// By default it reaches everything.
        #[schema(inline)]
        pub topics: Option<Bounds>,
        /// After how many seconds it ends by itself: 1 to 315,360,000 (ten years); by default never.
        #[schema(inline)]
        pub expires_in: Option<Seconds<1, 315_360_000>>,
    }
}

input! {
    /// How one key takes the place of another.
    pub struct Rotation {
        /// For how many seconds the old key still works beside the new one: 0 to 2,592,000 (30 days);
        /// by default 86,400 (a day).
        #[schema(inline)]
        pub overlap: Option<Seconds<0, 2_592_000>>,
    }
}

parameters! {
    /// Which keys.
    pub struct KeyFilter with page, fields KeyFields {
    }
}

parameters! {
    /// How much of a key.
    pub struct KeyParts with fields KeyFields {}
}

/// The path of a key.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct KeyPath {
    /// The id of the key.
    pub key: KeyId,
}

/// A number of seconds, from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Seconds<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Seconds<MIN, MAX> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The same as a duration.
    pub fn duration(self) -> Duration {
        Duration::seconds(self.0.into())
    }
}

impl<const MIN: u32, const MAX: u32> FromJson for Seconds<MIN, MAX> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let seconds = i32::from_json(value, at, faults)?;
        let seconds = u32::try_from(seconds).ok().filter(|seconds| (MIN..=MAX).contains(seconds));
        if seconds.is_none() {
            let detail = format!("must be a whole number of seconds from {MIN} to {MAX}");
            faults.push(at, FaultCode::OutOfRange, detail);
        }
        seconds.map(Self)
    }
}

impl<const MIN: u32, const MAX: u32> utoipa::PartialSchema for Seconds<MIN, MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Number<MIN, MAX> as utoipa::PartialSchema>::schema()
    }
}

impl<const MIN: u32, const MAX: u32> ToSchema for Seconds<MIN, MAX> {}
