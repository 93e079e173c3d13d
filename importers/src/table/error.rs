//! What makes a whole file useless, as opposed to a row.

use std::io;

use maille_domain::run::{Issue, Severity};

use crate::issue::shorten;

/// A fault of the whole file: nothing of it goes in.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused to read on.
    #[error("{file} : lecture impossible ({source}).")]
    Io {
        /// The file, as the operator named it.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// What was read cannot be put aside, or taken back.
    #[error("fichier temporaire : {source}.")]
    Aside {
        /// What the system said.
        source: io::Error,
    },
    /// Nothing in it.
    #[error("{file} : fichier vide ; attendu : {expected}.")]
    Empty {
        /// The file, as the operator named it.
        file: String,
        /// What was expected.
        expected: String,
    },
    /// Not a text in rows and columns.
    #[error("{file} : trouvé : {found} ; attendu : {expected}.")]
    NotATable {
        /// The file, as the operator named it.
        file: String,
        /// What it looks like.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The columns are told apart by another character than the format's.
    #[error("{file}, ligne {line} : séparateur trouvé : {found} ; attendu : {expected}.")]
    WrongSeparator {
        /// The file, as the operator named it.
        file: String,
        /// Line of the header.
        line: u64,
        /// The separator found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The header breaks the rules of quoting, or is longer than any header.
    #[error(
        "{file}, ligne {line}, colonne {column} : en-tête illisible : « {found} » ; attendu : {expected}."
    )]
    BadHeader {
        /// The file, as the operator named it.
        file: String,
        /// Line of the header.
        line: u64,
        /// Where it breaks.
        column: u64,
        /// The name of the column there.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// Required columns are not in the header.
    #[error(
        "{file}, ligne {line} : colonne obligatoire absente : {} ; trouvé : {}.",
        .missing.join(", "), .found.join(", ")
    )]
    MissingColumns {
        /// The file, as the operator named it.
        file: String,
        /// Line of the header.
        line: u64,
        /// The columns that should be there.
        missing: Vec<&'static str>,
        /// The columns that are there.
        found: Vec<String>,
    },
}

impl ReadError {
    /// The same as an issue of a report.
    pub fn issue(&self) -> Issue {
        let (file, line, column, found, expected) = match self {
            ReadError::Io { file, source } => {
                (file, None, None, source.to_string(), "un fichier lisible".into())
            }
            ReadError::Aside { source } => {
                return Issue {
                    severity: Severity::Error,
                    file: String::new(),
                    line: None,
                    column: None,
                    id: None,
                    field: None,
                    found: source.to_string(),
                    expected: "de la place pour les fichiers temporaires".into(),
                };
            }
            ReadError::Empty { file, expected } => {
                (file, None, None, "un fichier vide".into(), expected.clone())
            }
            ReadError::NotATable { file, found, expected } => {
                (file, None, None, found.clone(), expected.clone())
            }
            ReadError::WrongSeparator { file, line, found, expected } => {
                (file, Some(*line), None, found.clone(), expected.clone())
            }
            ReadError::BadHeader { file, line, column, found, expected } => {
                (file, Some(*line), Some(*column), found.clone(), expected.clone())
            }
            ReadError::MissingColumns { file, line, missing, found } => (
                file,
                Some(*line),
                None,
                found.join(", "),
                format!("colonne obligatoire : {}", missing.join(", ")),
            ),
        };
        Issue {
            severity: Severity::Error,
            file: file.clone(),
            line,
            column,
            id: None,
            field: None,
            found: shorten(&found),
            expected,
        }
    }
}
