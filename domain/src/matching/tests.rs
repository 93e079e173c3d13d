//! What is the same and what is not, as a facilitator would say it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::Field;
use crate::field::Values;

use super::{LINKED, Likeness, PROPOSED, Reason, Traits, compare};

/// A record, written as cells of a spreadsheet.
fn record(cells: &[(Field, &str)]) -> Traits {
    let parsed = cells.iter().filter_map(|(field, cell)| Some((*field, field.parse(cell).unwrap()?)));
    Traits::of(&parsed.collect::<Values>())
}

/// A record with a name, a category, a commune, an address and a phone.
fn known(name: &str, category: &str, commune: &str, address: &str, phone: &str) -> Traits {
    record(&[
        (Field::Name, name),
        (Field::Category, category),
        (Field::Commune, commune),
        (Field::Address, address),
        (Field::Phone, phone),
    ])
}

fn told(likeness: &Likeness) -> Vec<String> {
    likeness.reasons.iter().map(Reason::in_words).collect()
}

#[track_caller]
fn linked(one: &Traits, other: &Traits) {
    let likeness = compare(one, other);
    assert!(likeness.score >= LINKED, "{} {:?}", likeness.score, told(&likeness));
    let keys: BTreeSet<i64> = one.keys().into_iter().collect();
    assert!(other.keys().iter().any(|key| keys.contains(key)), "they are never compared");
}

#[track_caller]
fn proposed(one: &Traits, other: &Traits) {
    let likeness = compare(one, other);
    assert!((PROPOSED..LINKED).contains(&likeness.score), "{} {:?}", likeness.score, told(&likeness));
}

#[track_caller]
fn apart(one: &Traits, other: &Traits) {
    let likeness = compare(one, other);
    assert!(likeness.score < PROPOSED, "{} {:?}", likeness.score, told(&likeness));
}

#[test]
fn a_register_and_a_spreadsheet_write_one_thing_two_ways() {
    linked(
        &known("EHPAD RESID LES GLYCINES", "ehpad", "92002", "12 AV DU GAL DE GAULLE", "01 99 00 00 01"),
        &known(
            "Résidence Les Glycines",
            "ehpad",
            "92002",
            "12, avenue du Général de Gaulle",
            "01 99 00 00 02",
        ),
    );
    linked(
        &known("CTRE HOSP DE L'ESTRAN", "hopital", "92002", "RTE DE LA MER BP 12", ""),
        &known("Centre hospitalier de l’Estran", "autre", "92002", "3 route de la Mer", "01 99 00 00 02"),
    );
    linked(
        &known("EMG DU CH DE BLIGNY", "emg", "91111", "", "01 99 00 00 01"),
        &known(
            "Équipe mobile de gériatrie – Centre hospitalier de Bligny",
            "autre",
            "91111",
            "",
            "01 99 00 00 01",
        ),
    );
    linked(
        &known("CCAS", "ccas", "92007", "", ""),
        &known("C.C.A.S. de Bagneux", "ccas", "92007", "57 avenue Henri Ravera", ""),
    );
    linked(
        &known("ADMR du Val de Loue", "saad", "25434", "1 rue des Prés", ""),
        &known("Aide à domicile en milieu rural du Val de Loue", "saad", "25434", "", ""),
    );
}

#[test]
fn two_mobile_teams_of_one_hospital_are_two() {
    apart(
        &known("Équipe mobile de gériatrie, CH de Bligny", "emg", "91111", "Rue de Bligny", "01 99 00 00 01"),
        &known(
            "Équipe mobile de soins palliatifs, CH de Bligny",
            "emsp",
            "91111",
            "Rue de Bligny",
            "01 99 00 00 01",
        ),
    );
    apart(
        &known(
            "Équipe mobile de gériatrie, CH de Bligny",
            "autre",
            "91111",
            "Rue de Bligny",
            "01 99 00 00 01",
        ),
        &known(
            "Équipe mobile de soins palliatifs, CH de Bligny",
            "autre",
            "91111",
            "Rue de Bligny",
            "01 99 00 00 01",
        ),
    );
}

