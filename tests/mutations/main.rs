//! Ten thousand slips in real files: no reader panics, hangs, or gives what nobody may store, and no
//! writer stumbles over what was read. Needs no database.
//!
//! The slips are the same in every run. What breaks a reader is kept in the build directory.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod holding;
mod mutating;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use debatebase::formats::recognising::Beginning;
use debatebase::formats::{ALL, Format, recognised};
use holding::holds;
use mutating::{Chance, mutated};

/// How many files are made.
const MANY: usize = 10_000;

/// Longer samples are left to the tests of their formats: a build without optimisation is slow.
const LONGEST: usize = 6_000;

/// A machine that does other things too takes its time; a reader that hangs takes more.
const HANGS: Duration = Duration::from_secs(60);

/// A file that is as it should be.
struct Sample {
    format: &'static dyn Format,
    name: String,
    bytes: Vec<u8>,
}

/// Where the samples of a format are.
fn folders(format: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [format!("tests/data/{format}"), format!("fuzz/corpus/{format}")];
    folders.iter().map(|it| root.join(it)).filter(|it| it.is_dir()).collect()
}

fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for format in ALL.iter().copied().filter(|it| it.reader().is_some()) {
        let mut folders = folders(format.name());
        while let Some(folder) = folders.pop() {
            let mut paths: Vec<PathBuf> =
                fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
            paths.sort();
            for path in paths {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_dir() {
                    // What another parser makes of the files beside it.
                    folders.extend((name != "oracle").then_some(path));
                } else if !["LICENSE", "ORIGIN.md", "README.md"].contains(&name.as_str()) {
                    samples.push(Sample { format, name, bytes: fs::read(path).unwrap() });
                }
            }
        }
    }
    samples
}

#[test]
fn every_readable_format_has_samples_that_hold() {
    let samples = samples();
    for format in ALL.iter().filter(|it| it.reader().is_some()) {
        let of_it = samples.iter().filter(|it| it.format.name() == format.name());
        let short = of_it.filter(|it| it.bytes.len() <= LONGEST).count();
        assert!(short >= 3, "{} has {short} short samples", format.name());
    }
    for sample in &samples {
        holds(sample.format, &sample.bytes);
    }
}

#[test]
fn every_readable_format_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for format in ALL.iter().filter(|it| it.reader().is_some()) {
        let target = format!("fuzz_targets/{}.rs", format.name());
        assert!(root.join(&target).is_file() && manifest.contains(&target), "{target} is missing");
    }
}

#[test]
fn ten_thousand_slips_break_no_reader_and_no_writer() {
    let mut samples = samples();
    samples.retain(|it| it.bytes.len() <= LONGEST);
    let threads = thread::available_parallelism().map_or(2, usize::from).min(8);
    let broken: Vec<String> = thread::scope(|scope| {
        let samples = &samples;
        let start =
            |first: usize| scope.spawn(move || broken_of(samples, (first..MANY).step_by(threads)));
        let running: Vec<_> = (0..threads).map(start).collect();
        running.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(broken.is_empty(), "{} of {MANY}: {broken:#?}", broken.len());
}

/// Tells which of these slips break something, and keeps them.
fn broken_of(samples: &[Sample], numbers: impl Iterator<Item = usize>) -> Vec<String> {
    let readable: Vec<_> = ALL.iter().copied().filter(|it| it.reader().is_some()).collect();
    let mut broken = Vec::new();
    for number in numbers {
        let mut chance = Chance::new(u64::try_from(number).unwrap());
        // All formats get as many.
        let format = readable[number % readable.len()];
        let own: Vec<&Sample> =
            samples.iter().filter(|it| it.format.name() == format.name()).collect();
        let sample = own[chance.below(own.len())];
        let other = &samples[chance.below(samples.len())];
        let bytes = mutated(&sample.bytes, &other.bytes, &mut chance);
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let found =
                recognised(&Beginning::new(&bytes, None)).filter(|it| it.name() != format.name());
            holds(format, &bytes);
            // A slip may make it look like another format's.
            found.into_iter().for_each(|it| holds(it, &bytes));
        }));
        if outcome.is_err() || begun.elapsed() > HANGS {
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("slip-{number}"));
            fs::write(&kept, &bytes).unwrap();
            let what = if outcome.is_err() { "panicked" } else { "hung" };
            broken.push(format!(
                "{} of {}: {what}: {}",
                format.name(),
                sample.name,
                kept.display()
            ));
        }
    }
    broken
}
