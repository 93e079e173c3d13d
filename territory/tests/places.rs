//! The table of `places.txt`, and what holds for every place and every text.

use maille_territory::{Found, PlaceKind, france};
use proptest::prelude::*;

const TABLE: &str = include_str!("places.txt");
const OFFERED: usize = 8;

/// A line of the table.
struct Row<'a> {
    typed: &'a str,
    /// `CODE NAME`; none when nothing answers.
    leader: Option<&'a str>,
    /// The others that must be offered, when the answer is ambiguous.
    others: Option<Vec<&'a str>>,
    matched: Option<&'a str>,
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let (typed, answer) = line.split_once('→').unwrap_or_else(|| panic!("no arrow: {line}"));
        let (answer, matched) = match answer.strip_suffix(']').and_then(|answer| answer.split_once(" [")) {
            Some((answer, matched)) => (answer, Some(matched)),
            None => (answer, None),
        };
        let (leader, others) = match answer.split_once('?') {
            Some((leader, others)) => (leader, Some(others)),
            None => (answer, None),
        };
        let others =
            others.map(|others| others.split('|').map(str::trim).filter(|other| !other.is_empty()).collect());
        let leader = Some(leader.trim()).filter(|leader| *leader != "nothing");
        Row { typed: typed.trim(), leader, others, matched }
    })
}

fn named(found: &Found) -> Vec<String> {
    found.places.iter().map(|place| format!("{} {}", place.code, place.name)).collect()
}

#[test]
fn the_table_holds() {
    let mut wrong = Vec::new();
    for row in rows() {
        let found = france().find(row.typed, OFFERED);
        let places = named(&found);
        let matched = found.places.first().and_then(|place| place.matched.as_deref());
        let others = row.others.iter().flatten();
        let right = places.first().map(String::as_str) == row.leader
            && found.ambiguous == row.others.is_some()
            && others.into_iter().all(|other| places.iter().skip(1).any(|place| place == other))
            && matched == row.matched;
        if !right {
            let question = if found.ambiguous { "?" } else { "" };
            wrong.push(format!("{:?} gives {places:?}{question} matched {matched:?}", row.typed));
        }
    }
    assert!(wrong.is_empty(), "{} lines are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_has_two_hundred_lines_and_no_doubles() {
    let mut typed: Vec<&str> = rows().map(|row| row.typed).collect();
    assert!(typed.len() >= 200, "{} lines", typed.len());
    typed.sort_unstable();
    for pair in typed.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}

/// With its département, every commune and arrondissement is found first; clearly, save where two share both.
#[test]
fn every_commune_answers_to_its_own_name_and_departement() {
    let mut wrong = Vec::new();
    let mut ambiguous = Vec::new();
    for commune in france().communes() {
        let label = commune.label();
        let found = france().find(&label, 1);
        match found.places.first() {
            Some(place) if *place.code == *commune.code => {}
            place => wrong.push((label.clone(), place.map(|place| place.code.clone()))),
        }
        if found.ambiguous {
            ambiguous.push(label);
        }
    }
    assert!(wrong.is_empty(), "{} are wrong: {wrong:?}", wrong.len());
    assert!(ambiguous.is_empty(), "{} are ambiguous: {ambiguous:?}", ambiguous.len());
}

#[test]
fn every_area_answers_to_its_own_name() {
    let departements =
        france().departements().iter().map(|departement| (PlaceKind::Departement, &departement.name));
    let regions = france().regions().iter().map(|region| (PlaceKind::Region, &region.name));
    let epcis = france().epcis().iter().map(|epci| (PlaceKind::Epci, &epci.name));
    // A region of one département may be offered as that département.
    let answers =
        |kind, asked| kind == asked || (asked == PlaceKind::Region && kind == PlaceKind::Departement);
    let offered = |asked, name: &str| {
        let places = france().find(name, OFFERED).places;
        places.iter().any(|place| answers(place.kind, asked) && *place.name == *name)
    };
    let silent: Vec<_> =
        departements.chain(regions).chain(epcis).filter(|(kind, name)| !offered(*kind, name)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in "\\PC{0,60}", limit in 0_usize..12) {
        prop_assert!(france().find(&text, limit).places.len() <= limit);
    }

    #[test]
    fn a_letter_held_down_has_an_answer(letter in "[a-zé ]", times in 1_usize..400) {
        let found = france().find(&letter.repeat(times), 8);
        prop_assert!(found.places.len() <= 8);
    }

    #[test]
    fn any_mix_of_cues_has_an_answer(words in proptest::collection::vec(
        prop_oneof![
            Just("paris"), Just("(92)"), Just("75015"), Just("20"), Just("2a"), Just("xv"), Just("de la"), Just("dans"),
            Just("cedex"), Just("saint"), Just("réunion"), Just("s/"), Just("arrondissement"), Just("du"), Just(")("),
            Just("le 93"), Just("1er"), Just("vienne"), Just("9"), Just("l'"), Just("région"), Just("saintdenis"),
        ],
        0..6,
    )) {
        let found = france().find(&words.join(" "), 8);
        prop_assert!(!found.ambiguous || !found.places.is_empty());
    }
}
