//! From a service and its structure, or a structure that has none, to a listing. A field that the service leaves empty is its
//! structure's.

use std::borrow::Cow;

use maille_domain::field::Field;
use maille_territory::fold;
use serde_json::{Map, Value};

use super::codes::{codes, entry, unmapped, whole};
use super::kind::kind;
use super::zone::zone;
use crate::draft::{Draft, Drafted, Said};
use crate::excel::with_its_zero;
use crate::json::{is_blank, text, texts};
use crate::register::Record;

/// Most words of a name of service that may be anybody's ("Aide alimentaire"): the structure's name is put after it.
const GENERIC_WORDS: usize = 6;
/// What an address is made of, besides its complement.
const ADDRESS: [&str; 6] = ["adresse", "code_postal", "commune", "code_insee", "latitude", "longitude"];
/// What a service takes from its structure, besides the address.
const SHARED: [&str; 9] = [
    "siret",
    "telephone",
    "courriel",
    "site_web",
    "horaires_accueil",
    "accessibilite_lieu",
    "reseaux_porteurs",
    "lien_source",
    "source",
];

/// A record and the structure it belongs to, null when there is none.
#[derive(Clone, Copy)]
struct Both<'a> {
    own: &'a Value,
    owner: &'a Value,
}

/// What a field says, and its path in messages.
struct Told<'a> {
    path: Cow<'static, str>,
    value: &'a Value,
    text: Cow<'a, str>,
}

impl<'a> Both<'a> {
    /// The field of the record; where it is silent, the structure's.
    fn told(self, key: &'static str) -> Told<'a> {
        let inherited = is_blank(&self.own[key]) && !is_blank(&self.owner[key]);
        let path = if inherited { format!("structure.{key}").into() } else { key.into() };
        let value = if inherited { &self.owner[key] } else { &self.own[key] };
        Told { path, value, text: text(value) }
    }

    /// The one of both that says where people go.
    fn place(self) -> (&'static str, &'a Value) {
        let says = |value: &Value| ADDRESS.iter().any(|key| !is_blank(&value[*key]));
        if says(self.own) || !says(self.owner) { ("", self.own) } else { ("structure.", self.owner) }
    }

    /// Whether people go where the structure is, as far as addresses tell: how accessible it is holds there only.
    fn one_place(self) -> bool {
        let same = |key: &str| text(&self.own[key]) == text(&self.owner[key]);
        let (_, place) = self.place();
        self.owner.is_null() || std::ptr::eq(place, self.owner) || ADDRESS[..3].iter().all(|key| same(key))
    }
}

/// Maps a record, a `service` or a `structure`; `owner` is the structure of a service, null when it is not in the files.
pub(super) fn map(record: Record, kind: &str, owner: &Value) -> Drafted {
    let own = record.value;
    let mut draft = Draft::new(record);
    let both = Both { own, owner };
    if owner.is_null() && !is_blank(&own["structure_id"]) {
        draft.incomplete();
    }
    draft.keep(Field::Name, "nom", &name(&text(&own["nom"]), &text(&owner["nom"])));
    draft.keep(Field::Organization, "structure.nom", &text(&owner["nom"]));
    draft.keep(Field::Description, "description", &text(&own["description"]));
    what(&mut draft, both);
    contacts(&mut draft, both);
    // Before the place: the coverage may settle a homonym.
    coverage(&mut draft, own);
    place(&mut draft, both);
    people(&mut draft, own);
    access(&mut draft, own);
    duration(&mut draft, own);
    draft.finish(payload(kind, both))
}

/// The name of a service, followed by its structure's where it may be anybody's, since results show names alone.
fn name<'a>(service: &'a str, structure: &str) -> Cow<'a, str> {
    let (said, holder) = (fold(service), fold(structure));
    let within = |part: &str, whole: &str| format!(" {whole} ").contains(&format!(" {part} "));
    if said.is_empty() || holder.is_empty() || within(&holder, &said) {
        Cow::Borrowed(service)
    } else if within(&said, &holder) {
        Cow::Owned(structure.to_owned())
    } else if said.split(' ').count() <= GENERIC_WORDS {
        Cow::Owned(format!("{service} – {structure}"))
    } else {
        Cow::Borrowed(service)
    }
}

/// Its kind, and what the source says of it in its own words.
fn what(draft: &mut Draft, both: Both) {
    let networks = codes(both.told("reseaux_porteurs").value);
    let (themes, types) = (codes(&both.own["thematiques"]), codes(&both.own["type"]));
    let known = kind(&networks, &themes, &types);
    draft.category(known, None);
    for (list, name, codes) in
        [("thematiques", "thématiques", &themes), ("reseaux_porteurs", "réseaux porteurs", &networks)]
    {
        for code in codes {
            match entry(list, code) {
                Some(entry) if known.is_some() => draft.extra(name, entry.label),
                _ => draft.unknown(name, unmapped(list, code)),
            }
        }
    }
    for code in &types {
        match entry("type", code) {
            Some(entry) => draft.extra("type de service", entry.label),
            None => draft.unknown("type de service", unmapped("type", code)),
        }
    }
    draft.extra("producteur de la donnée", &both.told("source").text);
}

