//! Debates of any size, the same in every run.
//!
//! A topic has three positions, a position 25 arguments, of which four bear on it and each other
//! one on an earlier argument, down to the depth of six. Arguments are written one for each
//! position, then the next for each, as a site receives them, so that those of a topic are spread
//! over many pages of the table.
//!
//! An id tells the number of its record, so that pgbench can name any without a list.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::arguments::{Arguments, Failure};
use crate::random::{Random, Zipf};
use crate::words::Words;

const POSITIONS: usize = 3;
const ARGUMENTS: usize = 25;
const DIRECT: usize = 4;
const DEEPEST: usize = 6;
const TAGS: usize = 200;
const SEARCHES: usize = 200;

struct Topic {
    slug: String,
    title: String,
    summary: String,
    tags: Vec<String>,
    positions: Vec<Position>,
}

struct Position {
    slug: String,
    statement: String,
    summary: String,
    arguments: Vec<Argument>,
}

struct Argument {
    slug: String,
    claim: String,
    body: String,
    kind: &'static str,
    /// The number of the argument that it bears on; the position, if none.
    on: Option<usize>,
}

/// Writes a file for each table, for COPY, and `queries.txt`.
pub fn generate(arguments: &Arguments) -> Result<(), Failure> {
    let topics: usize = arguments.or("topics", 2000)?;
    let to: String = arguments.needed("to")?;
    fs::create_dir_all(&to)?;
    let file = |name: &str| File::create(Path::new(&to).join(name)).map(BufWriter::new);
    let words = Words::new();

    let mut random = Random::new(11);
    let mut queries = file("queries.txt")?;
    for _ in 0..SEARCHES {
        writeln!(queries, "{}", words.query(&mut random))?;
    }
    queries.flush()?;

    let mut tables = Tables {
        topics: file("topics")?,
        positions: file("positions")?,
        arguments: Spread::new(&to, "arguments")?,
        relations: Spread::new(&to, "relations")?,
        premises: Spread::new(&to, "premises")?,
    };
    for number in 1..=topics {
        tables.write(number, topics, &topic(&words, number))?;
    }
    tables.finish()
}

/// Writes a stream of debates for an import. Their slugs begin with `--name`.
pub fn debates(arguments: &Arguments) -> Result<(), Failure> {
    let first: usize = arguments.or("first", 1)?;
    let topics: usize = arguments.or("topics", 100)?;
    let name: String = arguments.or("name", "imported".to_owned())?;
    let mut file = BufWriter::new(File::create(arguments.needed::<String>("to")?)?);
    let words = Words::new();
    for number in first..first + topics {
        let made = topic(&words, number);
        write!(file, "{{\"debatebase\":1,\"topic\":{{\"slug\":\"{name}-{number}\",")?;
        write!(file, "\"title\":\"{}\",\"summary\":\"{}\",", made.title, made.summary)?;
        write!(file, "\"tags\":[\"{}\"],\"positions\":[", made.tags.join("\",\""))?;
        for (at, it) in made.positions.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(file, "{comma}{{\"slug\":\"{}\",\"statement\":\"{}\",", it.slug, it.statement)?;
            write!(file, "\"summary\":\"{}\"}}", it.summary)?;
        }
        write!(file, "],\"arguments\":[")?;
        let all =
            || made.positions.iter().flat_map(|of| of.arguments.iter().map(move |it| (of, it)));
        for (at, (_, it)) in all().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(file, "{comma}{{\"slug\":\"{}\",\"claim\":\"{}\",", it.slug, it.claim)?;
            write!(file, "\"body\":\"{}\"}}", it.body)?;
        }
        write!(file, "],\"relations\":[")?;
        for (at, (of, it)) in all().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(file, "{comma}{{\"slug\":\"{}\",\"kind\":\"{}\",", it.slug, it.kind)?;
            write!(file, "\"premises\":[\"{}\"],\"target\":", it.slug)?;
            match it.on {
                Some(on) => write!(file, "{{\"argument\":\"{}\"}}}}", of.arguments[on].slug)?,
                None => write!(file, "{{\"position\":\"{}\"}}}}", of.slug)?,
            }
        }
        writeln!(file, "]}}}}")?;
    }
    Ok(file.flush()?)
}

/// The topic of a number, which does not depend on how many there are.
fn topic(words: &Words, number: usize) -> Topic {
    let mut random = Random::new(number as u64 * 1_000_003);
    let random = &mut random;
    let law = Zipf::new(TAGS, 2.7, 1.0);
    let mut tags: Vec<String> =
        (0..random.between(1, 4)).map(|_| words.tag(law.pick(random)).to_owned()).collect();
    tags.sort_unstable();
    tags.dedup();
    let length = random.between(8, 14);
    let title = words.sentence(random, length, "?");
    let length = random.between(30, 60);
    let summary = words.text(random, length);
    let positions = (1..=POSITIONS).map(|position| self::position(words, random, position));
    let positions = positions.collect();
    Topic { slug: format!("topic-{number}"), title, summary, tags, positions }
}