#[test]
fn a_service_is_not_the_establishment_that_hosts_it() {
    let ehpad = known("EHPAD Les Glycines", "ehpad", "92002", "12 rue de la Paix", "01 99 00 00 01");
    let day = known(
        "Accueil de jour de l’EHPAD Les Glycines",
        "accueil-jour",
        "92002",
        "12 rue de la Paix",
        "01 99 00 00 01",
    );
    apart(&ehpad, &day);
    assert!(
        told(&compare(&ehpad, &day))
            .iter()
            .any(|said| said.starts_with("l’un est un service, l’autre ce qui l’accueille"))
    );
    apart(
        &known("SSIAD ADMR", "ssiad", "25434", "1 rue des Prés", "03 81 00 00 01"),
        &known("SAAD ADMR", "saad", "25434", "1 rue des Prés", "03 81 00 00 01"),
    );
}

#[test]
fn branches_of_a_network_are_as_many_as_their_places() {
    apart(
        &known("Croix-Rouge française, antenne", "aide-alimentaire", "92002", "", "0 800 858 858"),
        &known("Croix-Rouge française, antenne", "aide-alimentaire", "92007", "", "0 800 858 858"),
    );
    let likeness = compare(
        &known("Les Restos du cœur", "aide-alimentaire", "92002", "3 rue des Prés", "01 99 00 00 01"),
        &known("Les Restos du cœur", "aide-alimentaire", "92002", "40 avenue Foch", "01 99 00 00 01"),
    );
    assert!(likeness.score < LINKED, "{:?}", told(&likeness));
}

#[test]
fn children_and_adults_are_not_seen_in_one_place() {
    let adults = known("CMP adultes Les Tilleuls", "cmp", "92002", "12 rue de la Paix", "01 99 00 00 01");
    let children = known(
        "CMP enfants et adolescents Les Tilleuls",
        "cmp",
        "92002",
        "12 rue de la Paix",
        "01 99 00 00 01",
    );
    apart(&adults, &children);
    assert!(
        told(&compare(&adults, &children))
            .iter()
            .any(|said| said.starts_with("l’un pour enfants, l’autre pour adultes"))
    );
    let young = record(&[
        (Field::Name, "Hôpital de jour"),
        (Field::Category, "autre"),
        (Field::Commune, "92002"),
        (Field::AgeMax, "12"),
    ]);
    let old = record(&[
        (Field::Name, "Hôpital de jour"),
        (Field::Category, "autre"),
        (Field::Commune, "92002"),
        (Field::AgeMin, "16"),
    ]);
    apart(&young, &old);
}

#[test]
fn what_may_be_the_same_is_shown_to_a_person() {
    // Two streets, one name, one number: a move, or two houses.
    proposed(
        &known("EHPAD Les Glycines", "ehpad", "92002", "12 rue de la Paix", "01 99 00 00 01"),
        &known("EHPAD Les Glycines", "ehpad", "92002", "40 avenue Foch", "01 99 00 00 01"),
    );
}

#[test]
fn many_practices_share_a_door_and_every_arrondissement_has_its_town_hall() {
    let doctor = |name| known(name, "medecin", "92002", "12 rue de la Paix", "01 99 00 00 01");
    assert!(compare(&doctor("Dr Martin"), &doctor("Cabinet médical du Dr Leroy")).score < LINKED);
    assert!(compare(&doctor("Médecin généraliste"), &doctor("Cabinet médical")).score < LINKED);
    linked(&doctor("Dr Martin"), &doctor("MARTIN, médecin"));
    assert!(
        compare(
            &known("Mairie de Paris", "mairie", "75056", "", ""),
            &known("Mairie du 15e", "mairie", "75115", "", "")
        )
        .score
            < LINKED
    );
}

