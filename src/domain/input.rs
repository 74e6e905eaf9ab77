//! Reading what somebody sent: strictly, and naming every fault, not only the first.
//!
//! A type that can be read implements [`FromJson`]. It is given a JSON value and the place where
//! that value stands, and either answers or records what is wrong and goes on. The
//! `input!` macro makes one of a struct, so that its fields, its JSON Schema and its
//! errors stand together. Bodies, query strings and seed documents are all read this way.

use std::fmt;

use serde_json::{Map, Value};

use super::ids::Ref;
use super::language::Language;
use super::slug::{Slug, SlugError};
use super::web_url::WebUrl;

/// What is wrong with one place of the input: a closed list that clients may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultCode {
    /// A field that is needed is not there.
    Missing,
    /// A field or parameter that is not known here.
    Unknown,
    /// Another JSON type than the one needed.
    WrongType,
    /// Shorter than allowed, or empty.
    TooShort,
    /// Longer than allowed.
    TooLong,
    /// Too many items.
    TooMany,
    /// Too few items.
    TooFew,
    /// A number outside its bounds.
    OutOfRange,
    /// A character that no text may hold.
    BadCharacter,
    /// Not of the form needed.
    BadFormat,
    /// Not one of the words allowed here, or not together with another field.
    NotAllowed,
    /// The same thing twice.
    Duplicate,
    /// It names a record that is not there.
    NotFound,
    /// The quoted words do not stand in the source's text.
    QuoteNotFound,
    /// The quoted words stand more than once in the source's text.
    QuoteAmbiguous,
}

/// One fault: where, what, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON Pointer (RFC 6901) to the value at fault; the empty string is the whole input.
    pub pointer: String,
    /// What is wrong, for programs.
    pub code: FaultCode,
    /// What is wrong and how to mend it, for people.
    pub detail: String,
}

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// An input with more faults than this is not read any further in the answer.
    pub const MOST: usize = 100;

    /// Records a fault.
    pub fn push(&mut self, at: &At<'_>, code: FaultCode, detail: impl Into<String>) {
        if !self.are_too_many() {
            self.0.push(Fault { pointer: at.to_string(), code, detail: detail.into() });
        }
    }

    /// Records that a value is of the wrong JSON type.
    pub fn wrong_type<T>(&mut self, at: &At<'_>, wanted: &str, found: &Value) -> Option<T> {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.push(at, FaultCode::WrongType, format!("must be {wanted}, not {found}"));
        None
    }

    /// Whether no further fault is recorded.
    pub fn are_too_many(&self) -> bool {
        self.0.len() >= Self::MOST
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many faults there are so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The faults, in the order of the input's fields.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// A place in the input. Its text is a JSON Pointer (RFC 6901).
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// The whole input.
    Root,
    /// A field of the value at another place.
    Field(&'a At<'a>, &'a str),
    /// An item of the array at another place.
    Item(&'a At<'a>, usize),
    /// A place remembered as text.
    Pointer(&'a str),
}

impl At<'_> {
    /// The field `name` of the value here.
    pub fn field<'b>(&'b self, name: &'b str) -> At<'b> {
        At::Field(self, name)
    }

    /// The item `index` of the array here.
    pub fn item(&self, index: usize) -> At<'_> {
        At::Item(self, index)
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(parent, name) => {
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Self::Item(parent, index) => write!(f, "{parent}/{index}"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

/// A type that can be read from JSON, finding every fault.
pub trait FromJson: Sized {
    /// Reads `value`, which stands at `at`. `None` means that a fault was recorded.
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self>;

    /// What the absence of the field means. By default, a fault.
    fn absent(at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        faults.push(at, FaultCode::Missing, "is needed");
        None
    }
}

/// Reads a whole input.
pub fn read<T: FromJson>(value: Value) -> Result<T, Vec<Fault>> {
    let mut faults = Faults::default();
    match T::from_json(value, &At::Root, &mut faults) {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(faults.into_vec()),
    }
}

/// A JSON object of which the fields are taken one by one.
#[derive(Debug)]
pub struct Object<'a> {
    fields: Map<String, Value>,
    at: &'a At<'a>,
}

impl<'a> Object<'a> {
    /// Opens an object that may have the fields `known` and no others.
    pub fn open(value: Value, at: &'a At<'a>, known: &[&str], faults: &mut Faults) -> Option<Self> {
        let Value::Object(fields) = value else {
            return faults.wrong_type(at, "an object", &value);
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            if faults.are_too_many() {
                break;
            }
            let detail = match nearest(name, known) {
                Some(near) => format!("is not known here; did you mean `{near}`?"),
                None if known.is_empty() => "is not known here; nothing is".to_owned(),
                None => format!("is not known here; known are: {}", known.join(", ")),
            };
            faults.push(&at.field(name), FaultCode::Unknown, detail);
        }
        Some(Self { fields, at })
    }

    /// Takes the field `name`.
    pub fn take<T: FromJson>(&mut self, name: &str, faults: &mut Faults) -> Option<T> {
        let at = self.at.field(name);
        match self.fields.remove(name) {
            Some(value) => T::from_json(value, &at, faults),
            None => T::absent(&at, faults),
        }
    }
}

/// The known name that an unknown one is most likely a slip of.
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // Comparing costs the product of the lengths, and no slip makes a name this long.
    if name.len() > 100 {
        return None;
    }
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Declares what somebody may send: the struct, its JSON Schema and how it is read.
macro_rules! input {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        $crate::domain::input::readable!($name { $($field),* });
    };
}

/// Declares a JSON Merge Patch (RFC 7396): every field may be absent, which leaves it as it is.
macro_rules! patch {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[schema(value_type = $type, required = false)]
                pub $field: $crate::domain::input::Field<$type>,
            )*
        }

        $crate::domain::input::readable!($name { $($field),* });
    };
}

