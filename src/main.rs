//! The subcommands and nothing else.

use std::process::ExitCode;

use clap::Parser;
use debatebase::config::{Command, Config};
use debatebase::db::BoxError;
use debatebase::{api_document, logging, operator, server};

// Several threads: diesel's migrations block in place, which a single one cannot bear.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    // `.env` first, so that clap finds its settings in the environment. Of this directory alone:
    // what lies above it may be another project's.
    if let Err(error) = dotenvy::from_path(".env")
        && !error.not_found()
    {
        eprintln!("error: `.env` cannot be read: {error}");
        return ExitCode::FAILURE;
    }
    let config = Config::parse();
    logging::start(&config.common.log, config.common.log_format);
    let done = match &config.command {
        Some(Command::Import(command)) => {
            return ended(operator::import(&config.common, command).await);
        }
        Some(Command::Export(command)) => {
            return ended(operator::export(&config.common, command).await);
        }
        None | Some(Command::Serve) => server::serve(&config).await,
        Some(Command::Migrate) => operator::migrate(&config.common).await,
        Some(Command::Seed { files }) => operator::seed(&config.common, files).await,
        Some(Command::Key(command)) => operator::key(&config.common, command).await,
        Some(Command::Openapi) => {
            server::say(api_document::to_json(&api_document::compose()).trim_end())
        }
    };
    ended(done.map(|()| ExitCode::SUCCESS))
}

/// Says why a command could not do its work.
fn ended(done: Result<ExitCode, BoxError>) -> ExitCode {
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
