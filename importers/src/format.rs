//! The formats that `maille import` reads.

use std::fmt;
use std::str::FromStr;

/// A format, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The facilitator's spreadsheet: one row, one listing.
    Csv,
    /// The same as a workbook.
    Xlsx,
    /// The register of health and social establishments, as its open CSV.
    Finess,
    /// Coordination territories: one row, one commune of a territory.
    Territories,
}

/// A name that is no format's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("format inconnu : « {found} » ; attendu : {}", Format::ALL.map(Format::code).join(", "))]
pub struct UnknownFormat {
    /// What was asked.
    pub found: String,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Xlsx, Format::Finess, Format::Territories];

    /// The word of the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Finess => "finess",
            Format::Territories => "territories",
        }
    }

    /// One line of help, in French.
    pub const fn help(self) -> &'static str {
        match self {
            Format::Csv => {
                "tableau de ressources (CSV, séparateur « , » ou « ; ») : une ligne, une ressource"
            }
            Format::Xlsx => "le même tableau de ressources, en classeur XLSX",
            Format::Finess => {
                "établissements du répertoire FINESS (fichiers ouverts etalab-cs1100502 et cs1100507)"
            }
            Format::Territories => {
                "territoires de coordination (CSV code, kind, name, commune) : une ligne, une commune d’un territoire"
            }
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Format::ALL
            .into_iter()
            .find(|format| format.code() == text)
            .ok_or_else(|| UnknownFormat { found: text.to_owned() })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_word() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert!(!format.help().is_empty());
        }
        let error = "xls".parse::<Format>().unwrap_err();
        assert_eq!(error.to_string(), "format inconnu : « xls » ; attendu : csv, xlsx, finess, territories");
    }
}
