//! JSON read tolerantly and within bounds: a name that an object has twice is told, not refused.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::domain::input::At;

/// The most bytes of the pointers that tell the names given twice: each has the names of all that is
/// around it, and a long one may be around many.
const MOST_REPEATED: usize = 1_000_000;

/// A name that an object has more than once, by the pointer to its value. The last value counts.
pub(super) type Repeated = Vec<String>;

/// Reads a text of at most so many values to its end: a text of empty lists, each of which takes
/// thirty times its length in memory, must not fill it. It may nest 127 deep (the bound of
/// `serde_json`).
pub(super) fn parse(
    text: &str,
    most_values: usize,
) -> Result<(Value, Repeated), serde_json::Error> {
    let mut reading = Reading {
        most_values,
        values_left: most_values,
        path: Vec::new(),
        repeated: Vec::new(),
        repeated_left: MOST_REPEATED,
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = reading.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, reading.repeated))
}

#[derive(Debug)]
enum Step {
    Field(String),
    Item(usize),
}

#[derive(Debug)]
struct Reading {
    most_values: usize,
    values_left: usize,
    path: Vec<Step>,
    repeated: Repeated,
    /// How many bytes of pointers may still be told.
    repeated_left: usize,
}

impl Reading {
    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |at, step| match step {
            Step::Field(name) => At::Pointer(&at).field(name).to_string(),
            Step::Item(index) => At::Pointer(&at).item(*index).to_string(),
        })
    }

    /// Tells that the object has the name twice that was just read.
    fn repeat<E: Error>(&mut self) -> Result<(), E> {
        let pointer = self.pointer();
        let Some(left) = self.repeated_left.checked_sub(pointer.len()) else {
            return Err(E::custom("too many names are given twice"));
        };
        self.repeated_left = left;
        self.repeated.push(pointer);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reading {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let Some(left) = self.values_left.checked_sub(1) else {
            return Err(D::Error::custom(format!("more than {} values", self.most_values)));
        };
        self.values_left = left;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            self.path.push(Step::Item(items.len()));
            let item = from.next_element_seed(&mut *self)?;
            self.path.pop();
            match item {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            self.path.push(Step::Field(name.clone()));
            if fields.contains_key(&name) {
                self.repeat()?;
            }
            let value = from.next_value_seed(&mut *self)?;
            self.path.pop();
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_twice_is_told_and_the_last_one_counts() {
        let (value, repeated) = parse(r#"{"a": [{"b": 1, "b": 2}]}"#, 5).unwrap();

        assert_eq!(value, serde_json::json!({"a": [{"b": 2}]}));
        assert_eq!(repeated, ["/a/0/b"]);
    }

    #[test]
    fn a_text_of_too_many_values_is_refused() {
        assert!(parse("[[], [], []]", 4).is_ok());
        assert!(parse("[[], [], []]", 3).is_err());
    }

    #[test]
    fn a_long_name_around_many_that_are_given_twice_is_refused() {
        let text =
            format!("{{\"{}\": {{{}\"a\": 1}}}}", "x".repeat(400_000), "\"a\": 1,".repeat(100_000));

        assert!(parse(&text, 1_000_000).is_err_and(|error| error.to_string().contains("twice")));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for bad in ["{\n \"a\": }", "[\"\\ud800\"]", "[1e999]", "{} {}", &"[".repeat(200)] {
            assert!(parse(bad, 1_000).is_err_and(|error| error.line() > 0), "{bad}");
        }
    }
}