/// Implements [`FromJson`] for a struct, field by field.
macro_rules! readable {
    ($name:ident { $($field:ident),* }) => {
        impl $crate::domain::input::FromJson for $name {
            fn from_json(
                value: serde_json::Value,
                at: &$crate::domain::input::At<'_>,
                faults: &mut $crate::domain::input::Faults,
            ) -> Option<Self> {
                let known = &[$(stringify!($field)),*];
                let mut object = $crate::domain::input::Object::open(value, at, known, faults)?;
                // Every field is read before the first missing one ends the reading.
                $(let $field = object.take(stringify!($field), faults);)*
                Some(Self { $($field: $field?),* })
            }
        }
    };
}

pub(crate) use {input, patch, readable};

/// A field of a patch: absent (left as it is) or given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Not in the patch: the record keeps what it has.
    #[default]
    Absent,
    /// In the patch.
    Given(T),
}

impl<T> Field<T> {
    /// The given value, in the form that diesel's changesets take.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<T: serde::Serialize> serde::Serialize for Field<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Given(value) => value.serialize(serializer),
        }
    }
}

impl<T: FromJson> FromJson for Field<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        T::from_json(value, at, faults).map(Self::Given)
    }

    fn absent(_: &At<'_>, _: &mut Faults) -> Option<Self> {
        Some(Self::Absent)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_json(value, at, faults).map(Some) }
    }

    fn absent(_: &At<'_>, _: &mut Faults) -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Array(items) = value else {
            return faults.wrong_type(at, "an array", &value);
        };
        let wanted = items.len();
        let read: Vec<T> = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| T::from_json(item, &at.item(index), faults))
            .collect();
        (read.len() == wanted).then_some(read)
    }
}

/// A list of at least `MIN` and at most `MAX` different items. Those that are written differently
/// and come to the same, as `ai` and ` ai ` do, are one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Listed<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Listed<T, MIN, MAX> {
    /// The items.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }

    /// The items.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

// Not derived: an empty list is only right where `MIN` is 0, which is where the model needs it.
impl<T, const MAX: usize> Default for Listed<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: FromJson + PartialEq, const MIN: usize, const MAX: usize> FromJson for Listed<T, MIN, MAX> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let length = value.as_array().map_or(0, Vec::len);
        if length > MAX {
            faults.push(
                at,
                FaultCode::TooMany,
                format!("has {length} items; at most {MAX} are allowed"),
            );
            return None;
        }
        let repeated = value.as_array().and_then(|items| {
            let earlier = |index: usize| items.iter().take(index);
            let mut places = items.iter().enumerate();
            places.position(|(index, item)| earlier(index).any(|other| other == item))
        });
        let items = Vec::<T>::from_json(value, at, faults)?;
        if items.len() < MIN {
            faults.push(at, FaultCode::TooFew, format!("needs at least {MIN} item(s)"));
            return None;
        }
        if let Some(index) = repeated {
            faults.push(&at.item(index), FaultCode::Duplicate, "is in the list already");
            return None;
        }
        let mut different: Vec<T> = Vec::with_capacity(length);
        for item in items {
            if !different.contains(&item) {
                different.push(item);
            }
        }
        Some(Self(different))
    }
}

impl<T: utoipa::ToSchema, const MIN: usize, const MAX: usize> utoipa::PartialSchema
    for Listed<T, MIN, MAX>
{
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ArrayBuilder::new()
            .items(utoipa::openapi::Ref::from_schema_name(T::name()))
            .min_items((MIN > 0).then_some(MIN))
            .max_items(Some(MAX))
            .unique_items(true)
            .build()
            .into()
    }
}

impl<T: utoipa::ToSchema, const MIN: usize, const MAX: usize> utoipa::ToSchema
    for Listed<T, MIN, MAX>
{
    fn name() -> std::borrow::Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(
        schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) {
        schemas.push((T::name().into(), T::schema()));
        T::schemas(schemas);
    }
}

