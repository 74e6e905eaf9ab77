//! The command that exports topics.

use std::path::PathBuf;

use clap::Args;

/// What the codes say with which it ends.
const CODES: &str = "\
Ends with 0 if everything was written; with 1 if something was not (there is no such topic, the database \
or the server cannot be reached, the disk is full); with 2 if the command line is wrong.";

/// Which topics, as what, and where to.
#[derive(Debug, Clone, Args)]
#[command(after_help = CODES)]
pub struct ExportCommand {
    /// The topics, by slug or id.
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "TOPIC")]
    pub topics: Vec<String>,

    /// Write everything as one stream in the native format (ndjson): all sources and all topics, of
    /// one moment, with a last line by which readers know that it came whole.
    #[arg(long)]
    pub all: bool,

    /// The format. Without it, the one that the ending of --output tells; without that, yaml.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,

    /// The file to write; or a directory, which several topics need: it gets a file for each. Without
    /// it, standard output.
    #[arg(long, short, value_name = "FILE|DIRECTORY")]
    pub output: Option<PathBuf>,

    /// Print what the format cannot hold, as a line of JSON for each topic. The topics themselves are
    /// then written only with --output.
    #[arg(long, conflicts_with = "all")]
    pub report: bool,

    /// The server to ask, as `https://debates.example`. Without it, the database is read.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// A key of that server; drafts are seen with the scope `read`.
    #[arg(long, env = "DEBATEBASE_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
}
