//! The JSON flow: legal persons (`pmej`), each with its establishments (`ege`) or with what they do.

use serde_json::{Map, Value, json};

use super::activities::of_item;
use super::etalab::padded;
use super::said::first;
use super::{Flow, Gathered};
use crate::json::each;
use crate::register::{Register, Where};
use crate::table::ReadError;

/// The lists of the files. Groups (`gco`, `gcc`) are no establishments.
pub(super) const LISTS: &[&str] = &["pmej", "gco", "gcc"];
/// The number of a legal person, which only files of structures write there.
const NUMBER: &str = "informationsGeneralesPMEJ.numFinessPm";
/// What is kept of a legal person with each of its establishments.
const KEPT: [&str; 3] = ["numFinessPm", "denominationPm", "denominationLonguePmSmsse"];

/// Takes an item of a file.
pub(super) fn take(
    register: &mut Register,
    gathered: &mut Gathered,
    spot: Where,
    list: Option<&str>,
    item: &Value,
) -> Result<(), ReadError> {
    if list.is_some_and(|list| list != "pmej") {
        return Ok(());
    }
    // An object where a list is due is read whole.
    for person in each(if list.is_none() && item.get("pmej").is_some() { &item["pmej"] } else { item }) {
        let has = |wanted: fn(&str) -> bool| {
            person.as_object().is_some_and(|members| members.keys().any(|key| wanted(key)))
        };
        let described = has(|key| key.starts_with("informationsGenerales"));
        if !described && !has(|key| key == "numFiness" || key == "ege") {
            let expected = "une personne morale : un objet avec « informationsGeneralesPMEJ » et « ege », ou « numFiness » et « ege »";
            register.refuse(spot, None, &person.to_string(), expected, person.clone())?;
            continue;
        }
        gathered.known |= described;
        let establishments = each(&person["ege"]);
        if described && establishments.is_empty() {
            let number = first(person, NUMBER);
            register.skip(
                Some(&*number).filter(|number| !number.is_empty()),
                "personnes morales sans établissement",
            );
        }
        let owner = owner(person);
        for establishment in establishments {
            take_establishment(register, gathered, spot, &owner, establishment)?;
        }
    }
    Ok(())
}

fn take_establishment(
    register: &mut Register,
    gathered: &mut Gathered,
    spot: Where,
    owner: &Map<String, Value>,
    establishment: &Value,
) -> Result<(), ReadError> {
    let said = |paths: [&'static str; 2]| {
        paths.iter().map(|path| first(establishment, path)).find(|said| !said.is_empty()).unwrap_or_default()
    };
    let id = padded(&said(["informationsGeneralesEGE.numFinessEge", "numFinessEge"]));
    let activities = establishment.get("activitesExercees");
    if id.is_empty() {
        // Activities are of nobody then, and make no listing.
        if activities.is_none() {
            register.skip(None, "établissements sans numéro");
        }
        return Ok(());
    }
    if let Some(activities) = activities {
        for activity in each(activities).iter().flat_map(of_item) {
            gathered.activities.put(&id, &activity).map_err(|source| ReadError::Aside { source })?;
        }
        return Ok(());
    }
    let changed = said(["dateDerniereMaj", "dateDerniereMaj.dateEvenement"]);
    let value = json!({ "ege": establishment, "pmej": owner });
    gathered.take(register, Flow::Json, spot, &id, &changed, value)
}

/// What is used of a legal person: its number, its names, and whether it closed.
fn owner(person: &Value) -> Map<String, Value> {
    let mut owner = Map::new();
    for name in KEPT {
        let said = first(person, &format!("informationsGeneralesPMEJ.{name}"));
        owner.insert(name.to_owned(), said.into());
    }
    for (name, paths) in [
        ("etatObjet", ["etatObjet", "etatObjet.code", "informationsGeneralesPMEJ.etatObjet.code"]),
        ("dateFermeture", ["informationsGeneralesPMEJ.dateFermeture", "dateFermeture", ""]),
    ] {
        let said = paths.iter().map(|path| first(person, path)).find(|said| !said.is_empty());
        owner.insert(name.to_owned(), said.unwrap_or_default().into());
    }
    owner.retain(|_, said| said.as_str().is_some_and(|said| !said.is_empty()));
    owner
}
