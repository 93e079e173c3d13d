//! From an establishment of any flow to a listing. A field that cannot be read is left out with a warning; without a name there is
//! no listing.

use std::borrow::Cow;

use maille_domain::Phone;
use maille_domain::coverage::Coverage;
use maille_domain::field::{Field, location_in_france};
use maille_domain::location::{Location, Precision};
use maille_domain::run::{Issue, Severity};
use maille_domain::vocabulary::Status;
use maille_territory::{Commune, france};
use serde_json::{Value, json};

use super::activities::{Activities, describe};
use super::address::{address, cog_code};
use super::category;
use super::category::label;
use super::etalab::column;
use super::name::unshouted;
use super::projection::Projection;
use super::said::Said;
use crate::commune::{is_name_of, point_expected};
use crate::draft::{self, Draft, Drafted, ForeignCode};
use crate::excel::with_its_zero;
use crate::issue::Spot;
use crate::json::text;
use crate::register::Record;
use crate::shelf::Shelf;

/// Least score of a point that is the address' own. The geocoder gives 100 to a number found in its street; what it is
/// less sure of may be the street, the hamlet or the commune.
const LEAST_SCORE: f64 = 70.0;
/// Code of the MDPH, which serve their département by law.
const MDPH: &str = "609";
/// What the XML puts before the name of an establishment that closed.
const CLOSED: &str = "[Fermé]";

/// Maps an establishment, with the name of its legal person and what it does where other files say that.
pub(super) fn map(record: Record, owners: &Shelf<Value>, activities: &Activities) -> Drafted {
    let said = Said::of(record.value);
    let spot = Spot { file: record.file, line: record.line, id: Some(record.id), ..Spot::default() };
    let names = [said.get("rslongue"), said.get("rs")].map(|name| open_name(&name).to_owned());
    let Some(name) = names.iter().find(|name| !name.is_empty()) else {
        let path = said.path("rs");
        let spot = Spot {
            field: Some(path),
            column: column_of(record.value, path).map(|(column, _)| column),
            ..spot
        };
        let expected =
            if said.json { "un nom (nomEgeCourt ou nomEgeLong)" } else { "un nom (rs ou rslongue)" };
        return Drafted::Refused(vec![spot.issue(Severity::Error, "", expected)]);
    };
    let mut mapping = Mapping { record, said, draft: Draft::new(record) };
    mapping.draft.keep(Field::Name, said.path("rs"), &unshouted(name));
    mapping.category();
    mapping.identifiers();
    mapping.contacts();
    let commune = mapping.place();
    mapping.status();
    let mut payload = record.value.clone();
    let owner = mapping.owner(owners, &mut payload);
    mapping.draft.keep(Field::Organization, "nofinessej", &owner);
    let activities = activities.of(record.id).unwrap_or_else(|error| {
        mapping.draft.warning(
            "",
            &error.to_string(),
            "ses activités, mises de côté dans un fichier temporaire",
        );
        Vec::new()
    });
    describe(&mut mapping.draft, &activities);
    if let Some(commune) = commune.filter(|_| said.get("categetab") == MDPH) {
        let coverage = Coverage::Departement(commune.departement.to_string());
        mapping.draft.values.insert(Field::Coverage, json!([coverage]));
    }
    if let Some(payload) = payload.as_object_mut() {
        payload.remove("ligne");
        if !activities.is_empty() {
            payload.insert("activites".to_owned(), activities.into());
        }
    }
    placed(record.value, mapping.draft.finish(payload))
}

/// An establishment being mapped.
struct Mapping<'a> {
    record: Record<'a>,
    said: Said<'a>,
    draft: Draft<'a>,
}