fn contacts(draft: &mut Draft, both: Both) {
    let siret = both.told("siret");
    let digits = whole(&siret.text).replace(' ', "");
    draft.keep(Field::Siret, &siret.path, &with_its_zero(&digits, 14).unwrap_or(digits));
    let phone = both.told("telephone");
    let numbers = several(phone.value).into_iter().map(|number| {
        let number = whole(&number);
        with_its_zero(number, 10).unwrap_or_else(|| number.to_owned())
    });
    draft.keep_each(Field::Phone, &phone.path, numbers);
    let email = both.told("courriel");
    draft.keep_each(Field::Email, &email.path, several(email.value));
    let website = both.told("site_web");
    draft.keep_each(Field::Website, &website.path, [&website.text]);
    let hours = both.told("horaires_accueil");
    draft.keep(Field::Hours, &hours.path, &hours.text);
    let source = both.told("lien_source");
    draft.keep(Field::SourceUrl, &source.path, &source.text);
    let accessibility = both.told("accessibilite_lieu");
    if !both.one_place() {
        return;
    }
    if Field::SourceUrl.parse(&accessibility.text).is_ok() {
        draft.extra("accessibilité du lieu", &accessibility.text);
    } else {
        draft.left_out(&accessibility.path, &accessibility.text, "l’adresse d’une page d’Acceslibre");
    }
}

/// Several contacts in one cell.
fn several(value: &Value) -> Vec<String> {
    let parts = texts(value)
        .into_iter()
        .flat_map(|text| text.split([';', '/']).map(|part| part.trim().to_owned()).collect::<Vec<_>>());
    parts.collect()
}

fn coverage(draft: &mut Draft, own: &Value) {
    let mut zones = Vec::new();
    for code in codes(&own["zone_eligibilite"]) {
        match zone(&code) {
            Ok(zone) => zones.push(zone),
            Err(expected) => draft.left_out("zone_eligibilite", &code, &expected),
        }
    }
    zones.sort();
    draft.codes(Field::Coverage, zones);
}

/// The address as a whole is the record's, or its structure's: half of each would be nowhere.
fn place(draft: &mut Draft, both: Both) {
    let (prefix, place) = both.place();
    let path = |key: &str| format!("{prefix}{key}");
    let said = |key: &str| text(&place[key]);
    let (street, complement) = (said("adresse"), said("complement_adresse"));
    let lines: Vec<&str> = [&*street, &*complement].into_iter().filter(|line| !line.is_empty()).collect();
    draft.keep(Field::Address, &path("adresse"), &lines.join(", "));
    if !std::ptr::eq(place, both.own) {
        draft.extra("précisions sur le lieu", &text(&both.own["complement_adresse"]));
    }
    let certified = &place["adresse_certifiee"];
    let sure = if is_blank(certified) {
        !street.is_empty()
    } else {
        ["true", "vrai", "1"].contains(&text(certified).to_lowercase().as_str())
    };
    let (code, town, postal_code) = (said("code_insee"), said("commune"), said("code_postal"));
    let (lat, lon) = (said("latitude"), said("longitude"));
    draft.place(Said {
        code: (&path("code_insee"), whole(&code)),
        town: (&path("commune"), &town),
        postal_code: (&path("code_postal"), whole(&postal_code)),
        lat: (&path("latitude"), &lat),
        lon: (&path("longitude"), &lon),
        sure,
    });
}

/// Whom it is for.
fn people(draft: &mut Draft, own: &Value) {
    let publics = codes(&own["publics"]);
    let everybody = publics.iter().any(|code| code == "tous-publics");
    if everybody && publics.len() > 1 {
        let expected = "« tous-publics » seul ; lu ainsi, les autres publics sont gardés à part";
        draft.warning("publics", &publics.join(", "), expected);
    }
    let mut audiences: Vec<&str> = Vec::new();
    for code in &publics {
        match entry("publics", code) {
            Some(entry) if everybody && code != "tous-publics" => draft.extra("publics", entry.label),
            Some(entry) if !entry.values.is_empty() => audiences.extend(&entry.values),
            _ => draft.unknown("publics", unmapped("publics", code)),
        }
    }
    audiences.sort_unstable();
    draft.codes(Field::Audiences, audiences);
    draft.extra("précisions sur les publics", &text(&own["publics_precisions"]));
    draft.keep(Field::Inclusion, "conditions_acces", &text(&own["conditions_acces"]));
}

