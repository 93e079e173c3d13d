//! From an offer to a listing.

use maille_domain::field::Field;
use serde_json::{Value, json};

use super::fhir::{Reader, reference};
use super::organization::{Organization, Rank};
use super::place::Place;
use super::resources::Resources;
use super::{contact, offer, opening, people, zone};
use crate::draft::{Draft, Drafted};
use crate::finess::name::unshouted;
use crate::json::{each, text};
use crate::register::{Record, RecordMap, Where};
use crate::staged::Rest;
use crate::table::ReadError;

/// Most organisations between an offer and its legal person.
const DEEPEST: usize = 32;
/// What is due instead of organisations that go in circles.
const CIRCLE: &str = "une suite partOf qui remonte à une entité juridique, sans boucle";
/// Fewest digits of an internal code before a name.
const CODE_DIGITS: usize = 3;

/// Maps the offers of a register, with what they refer to.
pub(super) struct Mapper {
    resources: Resources,
    /// Who gives the offers of the last reference: many offers of one establishment follow each other.
    owner: Option<(String, Owner)>,
}

/// Who gives an offer.
#[derive(Debug, Default)]
struct Owner {
    /// The establishment, or what takes its place.
    establishment: Option<Organization>,
    /// The name of the legal person above it.
    legal_person: String,
    /// The names of the units between the establishment and the offer, from the widest.
    units: Vec<String>,
    /// Whether an organisation of the chain is not in the files: what it would have said is unknown, not gone.
    absent: bool,
    /// What is wrong in the chain: what was found, what was expected.
    problem: Option<(String, &'static str)>,
}

impl Mapper {
    /// A mapper of offers that refer to these resources.
    pub fn new(resources: Resources) -> Mapper {
        Mapper { resources, owner: None }
    }

    /// Finds who gives the offers of a reference.
    fn find_owner(&mut self, reference: &str) -> Result<(), ReadError> {
        if self.owner.as_ref().is_some_and(|(known, _)| known == reference) {
            return Ok(());
        }
        let mut owner = Owner::default();
        let mut seen: Vec<String> = Vec::new();
        let mut next = reference.to_owned();
        while !next.is_empty() {
            let circle = seen.contains(&next);
            seen.push(next.clone());
            if circle || seen.len() > DEEPEST {
                owner.problem = Some((seen.join(" → "), CIRCLE));
                break;
            }
            let Some(organization) = self.resources.organization(&next)? else {
                owner.absent = true;
                // The legal person of a known establishment may stay unsaid.
                if owner.establishment.is_none() {
                    owner.problem = Some((next, "une organisation (Organization) qui est dans les fichiers"));
                }
                break;
            };
            next.clone_from(&organization.part_of);
            match organization.rank {
                Rank::OrganisationInterne => owner.units.insert(0, organization.name),
                _ if owner.establishment.is_some() => {
                    owner.legal_person = organization.name;
                    if seen.contains(&next) {
                        seen.push(next);
                        owner.problem = Some((seen.join(" → "), CIRCLE));
                    }
                    break;
                }
                _ => owner.establishment = Some(organization),
            }
        }
        self.owner = Some((reference.to_owned(), owner));
        Ok(())
    }

