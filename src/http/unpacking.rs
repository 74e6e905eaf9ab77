//! The content codings in which a file may be sent.
//!
//! They are undone by reading, so that a few bytes that stand for many are never held unpacked.

use std::fmt;
use std::io::{self, Read};

use actix_web::http::header::{CONTENT_ENCODING, HeaderMap};

use super::problem::{Code, Problem, Result};

/// How far back a file in zstd may refer: 8 MiB, as RFC 9659 bounds it.
const FARTHEST: u32 = 23;

/// How many bytes are unpacked at once.
const BUFFER: usize = 64 * 1024;

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// The file as it is.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    /// Brotli (RFC 7932).
    Brotli,
}

impl Coding {
    /// The coding that the head of a request names.
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        let mut given = headers.get_all(CONTENT_ENCODING);
        let Some(first) = given.next() else { return Ok(Self::Identity) };
        let name = first.to_str().unwrap_or("?").trim().to_ascii_lowercase();
        match (name.as_str(), given.next()) {
            ("" | "identity", None) => Ok(Self::Identity),
            ("gzip" | "x-gzip", None) => Ok(Self::Gzip),
            ("zstd", None) => Ok(Self::Zstd),
            ("br", None) => Ok(Self::Brotli),
            _ => {
                let detail = format!(
                    "The content coding `{name}` is not taken here; send the file as it is, or in one of \
                     `gzip`, `zstd` and `br`."
                );
                Err(Problem::new(Code::UnsupportedMediaType, detail))
            }
        }
    }

    /// What these bytes stand for.
    pub fn unpack(self, packed: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Identity => Box::new(packed),
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(packed)?;
                decoder.window_log_max(FARTHEST)?;
                Box::new(decoder)
            }
            Self::Brotli => Box::new(brotli::Decompressor::new(packed, BUFFER)),
        })
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        })
    }
}
