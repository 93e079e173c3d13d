//! A record of a register being put together. A field that cannot be read is left out, with a warning; only a name that is
//! missing refuses the record.

use std::collections::BTreeMap;

use maille_domain::field::{Expected, Field, LONGEST_TEXT, Values, location_in_france};
use maille_domain::location::{Location, Precision};
use maille_domain::run::{Issue, Severity};
use maille_domain::{Category, Coverage, RestrictedContact};
use maille_territory::{Commune, Point, france};
use serde::Serialize;
use serde_json::{Value, json};

use crate::commune::{Hints, is_name_of, point_expected, postal_code_expected, settle};
use crate::excel::{ABBREVIATED, is_abbreviated, with_its_zero};
use crate::issue::Spot;
use crate::plain::plain;
use crate::register::Record;
use crate::staged::StagedRecord;

/// Ages from which a register means "no limit".
const NO_LIMIT: u64 = 99;

/// Under which the source's word for a kind that our vocabulary lacks stays on the listing.
pub(crate) const KIND_IN_SOURCE: &str = "type dans la source";

/// A code of a source, for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignCode {
    /// The vocabulary it belongs to, as the source names it.
    pub system: &'static str,
    /// The code.
    pub code: String,
    /// What it means, when the source says.
    pub label: Option<String>,
}

/// What became of a record.
#[derive(Debug)]
pub(crate) enum Drafted {
    /// A listing.
    Record {
        /// The listing.
        record: Box<StagedRecord>,
        /// What was wrong in it.
        issues: Vec<Issue>,
        /// Codes without a place in our vocabulary.
        unmapped: Vec<ForeignCode>,
    },
    /// It cannot be one, for these reasons.
    Refused(Vec<Issue>),
    /// It must not be shown: a draft, a sensitive unit. Why, as a plural.
    Skipped(&'static str),
}

/// A record being put together.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    record: Record<'a>,
    /// What it says so far.
    pub values: Values,
    extra: BTreeMap<String, String>,
    restricted: Vec<RestrictedContact>,
    incomplete: bool,
    region: Option<String>,
    issues: Vec<Issue>,
    unmapped: Vec<ForeignCode>,
}

/// What a source says of a place: texts, empty when it does not say, and how messages name them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said<'a> {
    /// COG code of the commune.
    pub code: (&'a str, &'a str),
    /// Name of the commune.
    pub town: (&'a str, &'a str),
    /// Postal code.
    pub postal_code: (&'a str, &'a str),
    /// Latitude, degrees.
    pub lat: (&'a str, &'a str),
    /// Longitude, degrees.
    pub lon: (&'a str, &'a str),
    /// Whether the point is the address' own, as far as the source tells.
    pub sure: bool,
}

