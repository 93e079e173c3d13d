//! From a service of the directory to a listing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use maille_domain::field::Field;
use maille_domain::{Category, Coverage, Phone};
use maille_territory::{Commune, france};
use serde_json::{Value, json};

use super::{address, kind, week};
use crate::draft::{Draft, Drafted};
use crate::excel::with_its_zero;
use crate::json::{each, nested, text, texts};
use crate::register::Record;

/// Longest mission that is a summary, in characters: two sentences.
const LONGEST_SUMMARY: usize = 300;
/// Codes named in a warning.
const MOST_CODES: usize = 5;

/// Maps a service.
pub(super) fn map(record: Record) -> Drafted {
    let service = record.value;
    if text(&service["statut_de_diffusion"]) == "false" {
        return Drafted::Skipped("services que la DILA ne diffuse pas");
    }
    let mut draft = Draft::new(record);
    for (field, key) in [
        (Field::Name, "nom"),
        (Field::Acronym, "sigle"),
        (Field::Siret, "siret"),
        (Field::SourceUrl, "url_service_public"),
    ] {
        draft.keep(field, key, &text(&service[key]));
    }
    let pivots = nested(&service["pivot"]);
    let (category, pivots) = kind::kind(&mut draft, service, each(&pivots));
    texts_of(&mut draft, service);
    contacts(&mut draft, service);
    let commune = address::place(&mut draft, service);
    coverage(&mut draft, category, &pivots, commune);
    week::hours(&mut draft, service);
    draft.finish(service.clone())
}

fn texts_of(draft: &mut Draft, service: &Value) {
    let (mission, more) = (text(&service["mission"]), text(&service["information_complementaire"]));
    let short = mission.chars().count() <= LONGEST_SUMMARY;
    draft.keep(Field::Summary, "mission", if short { &mission } else { "" });
    let description = if short { more } else { Cow::Owned(format!("{mission}\n\n{more}")) };
    draft.keep(Field::Description, "information_complementaire", &description);
    for (key, name) in [("ancien_nom", "ancien nom"), ("service_disponible", "services proposés")] {
        for (said, _) in values(&service[key]) {
            draft.extra(name, &said);
        }
    }
}

fn contacts(draft: &mut Draft, service: &Value) {
    for (number, note) in values(&service["telephone"]) {
        draft.keep_each(Field::Phone, "telephone", [&number]);
        if !note.is_empty() {
            draft.extra("téléphone, précisions", &format!("{number} : {note}"));
        }
    }
    for (number, _) in values(&service["telecopie"]) {
        match number.parse::<Phone>() {
            Ok(fax) => draft.extra("télécopie", &fax.spoken()),
            Err(expected) => draft.left_out("telecopie", &number, &expected.to_string()),
        }
    }
    for (address, _) in values(&service["adresse_courriel"]) {
        let addresses = address.split([',', ';']).map(str::trim).filter(|address| !address.is_empty());
        draft.keep_each(Field::Email, "adresse_courriel", addresses);
    }
    for (site, _) in values(&service["site_internet"]) {
        draft.keep_each(Field::Website, "site_internet", [site]);
    }
    for (form, _) in values(&service["formulaire_contact"]) {
        draft.extra("formulaire de contact", &form);
    }
}

/// What a list says, each with what is said of it: its elements are texts, or objects with a `valeur`.
fn values(list: &Value) -> Vec<(String, String)> {
    let list = nested(list);
    let said = each(&list).iter().map(|item| match item {
        Value::Object(_) => {
            let note = [&item["description"], &item["libelle"]].map(|note| text(note).into_owned());
            let note = note.into_iter().find(|note| !note.is_empty()).unwrap_or_default();
            (text(&item["valeur"]).into_owned(), note)
        }
        item => (text(item).into_owned(), String::new()),
    });
    said.filter(|(value, _)| !value.is_empty()).collect()
}

/// Whom it serves: the communes of its pivots. The seat says nothing of it, but for an MDPH, which serves its
/// département by law (code de l'action sociale et des familles, article L146-3).
fn coverage(
    draft: &mut Draft,
    category: Option<Category>,
    pivots: &[&Value],
    seat: Option<&'static Commune>,
) {
    let mut served: BTreeSet<&'static str> = BTreeSet::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    for pivot in pivots {
        for code in texts(&nested(&pivot["code_insee_commune"])) {
            let code = with_its_zero(&code, 5).unwrap_or(code).to_ascii_uppercase();
            match france().current_commune(&code) {
                Some(commune) => {
                    served.insert(&commune.code);
                }
                None => {
                    unknown.insert(code);
                }
            }
        }
    }
    if !unknown.is_empty() {
        let more = if unknown.len() > MOST_CODES { "…" } else { "" };
        let first: Vec<&str> = unknown.iter().take(MOST_CODES).map(String::as_str).collect();
        let expected = "des codes de communes, d’aujourd’hui ou d’hier";
        draft.left_out("pivot.code_insee_commune", &format!("{}{more}", first.join(", ")), expected);
    }
    let by_law = category.is_some_and(|category| category.code() == "mdph");
    let departement = seat.and_then(|seat| france().departement(&seat.departement));
    let coverage: Vec<Coverage> = match (seat, departement) {
        // A pivot that names the commune of the house says where it is.
        (Some(seat), Some(departement)) if by_law && served.iter().all(|code| **code == *seat.code) => {
            vec![Coverage::Departement(departement.code.to_string())]
        }
        _ => served.into_iter().map(|code| Coverage::Commune(code.to_owned())).collect(),
    };
    if !coverage.is_empty() {
        draft.values.insert(Field::Coverage, json!(coverage));
    }
}
