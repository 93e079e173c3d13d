//! The fields of a listing by name: what layers of curation speak of, what a spreadsheet's columns are, and how the
//! text of a cell becomes a value. One parser for imports, corrections and forms.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::NaiveDate;
use maille_territory::{Commune, Point, fold, france};
use serde::Serialize;
use serde_json::Value;

use crate::Category;
use crate::codes::codes;
use crate::contact::{parse_email, parse_website};
use crate::coverage::Coverage;
use crate::hours::Hours;
use crate::identifier::{parse_finess, parse_siret};
use crate::location::{Location, Precision};
use crate::phone::Phone;
use crate::vocabulary::{Audience, Mode, ReferredBy, Status, Theme};

/// Values of fields in their storage form, absent when unknown.
pub type Values = BTreeMap<Field, Value>;

/// Between two values in one cell.
pub const SEPARATOR: &str = " | ";

/// Most values in a cell.
pub const MOST_VALUES: usize = 100;
/// Most parts of a zone: the communes of several départements, one by one.
pub const MOST_PARTS: usize = 5_000;

/// Longest text of a cell, or of one of its values, in characters: a longer one is a mistake (a whole file in one pair of quotes).
pub const LONGEST_TEXT: usize = 20_000;

codes! {
    /// A field of a listing; the code is the column of `docs/format-csv.md`.
    Field {
        Name = "name", "Nom";
        Acronym = "acronym", "Sigle";
        Category = "category", "Type de ressource";
        Organization = "organization", "Organisme";
        Finess = "finess", "FINESS";
        Siret = "siret", "SIRET";
        RorId = "ror_id", "Identifiant ROR";
        Summary = "summary", "En bref";
        Description = "description", "Description";
        Phone = "phone", "Téléphone";
        Email = "email", "Courriel";
        Mssante = "mssante", "MSSanté";
        Website = "website", "Site web";
        Address = "address", "Adresse";
        PostalCode = "postal_code", "Code postal";
        Commune = "commune", "Commune";
        Location = "location", "Position";
        Hours = "hours", "Horaires";
        Coverage = "coverage", "Zone d’intervention";
        Audiences = "audiences", "Publics";
        AgeMin = "age_min", "Âge minimum";
        AgeMax = "age_max", "Âge maximum";
        Themes = "themes", "Parcours";
        Modes = "modes", "Mode d’intervention";
        Referral = "referral", "Comment mobiliser";
        ReferredBy = "referred_by", "Qui peut demander";
        Inclusion = "inclusion", "Critères d’inclusion";
        Exclusion = "exclusion", "Critères d’exclusion";
        DelayDays = "delay_days", "Délai habituel (jours)";
        Cost = "cost", "Coût";
        Languages = "languages", "Langues";
        Accessibility = "accessibility", "Accessibilité";
        Status = "status", "État";
        VerifiedOn = "verified_on", "Vérifié le";
        SourceUrl = "source_url", "Adresse de la source";
        Extra = "extra", "Autres informations";
    }
}

