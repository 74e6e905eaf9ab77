//! Where documents come from: files, and the essay that the program carries.

use std::path::{Component, Path};
use std::sync::Arc;

use crate::db::BoxError;
use crate::domain::input::{Fault, FaultCode};
use crate::formats::document::Document;
use crate::formats::native::{self, Parsed};
use crate::formats::note::{Note, Severity};
use crate::formats::reading::Files;
use crate::http::problem::Problem;

const ESSAY: &str = include_str!("../../seeds/open-source-llama.yaml");
const ESSAY_TEXT: &str = include_str!("../../seeds/essay.txt");

/// A document that was read, with what is needed to say where in it something is wrong.
#[derive(Debug, Clone)]
pub struct Loaded {
    name: String,
    parsed: Arc<Parsed>,
}

/// The debates in the project's essay.
pub fn essay() -> Result<Loaded, BoxError> {
    let files = |name: &str| match name {
        "essay.txt" => Ok(ESSAY_TEXT.to_owned()),
        other => Err(format!("there is no file `{other}` in the program")),
    };
    load("seeds/open-source-llama.yaml", ESSAY, &files)
}

/// Reads a document in the native format, and the texts that stand beside it.
pub fn read(path: &Path) -> Result<Loaded, BoxError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = |file: &str| beside(folder, file);
    load(&name, &text, &files)
}

/// The text of a file that stands in the folder of a document, or below it.
pub fn beside(folder: &Path, file: &str) -> Result<String, String> {
    // A document from elsewhere must not be able to take in any file of this machine.
    let is_beside = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_beside {
        return Err(format!("`{file}` must be the name of a file beside the document or below it"));
    }
    std::fs::read_to_string(folder.join(file))
        .map_err(|error| format!("`{file}` cannot be read: {error}"))
}

/// Reads a document from its text.
pub fn load(name: &str, text: &str, files: Files<'_>) -> Result<Loaded, BoxError> {
    match native::read(text, files) {
        Ok(parsed) => Ok(Loaded { name: name.to_owned(), parsed: Arc::new(parsed) }),
        Err(faults) => {
            let lines: Vec<String> =
                faults.iter().map(|fault| format!("{name}: {fault}")).collect();
            Err(lines.join("\n").into())
        }
    }
}

impl Loaded {
    /// What the document is called: its path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.parsed.document
    }

    /// Says why the document could not be written.
    pub(super) fn explain(&self, problem: &Problem) -> BoxError {
        format!("{}: {problem}", self.name).into()
    }

    /// Says what of the document was refused, each with its line and column.
    pub(super) fn refused(&self, notes: &[Note]) -> BoxError {
        let lines: Vec<String> = notes
            .iter()
            .filter(|note| note.severity == Severity::Error)
            .map(|note| {
                let (pointer, detail) = (note.place.pointer.clone(), note.detail.clone());
                let fault = Fault { pointer, code: FaultCode::NotAllowed, detail };
                format!("{}: {}", self.name, self.parsed.locate(fault))
            })
            .collect();
        lines.join("\n").into()
    }
}
