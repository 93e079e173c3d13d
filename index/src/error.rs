//! What can go wrong: the index itself on one side, what was asked on the other.

use std::path::PathBuf;

/// The index cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process writes it.
    #[error("un autre programme l’écrit : il tient {}", path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
    },
    /// Damaged, or written by another version: it must be rebuilt.
    #[error("il est inutilisable, {reason}")]
    Unusable {
        /// What was found.
        reason: String,
    },
    /// The disk refused.
    #[error("{} : {source}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// The engine failed.
    #[error("le moteur de recherche a échoué : {0}")]
    Engine(String),
}

impl Error {
    /// Why nothing is written, as a word that the whole world may read: `disk_full`, `read_only`, or `not_written`.
    pub fn word(&self) -> &'static str {
        use std::io::ErrorKind;
        match self {
            Error::Disk { source, .. } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "disk_full",
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => "read_only",
                _ => "not_written",
            },
            _ => "not_written",
        }
    }

    pub(crate) fn unusable(reason: impl std::fmt::Display) -> Error {
        Error::Unusable { reason: reason.to_string() }
    }

    pub(crate) fn disk(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Disk { path, source }
    }
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Error {
        Error::Engine(error.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::Engine(error.to_string())
    }
}

/// Longest quote of what was given, in characters.
const LONGEST_QUOTE: usize = 60;

/// A search that gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Nothing in France, nor any territory of this directory, is called so.
    #[error("lieu inconnu : « {} »", shortened(given))]
    UnknownPlace {
        /// `commune` or `place`: the parameter at fault.
        parameter: &'static str,
        /// What was given.
        given: String,
    },
    /// The point is not in France.
    #[error("le point {lat}, {lon} n’est pas en France")]
    OutsideFrance {
        /// Latitude, as given.
        lat: f64,
        /// Longitude, as given.
        lon: f64,
    },
    /// A radius with nothing to measure it from.
    #[error("un rayon demande un point ou un lieu")]
    RadiusOfNothing {
        /// Kilometres, as given.
        radius_km: f64,
    },
    /// Not the asker's fault.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// What was given, as a message quotes it: short, on one line.
fn shortened(given: &str) -> String {
    let mut short: String = given.chars().filter(|c| !c.is_control()).take(LONGEST_QUOTE).collect();
    if given.chars().count() > LONGEST_QUOTE {
        short.push('…');
    }
    short
}

impl SearchError {
    /// The parameter at fault, when what was asked is.
    pub fn parameter(&self) -> Option<&'static str> {
        match self {
            SearchError::UnknownPlace { parameter, .. } => Some(parameter),
            SearchError::OutsideFrance { .. } => Some("lat"),
            SearchError::RadiusOfNothing { .. } => Some("radius_km"),
            SearchError::Internal(_) => None,
        }
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> SearchError {
        SearchError::Internal(error.into())
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> SearchError {
        SearchError::Internal(error.into())
    }
}
