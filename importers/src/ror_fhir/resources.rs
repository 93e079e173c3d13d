//! The resources of the files: offers go to the register, what they refer to is put aside by reference, in any order and in any
//! part. Resources about people are not kept.

use std::collections::{BTreeMap, HashMap};
use std::io;

use chrono::DateTime;
use maille_domain::run::Issue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::deviation::{Deviation, Deviations};
use super::fhir::{Reader, reference};
use super::opening::day_of;
use super::organization::Organization;
use super::place::Place;
use crate::issue::shorten;
use crate::json::{each, text};
use crate::register::{Register, Where};
use crate::shelf::Shelf;
use crate::table::ReadError;

/// How many offers a search gives at most: the server cuts it there.
const SEARCH_LIMIT: u64 = 10_000;
/// Resources that say nothing of a listing, or speak of people.
const LEFT_OUT: [&str; 7] =
    ["PractitionerRole", "Practitioner", "Person", "Task", "Measure", "MeasureReport", "Questionnaire"];

/// Things by reference, the newest version of each.
#[derive(Debug)]
pub(super) struct Described<T> {
    shelf: Shelf<T>,
    /// When each was changed, by its place on the shelf.
    changed: Vec<Option<i64>>,
}

impl<T: Serialize + DeserializeOwned> Described<T> {
    fn put(&mut self, key: &str, changed: Option<i64>, thing: &T) -> io::Result<()> {
        match self.shelf.place(key) {
            Some(place) if self.changed[place] > changed => return Ok(()),
            Some(place) => self.changed[place] = changed,
            None => self.changed.push(changed),
        }
        self.shelf.put(key, thing)
    }
}

/// What files hold besides offers.
#[derive(Debug)]
pub(super) struct Resources {
    organizations: Described<Organization>,
    places: Described<Place>,
    /// References of resources that are known by a `fullUrl` of their own.
    aliases: HashMap<String, String>,
    /// What was read although the profiles do not allow it.
    pub deviations: Deviations,
    /// How many resources of each type there are.
    counts: BTreeMap<String, u64>,
    /// Answers and errors of the server.
    bundles: Bundles,
}

/// What bundles, manifests and errors say of what the files should hold.
#[derive(Debug, Default)]
struct Bundles {
    count: u64,
    /// The largest number of offers that a search says it found, and where.
    announced: u64,
    /// Whether each page of a search has one after it.
    next: bool,
    last: bool,
    /// How many files a manifest names.
    manifest: Option<usize>,
    /// What an error says.
    error: Option<String>,
}

impl Default for Resources {
    fn default() -> Self {
        Resources {
            organizations: Described { shelf: Shelf::default(), changed: Vec::new() },
            places: Described { shelf: Shelf::default(), changed: Vec::new() },
            aliases: HashMap::new(),
            deviations: Deviations::default(),
            counts: BTreeMap::new(),
            bundles: Bundles::default(),
        }
    }
}

impl Resources {
    /// Takes an item of a file: a resource, an entry of a bundle, a bundle, a manifest.
    pub fn take(&mut self, register: &mut Register, spot: Where, item: Value) -> Result<(), ReadError> {
        let Value::Object(mut members) = item else {
            self.not_a_resource(register, spot);
            return Ok(());
        };
        let Some(Value::String(kind)) = members.get("resourceType") else {
            if let Some(resource) = members.remove("resource") {
                let url = members.get("fullUrl").map(|url| text(url).into_owned()).unwrap_or_default();
                return self.resource(register, spot, &url, resource);
            }
            if let (Some(Value::Array(output)), true) =
                (members.get("output"), members.contains_key("request"))
            {
                self.bundles.manifest = Some(output.len());
                if members.get("error").is_some_and(|errors| !each(errors).is_empty()) {
                    register.warn(
                        spot,
                        None,
                        "un export dont une partie a échoué (error)",
                        "un export complet ; rien n’est retiré",
                    );
                    register.damage();
                }
                return Ok(());
            }
            self.not_a_resource(register, spot);
            return Ok(());
        };
        if kind == "Bundle" {
            self.bundle(&members);
            let entries = members.remove("entry").unwrap_or_default();
            let entries = if let Value::Array(entries) = entries { entries } else { vec![entries] };
            return entries
                .into_iter()
                .filter(|entry| !entry.is_null())
                .try_for_each(|entry| self.take(register, spot, entry));
        }
        self.resource(register, spot, "", Value::Object(members))
    }