fn position(words: &Words, random: &mut Random, number: usize) -> Position {
    let length = random.between(6, 12);
    let statement = words.sentence(random, length, ".");
    let length = random.between(10, 25);
    let summary = words.text(random, length);
    let mut depths: Vec<usize> = Vec::new();
    let mut arguments = Vec::new();
    for at in 0..ARGUMENTS {
        let on = if at < DIRECT {
            None
        } else {
            let mut on = random.below(at);
            while depths[on] >= DEEPEST {
                on = random.below(at);
            }
            Some(on)
        };
        depths.push(on.map_or(1, |on| depths[on] + 1));
        let length = random.between(8, 18);
        let claim = words.sentence(random, length, ".");
        // Three of five have more to say.
        let length = if random.below(5) < 3 { random.between(30, 90) } else { 0 };
        let body = words.text(random, length);
        let kind = if random.below(5) < 3 { "supports" } else { "attacks" };
        let beginning: Vec<String> =
            claim.split([' ', '.']).take(6).map(str::to_lowercase).collect();
        let slug = format!("{}-{number}-{at}", beginning.join("-"));
        arguments.push(Argument { slug, claim, body, kind, on });
    }
    Position { slug: format!("position-{number}"), statement, summary, arguments }
}

/// The files of the tables.
struct Tables {
    topics: BufWriter<File>,
    positions: BufWriter<File>,
    arguments: Spread,
    relations: Spread,
    premises: Spread,
}

impl Tables {
    fn write(&mut self, number: usize, topics: usize, topic: &Topic) -> Result<(), Failure> {
        let id = id(0, number);
        let made = time(number * POSITIONS * ARGUMENTS);
        let Topic { slug, title, summary, tags, .. } = topic;
        let tags = tags.join(",");
        writeln!(
            self.topics,
            "{id}\t{slug}\t{title}\t{summary}\t{{{tags}}}\ten\tpublished\t{made}\t{made}"
        )?;
        for (p, position) in topic.positions.iter().enumerate() {
            let nth = (number - 1) * POSITIONS + p + 1;
            let Position { slug, statement, summary, arguments } = position;
            let position_id = self::id(1, nth);
            writeln!(
                self.positions,
                "{position_id}\t{id}\t{slug}\t{statement}\t{summary}\t{p}\t{made}\t{made}"
            )?;
            // The first of every position comes before the second of any.
            let counted = |at: usize| at * topics * POSITIONS + nth;
            for (at, argument) in arguments.iter().enumerate() {
                let made = time(counted(at));
                let argument_id = self::id(2, counted(at));
                let relation_id = self::id(3, counted(at));
                let Argument { slug, claim, body, kind, on } = argument;
                let target = match on {
                    Some(on) => format!("\\N\t{}", self::id(2, counted(*on))),
                    None => format!("{position_id}\t\\N"),
                };
                self.arguments.add(
                    at,
                    &format!("{argument_id}\t{id}\t{slug}\t{claim}\t{body}\ten\t{made}\t{made}\n"),
                )?;
                self.relations.add(
                    at,
                    &format!("{relation_id}\t{id}\t{slug}\t{kind}\t{target}\tf\t{made}\t{made}\n"),
                )?;
                self.premises.add(at, &format!("{id}\t{relation_id}\t{argument_id}\t0\n"))?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.topics.flush()?;
        self.positions.flush()?;
        self.arguments.finish()?;
        self.relations.finish()?;
        self.premises.finish()
    }
}

/// A table whose rows come topic by topic and are written round by round: a file for each round.
struct Spread {
    name: String,
    rounds: Vec<BufWriter<File>>,
}

impl Spread {
    fn new(directory: &str, name: &str) -> Result<Self, Failure> {
        let name = format!("{directory}/{name}");
        let rounds = (0..ARGUMENTS).map(|round| File::create(format!("{name}.{round}")));
        let rounds = rounds.map(|file| file.map(BufWriter::new)).collect::<Result<_, _>>()?;
        Ok(Self { name, rounds })
    }

    fn add(&mut self, round: usize, row: &str) -> Result<(), Failure> {
        Ok(self.rounds[round].write_all(row.as_bytes())?)
    }

    /// Puts the rounds together.
    fn finish(self) -> Result<(), Failure> {
        let mut whole = File::create(&self.name)?;
        for (round, mut file) in self.rounds.into_iter().enumerate() {
            file.flush()?;
            let name = format!("{}.{round}", self.name);
            std::io::copy(&mut File::open(&name)?, &mut whole)?;
            fs::remove_file(name)?;
        }
        Ok(())
    }
}

/// A valid `UUIDv7`. What the program makes is later.
fn id(table: usize, number: usize) -> String {
    format!("01900000-0000-700{table}-8000-{number:012x}")
}

/// When a record was made, as PostgreSQL reads it.
fn time(number: usize) -> String {
    let seconds = number * 20;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    // Months of 28 days and years of 12 of them are as good as others here.
    let (year, month, day) = (2001 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}+00")
}
