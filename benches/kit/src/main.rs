//! What `benches/run.py` measures with: data, load, and the least that a server can do.
//!
//! ```text
//! kit generate --topics 2000 --to DIRECTORY        files for COPY, and searches
//! kit debates --topics 100 --first 1 --to FILE     a stream of debates for an import
//! kit constant --answers DIRECTORY --listen ADDRESS --workers 2
//! kit load --address ADDRESS --requests FILE[,SHARE] … --connections 32 --seconds 5
//! ```
mod arguments;
mod constant;
mod data;
mod histogram;
mod load;
mod random;
mod words;

use std::process::ExitCode;

use arguments::{Arguments, Failure};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("kit: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let (command, arguments) = Arguments::read(std::env::args().skip(1))?;
    match command.as_str() {
        "generate" => data::generate(&arguments),
        "debates" => data::debates(&arguments),
        "constant" => constant::serve(&arguments),
        "load" => load::run(&arguments),
        other => Err(format!("there is no command `{other}`").into()),
    }
}
