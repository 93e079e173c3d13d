//! From a structure of the register to a listing. A field that cannot be read is left out with a warning; without a
//! name there is no listing.

use maille_domain::coverage::Coverage;
use maille_domain::field::{Field, Values, location_in_france};
use maille_domain::location::{Location, Precision};
use maille_domain::run::{Issue, Severity};
use maille_domain::{Category, Phone};
use maille_territory::{Commune, Point, france};
use serde_json::{Map, Value, json};

use super::address::{address, cog_code};
use super::category::category;
use super::name::unshouted;
use super::projection::Projection;
use super::register::{Cells, Structure};
use crate::commune::{point_expected, postal_code_expected};
use crate::excel::{ABBREVIATED, is_abbreviated, with_its_zero};
use crate::issue::Spot;
use crate::staged::StagedRecord;

/// Least score of a point that is the address' own. The geocoder gives 100 to a number found in its street; what it is
/// less sure of may be the street, the hamlet or the commune.
const LEAST_SCORE: f64 = 70.0;
/// Code of the MDPH, which serve their département by law.
const MDPH: &str = "609";

/// A structure, mapped.
#[derive(Debug)]
pub(super) struct Mapped {
    /// The record; none when the structure is rejected.
    pub record: Option<StagedRecord>,
    /// What was wrong.
    pub issues: Vec<Issue>,
    /// The code and the label of a category that the vocabulary does not know.
    pub category: Option<(String, String)>,
}

/// Maps a structure.
pub(super) fn map(file: &str, structure: &Structure) -> Mapped {
    let mut mapping =
        Mapping { file, structure, values: Values::new(), extra: Map::new(), issues: Vec::new() };
    let named = mapping.name();
    let unknown = mapping.category();
    mapping.identifiers();
    mapping.contacts();
    mapping.place();
    let Mapping { mut values, extra, issues, .. } = mapping;
    if !extra.is_empty() {
        values.insert(Field::Extra, Value::Object(extra));
    }
    let record = named.then(|| StagedRecord {
        source_id: structure.id.to_owned(),
        payload: payload(structure),
        values,
    });
    Mapped { category: unknown.filter(|_| record.is_some()), record, issues }
}

/// A structure being mapped.
struct Mapping<'a> {
    file: &'a str,
    structure: &'a Structure<'a>,
    values: Values,
    extra: Map<String, Value>,
    issues: Vec<Issue>,
}

