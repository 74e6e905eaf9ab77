//! The first key, which no other key can have made.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::queries;
use super::types::{ApiKey, NewKey};
use crate::access::key::Key;
use crate::db::{self, BoxError, Db};
use crate::domain::input;
use crate::http::problem::{Part, Problem};

/// The file in the data directory that has the first key.
const FILE: &str = "admin.key";

/// Makes a key as the operator at the command line, who needs none.
pub async fn make(db: &Db, new: NewKey) -> Result<(ApiKey, Key), BoxError> {
    let key = Key::generate()?;
    let made = insert(db, key.clone(), new).await?;
    Ok((made, key))
}

/// Makes a key for everything in a database of the program's own that has no key that works.
///
/// It is kept in the data directory, for the owner of the program alone. Gives the place of the
/// file that has it.
pub async fn keep_in(db: &Db, data_dir: &Path) -> Result<Option<PathBuf>, BoxError> {
    let file = data_dir.join(FILE);
    if queries::any_allows_everything(&*db.read().await?).await? {
        return Ok(file.exists().then_some(file));
    }
    let new = json!({"label": "The first key, made at the first start", "scopes": ["admin"]});
    let new = input::read(new).map_err(|faults| Problem::faults(Part::Body, faults))?;
    let key = Key::generate()?;
    // The file first: one whose key was not made in the end is replaced at the next start, while a
    // key that nobody has would keep another from being made.
    write(&file, &key.reveal())
        .map_err(|error| format!("The first key cannot be kept in {}: {error}", file.display()))?;
    insert(db, key, new).await?;
    Ok(Some(file))
}

async fn insert(db: &Db, key: Key, new: NewKey) -> Result<ApiKey, Problem> {
    db::write!(db, async |conn| queries::insert(conn, &key, &new).await)
}

/// Puts a text in the place of a file that only its owner may read, at once.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let fresh = file.with_extension("key.new");
    _ = fs::remove_file(&fresh);
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writeln!(out, "{text}")?;
    out.sync_all()?;
    fs::rename(&fresh, file)
}
