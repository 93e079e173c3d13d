//! The columns of a table of CPTS, by the names that people give them.

use maille_domain::run::Severity;
use maille_territory::fold;

use crate::issue::{Spot, shorten};
use crate::register::Register;
use crate::table::ReadError;

/// What a column holds, with its names in small letters, words apart by spaces. Columns of the same names as those of the
/// spreadsheet hold the same.
pub(super) const COLUMNS: [(&str, &[&str]); 26] = [
    ("id", &["id", "identifiant", "id cpts", "code cpts", "identifiant cpts"]),
    ("finess", &["finess", "no finess", "num finess", "numero finess", "finess et", "nofinesset"]),
    ("name", &["name", "nom", "cpts", "nom cpts", "nom de la cpts", "libelle cpts", "raison sociale"]),
    ("territory", &["territory", "territoire", "code territoire"]),
    (COMMUNES, &["communes", "commune", "liste communes", "liste des communes"]),
    (
        CODES,
        &[
            "insee",
            "code insee",
            "codes insee",
            "code commune",
            "codes communes",
            "code insee commune",
            "commune insee",
            "insee com",
            "depcom",
            "codgeo",
        ],
    ),
    (
        NAMES,
        &["nom commune", "libelle commune", "nom de la commune", "commune nom", "nom com", "libgeo", "ville"],
    ),
    (COMMUNE_POSTAL_CODE, &["commune postal code", "code postal commune", "cp commune"]),
    (POSTAL_CODE, &["postal code", "code postal", "cp"]),
    (SIEGE, &["siege", "commune siege", "commune du siege", "ville siege"]),
    (ADDRESS, &["address", "adresse", "adresse siege", "adresse du siege"]),
    ("phone", &["phone", "telephone", "tel", "telephones"]),
    ("email", &["email", "e mail", "mail", "courriel", "adresse mail", "courriels"]),
    ("mssante", &["mssante"]),
    ("website", &["website", "site", "site web", "site internet", "url"]),
    ("acronym", &["acronym", "sigle"]),
    ("organization", &["organization", "organisme", "structure porteuse"]),
    ("siret", &["siret"]),
    ("summary", &["summary", "resume"]),
    ("description", &["description"]),
    ("hours", &["hours", "horaires"]),
    ("referral", &["referral"]),
    ("lat", &["lat", "latitude"]),
    ("lon", &["lon", "lng", "longitude"]),
    ("verified_on", &["verified on", "verifie le"]),
    ("source_url", &["source url"]),
];
/// Communes served: codes or names, one or several.
pub(super) const COMMUNES: &str = "communes";
/// Codes of communes, where names are in a column of their own.
pub(super) const CODES: &str = "code_insee";
/// Names of communes, where codes are in a column of their own.
pub(super) const NAMES: &str = "nom_commune";
/// The postal code of the commune of a row.
pub(super) const COMMUNE_POSTAL_CODE: &str = "code_postal_commune";
/// The postal code of the seat; of the commune of a row, in a table that says nothing of seats.
pub(super) const POSTAL_CODE: &str = "postal_code";
/// The commune where the CPTS has its office.
pub(super) const SIEGE: &str = "siege";
/// The address of the office.
pub(super) const ADDRESS: &str = "address";
/// The columns that tell of one commune, not of the CPTS.
const OF_COMMUNES: [&str; 4] = [COMMUNES, CODES, NAMES, COMMUNE_POSTAL_CODE];

/// What is expected of the header of a table.
const OF_CPTS: &str = "des CPTS et leurs communes : une colonne communes, ou une colonne d’une commune (commune, code_insee) et une qui dit CPTS (nom_cpts), sans colonne category";

/// Whether a header is that of CPTS: any other table has an identifier, a name and a commune too. A column of categories is of
/// resources; a column of communes, or one of a commune besides one that says CPTS, is of CPTS.
fn is_of_cpts(header: &[String], has_communes: bool) -> bool {
    let names: Vec<String> = header.iter().map(|name| fold(name)).collect();
    let says = |word: &str| names.iter().any(|name| name.split(' ').any(|known| known == word));
    let resources = names.iter().any(|name| ["category", "categorie"].contains(&&**name));
    !resources && has_communes && (says("communes") || says("cpts"))
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<Option<&'static str>>,
    /// Whether postal codes are of communes, since there is no seat.
    postal_codes_of_communes: bool,
}

impl Columns {
    /// Understands a header; says what of it is not read.
    pub fn of(
        file: &str,
        line: u64,
        header: &[String],
        register: &mut Register,
    ) -> Result<Columns, ReadError> {
        let mut columns: Vec<Option<&'static str>> = Vec::new();
        for (position, name) in header.iter().enumerate() {
            let folded = fold(name);
            let known =
                COLUMNS.iter().find(|(_, names)| names.contains(&&*folded)).map(|(column, _)| *column);
            let new = known.filter(|column| !columns.contains(&Some(column)));
            if new.is_none() {
                let column = Some(position as u64 + 1);
                let spot = Spot { file, line, column, field: Some(name), id: None };
                let expected = if known.is_some() {
                    "une seule colonne de ce sens ; la première compte, celle-ci n’est pas lue"
                } else {
                    "une colonne du format ; celle-ci n’est pas lue"
                };
                register.note(spot.issue(Severity::Warning, name, expected));
            }
            columns.push(new);
        }
        let has = |column: &'static str| columns.contains(&Some(column));
        let identified = has("id") || has("finess");
        let missing = [(identified, "id (ou finess)"), (has("name"), "name (ou nom)")];
        let missing: Vec<&str> = missing.into_iter().filter(|(has, _)| !has).map(|(_, name)| name).collect();
        if !missing.is_empty() {
            return Err(ReadError::MissingColumns {
                file: file.to_owned(),
                line,
                missing,
                found: header.to_vec(),
            });
        }
        if !is_of_cpts(header, has(COMMUNES) || has(CODES) || has(NAMES)) {
            let found = format!("ligne {line}, un tableau de colonnes {}", header.join(", "));
            return Err(ReadError::NotATable {
                file: file.to_owned(),
                found: shorten(&found),
                expected: OF_CPTS.to_owned(),
            });
        }
        let postal_codes_of_communes = !has(SIEGE) && !has(ADDRESS);
        Ok(Columns { columns, postal_codes_of_communes })
    }

    /// The cells of a row by column, without those that say nothing.
    pub fn cells<'a>(&self, cells: &'a [String]) -> Vec<(&'static str, &'a str)> {
        let cells = self.columns.iter().zip(cells);
        cells
            .filter_map(|(column, cell)| Some(((*column)?, cell.trim())))
            .filter(|(_, cell)| !cell.is_empty())
            .collect()
    }

    /// The position of a column, from 0.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| *known == Some(column))
    }

    /// Whether a column tells of one commune.
    pub fn is_of_communes(&self, column: &str) -> bool {
        OF_COMMUNES.contains(&column) || (column == POSTAL_CODE && self.postal_codes_of_communes)
    }
}