    /// Notes what a bundle says of itself.
    pub fn bundle(&mut self, members: &Map<String, Value>) {
        let of = |key: &str| members.get(key).unwrap_or(&Value::Null);
        if text(of("resourceType")) != "Bundle" {
            return;
        }
        let bundles = &mut self.bundles;
        bundles.count += 1;
        bundles.announced = bundles.announced.max(text(of("total")).parse().unwrap_or(0));
        let next = each(of("link")).iter().any(|link| text(&link["relation"]) == "next");
        if next { bundles.next = true } else { bundles.last = true }
    }

    fn not_a_resource(&mut self, register: &mut Register, spot: Where) {
        self.deviations.note(spot, "", Deviation::NotAResource, "");
        register.damage();
    }

    fn resource(
        &mut self,
        register: &mut Register,
        spot: Where,
        url: &str,
        mut resource: Value,
    ) -> Result<(), ReadError> {
        let kind = text(&resource["resourceType"]).into_owned();
        if kind.is_empty() {
            self.not_a_resource(register, spot);
            return Ok(());
        }
        match self.counts.get_mut(&kind) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(kind.clone(), 1);
            }
        }
        if kind == "Bundle" {
            return self.take(register, spot, resource);
        }
        if kind == "OperationOutcome" {
            self.outcome(register, spot, &resource);
            return Ok(());
        }
        if LEFT_OUT.contains(&kind.as_str()) {
            return Ok(());
        }
        let id = text(&resource["id"]).into_owned();
        let mut reader = Reader { deviations: &mut self.deviations, spot, id: &id };
        if !matches!(kind.as_str(), "HealthcareService" | "Organization" | "Location") {
            reader.note(Deviation::OtherResource, &kind);
            return Ok(());
        }
        let changed = changed(&resource);
        if changed.is_none() {
            reader.note(Deviation::Undated, &kind);
        }
        if kind == "HealthcareService" {
            let id = offer_id(&mut reader, &resource);
            without_names(&mut resource);
            return register.take(spot, &id, changed, resource);
        }
        let key = if id.is_empty() { reference(&Value::from(url)) } else { format!("{kind}/{id}") };
        if key.is_empty() {
            reader.note(Deviation::NoResourceId, &kind);
            return Ok(());
        }
        let put = if kind == "Organization" {
            let organization = Organization::read(&mut reader, &resource);
            self.organizations.put(&key, changed, &organization)
        } else {
            let place = Place::location(&mut reader, &resource);
            self.places.put(&key, changed, &place)
        };
        if url.starts_with("urn:") && url != key {
            self.aliases.insert(url.to_owned(), key);
        }
        put.map_err(|source| ReadError::Aside { source })
    }

    /// An error that came in the place of resources, or beside them.
    fn outcome(&mut self, register: &mut Register, spot: Where, outcome: &Value) {
        for issue in each(&outcome["issue"]) {
            let words = [&issue["diagnostics"], &issue["details"]["text"], &issue["code"]].map(text);
            let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
            if matches!(&*text(&issue["severity"]), "error" | "fatal") {
                register.warn(
                    spot,
                    None,
                    &words,
                    "des ressources, pas une erreur du serveur ; rien n’est retiré",
                );
                register.damage();
                self.bundles.error.get_or_insert(shorten(&words));
            }
        }
    }

    /// Warns when the files do not hold all that they speak of.
    pub fn check(&self, register: &mut Register, files: &[&str]) {
        let Bundles { announced, next, last, manifest, .. } = self.bundles;
        let read = self.count("HealthcareService");
        let spot = Where { file: files.first().copied().unwrap_or_default(), line: 1 };
        let mut missing = |found: &str, expected: &str| {
            register.warn(spot, None, found, &format!("{expected} ; rien n’est retiré"));
            register.damage();
        };
        if announced > read || (next && !last) {
            let found = format!("{} dans les fichiers", offers(read));
            let all = if announced > read {
                format!("les {announced} offres que la recherche annonce")
            } else {
                "toutes les offres de la recherche".to_owned()
            };
            missing(&found, &format!("{all} : des pages (link « next ») manquent"));
        } else if announced == SEARCH_LIMIT {
            missing(
                &format!("{} : la limite d’une recherche", offers(announced)),
                "un export complet ($export)",
            );
        } else if read == 0 && self.bundles.count > 0 {
            missing("une réponse sans offre", "au moins une offre");
        }
        if let Some(named) = manifest.filter(|named| *named >= files.len()) {
            let found =
                format!("un manifeste d’export qui nomme {named} fichiers, et {} avec lui", files.len() - 1);
            missing(&found, "tous les fichiers qu’il nomme");
        }
    }

    /// What the files hold, when there is nothing to import in them: what was found, and what was expected.
    pub fn nothing(&self) -> Option<(String, String)> {
        let bundles = &self.bundles;
        if let Some(error) = &bundles.error {
            let found = format!("une erreur du serveur (OperationOutcome) : « {error} »");
            let expected =
                "les ressources demandées : corrigez la demande, ou l’accès, et téléchargez de nouveau";
            return Some((found, expected.to_owned()));
        }
        if let Some(named) = bundles.manifest {
            let found =
                format!("le manifeste d’un export, qui nomme {named} fichiers et n’en contient aucun");
            let expected = "ces fichiers : téléchargez chaque adresse de « output », avec le jeton d’accès, et importez leur dossier";
            return Some((found, expected.to_owned()));
        }
        if bundles.count > 0 && self.counts.is_empty() {
            return None;
        }
        let counted: Vec<String> =
            self.counts.iter().map(|(kind, count)| format!("{count} {}", shorten(kind))).collect();
        let found = match counted.len() {
            0 => "du JSON sans ressource FHIR".to_owned(),
            _ => format!("{}, et aucune offre", counted.join(", ")),
        };
        let expected = "des offres du ROR (HealthcareService, FHIR R4) : Bundle, tableau, un objet par ligne, ou dossier d’un export";
        Some((found, expected.to_owned()))
    }

    /// The organisation of a reference.
    pub fn organization(&self, reference: &str) -> Result<Option<Organization>, ReadError> {
        self.get(&self.organizations, reference)
    }

    /// The place of a reference.
    pub fn place(&self, reference: &str) -> Result<Option<Place>, ReadError> {
        self.get(&self.places, reference)
    }

    fn get<T: Serialize + DeserializeOwned>(
        &self,
        of: &Described<T>,
        reference: &str,
    ) -> Result<Option<T>, ReadError> {
        let key = self.aliases.get(reference).map_or(reference, String::as_str);
        of.shelf.get(key).map_err(|source| ReadError::Aside { source })
    }

    fn count(&self, kind: &str) -> u64 {
        self.counts.get(kind).copied().unwrap_or(0)
    }

    /// What was read although the profiles do not allow it.
    pub fn into_issues(self) -> impl Iterator<Item = Issue> {
        self.deviations.issues()
    }
}