impl Field {
    /// The name of the column.
    pub const fn name(self) -> &'static str {
        self.code()
    }

    /// Whether a cell may hold several values, separated by `|`.
    pub const fn has_several(self) -> bool {
        matches!(
            self,
            Field::Phone
                | Field::Email
                | Field::Mssante
                | Field::Website
                | Field::Coverage
                | Field::Audiences
                | Field::Themes
                | Field::Modes
                | Field::ReferredBy
                | Field::Languages
                | Field::Accessibility
        )
    }

    /// Reads the text of a cell: `None` when it says nothing, else the storage form.
    ///
    /// `commune` takes a COG code, or a name that one commune clearly bears; `location` takes `48.79, 2.31`; `extra` is never
    /// a cell. Several values are separated by `|`.
    ///
    /// # Errors
    /// What was expected, in French, ready to follow "attendu :".
    pub fn parse(self, cell: &str) -> Result<Option<Value>, Expected> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(None);
        }
        // A thousand communes served are a long cell of short values.
        let too_long = |text: &str| text.chars().count() > LONGEST_TEXT;
        if if self.has_several() { cell.split('|').any(too_long) } else { too_long(cell) } {
            return Err(Expected::new(format!("un texte d’au plus {LONGEST_TEXT} caractères")));
        }
        if cell.chars().any(|c| c == '\0') {
            return Err(Expected::new("un texte sans caractère nul"));
        }
        match self {
            Field::Name | Field::Acronym | Field::Organization | Field::Address | Field::RorId => text(&squeeze(cell)),
            Field::Summary | Field::Description | Field::Referral | Field::Inclusion | Field::Exclusion | Field::Cost => text(cell),
            Field::Category => Category::from_code(cell)
                .or_else(|| Category::from_name(cell))
                .map(|category| Some(Value::from(category.code())))
                .ok_or_else(|| Expected::new("un code du vocabulaire des types de ressource (emg, ssiad, mdph…), son sigle ou son libellé")),
            Field::Finess => Ok(Some(parse_finess(cell)?.into())),
            Field::Siret => Ok(Some(parse_siret(cell)?.into())),
            Field::Phone => several(cell, |part| part.parse::<Phone>().map_err(Expected::from)),
            Field::Email | Field::Mssante => several(cell, |part| parse_email(part).map_err(Expected::from)),
            Field::Website => several(cell, |part| parse_website(part).map_err(Expected::from)),
            Field::SourceUrl => Ok(Some(parse_website(cell)?.into())),
            Field::PostalCode => {
                let shaped = cell.len() == 5 && cell.bytes().all(|c| c.is_ascii_digit());
                if shaped { text(cell) } else { Err(Expected::new("un code postal de cinq chiffres")) }
            }
            Field::Commune => commune(cell),
            Field::Location => location(cell),
            Field::Hours => Ok(Some(stored(&cell.parse::<Hours>()?))),
            Field::Coverage => {
                at_most(MOST_PARTS, cell, |part| part.parse::<Coverage>().map_err(Expected::from))
            }
            Field::Audiences => several(cell, code::<Audience>),
            Field::Themes => several(cell, code::<Theme>),
            Field::Modes => several(cell, code::<Mode>),
            Field::ReferredBy => several(cell, code::<ReferredBy>),
            Field::AgeMin | Field::AgeMax => whole_number(cell, 130, "un âge en années, de 0 à 130"),
            Field::DelayDays => whole_number(cell, 3650, "un nombre de jours, de 0 à 3650"),
            Field::Languages => several(cell, |part| {
                let lower = part.to_ascii_lowercase();
                let shaped = lower.len() == 2 && lower.bytes().all(|c| c.is_ascii_lowercase());
                if shaped { Ok(lower) } else { Err(Expected::new("des codes de langue ISO 639-1 à deux lettres (fr, ar, en)")) }
            }),
            Field::Accessibility => several(cell, |part| Ok(part.to_lowercase())),
            Field::Status => Ok(Some(stored(&code::<Status>(cell)?))),
            Field::VerifiedOn => NaiveDate::parse_from_str(cell, "%Y-%m-%d")
                .map(|date| Some(stored(&date)))
                .map_err(|_| Expected::new("une date ISO 8601, par exemple 2026-09-30")),
            Field::Extra => Err(Expected::new("un champ de la fiche (les autres informations viennent des sources)")),
        }
    }

    /// Writes a storage form as the text of a cell that [`Field::parse`] reads back.
    pub fn format(self, value: &Value) -> String {
        match (self, value) {
            (Field::Location, value) => match serde_json::from_value::<Location>(value.clone()) {
                Ok(location) => format!("{}, {}", location.lat, location.lon),
                Err(_) => String::new(),
            },
            (_, Value::Null) => String::new(),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Array(items)) => {
                items.iter().map(|item| self.format(item)).collect::<Vec<_>>().join(SEPARATOR)
            }
            (_, other) => other.to_string(),
        }
    }
}

/// What a cell should have held; follows "attendu :" in a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Expected(pub String);

