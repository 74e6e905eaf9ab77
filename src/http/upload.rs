//! A body that is read as it comes: a file of any length, by code that knows nothing of async.
//!
//! The worker of the request gives chunks (`feed`) to a thread that reads them ([`Upload`]), a few
//! at a time, so a slow reader slows its client down. **Invariant:** a file whose client disappeared
//! never looks as if it had ended.

use std::io::{self, BufRead, BufReader, Read};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::rt::time::{Instant, timeout};
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::problem::{Code, Problem, Result};
use super::unpacking::Coding;

/// How many chunks wait to be read.
const CHUNKS: usize = 16;

/// How many bytes are read at once.
const BUFFER: usize = 64 * 1024;

/// How many bytes have to come within the time that a client is waited for. One byte now and then
/// would keep what is locked for ever.
const PACE: usize = 16 * 1024;

/// How long what nobody reads any more is taken, so that a client that listens only when it has
/// sent all hears why.
const POLITENESS: Duration = Duration::from_secs(5);

/// What a file may be. Data of the application.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long is waited for more of it.
    pub patience: Duration,
    /// How many bytes it has at most, counted as sent and as unpacked.
    pub largest: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60), largest: 4 * 1024 * 1024 * 1024 }
    }
}

impl Bounds {
    /// Refuses a file that says it is larger.
    pub fn check_head(self, headers: &HeaderMap) -> Result<()> {
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length: Option<u64> = length.and_then(|length| length.trim().parse().ok());
        if length.is_some_and(|length| length > self.largest) {
            return Err(self.too_large());
        }
        Ok(())
    }

    fn too_large(self) -> Problem {
        let detail = format!(
            "A file has at most {} bytes here, also when it is unpacked. Send it in parts.",
            self.largest
        );
        Problem::new(Code::BodyTooLarge, detail)
    }
}

/// A part of a file on its way to the reader.
#[derive(Debug)]
enum Chunk {
    Bytes(Bytes),
    /// There is no more. Without it, the client has disappeared.
    End,
}

/// The way into an [`Upload`].
#[derive(Debug)]
pub struct Feeder {
    chunks: mpsc::Sender<Chunk>,
    bounds: Bounds,
}

/// The two ends of a file on its way.
pub fn channel(coding: Coding, bounds: Bounds) -> (Feeder, Upload) {
    let (chunks, receiver) = mpsc::channel(CHUNKS);
    let arriving = Arriving { chunks: receiver, current: Bytes::new(), has_ended: false };
    let inner = Unpacking::NotYet(arriving);
    let bounded = Bounded { inner, coding, bounds, left: bounds.largest, broken: None };
    let upload = Upload(BufReader::with_capacity(BUFFER, bounded));
    (Feeder { chunks, bounds }, upload)
}

impl Feeder {
    /// Passes a body on until it ends, or until nobody reads it any more.
    pub async fn feed(self, mut payload: Payload) -> Result<()> {
        let (mut waited, mut come, mut left) = (Duration::ZERO, 0, self.bounds.largest);
        loop {
            let begun = Instant::now();
            let patience = self.bounds.patience.saturating_sub(waited);
            let next = timeout(patience, payload.next()).await.map_err(|_late| self.too_slow())?;
            waited += begun.elapsed();
            let Some(chunk) = next else {
                // Who has stopped reading needs no end.
                _ = self.chunks.send(Chunk::End).await;
                return Ok(());
            };
            let chunk = chunk.map_err(|error| {
                Problem::new(Code::BadRequest, format!("The body cannot be read: {error}."))
            })?;
            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            left = left.checked_sub(length).ok_or_else(|| self.bounds.too_large())?;
            come += chunk.len();
            if come >= PACE {
                (waited, come) = (Duration::ZERO, 0);
            }
            if self.chunks.send(Chunk::Bytes(chunk)).await.is_err() {
                discard(payload).await;
                return Ok(());
            }
        }
    }

    fn too_slow(&self) -> Problem {
        let seconds = self.bounds.patience.as_secs();
        let detail =
            format!("Too little of the file came within {seconds} seconds. Send it again, faster.");
        Problem::new(Code::RequestTimeout, detail)
    }
}

async fn discard(mut payload: Payload) {
    let rest = async { while let Some(Ok(_chunk)) = payload.next().await {} };
    _ = timeout(POLITENESS, rest).await;
}

/// A file, to be read on a thread that may wait.
pub struct Upload(BufReader<Bounded>);

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upload").field(&self.0.get_ref().coding).finish()
    }
}

impl Upload {
    /// Why it could not be read to its end, whatever its reader made of that.
    pub fn broken(&self) -> Option<&Problem> {
        self.0.get_ref().broken.as_ref()
    }
}

impl Read for Upload {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Upload {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.0.consume(amount);
    }
}

/// The bytes, unpacked. Some decoders read as soon as they are made, and only the thread of the
/// reader may wait.
enum Unpacking {
    NotYet(Arriving),
    Begun(Box<dyn Read + Send>),
}

