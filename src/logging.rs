//! The log: lines on standard error, for people or for programs.

use std::io::Write;

use env_logger::fmt::Formatter;
use log::Record;
use log::kv::{self, Key, Value, VisitSource};

use crate::config::LogFormat;

/// Starts logging. Called once, by `main`.
pub fn start(filter: &str, format: LogFormat) {
    let mut builder = env_logger::Builder::new();
    builder.parse_filters(filter);
    match format {
        LogFormat::Human => builder.format(human),
        LogFormat::Json => builder.format(json),
    };
    // A second start, in tests, keeps the first.
    _ = builder.try_init();
}

/// `2026-11-24T03:45:00.123Z INFO request GET /v1/topics 200 3.1ms id=…`
fn human(out: &mut Formatter, record: &Record<'_>) -> std::io::Result<()> {
    let time = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ");
    let level = record.level();
    let style = out.default_level_style(level);
    write!(out, "{time} {style}{level:<5}{style:#} ")?;
    if record.target() == "debatebase::access" {
        let mut fields = Fields::default();
        _ = record.key_values().visit(&mut fields);
        let micros: f64 = fields.get("micros").parse().unwrap_or_default();
        return writeln!(
            out,
            "{} {} {} {:.1}ms id={}",
            fields.get("method"),
            fields.get("route"),
            fields.get("status"),
            micros / 1000.0,
            fields.get("request_id"),
        );
    }
    write!(out, "{}", record.args())?;
    let mut fields = Fields::default();
    _ = record.key_values().visit(&mut fields);
    for (key, value) in fields.0 {
        write!(out, " {key}={value}")?;
    }
    writeln!(out)
}

/// One JSON object, with the fields of the record beside its message.
fn json(out: &mut Formatter, record: &Record<'_>) -> std::io::Result<()> {
    let mut line = serde_json::Map::new();
    line.insert(
        "time".into(),
        chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true).into(),
    );
    line.insert("level".into(), record.level().as_str().into());
    line.insert("target".into(), record.target().into());
    line.insert("message".into(), record.args().to_string().into());
    _ = record.key_values().visit(&mut Line(&mut line));
    writeln!(out, "{}", serde_json::Value::Object(line))
}

/// A line of JSON that takes the fields of a record.
struct Line<'a>(&'a mut serde_json::Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for Line<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        let value = value.to_u64().map_or_else(|| value.to_string().into(), Into::into);
        self.0.insert(key.to_string(), value);
        Ok(())
    }
}

/// The fields of a record, in their order.
#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("-", |(_, value)| value)
    }
}

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        self.0.push((key.to_string(), value.to_string()));
        Ok(())
    }
}