#[test]
fn a_part_is_not_the_whole() {
    for (whole, part, category) in [
        ("PASS du CH de Bligny", "PASS dentaire du CH de Bligny", "pass"),
        ("SAVS Les Saules", "SAVS Les Saules handicap psychique", "savs"),
        ("HAD des Saules", "HAD pédiatrique des Saules", "had"),
        ("SSIAD des Saules", "Équipe spécialisée Alzheimer – SSIAD des Saules", "autre"),
        ("CPTS Nord", "CPTS Sud", "cpts"),
        ("CH des Saules", "Unité Les Iris – CH des Saules", "hopital"),
        ("Hôpital des Saules", "Hôpital des Saules enfants", "hopital"),
    ] {
        let one = known(whole, category, "91111", "Rue de Bligny", "01 99 00 00 01");
        let other = known(part, category, "91111", "Rue de Bligny", "01 99 00 00 01");
        let likeness = compare(&one, &other);
        assert!(likeness.score < LINKED, "{whole} / {part}: {} {:?}", likeness.score, told(&likeness));
    }
}

#[test]
fn one_name_says_more_of_the_same_thing() {
    for (long, short, category) in [
        ("CLINIQUE PSYCHIATRIQUE DU PARC", "Clinique du Parc", "hopital"),
        ("CENTRE DE READAPTATION PEDIATRIQUE LES COTES", "SSR Les Côtes", "smr"),
        ("CLINIQUE CHIRURGICALE DES LILAS", "Clinique des Lilas", "hopital"),
        ("CLINIQUE KORIAN LES TROIS TOURS", "SSR Les Trois Tours", "smr"),
        ("CLINIQUE DU MOULIN (EX CLINIQUE DES ROSES)", "Clinique des Roses", "hopital"),
        ("HOPITAL DE L'ENFANT JESUS", "Hôpital Enfant-Jésus", "hopital"),
        ("HOPITAL L MOURIER", "Hôpital Mourier", "hopital"),
        ("CMP Z ROUSSIN", "CMP Zacharie Roussin", "cmp"),
        ("USLD LES SAULES CH DE BLIGNY", "USLD Les Saules", "usld"),
    ] {
        let one = known(long, category, "91111", "RUE DE BLIGNY", "01 99 00 00 01");
        linked(&one, &known(short, category, "91111", "Rue de Bligny", "01 99 00 00 01"));
    }
}

#[test]
fn an_acronym_is_made_of_the_words_of_the_name_or_of_its_kind_and_them() {
    for (long, short, category) in [
        ("CENTRE HOSPITALIER FELIX GUYON", "CHFG", "hopital"),
        ("CH Félix Guyon", "CHFG", "hopital"),
        ("ASSOCIATION DEPARTEMENTALE DES INFIRMES MOTEURS CEREBRAUX", "ADIMC", "association-usagers"),
    ] {
        let one = known(long, category, "91111", "RUE DE BLIGNY", "01 99 00 00 01");
        linked(&one, &known(short, category, "91111", "Rue de Bligny", "01 99 00 00 01"));
    }
}

#[test]
fn a_kind_after_other_words_is_that_of_its_bearer() {
    let bearer = known("CPTS Littoral", "cpts", "92002", "12 rue de la Paix", "01 99 00 00 01");
    let line = "Soins non programmés - CPTS Littoral";
    apart(&bearer, &known(line, "sas", "92002", "12 rue de la Paix", "01 99 00 00 01"));
    let center = known("Centre de santé Les Lilas", "centre-sante", "92002", "12 rue de la Paix", "");
    let dentists = "Centre dentaire Les Lilas";
    apart(&center, &known(dentists, "centre-sante", "92002", "12 rue de la Paix", ""));
}

#[test]
fn the_post_may_say_the_next_commune() {
    let there = |commune| known("EHPAD Les Glycines", "ehpad", commune, "", "01 99 00 00 01");
    proposed(&there("92002"), &there("92019"));
    apart(&there("92002"), &there("91111"));
    let other = known("EHPAD Les Roses", "ehpad", "92019", "", "01 99 00 00 01");
    apart(&there("92002"), &other);
}

#[test]
fn a_town_goes_without_saying() {
    for name in [
        "Hôpital de Salon-de-Provence",
        "Hôpital du Pays salonnais",
        "HOPITAL SALON DE PROVENCE",
        "Hôpital SDP",
    ] {
        linked(
            &known(
                "Centre hospitalier de Salon-de-Provence",
                "hopital",
                "13103",
                "207 avenue Julien Fabre",
                "",
            ),
            &known(name, "hopital", "13103", "207 AV JULIEN FABRE", ""),
        );
    }
}