impl Unpacking {
    fn read(&mut self, coding: Coding, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Begun(unpacked) => return unpacked.read(buffer),
                Self::NotYet(_) => {
                    let nothing = Self::Begun(Box::new(io::empty()));
                    if let Self::NotYet(arriving) = std::mem::replace(self, nothing) {
                        *self = Self::Begun(coding.unpack(arriving)?);
                    }
                }
            }
        }
    }
}

/// The unpacked bytes, up to a bound.
struct Bounded {
    inner: Unpacking,
    coding: Coding,
    bounds: Bounds,
    left: u64,
    broken: Option<Problem>,
}

impl Bounded {
    fn breaks(&mut self, problem: Problem) -> io::Error {
        let error = io::Error::other(problem.to_string());
        self.broken.get_or_insert(problem);
        error
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(self.coding, buffer).map_err(|error| {
            let detail = match (self.coding, error.kind()) {
                (_, io::ErrorKind::ConnectionAborted) => "The body ended too early.".to_owned(),
                (coding, _) => format!("The body cannot be unpacked as `{coding}`: {error}."),
            };
            self.breaks(Problem::new(Code::BadRequest, detail))
        })?;
        match self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) {
            Some(left) => self.left = left,
            None => return Err(self.breaks(self.bounds.too_large())),
        }
        Ok(read)
    }
}

/// The chunks, in the order in which they come.
struct Arriving {
    chunks: mpsc::Receiver<Chunk>,
    current: Bytes,
    has_ended: bool,
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !self.has_ended {
            match self.chunks.blocking_recv() {
                Some(Chunk::Bytes(bytes)) => self.current = bytes,
                Some(Chunk::End) => self.has_ended = true,
                None => return Err(io::ErrorKind::ConnectionAborted.into()),
            }
        }
        let length = buffer.len().min(self.current.len());
        let (part, _) = buffer.split_at_mut(length);
        self.current.copy_to_slice(part);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Reads a file that comes in these chunks, and ends or does not.
    fn read(
        coding: Coding,
        chunks: &[&[u8]],
        ends: bool,
        largest: u64,
    ) -> (Vec<u8>, Option<String>) {
        let bounds = Bounds { largest, ..Bounds::default() };
        let (feeder, mut upload) = channel(coding, bounds);
        let mut read = Vec::new();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for chunk in chunks {
                    _ = feeder.chunks.blocking_send(Chunk::Bytes(Bytes::copy_from_slice(chunk)));
                }
                if ends {
                    _ = feeder.chunks.blocking_send(Chunk::End);
                }
            });
            _ = upload.read_to_end(&mut read);
            // Who sends learns that nobody reads.
            upload.0.get_mut().inner = Unpacking::Begun(Box::new(io::empty()));
        });
        (read, upload.broken().map(ToString::to_string))
    }

    fn packed(coding: Coding, plain: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        match coding {
            Coding::Identity => packed.extend_from_slice(plain),
            Coding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut packed, Default::default());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap();
            }
            Coding::Zstd => packed = zstd::encode_all(plain, 3).unwrap(),
            Coding::Brotli => {
                let mut encoder = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
                encoder.write_all(plain).unwrap();
                drop(encoder);
            }
        }
        packed
    }

    const CODINGS: [Coding; 4] = [Coding::Identity, Coding::Gzip, Coding::Zstd, Coding::Brotli];

    #[test]
    fn a_file_is_the_same_in_each_coding_and_in_chunks_of_any_size() {
        let plain = "Openness is a means. ".repeat(500);
        for coding in CODINGS {
            let packed = packed(coding, plain.as_bytes());
            for size in [1, 7, 4096] {
                let chunks: Vec<&[u8]> = packed.chunks(size).collect();
                let read = read(coding, &chunks, true, 1_000_000);
                assert_eq!(read, (plain.clone().into_bytes(), None), "{coding} {size}");
            }
        }
    }

    #[test]
    fn a_file_that_breaks_off_does_not_look_as_if_it_had_ended() {
        for coding in CODINGS {
            let packed = packed(coding, b"Openness is a means.");
            let (_, broken) = read(coding, &[&packed[..packed.len() / 2]], false, 1_000);
            assert!(broken.unwrap().contains("The body ended too early."), "{coding}");
        }
    }

    #[test]
    fn a_packed_file_that_ends_too_early_is_told() {
        for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli] {
            let packed = packed(coding, b"Openness is a means.");
            let (_, broken) = read(coding, &[&packed[..packed.len() / 2]], true, 1_000);
            assert!(broken.unwrap().contains("cannot be unpacked as"), "{coding}");
        }
    }

    #[test]
    fn what_is_small_and_stands_for_much_is_refused() {
        let plain = vec![b' '; 5_000_000];
        for coding in [Coding::Gzip, Coding::Zstd, Coding::Brotli] {
            let packed = packed(coding, &plain);
            assert!(packed.len() < 10_000, "{coding}");
            let (read, broken) = read(coding, &[&packed], true, 100_000);
            assert!(broken.unwrap().contains("at most 100000 bytes"), "{coding}");
            assert!(read.len() <= 100_000, "{coding}");
        }
    }
}
