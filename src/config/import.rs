//! The command that imports files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What the codes say with which it ends.
const CODES: &str = "\
Ends with 0 if all went well; with 1 if it could not run (a file cannot be read, the database or the \
server cannot be reached or lets nobody in); with 2 if the command line is wrong; with 3 if something \
in a file was refused, or with --strict lost or guessed.";

/// Which files, and how.
#[derive(Debug, Clone, Args)]
#[command(after_help = CODES)]
pub struct ImportCommand {
    /// The files; `-` is standard input.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,

    /// The format of the files. Without it, each is recognised by its beginning and its name.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,

    /// Say what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// What becomes of the rest of a file when a part cannot be taken.
    #[arg(long, value_enum, default_value_t = ImportMode::Atomic)]
    pub mode: ImportMode,

    /// Make each topic equal to the file: what it has beyond it is deleted.
    #[arg(long)]
    pub prune: bool,

    /// Take what is lost or guessed for refused, in the code that the command ends with.
    #[arg(long)]
    pub strict: bool,

    /// The server to send the files to, as `https://debates.example`. Without it, they are written
    /// into the database.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// A key of that server with the scope `import`.
    #[arg(long, env = "DEBATEBASE_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
}

/// What becomes of the rest of a file when a part cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportMode {
    /// All of a file is written, or nothing.
    Atomic,
    /// Whole topics are written, those with faults left out.
    Each,
}