fn any_record() -> impl Strategy<Value = Traits> {
    let word = prop::sample::select(vec![
        "EHPAD",
        "Les",
        "Lilas",
        "CMP",
        "CH",
        "Antony",
        "équipe",
        "mobile",
        "gériatrie",
        "(ex Roses)",
        "enfants",
        "adultes",
        "Nord",
        "Sud",
        "12",
        "ADMR",
        "aide",
        "domicile",
        "Lila",
        "Beau",
        "Séjour",
        "Beauséjour",
        "de",
        "l’",
        "🙂",
        "C.C.A.S.",
    ]);
    let name = prop::collection::vec(word, 0..7).prop_map(|words| words.join(" "));
    let some = |choices: &[&'static str]| prop::sample::select(choices.to_vec());
    (
        name,
        some(&["autre", "ehpad", "cmp", "cmp-enfant", "emg", "hopital", "ccas"]),
        some(&["", "92002", "92007", "75115", "75056"]),
        some(&[
            "",
            "12 rue de la Paix",
            "14 rue de la Paix",
            "Le Bourg",
            "RUE DE LA PAIX",
            ", ,",
            "BP 12 CEDEX",
        ]),
        some(&["", "01 99 00 00 01", "01 99 00 00 01 | 3114", "0 800 858 858"]),
        some(&["", "48.7540, 2.2976", "48.7541, 2.2977", "48.80, 2.30"]),
        (
            some(&["", "enfants", "adultes | aidants", "tous"]),
            some(&["", "3", "18"]),
            some(&["", "17", "99"]),
        ),
        (
            some(&["", "departement:92", "commune:92002 | commune:92007"]),
            some(&["", "920100013"]),
            some(&["", "CH d’Antony", "ADMR"]),
        ),
    )
        .prop_map(
            |(
                name,
                category,
                commune,
                address,
                phone,
                location,
                (audiences, min, max),
                (coverage, finess, organization),
            )| {
                record(&[
                    (Field::Name, &name),
                    (Field::Category, category),
                    (Field::Commune, commune),
                    (Field::Address, address),
                    (Field::Phone, phone),
                    (Field::Location, location),
                    (Field::Audiences, audiences),
                    (Field::AgeMin, min),
                    (Field::AgeMax, max),
                    (Field::Coverage, coverage),
                    (Field::Finess, finess),
                    (Field::Organization, organization),
                ])
            },
        )
}

proptest! {
    #[test]
    fn neither_comes_first(one in any_record(), other in any_record()) {
        let likeness = compare(&one, &other);
        prop_assert_eq!(&likeness, &compare(&other, &one));
        prop_assert!((0.0..=1.0).contains(&likeness.score));
        for reason in &likeness.reasons {
            prop_assert!(!reason.in_words().is_empty());
            let kept = serde_json::to_string(reason).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Reason>(&kept).unwrap(), reason);
        }
    }

    /// Whoever has a telling name, a kind and a place is like itself.
    #[test]
    fn what_is_named_is_like_itself(name in "[A-Z][a-z]{5,9}", rest in any_record()) {
        let named = record(&[(Field::Name, &format!("EHPAD {name}")), (Field::Category, "ehpad"), (Field::Commune, "92002")]);
        let likeness = compare(&named, &named.clone());
        prop_assert!(likeness.score >= LINKED, "{:?}", likeness);
        prop_assert!(!named.keys().is_empty());
        prop_assert_eq!(rest.keys(), rest.clone().keys());
        prop_assert!(rest.keys().len() <= 10);
    }

    #[test]
    fn any_text_is_read(name in "\\PC{0,60}", address in "\\PC{0,60}") {
        let texts = Values::from([(Field::Name, name.into()), (Field::Address, address.into())]);
        let traits = Traits::of(&texts);
        prop_assert!(compare(&traits, &traits).score <= 1.0);
    }
}