impl<'a> Mapping<'a> {
    fn get(&self, name: &'static str) -> Cow<'a, str> {
        self.said.get(name)
    }

    fn category(&mut self) {
        let (code, said) = (self.get("categetab"), self.get("libcategetab"));
        let names = ["rs", "rslongue", "complrs"].map(|name| self.get(name)).join(" ");
        let words = if said.is_empty() { label(&code).unwrap_or_default() } else { &said };
        let label = Some(words.to_owned()).filter(|words| !words.is_empty());
        let known = category(&code, &names);
        let code = ForeignCode { system: "finess", code: code.into_owned(), label };
        self.draft.category_in("catégorie FINESS", known, Some(code));
    }

    fn identifiers(&mut self) {
        let number = if self.said.json { "informationsGeneralesEGE.numFinessEge" } else { "nofinesset" };
        self.draft.keep(Field::Finess, number, self.record.id);
        self.draft.keep(Field::Siret, self.said.path("siret"), &self.get("siret"));
        self.draft.extra("établissement principal", &self.get("nofinessppal"));
    }

    fn contacts(&mut self) {
        let whole = |number: Cow<str>| with_its_zero(&number, 10).unwrap_or_else(|| number.into_owned());
        let phones = self.said.all("telephone").into_iter().map(whole);
        self.draft.keep_each(Field::Phone, self.said.path("telephone"), phones);
        for fax in self.said.all("telecopie").into_iter().map(whole) {
            match fax.parse::<Phone>() {
                Ok(number) => self.draft.extra("télécopie", &number.spoken()),
                Err(expected) => {
                    self.draft.left_out(self.said.path("telecopie"), &fax, &expected.to_string());
                }
            }
        }
        self.draft.keep_each(Field::Email, self.said.path("courriel"), self.said.all("courriel"));
    }

    fn place(&mut self) -> Option<&'static Commune> {
        let address = address(&self.said);
        self.draft.keep(Field::Address, self.said.path("voie"), &address);
        let line = self.get("ligneacheminement");
        let (start, town) = line.split_once(' ').unwrap_or((&line, ""));
        let coded = start.starts_with(|c: char| c.is_ascii_digit());
        let mut postal_code = ("codepostal", self.get("codepostal"));
        // The line of the post starts with the code, except in the JSON, where it may be the town alone.
        if postal_code.1.is_empty() && (coded || !self.said.json) {
            postal_code = ("ligneacheminement", start.into());
        }
        let code = self.commune_code();
        let mut place = draft::Said {
            code: (self.said.path(if self.said.json { "cogcommune" } else { "commune" }), &code),
            postal_code: (self.said.path(postal_code.0), &postal_code.1),
            ..draft::Said::default()
        };
        let named = self.get("libcommune");
        let town = if coded { town } else { &line };
        // A code of a commune may be a postal code of another, and be meant as such.
        let doubtful = |town: &str| {
            let mut served = france().communes_of_postal_code(&code).into_iter();
            served.any(|commune| *commune.code != *code && is_name_of(commune, town))
        };
        if (france().current_commune(&code).is_none() || (self.said.json && doubtful(town)))
            && (self.said.json || !named.is_empty())
        {
            place.town = if self.said.json {
                (self.said.path("ligneacheminement"), town)
            } else {
                ("libcommune", &named)
            };
        }
        let degrees = self.degrees();
        if let Some((path, lat, lon)) = &degrees {
            place.lat = (path, lat);
            place.lon = (path, lon);
            place.sure = self.get("score").parse::<f64>().is_ok_and(|score| {
                // Of one, or of a hundred.
                let score = if score <= 1.0 { score * 100.0 } else { score };
                score >= LEAST_SCORE
            });
        }
        let commune = self.draft.place(place);
        if let Some(location) = self.projected(commune) {
            self.draft.values.insert(Field::Location, json!(location));
        }
        commune
    }