impl<'a> Mapping<'a> {
    fn cell(&self, name: &str) -> &'a str {
        self.structure.cells.get(name)
    }

    /// The line, in a column of the structure or of its point.
    fn warning(&mut self, line: u64, cells: &Cells, column: &str, found: &str, expected: &str) {
        let spot = Spot {
            file: self.file,
            line,
            column: cells.column(column),
            id: Some(self.structure.id),
            field: Some(column),
        };
        self.issues.push(spot.issue(Severity::Warning, found, expected));
    }

    /// Notes what is left out of a structure.
    fn left_out(&mut self, column: &str, found: &str, expected: &str) {
        let abbreviated = if is_abbreviated(found) { ABBREVIATED } else { "" };
        let expected = format!("{expected}{abbreviated} ; laissé de côté");
        self.warning(self.structure.line, &self.structure.cells, column, found, &expected);
    }

    /// Keeps what the text of a column says of a field.
    fn keep(&mut self, field: Field, column: &str, text: &str) {
        match field.parse(text) {
            Ok(Some(value)) => {
                self.values.insert(field, value);
            }
            Ok(None) => {}
            Err(expected) => self.left_out(column, text, &expected.0),
        }
    }

    fn name(&mut self) -> bool {
        let names = [self.cell("rslongue"), self.cell("rs")];
        let Some(name) = names.into_iter().find(|name| !name.is_empty()) else {
            let spot = Spot {
                file: self.file,
                line: self.structure.line,
                column: self.structure.cells.column("rs"),
                id: Some(self.structure.id),
                field: Some("rs"),
            };
            self.issues.push(spot.issue(Severity::Error, "", "un nom (rs ou rslongue)"));
            return false;
        };
        self.keep(Field::Name, "rs", &unshouted(name));
        self.values.contains_key(&Field::Name)
    }

    /// The kind, and the code and label of a category that has none.
    fn category(&mut self) -> Option<(String, String)> {
        let (code, label) = (self.cell("categetab"), self.cell("libcategetab"));
        let names = ["rs", "rslongue", "complrs"].map(|name| self.cell(name)).join(" ");
        let known = category(code, &names);
        self.values.insert(Field::Category, Value::from(known.unwrap_or_else(Category::other).code()));
        if known.is_some() {
            return None;
        }
        let written = format!("{code} {label}").trim().to_owned();
        if !written.is_empty() {
            self.extra.insert("catégorie FINESS".to_owned(), written.into());
        }
        Some((code.to_owned(), label.to_owned()))
    }

    fn identifiers(&mut self) {
        self.keep(Field::Finess, "nofinesset", self.structure.id);
        self.keep(Field::Siret, "siret", self.cell("siret"));
    }

    fn contacts(&mut self) {
        let whole = |number: &str| with_its_zero(number, 10).unwrap_or_else(|| number.to_owned());
        self.keep(Field::Phone, "telephone", &whole(self.cell("telephone")));
        let fax = whole(self.cell("telecopie"));
        match fax.parse::<Phone>() {
            Ok(number) => {
                self.extra.insert("télécopie".to_owned(), number.spoken().into());
            }
            Err(_) if fax.is_empty() => {}
            Err(expected) => self.left_out("telecopie", &fax, &expected.to_string()),
        }
    }

    fn place(&mut self) {
        let address = address(&self.structure.cells);
        self.keep(Field::Address, "voie", &address);
        let postal_code = self.postal_code();
        let commune = self.commune();
        if let Some(commune) = commune {
            self.values.insert(Field::Commune, Value::from(&*commune.code));
            if self.cell("categetab") == MDPH {
                let coverage = Coverage::Departement(commune.departement.to_string());
                self.values.insert(Field::Coverage, json!([coverage]));
            }
        }
        if let (Some(postal_code), Some(commune)) = (&postal_code, commune)
            && let Some(expected) = postal_code_expected(postal_code, commune)
        {
            self.warning(
                self.structure.line,
                &self.structure.cells,
                "ligneacheminement",
                postal_code,
                &expected,
            );
        }
        let centre = |commune: &Commune| {
            let Point { lat, lon } = commune.point;
            Location { lat, lon, precision: Precision::Commune }
        };
        if let Some(location) = self.location(commune).or_else(|| commune.map(centre)) {
            self.values.insert(Field::Location, json!(location));
        }
    }

    /// The postal code, before the name of the town on the line of the post.
    fn postal_code(&mut self) -> Option<String> {
        let line = self.cell("ligneacheminement");
        let code = line.split(' ').next().unwrap_or_default();
        let code = with_its_zero(code, 5).unwrap_or_else(|| code.to_owned());
        self.keep(Field::PostalCode, "ligneacheminement", &code);
        self.values.contains_key(&Field::PostalCode).then_some(code)
    }

    /// The commune of today: the codes of those that were merged are followed.
    fn commune(&mut self) -> Option<&'static Commune> {
        let (departement, commune) = (self.cell("departement"), self.cell("commune"));
        let code = cog_code(departement, commune);
        let known = france().current_commune(&code);
        if known.is_none() {
            let found = format!("{departement} {commune}");
            self.left_out("commune", found.trim(), "le code d’une commune, d’aujourd’hui ou d’hier");
        }
        known
    }

    /// Where the register puts the structure.
    fn location(&mut self, commune: Option<&Commune>) -> Option<Location> {
        let (line, cells) = self.structure.point.as_ref()?;
        let (source, x, y) = (cells.get("sourcecoordet"), cells.get("coordxet"), cells.get("coordyet"));
        let Some(projection) = Projection::named(source.rsplit(',').next().unwrap_or_default()) else {
            let expected = "une projection connue : LAMBERT_93, UTM_N20, UTM_N21, UTM_N22, UTM_S38 ou UTM_S40 ; position laissée de côté";
            self.warning(*line, cells, "sourcecoordet", source, expected);
            return None;
        };
        let metres = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let point = metres(x).zip(metres(y)).and_then(|(x, y)| projection.point(x, y));
        let Some(location) = point.and_then(|point| location_in_france(point.lat, point.lon)) else {
            let expected = "un point en France, en mètres dans la projection dite ; laissé de côté";
            self.warning(*line, cells, "coordxet", &format!("{x}, {y}"), expected);
            return None;
        };
        if let Some(expected) = commune.and_then(|commune| point_expected(commune, location.point())) {
            self.warning(*line, cells, "coordxet", &format!("{x}, {y}"), &expected);
        }
        let score = source.split(',').nth(2).and_then(|score| score.trim().parse::<f64>().ok());
        let sure = score.is_some_and(|score| score >= LEAST_SCORE);
        Some(Location { precision: if sure { Precision::Address } else { Precision::Commune }, ..location })
    }
}

/// The lines as they were written, by column, without the empty cells.
fn payload(structure: &Structure) -> Value {
    let filled = |cells: &Cells| {
        Value::Object(cells.filled().map(|(name, text)| (name.to_owned(), Value::from(text))).collect())
    };
    let mut payload = Map::from_iter([("structureet".to_owned(), filled(&structure.cells))]);
    if let Some((_, point)) = &structure.point {
        payload.insert("geolocalisation".to_owned(), filled(point));
    }
    Value::Object(payload)
}
