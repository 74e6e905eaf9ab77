//! The medians, as a table and as a plot.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use super::driver::Measured;

/// What each system is called, in the order of the measurements.
const SYSTEMS: [&str; 4] = ["in memory", "from the database", "constant handler", "pgbench"];

/// The ratios that are demanded: the workload, whose rate, beside whose, and how much of it.
const BARS: [(&str, usize, usize, f64); 8] = [
    ("topic", 0, 2, 0.95),
    ("outline", 0, 2, 0.85),
    ("list", 0, 2, 0.85),
    ("search", 0, 2, 0.9),
    ("topic", 1, 3, 0.65),
    ("outline", 1, 3, 0.8),
    ("list", 1, 3, 0.6),
    ("95 % reads, 5 % writes", 0, 2, 0.6),
];

/// What was measured of one workload: for each system the rate, the percentiles and the errors.
#[derive(Debug)]
struct Line {
    workload: &'static str,
    systems: [Option<Measured>; 4],
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Report {
    how: String,
    lines: Vec<Line>,
    memory: Vec<String>,
}

impl Report {
    pub fn new(topics: usize, rounds: usize, seconds: u64) -> Self {
        let how = format!(
            "{topics} topics of 3 positions and 75 arguments; {rounds} turns of {seconds} s, medians. {}, {}, {}.",
            machine(),
            said(Command::new("git").args(["describe", "--always", "--dirty"])),
            said(Command::new("date").args(["-u", "+%F"])),
        );
        Self { how, lines: Vec::new(), memory: Vec::new() }
    }

    /// Adds the turns of each system at one workload.
    pub fn add(&mut self, workload: &'static str, turns: &[Vec<Measured>; 4]) {
        let systems = [0, 1, 2, 3].map(|system| median(&turns[system]));
        self.lines.push(Line { workload, systems });
    }

    pub fn memory(&mut self, lines: &[String]) {
        self.memory = lines.to_vec();
    }

    /// The last workload, in a line.
    pub fn last(&self) -> String {
        self.lines.last().map(row).unwrap_or_default()
    }

    /// The table, in Markdown.
    pub fn table(&self) -> String {
        let mut table = String::from(
            "| workload | system | answers a second | p50 µs | p99 µs | p99.9 µs | errors |\n\
             |---|---|---|---|---|---|---|\n",
        );
        for line in &self.lines {
            table += &row(line);
        }
        table += "\n| ratio | is | bar |\n|---|---|---|\n";
        for (name, ratio, bar) in self.ratios() {
            writeln!(table, "| {name} | {ratio:.2} | {bar} |").unwrap();
        }
        for line in &self.memory {
            writeln!(table, "\nMemory {line}.").unwrap();
        }
        table
    }

    /// The page that shows all of it.
    pub fn document(&self) -> String {
        format!(
            "# Reads and writes, measured\n\n{}\n\n![Answers a second](reads.svg)\n\n{}\n\
             `make bench` measures anew; [benches/README.md](../../benches/README.md) says how.\n",
            self.how,
            self.table()
        )
    }

    fn ratios(&self) -> Vec<(String, f64, f64)> {
        let ratio = |(workload, own, other, bar): (&str, usize, usize, f64)| {
            let line = self.lines.iter().find(|line| line.workload == workload)?;
            let (own_rate, other_rate) =
                (line.systems[own].as_ref()?.rate, line.systems[other].as_ref()?.rate);
            let name = format!("{workload}: {} / {}", SYSTEMS[own], SYSTEMS[other]);
            Some((name, own_rate / other_rate, bar))
        };
        BARS.into_iter().filter_map(ratio).collect()
    }

    /// The ratios that are far too small.
    pub fn below_half_of_the_bars(&self) -> Vec<String> {
        let ratios = self.ratios().into_iter();
        let low = ratios.filter(|(_, ratio, bar)| *ratio < bar / 2.0);
        low.map(|(name, ratio, bar)| format!("{name} is {ratio:.2}, the bar {bar}")).collect()
    }

    /// The rates as bars (SVG), each workload to a scale of its own.
    pub fn plot(&self) -> String {
        const COLOURS: [&str; 4] = ["#0b6e4f", "#6bbf59", "#b0b0b0", "#4a6fa5"];
        let mut bars = String::new();
        let mut top = 30;
        for line in &self.lines {
            writeln!(
                bars,
                "<text x=\"10\" y=\"{}\" font-weight=\"bold\">{}</text>",
                top + 12,
                line.workload
            )
            .unwrap();
            top += 20;
            let rates = line.systems.iter().flatten().map(|it| it.rate);
            let most = rates.fold(1.0, f64::max);
            for (system, measured) in line.systems.iter().enumerate() {
                let Some(measured) = measured else { continue };
                let (width, y) = (measured.rate / most * 360.0, top + 11);
                writeln!(
                    bars,
                    "<text x=\"20\" y=\"{y}\">{}</text><rect x=\"150\" y=\"{top}\" width=\"{width:.0}\" \
                     height=\"13\" fill=\"{}\"/><text x=\"{:.0}\" y=\"{y}\">{:.0}</text>",
                    SYSTEMS[system], COLOURS[system], width + 156.0, measured.rate
                )
                .unwrap();
                top += 17;
            }
            top += 12;
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"{top}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"600\" height=\"{top}\" fill=\"#fff\"/>\n\
             <text x=\"10\" y=\"18\">Answers a second (more is better)</text>\n{bars}</svg>\n"
        )
    }
}

fn row(line: &Line) -> String {
    let mut rows = String::new();
    for (system, measured) in line.systems.iter().enumerate() {
        let Some(Measured { rate, percentiles: [p50, p99, p999], errors }) = measured else {
            continue;
        };
        let times = if *p50 == 0 { " | | ".to_owned() } else { format!("{p50} | {p99} | {p999}") };
        writeln!(
            rows,
            "| {} | {} | {rate:.0} | {times} | {errors} |",
            line.workload, SYSTEMS[system]
        )
        .unwrap();
    }
    rows
}

fn median(turns: &[Measured]) -> Option<Measured> {
    let mut rates: Vec<f64> = turns.iter().map(|turn| turn.rate).collect();
    rates.sort_by(f64::total_cmp);
    let rate = *rates.get(rates.len() / 2)?;
    let percentiles = [0, 1, 2].map(|which| {
        let mut all: Vec<u32> = turns.iter().map(|turn| turn.percentiles[which]).collect();
        all.sort_unstable();
        all[all.len() / 2]
    });
    Some(Measured { rate, percentiles, errors: turns.iter().map(|turn| turn.errors).sum() })
}

fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpus.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("?");
    let cores = cpus.matches("processor\t").count();
    format!("{name}, {cores} cores shared by all that is measured")
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