impl<'a> Draft<'a> {
    /// Starts a record.
    pub fn new(record: Record<'a>) -> Draft<'a> {
        Draft {
            record,
            values: Values::new(),
            extra: BTreeMap::new(),
            restricted: Vec::new(),
            incomplete: false,
            region: None,
            issues: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    /// Notes something to know of a field, named by its path in the source.
    pub fn warning(&mut self, path: &str, found: &str, expected: &str) {
        self.issue(Severity::Warning, path, found, expected);
    }

    /// Notes that something was left out.
    pub fn left_out(&mut self, path: &str, found: &str, expected: &str) {
        let abbreviated = if is_abbreviated(found) { ABBREVIATED } else { "" };
        self.warning(path, found, &format!("{expected}{abbreviated} ; laissé de côté"));
    }

    fn issue(&mut self, severity: Severity, path: &str, found: &str, expected: &str) {
        let Record { id, file, line, .. } = self.record;
        let spot = Spot { file, line, column: None, id: Some(id), field: Some(path) };
        self.issues.push(spot.issue(severity, found, expected));
    }

    /// Keeps what a text says of a field; HTML becomes plain text.
    pub fn keep(&mut self, field: Field, path: &str, text: &str) {
        let text = plain(text);
        match field.parse(&text) {
            Ok(Some(value)) => {
                self.values.insert(field, value);
            }
            Ok(None) => {}
            Err(Expected(expected)) => self.left_out(path, &text, &expected),
        }
    }

    /// Adds what each of the texts says of a field of several values; one that cannot be read costs itself alone.
    pub fn keep_each<T: AsRef<str>>(&mut self, field: Field, path: &str, texts: impl IntoIterator<Item = T>) {
        for text in texts {
            match field.parse(text.as_ref()) {
                Ok(Some(Value::Array(values))) => self.add(field, values),
                Ok(_) => {}
                Err(Expected(expected)) => self.left_out(path, text.as_ref(), &expected),
            }
        }
    }

    /// Adds values of our own lists to a field of several values.
    pub fn codes<T: Serialize>(&mut self, field: Field, values: impl IntoIterator<Item = T>) {
        self.add(field, values.into_iter().map(|value| json!(value)).collect());
    }

    fn add(&mut self, field: Field, values: Vec<Value>) {
        if values.is_empty() {
            return;
        }
        let known = self.values.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(known) = known else { return };
        for value in values {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }

    /// The kind of resource. Where our vocabulary has none, the source's word for it stays, searchable, and is counted.
    pub fn category(&mut self, known: Option<Category>, said: Option<ForeignCode>) {
        self.category_in(KIND_IN_SOURCE, known, said);
    }

    /// The same, where the source's word has a name that people know.
    pub fn category_in(&mut self, name: &str, known: Option<Category>, said: Option<ForeignCode>) {
        self.values.insert(Field::Category, json!(known.unwrap_or_else(Category::other)));
        if let (None, Some(code)) = (known, said) {
            let words = [Some(code.code.as_str()), code.label.as_deref()].into_iter().flatten();
            let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            self.extra(name, &words);
            self.unmapped.push(code);
        }
    }

    /// Counts another code that our vocabulary does not know; its label stays in `extra` under `name`.
    pub fn unknown(&mut self, name: &str, code: ForeignCode) {
        let words = code.label.clone().filter(|label| !label.is_empty()).unwrap_or_else(|| code.code.clone());
        self.extra(name, &words);
        self.unmapped.push(code);
    }

    /// Keeps something that has no field, under a name people understand; several things under one name are all kept.
    pub fn extra(&mut self, name: &str, text: &str) {
        let text: String = plain(text).chars().take(LONGEST_TEXT).collect();
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        let known = self.extra.entry(name.to_owned()).or_default();
        if known.is_empty() {
            text.clone_into(known);
        } else if !known.split(" ; ").any(|part| part == text) && known.len() + text.len() < LONGEST_TEXT {
            known.push_str(" ; ");
            known.push_str(text);
        }
    }

    /// Keeps a contact apart, which is not for everybody.
    pub fn restricted(&mut self, contact: RestrictedContact) {
        if !self.restricted.contains(&contact) {
            self.restricted.push(contact);
        }
    }

    /// Says that what the record refers to is not in the files: what was known of it stays.
    pub fn incomplete(&mut self) {
        self.incomplete = true;
    }

    /// The region that the source files the record under.
    pub fn region(&mut self, code: &str) {
        self.region = Some(code.to_owned()).filter(|code| !code.is_empty());
    }

    /// The ages served, in years. Zero and very high ages mean that there is no limit.
    pub fn ages(&mut self, path: &str, min: Option<u64>, max: Option<u64>) {
        let (min, max) = (min.filter(|&age| age > 0), max.filter(|&age| age < NO_LIMIT));
        if let (Some(least), Some(most)) = (min, max)
            && least > most
        {
            self.left_out(
                path,
                &format!("de {least} à {most} ans"),
                "un âge minimum inférieur à l’âge maximum",
            );
            return;
        }
        for (field, age) in [(Field::AgeMin, min), (Field::AgeMax, max)] {
            if let Some(age) = age {
                self.keep(field, path, &age.to_string());
            }
        }
    }

    /// Where the main site is: commune, postal code and point, each checked against the others. Without a point, the centre
    /// of the commune, and its precision says so.
    pub fn place(&mut self, said: Said) -> Option<&'static Commune> {
        let point = self.point(&said);
        let postal_code = self.postal_code(&said);
        let commune = self.commune(&said, postal_code.as_deref(), point.map(|location| location.point()));
        if let Some(commune) = commune {
            self.values.insert(Field::Commune, json!(commune.code));
            if let Some(expected) =
                postal_code.as_deref().and_then(|code| postal_code_expected(code, commune))
            {
                self.warning(said.postal_code.0, said.postal_code.1, &expected);
            }
        }
        let centre = |commune: &Commune| {
            let Point { lat, lon } = commune.point;
            Location { lat, lon, precision: Precision::Commune }
        };
        if let (Some(location), Some(commune)) = (point, commune)
            && let Some(expected) = point_expected(commune, location.point())
        {
            self.warning(said.lat.0, &format!("{}, {}", said.lat.1, said.lon.1), &expected);
        }
        if let Some(location) = point.or_else(|| commune.map(centre)) {
            self.values.insert(Field::Location, json!(location));
        }
        commune
    }

    fn point(&mut self, said: &Said) -> Option<Location> {
        let ((path, lat), (_, lon)) = (said.lat, said.lon);
        if lat.is_empty() && lon.is_empty() {
            return None;
        }
        let degrees = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let point = degrees(lat).zip(degrees(lon));
        let location = point.and_then(|(lat, lon)| location_in_france(lat, lon));
        let Some(location) = location else {
            let swapped = point.is_some_and(|(lat, lon)| location_in_france(lon, lat).is_some());
            let swapped = if swapped { " ; elles semblent inversées" } else { "" };
            let expected = format!("un point en France : latitude puis longitude, en degrés WGS 84{swapped}");
            self.left_out(path, &format!("{lat}, {lon}"), &expected);
            return None;
        };
        Some(Location {
            precision: if said.sure { Precision::Address } else { Precision::Commune },
            ..location
        })
    }

    fn postal_code(&mut self, said: &Said) -> Option<String> {
        let (path, code) = said.postal_code;
        let code = with_its_zero(code, 5).unwrap_or_else(|| code.to_owned());
        self.keep(Field::PostalCode, path, &code);
        self.values.contains_key(&Field::PostalCode).then_some(code)
    }

    /// The commune of the code, former ones followed; else the one that the name and what goes with it settle.
    fn commune(
        &mut self,
        said: &Said,
        postal_code: Option<&str>,
        point: Option<Point>,
    ) -> Option<&'static Commune> {
        let ((code_path, code), (town_path, town)) = (said.code, said.town);
        let coverage: Vec<Coverage> = self
            .values
            .get(&Field::Coverage)
            .and_then(|coverage| serde_json::from_value(coverage.clone()).ok())
            .unwrap_or_default();
        let hints = Hints { postal_code, point, coverage: &coverage };
        let by_code = france().current_commune(&code.to_ascii_uppercase()).or_else(|| {
            let whole = with_its_zero(code, 5)?;
            france().current_commune(&whole)
        });
        if let Some(commune) = by_code.filter(|commune| town.is_empty() || is_name_of(commune, town)) {
            return Some(commune);
        }
        let by_name = if town.is_empty() { None } else { Some(settle(town, &hints)) };
        if let Some(commune) = by_code {
            let others = by_name.and_then(Result::ok).map(|settled| settled.commune);
            let related = |other: &Commune| {
                other.code == commune.code
                    || other.parent.as_deref() == Some(&commune.code)
                    || commune.parent.as_deref() == Some(&other.code)
            };
            if let Some(other) = others.filter(|other| !related(other) && *commune.code == *code) {
                let expected =
                    format!("le code de {} ({}), ou le nom de {}", other.name, other.code, commune.name);
                self.warning(
                    code_path,
                    &format!("{code} {town}"),
                    &format!("{expected} ; le code est suivi : {} ({})", commune.name, commune.code),
                );
            }
            return Some(commune);
        }
        let from_name =
            by_name.as_ref().and_then(|settled| settled.as_ref().ok()).map(|settled| settled.commune);
        if !code.is_empty() {
            let postal = !france().communes_of_postal_code(code).is_empty();
            let postal = if postal { ", pas un code postal" } else { "" };
            let read = match from_name {
                Some(commune) => format!(" ; lu d’après le nom : {} ({})", commune.name, commune.code),
                None => " ; laissé de côté".to_owned(),
            };
            self.warning(
                code_path,
                code,
                &format!("le code d’une commune, d’aujourd’hui ou d’hier{postal}{read}"),
            );
        } else if let Some(Err(expected)) = by_name {
            self.left_out(town_path, town, &expected);
        }
        from_name
    }

    /// The record, with what the source said.
    pub fn finish(mut self, payload: Value) -> Drafted {
        if !self.values.contains_key(&Field::Name) {
            self.issue(Severity::Error, "", "", "un nom");
            return Drafted::Refused(self.issues);
        }
        self.values.entry(Field::Category).or_insert_with(|| json!(Category::other()));
        if !self.extra.is_empty() {
            self.values.insert(Field::Extra, json!(self.extra));
        }
        let record = StagedRecord {
            source_id: self.record.id.to_owned(),
            payload,
            values: self.values,
            restricted: self.restricted,
            incomplete: self.incomplete,
            region: self.region,
        };
        Drafted::Record { record: Box::new(record), issues: self.issues, unmapped: self.unmapped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: Record = Record { id: "a-1", file: "essai.json", line: 3, value: &Value::Null };

    fn finished(draft: Draft) -> (StagedRecord, Vec<String>) {
        match draft.finish(Value::Null) {
            Drafted::Record { record, issues, .. } => {
                let told = issues.into_iter().map(|issue| format!("{} : {}", issue.found, issue.expected));
                (*record, told.collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn placed(said: Said) -> (Values, Vec<String>) {
        let mut draft = Draft::new(RECORD);
        draft.keep(Field::Name, "nom", "Équipe");
        draft.place(said);
        let (record, told) = finished(draft);
        (record.values, told)
    }

    #[test]
    fn what_cannot_be_read_costs_itself_alone() {
        let mut draft = Draft::new(RECORD);
        draft.keep(Field::Name, "nom", " <b>Équipe</b>  mobile ");
        draft.keep_each(Field::Phone, "tel", ["01 99 00 12 34", "appeler le soir"]);
        draft.keep(Field::Hours, "horaires", "le matin");
        draft.ages("ages", Some(60), Some(150));
        draft.ages("ages", Some(12), Some(6));
        draft.extra("note", "un");
        draft.extra("note", "deux");
        let (record, told) = finished(draft);
        assert_eq!(
            serde_json::to_value(&record.values).unwrap(),
            json!({ "name": "Équipe mobile", "category": "autre", "phone": ["+33199001234"], "age_min": 60, "extra": { "note": "un ; deux" } })
        );
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().all(|issue| issue.ends_with("laissé de côté")));
    }

    #[test]
    fn a_record_without_a_name_is_refused() {
        let Drafted::Refused(issues) = Draft::new(RECORD).finish(Value::Null) else { panic!() };
        assert_eq!((issues[0].severity, issues[0].line, &issues[0].field), (Severity::Error, Some(3), &None));
    }

    #[test]
    fn an_unknown_kind_stays_readable_and_is_counted() {
        let mut draft = Draft::new(RECORD);
        draft.keep(Field::Name, "nom", "Équipe");
        let label = Some("Unité de greffe".to_owned());
        draft.category(None, Some(ForeignCode { system: "TRE_R244", code: "999".into(), label }));
        let Drafted::Record { record, unmapped, .. } = draft.finish(Value::Null) else { panic!() };
        assert_eq!(record.values[&Field::Category], "autre");
        assert_eq!(record.values[&Field::Extra], json!({ "type dans la source": "999 Unité de greffe" }));
        assert_eq!(unmapped.len(), 1);
    }

    #[test]
    fn places_are_checked_against_each_other() {
        let (values, told) = placed(Said {
            code: ("insee", "92007"),
            lat: ("lat", "48.7964"),
            lon: ("lon", "2.3106"),
            sure: true,
            ..Said::default()
        });
        assert_eq!(
            (&values[&Field::Commune], &values[&Field::Location]["precision"]),
            (&json!("92007"), &json!("adresse"))
        );
        assert!(told.is_empty(), "{told:?}");

        let (values, told) = placed(Said {
            code: ("insee", "18000"),
            town: ("ville", "Bourges"),
            postal_code: ("cp", "18000"),
            ..Said::default()
        });
        assert_eq!(
            (&values[&Field::Commune], &values[&Field::Location]["precision"]),
            (&json!("18033"), &json!("commune"))
        );
        assert!(told[0].contains("pas un code postal") && told[0].contains("Bourges (18033)"), "{told:?}");

        let (values, told) =
            placed(Said { code: ("insee", "92036"), town: ("ville", "Bois-Colombes"), ..Said::default() });
        assert_eq!(values[&Field::Commune], "92036");
        assert!(
            told[0].contains("Bois-Colombes (92009)") && told[0].contains("le code est suivi"),
            "{told:?}"
        );

        let (values, told) = placed(Said { code: ("insee", "93059"), ..Said::default() });
        assert_eq!(
            (&values[&Field::Commune], told.len()),
            (&json!("93066"), 0),
            "merged communes are followed"
        );

        let (values, told) = placed(Said {
            code: ("insee", "92007"),
            lat: ("lat", "2.31"),
            lon: ("lon", "48.79"),
            ..Said::default()
        });
        assert_eq!(values[&Field::Location]["precision"], "commune");
        assert!(told[0].contains("inversées"), "{told:?}");

        let (values, told) = placed(Said { town: ("ville", "Saint-Denis"), ..Said::default() });
        assert!(!values.contains_key(&Field::Commune) && told.len() == 1, "{told:?}");

        let (_, told) = placed(Said {
            code: ("insee", "92007"),
            lat: ("lat", "43.6"),
            lon: ("lon", "1.44"),
            sure: true,
            ..Said::default()
        });
        assert!(told[0].contains("km"), "{told:?}");
    }
}
