//! The formats that `maille import` reads.

use std::fmt;
use std::str::FromStr;

use crate::mapping::Mapping;
use crate::parts::Parts;
use crate::staged::{Source, Staged};
use crate::table::ReadError;
use crate::{cpts, csv, data_inclusion, finess, geojson, hsds, lannuaire, ror_fhir, soliguide, xlsx};

/// A format, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The facilitator's spreadsheet: one row, one listing.
    Csv,
    /// The same as a workbook.
    Xlsx,
    /// Coordination territories: one row, one commune of a territory.
    Territories,
    /// CPTS and the communes they cover.
    Cpts,
    /// The directory of offers, as FHIR resources.
    RorFhir,
    /// The register of health and social establishments, in its open CSV, its open JSON and its XML.
    Finess,
    /// Structures and services of data·inclusion.
    DataInclusion,
    /// Local public services of the DILA.
    Lannuaire,
    /// Places of Soliguide.
    Soliguide,
    /// Services in the Human Services Data Specification.
    Hsds,
    /// Points with properties.
    Geojson,
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
    pub const ALL: [Format; 11] = [
        Format::Csv,
        Format::Xlsx,
        Format::Territories,
        Format::Cpts,
        Format::RorFhir,
        Format::Finess,
        Format::DataInclusion,
        Format::Lannuaire,
        Format::Soliguide,
        Format::Hsds,
        Format::Geojson,
    ];

    /// The word of the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Territories => "territories",
            Format::Cpts => "cpts",
            Format::RorFhir => "ror-fhir",
            Format::Finess => "finess",
            Format::DataInclusion => "data-inclusion",
            Format::Lannuaire => "lannuaire",
            Format::Soliguide => "soliguide",
            Format::Hsds => "hsds",
            Format::Geojson => "geojson",
        }
    }

    /// One line of help, in French.
    pub const fn help(self) -> &'static str {
        match self {
            Format::Csv => {
                "tableau de ressources (CSV, séparateur « , » ou « ; ») : une ligne, une ressource"
            }
            Format::Xlsx => "le même tableau de ressources, en classeur XLSX",
            Format::Territories => {
                "territoires de coordination (CSV code, kind, name, commune) : une ligne, une commune d’un territoire"
            }
            Format::Cpts => "CPTS et leurs communes (CSV) : une ligne, une CPTS ou une commune d’une CPTS",
            Format::RorFhir => {
                "répertoire de l’offre ROR, ressources FHIR R4 (Bundle, tableau, NDJSON, dossier d’un $export)"
            }
            Format::Finess => {
                "établissements du répertoire FINESS (CSV etalab-cs1100502 et cs1100507, JSON structures et activités, flux XML)"
            }
            Format::DataInclusion => {
                "structures et services data·inclusion v1 (JSON, NDJSON, CSV, XLSX ; un fichier ou un dossier)"
            }
            Format::Lannuaire => {
                "services publics locaux de l’annuaire de la DILA (JSON du fichier ou de l’API)"
            }
            Format::Soliguide => "lieux de Soliguide (JSON)",
            Format::Hsds => "services au format HSDS 3 (JSON, ou CSV d’un dossier)",
            Format::Geojson => "points et leurs propriétés (GeoJSON)",
        }
    }

    /// Reads the listings of files; `mapping` is that of a spreadsheet. `progress` is told how many bytes were read so far.
    ///
    /// # Errors
    /// What makes the files useless as a whole. Territories are no listings: nothing in their files is one.
    pub fn read(
        self,
        parts: &Parts,
        mapping: Option<&Mapping>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Box<dyn Source>, ReadError> {
        match self {
            Format::Csv => {
                let staged =
                    parts.only(progress, |file, input, read| csv::read(file, input, mapping, read))?;
                Ok(Box::new(staged))
            }
            Format::Xlsx => {
                let staged =
                    parts.only(progress, |file, input, read| xlsx::read(file, input, mapping, read))?;
                Ok(Box::new(staged))
            }
            Format::Territories => Ok(Box::new(Staged::default())),
            Format::Cpts => cpts::read(parts, progress),
            Format::RorFhir => ror_fhir::read(parts, progress),
            Format::Finess => finess::read(parts, progress),
            Format::DataInclusion => data_inclusion::read(parts, progress),
            Format::Lannuaire => lannuaire::read(parts, progress),
            Format::Soliguide => soliguide::read(parts, progress),
            Format::Hsds => hsds::read(parts, progress),
            Format::Geojson => geojson::read(parts, progress),
        }
    }

    /// Whether a folder of files is one import.
    pub const fn takes_folders(self) -> bool {
        !matches!(self, Format::Csv | Format::Xlsx | Format::Territories | Format::Cpts)
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
        assert!(
            error.to_string().starts_with("format inconnu : « xls » ; attendu : csv, xlsx, territories,")
        );
    }
}