impl FromJson for String {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::String(text) = value else {
            return faults.wrong_type(at, "a string", &value);
        };
        Some(text)
    }
}

impl FromJson for bool {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let Value::Bool(flag) = value else {
            return faults.wrong_type(at, "true or false", &value);
        };
        Some(flag)
    }
}

/// Reads a whole number, however it is written: `1.0` is one (JSON Schema, validation, section 6.1.1).
pub fn whole(value: &Value, at: &At<'_>, faults: &mut Faults) -> Option<i64> {
    let Value::Number(number) = value else {
        return faults.wrong_type(at, "a whole number", value);
    };
    let written = || number.as_f64().filter(|n| n.fract() == 0.0).map(|n| format!("{n:.0}"));
    let whole = number.as_i64().or_else(|| written()?.parse().ok());
    if whole.is_none() {
        faults.push(at, FaultCode::OutOfRange, "must be a whole number");
    }
    whole
}

impl FromJson for i32 {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let whole = Self::try_from(whole(&value, at, faults)?).ok();
        if whole.is_none() {
            let detail = format!("must be a whole number from {} to {}", Self::MIN, Self::MAX);
            faults.push(at, FaultCode::OutOfRange, detail);
        }
        whole
    }
}

impl FromJson for chrono::NaiveDate {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        // Years of four digits only: RFC 3339 has no others, and PostgreSQL's own bounds are wider.
        let shape: String =
            text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).take(11).collect();
        let date = (shape == "9999-99-99" && !text.starts_with("0000"))
            .then(|| text.parse().ok())
            .flatten();
        if date.is_none() {
            faults.push(
                at,
                FaultCode::BadFormat,
                "must be a date of the calendar, as in 2024-07-23",
            );
        }
        date
    }
}

impl FromJson for Slug {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        Self::parse(&text).map_err(|error| push_slug_error(error, at, faults)).ok()
    }
}

impl<Id: From<uuid::Uuid>> FromJson for Ref<Id> {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        text.parse().map_err(|error| push_slug_error(error, at, faults)).ok()
    }
}

fn push_slug_error(error: SlugError, at: &At<'_>, faults: &mut Faults) {
    let code = match error {
        SlugError::Form | SlugError::ReadsAsUuid => FaultCode::BadFormat,
        SlugError::TooLong => FaultCode::TooLong,
    };
    faults.push(at, code, error.to_string());
}

impl FromJson for Language {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        let language = Self::parse(&text);
        if language.is_none() {
            faults.push(
                at,
                FaultCode::BadFormat,
                "must be a language tag (BCP 47), such as en or pt-BR",
            );
        }
        language
    }
}

impl FromJson for WebUrl {
    fn from_json(value: Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        let text = String::from_json(value, at, faults)?;
        let url = Self::parse(&text);
        if url.is_none() {
            let detail = "must be an address that begins with http:// or https://, of at most 2000 \
                          characters, and percent-encoded where RFC 3986 asks for it";
            faults.push(at, FaultCode::BadFormat, detail);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::text::{Claim, Tag};
    use super::*;

    type Few = Listed<Tag, 0, 3>;

    input! {
        /// For the tests below.
        pub struct Sample {
            pub claim: Claim,
            pub tags: Option<Few>,
            pub rank: i32,
        }
    }

    fn faults(value: Value) -> Vec<(String, FaultCode)> {
        read::<Sample>(value).unwrap_err().into_iter().map(|f| (f.pointer, f.code)).collect()
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let found = faults(json!({"clam": 1, "tags": ["a", 2, "\u{0}"], "rank": 1e12}));

        assert_eq!(
            found,
            [
                ("/clam".to_owned(), FaultCode::Unknown),
                ("/claim".to_owned(), FaultCode::Missing),
                ("/tags/1".to_owned(), FaultCode::WrongType),
                ("/tags/2".to_owned(), FaultCode::BadCharacter),
                ("/rank".to_owned(), FaultCode::OutOfRange),
            ]
        );
    }

    #[test]
    fn an_unknown_field_is_told_the_nearest_known_one() {
        let fault = read::<Sample>(json!({"claim": "x", "rank": 1, "tag": []})).unwrap_err();

        assert_eq!(fault[0].detail, "is not known here; did you mean `tags`?");
    }

    #[test]
    fn a_repeated_item_is_a_fault_of_the_second_one() {
        let found = faults(json!({"claim": "x", "rank": 1, "tags": ["a", "b", "a"]}));

        assert_eq!(found, [("/tags/2".to_owned(), FaultCode::Duplicate)]);
    }

    #[test]
    fn a_pointer_escapes_what_rfc_6901_says() {
        assert_eq!(At::Root.field("a/b~c").item(3).to_string(), "/a~1b~0c/3");
    }
}