    /// The places of an offer, the main one first; references to nothing are told.
    fn places(&self, draft: &mut Draft, offer: &Value) -> Result<Vec<Place>, ReadError> {
        let mut places = Vec::new();
        for location in each(&offer["location"]) {
            let key = reference(location);
            if let Some(place) = self.resources.place(&key)? {
                places.push(place);
            } else {
                draft.incomplete();
                let expected = "un lieu (Location) qui est dans les fichiers";
                draft.left_out("location", &found(location, key), expected);
            }
        }
        places.sort_by_key(|place| place.closed);
        Ok(places)
    }
}

impl RecordMap for Mapper {
    fn map(&mut self, record: Record) -> Result<Drafted, ReadError> {
        let offer = record.value;
        let spot = Where { file: record.file, line: record.line };
        let provider = &offer["providedBy"];
        let key = reference(provider);
        self.find_owner(&key)?;
        let mut draft = Draft::new(record);
        let places = self.places(&mut draft, offer)?;
        let Mapper { resources, owner } = self;
        let mut reader = Reader { deviations: &mut resources.deviations, spot, id: record.id };
        if is_sensitive(&mut reader, offer) {
            return Ok(Drafted::Skipped("unités sensibles"));
        }
        let nobody = Owner::default();
        let owner = owner.as_ref().map_or(&nobody, |(_, owner)| owner);
        let establishment = owner.establishment.as_ref();

        name(&mut draft, offer);
        if each(&offer["identifier"]).iter().any(|identifier| text(&identifier["value"]) == record.id) {
            draft.keep(Field::RorId, "identifier", record.id);
        }
        let read = offer::characteristics(&mut reader, &mut draft, offer);
        let of =
            establishment.map(|establishment| (establishment.category.as_str(), establishment.name.as_str()));
        offer::kind(&mut reader, &mut draft, offer, &read, of);
        draft.keep(Field::Description, "comment", &text(&offer["comment"]));
        if let Some((found, expected)) = &owner.problem {
            draft.warning("providedBy", found, expected);
        } else if key.is_empty() {
            draft.warning("providedBy", &found(provider, key), "l’organisation qui porte l’offre");
        }
        if owner.absent || (establishment.is_none() && owner.problem.is_some()) {
            draft.incomplete();
        }
        organization(&mut draft, owner, provider);
        contact::contacts(&mut reader, &mut draft, offer);
        if let Some(establishment) = establishment.filter(|_| !draft.values.contains_key(&Field::Phone)) {
            establishment.phones.iter().for_each(|phone| draft.extra("téléphone de l’établissement", phone));
        }
        zone::zone(&mut reader, &mut draft, offer);
        people::people(&mut reader, &mut draft, offer, read.audiences);
        opening::hours(&mut reader, &mut draft, offer);
        opening::status(&mut draft, offer, read.closing.as_deref(), establishment);
        for sector in reader.extensions(offer, &["ror-healthcareservice-psychiatric-sector"]) {
            draft.extra("secteur psychiatrique", &text(&sector["valueString"]));
        }
        let address = establishment.map(|establishment| &establishment.address);
        if let Some(main) = places.first().or(address) {
            main.settle(&mut draft);
        }
        for other in places.iter().skip(1).filter(|place| !place.closed) {
            draft.extra("autres lieux", &other.line());
        }
        for tag in each(&offer["meta"]["tag"]) {
            if tag["system"].as_str().is_some_and(|system| system.contains("R30-")) {
                draft.region(&text(&tag["code"]));
            }
        }
        let payload = json!({
            "HealthcareService": contact::published(offer),
            "Organization": establishment,
            "Location": places,
        });
        Ok(draft.finish(payload))
    }

    fn finish(&mut self, rest: &mut Rest) {
        rest.issues.extend(std::mem::take(&mut self.resources).into_issues());
    }
}

/// A reference as it is written, for a message.
fn found(written: &Value, key: String) -> String {
    let words = [&written["reference"], &written["display"], &written["identifier"]["value"]].map(text);
    if key.is_empty() {
        words.into_iter().find(|words| !words.is_empty()).unwrap_or_default().into_owned()
    } else {
        key
    }
}

/// Whether nothing of an offer may be shown. What is not clearly "no" is taken as "yes".
fn is_sensitive(reader: &mut Reader, offer: &Value) -> bool {
    let said = reader.extensions(offer, &["ror-healthcareservice-sensitive-unit"]);
    said.iter().any(|said| {
        reader.truth(&said["valueBoolean"], "ror-healthcareservice-sensitive-unit") != Some(false)
    })
}

/// The name, without the code that some put before it for themselves: digits, then two spaces.
fn name(draft: &mut Draft, offer: &Value) {
    let written = text(&offer["name"]);
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let (code, rest) = written.split_at(digits);
    let coded = digits >= CODE_DIGITS && rest.starts_with("  ") && !rest.trim().is_empty();
    if coded {
        draft.extra("code interne", code);
    }
    draft.keep(Field::Name, "name", &unshouted(if coded { rest.trim() } else { &written }));
}

fn organization(draft: &mut Draft, owner: &Owner, provider: &Value) {
    let Some(establishment) = &owner.establishment else {
        draft.keep(Field::Organization, "providedBy.display", &text(&provider["display"]));
        owner.units.iter().for_each(|unit| draft.extra("service", unit));
        return;
    };
    draft.keep(Field::Organization, "Organization.name", &establishment.name);
    for number in &establishment.finess {
        first(draft, Field::Finess, number);
    }
    for number in &establishment.siret {
        first(draft, Field::Siret, number);
    }
    if owner.legal_person != establishment.name {
        draft.extra("organisme gestionnaire", &owner.legal_person);
    }
    owner.units.iter().for_each(|unit| draft.extra("service", unit));
    establishment.helps.iter().for_each(|help| draft.extra("aide financière", help));
}

/// Keeps the first number that can be read.
fn first(draft: &mut Draft, field: Field, number: &str) {
    if !draft.values.contains_key(&field) {
        draft.keep(field, "Organization.identifier", number);
    }
}
