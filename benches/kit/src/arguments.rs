//! The command line: a command, and options that each have a value.

use std::str::FromStr;

/// Why it did not work. A measurement has no use for more than the text.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// `--name value`, any number of times.
pub struct Arguments(Vec<(String, String)>);

impl Arguments {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<(String, Self), Failure> {
        let command = words.next().ok_or("a command is needed")?;
        let mut options = Vec::new();
        while let Some(word) = words.next() {
            let name = word.strip_prefix("--").ok_or_else(|| format!("what is `{word}`?"))?;
            let value = words.next().ok_or_else(|| format!("--{name} needs a value"))?;
            options.push((name.to_owned(), value));
        }
        Ok((command, Self(options)))
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub fn needed<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        let value = self.all(name).last().ok_or_else(|| format!("--{name} is needed"))?;
        value.parse().map_err(|_| format!("--{name} cannot be `{value}`").into())
    }

    pub fn or<T: FromStr>(&self, name: &str, default: T) -> Result<T, Failure> {
        if self.all(name).next().is_none() { Ok(default) } else { self.needed(name) }
    }
}