fn offers(count: u64) -> String {
    if count == 1 { "1 offre".to_owned() } else { format!("{count} offres") }
}

/// When a resource was last changed, in milliseconds since 1970.
fn changed(resource: &Value) -> Option<i64> {
    let written = text(&resource["meta"]["lastUpdated"]);
    let instant = DateTime::parse_from_rfc3339(&written).ok().map(|instant| instant.timestamp_millis());
    let midnight = || Some(day_of(&written)?.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    instant.or_else(midnight)
}

/// The identifier of an offer: the national one, of type `35`; the only one, when it has no type; else the server's own.
fn offer_id(reader: &mut Reader, offer: &Value) -> Value {
    let identifiers = reader.list(offer, "identifier");
    let is_national = |reader: &mut Reader, identifier: &Value| {
        reader.codes(&identifier["type"]).iter().any(|code| code.code == "35")
    };
    let national = identifiers.iter().find(|identifier| is_national(reader, identifier));
    if let Some(identifier) = national.filter(|identifier| !text(&identifier["value"]).is_empty()) {
        return identifier["value"].clone();
    }
    if let [identifier] = identifiers
        && identifier["type"].is_null()
        && !text(&identifier["value"]).is_empty()
    {
        reader.note(Deviation::UntypedIdentifier, "HealthcareService.identifier");
        return identifier["value"].clone();
    }
    reader.note(Deviation::NoOfferIdentifier, "HealthcareService.identifier");
    offer["id"].clone()
}

/// Takes out what speaks of persons: the names of contacts, and the narrative, which repeats them.
fn without_names(offer: &mut Value) {
    let Some(members) = offer.as_object_mut() else { return };
    members.remove("text");
    members.remove("contained");
    let Some(extensions) = members.get_mut("extension") else { return };
    for extension in elements(extensions) {
        if let Some(Value::Array(parts)) = extension.get_mut("extension") {
            parts.retain(|part| part["url"] != "name");
        }
    }
}

fn elements(list: &mut Value) -> &mut [Value] {
    match list {
        Value::Array(elements) => elements,
        one => std::slice::from_mut(one),
    }
}