/// How it is reached and asked, by whom, and what it costs.
fn access(draft: &mut Draft, own: &Value) {
    for (list, field, name) in [
        ("modes_accueil", Field::Modes, "modes d’accueil"),
        ("mobilisable_par", Field::ReferredBy, "mobilisable par"),
    ] {
        let mut values: Vec<&str> = Vec::new();
        for code in codes(&own[list]) {
            match entry(list, &code) {
                Some(entry) => values.extend(&entry.values),
                None => draft.unknown(name, unmapped(list, &code)),
            }
        }
        values.sort_unstable();
        draft.codes(field, values);
    }
    if codes(&own["modes_accueil"]).iter().any(|code| code == "a-distance") {
        draft.extra("modes d’accueil", "à distance, par téléphone ou par internet");
    }
    referral(draft, own);
    let mut cost = None;
    for code in codes(&own["frais"]) {
        match entry("frais", &code) {
            // Of both, the last in the alphabet: that there is something to pay is what to know.
            Some(entry) => cost = cost.max(entry.values.first().copied()),
            None => draft.unknown("frais", unmapped("frais", &code)),
        }
    }
    let details = text(&own["frais_precisions"]);
    if cost.is_some() {
        draft.extra("précisions sur les frais", &details);
    }
    draft.keep(Field::Cost, "frais_precisions", cost.unwrap_or(&details));
}

/// How to ask, in words: the modes as a sentence, what the source adds, the link.
fn referral(draft: &mut Draft, own: &Value) {
    let mut sentence = String::new();
    for code in codes(&own["modes_mobilisation"]) {
        let Some(entry) = entry("modes_mobilisation", &code) else {
            draft.unknown("modes de mobilisation", unmapped("modes_mobilisation", &code));
            continue;
        };
        if sentence.is_empty() {
            entry.label.clone_into(&mut sentence);
        } else {
            sentence.push_str(" ; ");
            sentence.push_str(&entry.label.to_lowercase());
        }
    }
    if !sentence.is_empty() {
        sentence.push('.');
    }
    let link = text(&own["lien_mobilisation"]);
    let link = match Field::SourceUrl.parse(&link) {
        Ok(Some(link)) => format!("Lien : {}", link.as_str().unwrap_or_default()),
        Ok(None) => String::new(),
        Err(expected) => {
            draft.left_out("lien_mobilisation", &link, &expected.0);
            String::new()
        }
    };
    let details = text(&own["mobilisation_precisions"]);
    let lines: Vec<&str> =
        [&*sentence, &*details, &*link].into_iter().filter(|line| !line.is_empty()).collect();
    draft.keep(Field::Referral, "mobilisation_precisions", &lines.join("\n"));
}

fn duration(draft: &mut Draft, own: &Value) {
    for (key, name, unit) in [
        ("volume_horaire_hebdomadaire", "volume horaire hebdomadaire", "h"),
        ("nombre_semaines", "nombre de semaines", ""),
    ] {
        let said = text(&own[key]);
        if said.is_empty() {
            continue;
        }
        match whole(&said).replace(',', ".").parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => {
                let number = whole(&said).replace('.', ",");
                draft.extra(name, format!("{number} {unit}").trim_end());
            }
            _ => draft.left_out(key, &said, "un nombre"),
        }
    }
}

/// What was said of the record, without what is empty, and what it takes from its structure.
fn payload(kind: &str, both: Both) -> Value {
    let filled = |value: &Value, keep: &dyn Fn(&str) -> bool| {
        let members = value.as_object().into_iter().flatten();
        let members = members.filter(|(key, value)| keep(key) && !is_blank(value));
        Value::Object(members.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    let mut payload = Map::from_iter([(kind.to_owned(), filled(both.own, &|_| true))]);
    if both.owner.is_null() {
        return Value::Object(payload);
    }
    let elsewhere = std::ptr::eq(both.place().1, both.owner);
    let taken = filled(both.owner, &|key| {
        let address = ADDRESS.contains(&key) || ["complement_adresse", "adresse_certifiee"].contains(&key);
        ["id", "nom"].contains(&key)
            || (SHARED.contains(&key) && is_blank(&both.own[key]))
            || (elsewhere && address)
    });
    payload.insert("structure".to_owned(), taken);
    Value::Object(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_may_be_anybodys_says_whose_it_is() {
        for (service, structure, expected) in [
            ("Aide alimentaire", "Entraide de Clamart", "Aide alimentaire – Entraide de Clamart"),
            ("Accueil", "", "Accueil"),
            ("Portage de repas du CCAS de Lille", "CCAS de Lille", "Portage de repas du CCAS de Lille"),
            ("Mission locale", "Mission locale de Lille", "Mission locale de Lille"),
            ("Aide", "Laide et fils", "Aide – Laide et fils"),
            (
                "Atelier d’autoréparation de vélos le mercredi après-midi",
                "Le Biclou",
                "Atelier d’autoréparation de vélos le mercredi après-midi",
            ),
            ("", "Le Biclou", ""),
        ] {
            assert_eq!(name(service, structure), expected, "{service}");
        }
    }
}