impl Expected {
    fn new(text: impl Into<String>) -> Expected {
        Expected(text.into())
    }
}

macro_rules! expected_from {
    ($($error:ty),+) => { $(impl From<$error> for Expected { fn from(error: $error) -> Self { Expected(error.to_string()) } })+ };
}
expected_from!(
    crate::contact::ContactError,
    crate::coverage::CoverageError,
    crate::hours::HoursError,
    crate::identifier::IdentifierError,
    crate::phone::PhoneError
);

fn stored<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("values of fields serialise to plain JSON")
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every branch of `Field::parse`")]
fn text(text: &str) -> Result<Option<Value>, Expected> {
    Ok(Some(Value::from(text)))
}

/// Runs of white space become one space: line breaks inside a name come from spreadsheets.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn several<T: Serialize>(
    cell: &str,
    parse: impl Fn(&str) -> Result<T, Expected>,
) -> Result<Option<Value>, Expected> {
    at_most(MOST_VALUES, cell, parse)
}

fn at_most<T: Serialize>(
    most: usize,
    cell: &str,
    parse: impl Fn(&str) -> Result<T, Expected>,
) -> Result<Option<Value>, Expected> {
    let mut values: Vec<Value> = Vec::new();
    let mut seen = BTreeSet::new();
    for part in cell.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        let value = stored(&parse(part)?);
        if seen.insert(value.to_string()) {
            values.push(value);
        }
        if values.len() > most {
            return Err(Expected(format!("au plus {most} valeurs")));
        }
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

fn code<T: FromStr<Err = crate::vocabulary::UnknownCode>>(part: &str) -> Result<T, Expected> {
    part.parse().map_err(|error: crate::vocabulary::UnknownCode| {
        Expected(format!("un code parmi {}", error.known.join(", ")))
    })
}

fn whole_number(cell: &str, most: u32, expected: &str) -> Result<Option<Value>, Expected> {
    match cell.parse::<u32>() {
        Ok(number) if number <= most => Ok(Some(Value::from(number))),
        _ => Err(Expected::new(expected)),
    }
}

fn commune(cell: &str) -> Result<Option<Value>, Expected> {
    if let Some(commune) = france().current_commune(cell) {
        return Ok(Some(Value::from(&*commune.code)));
    }
    let found = france().find(cell, 5);
    let communes: Vec<_> = found
        .places
        .iter()
        .filter(|place| {
            matches!(
                place.kind,
                maille_territory::PlaceKind::Commune | maille_territory::PlaceKind::Arrondissement
            )
        })
        .collect();
    match communes[..] {
        [] => Err(Expected::new("une commune : code COG (92007) ou nom")),
        // A typo or a beginning is a guess: it is offered, not taken.
        [leader, ..] if !found.ambiguous && fold(&leader.name) == fold(cell) => {
            Ok(Some(Value::from(leader.code.as_str())))
        }
        _ => {
            let candidates: Vec<String> =
                communes.iter().map(|place| format!("{} ({})", place.name, place.code)).collect();
            Err(Expected(format!("le code COG de l’une de ces communes : {}", candidates.join(", "))))
        }
    }
}

fn location(cell: &str) -> Result<Option<Value>, Expected> {
    let numbers: Vec<f64> = cell
        .split([',', ';', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .filter_map(|part| part.parse().ok())
        .collect();
    let [lat, lon] = numbers[..] else {
        return Err(Expected::new("une latitude et une longitude WGS 84 : 48.7964, 2.3106"));
    };
    let location = location_in_france(lat, lon)
        .ok_or_else(|| Expected::new("un point en France : latitude puis longitude, WGS 84"))?;
    Ok(Some(stored(&location)))
}

/// The contours are simplified: a quay or an island may lie this far outside them.
const OUTSIDE_CONTOURS_KM: f64 = 5.0;

/// A point given by a source as an address' own, if it lies in France or at its very edge.
pub fn location_in_france(lat: f64, lon: f64) -> Option<Location> {
    if !((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)) {
        return None;
    }
    let point = Point { lat, lon };
    // A degree of latitude is 111 km: most communes are too far by that alone.
    let same_latitude =
        |commune: &Commune| (commune.point.lat - lat).abs() * 111.0 <= OUTSIDE_CONTOURS_KM + 1.0;
    let close =
        |commune: &Commune| same_latitude(commune) && commune.point.distance_km(point) <= OUTSIDE_CONTOURS_KM;
    let near = || france().communes().iter().any(close);
    let inside = france().commune_at(lat, lon).is_some() || near();
    inside.then_some(Location { lat, lon, precision: Precision::Address })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fields;

    #[test]
    fn every_field_of_a_listing_is_a_field() {
        let mut fields = Fields::new("Équipe", Category::other());
        fields.extra.insert("x".into(), "y".into());
        let values: Values = fields.to_values();
        assert_eq!(Fields::from_values(values).unwrap(), fields);
    }

    #[test]
    fn cells_become_values_and_values_become_cells() {
        for (field, cell, back) in [
            (Field::Name, "  Équipe\n mobile ", "Équipe mobile"),
            (Field::Category, "Équipe mobile de gériatrie", "emg"),
            (Field::Phone, "01 46 30 18 14 | 15", "+33146301814 | 15"),
            (Field::Coverage, "commune:92023|departement:92", "commune:92023 | departement:92"),
            (Field::Commune, "Clamart", "92023"),
            (Field::Location, "48.8012, 2.2628", "48.8012, 2.2628"),
            (Field::AgeMin, "75", "75"),
            (Field::Audiences, "aidants | aidants", "aidants"),
            (Field::VerifiedOn, "2026-09-30", "2026-09-30"),
        ] {
            let value = field.parse(cell).unwrap_or_else(|e| panic!("{field} {cell:?}: {e}")).unwrap();
            assert_eq!(field.format(&value), back);
            assert_eq!(field.parse(back).unwrap(), Some(value), "{field}: the text written is read back");
        }
        assert_eq!(Field::Name.parse("   "), Ok(None));
    }

    #[test]
    fn several_values_may_be_a_long_cell() {
        let served = vec!["commune:92023"; 2_000].join(SEPARATOR);
        assert!(served.len() > LONGEST_TEXT);
        assert_eq!(Field::Coverage.parse(&served).unwrap(), Some(serde_json::json!(["commune:92023"])));
        assert!(Field::Accessibility.parse(&"x".repeat(LONGEST_TEXT + 1)).is_err());
        let many: Vec<String> = (0..=MOST_VALUES).map(|number| format!("a{number}@example.org")).collect();
        assert!(Field::Email.parse(&many[1..].join(SEPARATOR)).is_ok());
        assert_eq!(
            Field::Email.parse(&many.join(SEPARATOR)),
            Err(Expected("au plus 100 valeurs".to_owned()))
        );
        for field in Field::ALL.iter().filter(|field| field.has_several()) {
            assert_eq!(field.parse(" | "), Ok(None), "{field}");
        }
    }

    #[test]
    fn a_bad_cell_says_what_was_expected() {
        for (field, cell) in [
            (Field::Category, "equipe inconnue"),
            (Field::Commune, "Saint-Denis"),
            (Field::Commune, "Clamar"),
            (Field::Commune, "99999"),
            (Field::Location, "0, 0"),
            (Field::Location, "92.0, 2.0"),
            (Field::Location, "NaN, 2.0"),
            (Field::Location, "51.5, -0.12"),
            (Field::Finess, "123456789"),
            (Field::Hours, "le matin"),
            (Field::AgeMin, "-1"),
            (Field::DelayDays, "une semaine"),
            (Field::VerifiedOn, "30/09/2026"),
            (Field::Languages, "français"),
            (Field::Status, "open"),
        ] {
            let expected = field.parse(cell).unwrap_err();
            assert!(!expected.0.is_empty(), "{field} {cell}");
        }
        let homonyms = Field::Commune.parse("Saint-Denis").unwrap_err().0;
        assert!(homonyms.contains("93066") && homonyms.contains("97411"), "{homonyms}");
    }
}