    /// The COG code of the commune, or nothing where there is none such; the CSV writes it in two, its own way overseas.
    fn commune_code(&mut self) -> Cow<'a, str> {
        if self.said.json {
            return self.get("cogcommune");
        }
        let (departement, commune) = (self.get("departement"), self.get("commune"));
        let code = cog_code(&departement, &commune);
        // The XML has the name too, which may do instead.
        if france().current_commune(&code).is_some() || !self.get("libcommune").is_empty() {
            return code.into();
        }
        let found = format!("{departement} {commune}");
        self.draft.left_out("commune", found.trim(), "le code d’une commune, d’aujourd’hui ou d’hier");
        Cow::Borrowed("")
    }

    /// Latitude and longitude of the JSON, and what messages call them. The flow has degrees in one of two pairs of fields, and metres
    /// in the other, or its compass points.
    fn degrees(&self) -> Option<(&'static str, Cow<'a, str>, Cow<'a, str>)> {
        let pair = |lat, lon| (self.said.path(lat), self.get(lat), self.get(lon));
        let pairs = [pair("directionlatitude", "directionlongitude"), pair("coordonneey", "coordonneex")];
        let number = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let point = |(_, lat, lon): &(_, Cow<str>, Cow<str>)| number(lat).zip(number(lon));
        let in_france =
            |pair: &_| point(pair).is_some_and(|(lat, lon)| location_in_france(lat, lon).is_some());
        let found = pairs
            .iter()
            .find(|pair| in_france(pair))
            .or(pairs.iter().rev().find(|pair| point(pair).is_some()));
        found.cloned()
    }

    /// Where the CSV puts the structure.
    fn projected(&mut self, commune: Option<&Commune>) -> Option<Location> {
        let point = self.record.value.get("geolocalisation")?;
        let cell = |name: &str| text(&point[name]);
        let (source, x, y) = (cell("sourcecoordet"), cell("coordxet"), cell("coordyet"));
        let Some(projection) = Projection::named(source.rsplit(',').next().unwrap_or_default()) else {
            let expected = "une projection connue : LAMBERT_93, UTM_N20, UTM_N21, UTM_N22, UTM_S38 ou UTM_S40 ; position laissée de côté";
            self.draft.warning("sourcecoordet", &source, expected);
            return None;
        };
        let metres = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let point = metres(&x).zip(metres(&y)).and_then(|(x, y)| projection.point(x, y));
        let Some(location) = point.and_then(|point| location_in_france(point.lat, point.lon)) else {
            let expected = "un point en France, en mètres dans la projection dite ; laissé de côté";
            self.draft.warning("coordxet", &format!("{x}, {y}"), expected);
            return None;
        };
        if let Some(expected) = commune.and_then(|commune| point_expected(commune, location.point())) {
            self.draft.warning("coordxet", &format!("{x}, {y}"), &expected);
        }
        let score = source.split(',').nth(2).and_then(|score| score.trim().parse::<f64>().ok());
        let sure = score.is_some_and(|score| score >= LEAST_SCORE);
        Some(Location { precision: if sure { Precision::Address } else { Precision::Commune }, ..location })
    }

    /// Whether it closed: what its state says, else its date, else what its legal person says.
    fn status(&mut self) {
        let (state, date) = (self.get("etat"), self.get("datefermeture"));
        let owner = &self.record.value["pmej"];
        let closed = match &*state {
            "A" => false,
            "I" => true,
            _ if self.said.json => {
                !date.is_empty()
                    || owner["etatObjet"] == "I"
                    || (owner["etatObjet"] != "A" && !text(&owner["dateFermeture"]).is_empty())
            }
            _ => {
                let marked = ["rs", "rslongue"].iter().any(|name| self.get(name).starts_with(CLOSED));
                marked || !date.is_empty() || !self.get("typefermeture").is_empty()
            }
        };
        if state == "A" && !date.is_empty() {
            let expected = "aucune date de fermeture, ou l’état I (inactif) ; l’état A (actif) est suivi";
            self.draft.warning(self.said.path("datefermeture"), &date, expected);
        }
        if closed {
            self.draft.values.insert(Field::Status, json!(Status::Ferme));
        }
    }

    /// The name of the legal person; what the XML says of it goes to the payload, since it comes from another file.
    fn owner(&mut self, owners: &Shelf<Value>, payload: &mut Value) -> String {
        let mut names = self.record.value["pmej"].clone();
        if !self.said.json {
            match owners.get(&self.get("nofinessej")) {
                Ok(Some(said)) => {
                    payload["structureej"] = said.clone();
                    names = said;
                }
                Ok(None) => {}
                Err(error) => {
                    self.draft.warning("nofinessej", &error.to_string(), "le nom de l’entité juridique");
                }
            }
        }
        let keys = ["denominationLonguePmSmsse", "denominationPm", "rslongue", "rs"];
        let said = keys.iter().map(|key| text(&names[key])).find(|name| !name.is_empty());
        unshouted(open_name(&said.unwrap_or_default()))
    }
}

/// A name without what says that its bearer closed.
fn open_name(name: &str) -> &str {
    name.strip_prefix(CLOSED).map_or(name, str::trim_start)
}

/// The issues of a record of the CSV, each in its column; those of a point are on the line of the point.
fn placed(value: &Value, mut drafted: Drafted) -> Drafted {
    if let Drafted::Record { issues, .. } | Drafted::Refused(issues) = &mut drafted {
        for issue in issues {
            let Issue { line, column, field, .. } = issue;
            if let Some((number, of_point)) = field.as_deref().and_then(|field| column_of(value, field)) {
                *column = Some(number);
                if of_point {
                    *line = value["ligne"].as_u64();
                }
            }
        }
    }
    drafted
}

/// The column of a cell in a record of the CSV, and whether it is one of its point.
fn column_of(value: &Value, name: &str) -> Option<(u64, bool)> {
    value.get("ligne")?;
    column(name)
}
