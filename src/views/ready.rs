//! Outlines that are kept in the database, ready to be sent.
//!
//! To read a topic with everything in it is four statements, and to put its outline together takes
//! about as long again; a ready one is a row. A row is good for one revision of its topic, which
//! every change advances, and for one build of the program. It is written by the second who has
//! an outline made of the same revision, and by nobody else: what is read once between two changes
//! is not worth a write.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::UNIX_EPOCH;

use actix_web::rt;
use actix_web::web::Data;
use moka::ops::compute::Op;
use moka::sync::Cache;

use super::ready_queries;
use crate::access::Sight;
use crate::db::{self, Conn, Db};
use crate::domain::ids::{TopicId, TopicRef};
use crate::http::problem::{Problem, Result};

/// Longer outlines are made anew each time.
const LONGEST: usize = 4_000_000;

/// Of how many topics it is remembered that an outline was made.
const REMEMBERED: u64 = 10_000;

/// How much is packed: what takes longer saves little.
const LEVEL: i32 = 3;

/// What is known of the outlines that are ready, in this program.
#[derive(Debug)]
pub struct Ready {
    /// Which build of the program this is; `None` if that cannot be told, and nothing is kept.
    build: Option<i64>,
    made: Cache<TopicId, Made>,
}

/// The revision of a topic of which an outline was made last.
#[derive(Debug, Clone, Copy)]
struct Made {
    revision: i64,
    is_stored: bool,
}

/// A topic, and its outline if that is ready.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) topic: TopicId,
    pub(super) revision: i64,
    pub(super) json: Option<Vec<u8>>,
}

impl Default for Ready {
    fn default() -> Self {
        Self { build: build(), made: Cache::new(REMEMBERED) }
    }
}

impl Ready {
    /// The topic, if the caller may see it, with its outline if that is ready.
    pub(super) async fn find(&self, conn: &Conn, name: &TopicRef, sight: &Sight) -> Result<Stored> {
        let build = self.build.unwrap_or_default();
        let (topic, revision, packed) = ready_queries::find(conn, name, sight, build).await?;
        let json = packed.and_then(|(length, packed)| unpacked(&packed, length));
        Ok(Stored { topic, revision, json })
    }

    /// An outline was made; it is stored if that is worth it, while nobody waits for it.
    pub(super) fn made(&self, db: &Data<Db>, topic: TopicId, revision: i64, json: &[u8]) {
        let Some(build) = self.build else { return };
        if json.len() > LONGEST || !self.is_made_again(topic, revision) {
            return;
        }
        let (db, json) = (Data::clone(db), json.to_owned());
        rt::spawn(async move {
            let stored =
                db::write!(db, async |conn| store(conn, topic, revision, build, &json).await);
            if let Err(problem) = stored {
                log::debug!("an outline was not stored: {problem}");
            }
        });
    }

    /// Whether an outline of the same revision was made before, and is not stored yet.
    fn is_made_again(&self, topic: TopicId, revision: i64) -> bool {
        let mut is_due = false;
        _ = self.made.entry(topic).and_compute_with(|before| {
            let before = before.map(moka::Entry::into_value);
            let before = before.filter(|before| before.revision == revision);
            is_due = before.is_some_and(|before| !before.is_stored);
            Op::Put(Made { revision, is_stored: before.is_some() })
        });
        is_due
    }
}

async fn store(
    conn: &mut Conn,
    topic: TopicId,
    revision: i64,
    build: i64,
    json: &[u8],
) -> Result<()> {
    let packed = zstd::bulk::compress(json, LEVEL).map_err(|error| Problem::internal(&error))?;
    let length = i32::try_from(json.len()).map_err(|error| Problem::internal(&error))?;
    ready_queries::store(conn, topic, revision, build, (length, packed)).await
}

/// What was packed; `None` if it was not that long.
fn unpacked(packed: &[u8], length: i32) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok()?;
    zstd::bulk::decompress(packed, length).ok().filter(|json| json.len() == length)
}

/// Which build of the program this is, by its version and its file. Another may give outlines
/// another form.
fn build() -> Option<i64> {
    let file = std::env::current_exe().ok()?.metadata().ok()?;
    let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), file.len(), changed).hash(&mut hasher);
    Some(i64::from_ne_bytes(hasher.finish().to_ne_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_is_worth_storing_when_it_is_made_again_of_the_same_revision() {
        let ready = Ready::default();
        let (topic, other) = (TopicId::now(), TopicId::now());

        assert!(!ready.is_made_again(topic, 1));
        assert!(!ready.is_made_again(other, 1));
        assert!(!ready.is_made_again(topic, 2));
        assert!(ready.is_made_again(topic, 2));
        assert!(!ready.is_made_again(topic, 2));
        assert!(!ready.is_made_again(topic, 3));
    }

    #[test]
    fn what_is_packed_is_unpacked_whole_or_not_at_all() {
        let packed = zstd::bulk::compress(b"{\"topic\":{}}", LEVEL).unwrap();

        assert_eq!(unpacked(&packed, 12).as_deref(), Some(b"{\"topic\":{}}".as_slice()));
        assert_eq!(unpacked(&packed, 11), None);
        assert_eq!(unpacked(&packed, 13), None);
        assert_eq!(unpacked(b"not packed", 12), None);
    }
}
