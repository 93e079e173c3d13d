//! One invented listing.

use chrono::{Days, NaiveDate};
use maille_domain::location::{Location, Precision};
use maille_domain::vocabulary::{ReferredBy, Status, Theme};
use maille_domain::{Coverage, CoverageLevel, Fields, Phone};
use maille_territory::{Commune, france};

use super::dice::{Dice, Shares};
use super::lists::{Kind, LISTS};
use super::places::{Places, of_commune, of_departement, scattered};
use super::{territories, text};

/// Organisations that listings share, the first ones far more than the last.
const ORGANIZATIONS: usize = 3_000;
/// Numbers of the dice of organisations: no listing has so high a number.
const DICE_OF_ORGANIZATIONS: u64 = 1 << 48;
/// Longest description, in words.
const LONGEST_DESCRIPTION: u64 = 150;
/// Radii in kilometres.
const RADII: [f64; 7] = [3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0];
/// Usual delays in days.
const DELAYS: [u16; 11] = [0, 1, 2, 3, 7, 10, 15, 30, 45, 60, 90];
/// Languages besides French.
const LANGUAGES: [&str; 8] = ["ar", "en", "es", "it", "pt", "ro", "ru", "tr"];

/// What is drawn from, the same for every listing.
pub struct Maker {
    seed: u64,
    places: Places,
    organizations: Shares,
    /// The day that dates of checks lead up to: not today, for the same seed must give the same listings tomorrow.
    last_check: NaiveDate,
}

impl Maker {
    pub fn new(seed: u64) -> Maker {
        Maker {
            seed,
            places: Places::new(),
            organizations: Shares::zipf(ORGANIZATIONS),
            last_check: NaiveDate::from_ymd_opt(2026, 10, 1).expect("October has a first day"),
        }
    }

    /// The listing of a number.
    pub fn listing(&self, number: u64) -> Fields {
        let dice = &mut Dice::of(self.seed, number);
        let kind = &LISTS.kinds[LISTS.kind_shares.draw(dice)];
        let commune = self.places.draw(dice);
        let theme = kind.category.theme();

        let mut name = named(dice.pick(&kind.names), kind, commune, dice);
        if dice.chance(3) {
            let words: Vec<&str> = name.split(' ').collect();
            let wrong = dice.below(words.len() as u64) as usize;
            let typed = (0..).zip(&words).map(|(position, word)| {
                if position == wrong { text::typo(word, dice) } else { (*word).to_owned() }
            });
            name = typed.collect::<Vec<_>>().join(" ");
        }
        let mut fields = Fields::new(name, kind.category);
        fields.acronym = kind.category.acronym().filter(|_| dice.chance(10)).map(str::to_owned);
        fields.organization = dice.chance(80).then(|| self.organization(kind, commune, dice));
        place(&mut fields, commune, dice);
        contacts(&mut fields, number, commune, dice);
        texts(&mut fields, theme, dice);
        fields.coverage = self.coverage(kind, commune, dice);
        conditions(&mut fields, kind, dice);
        fields.status = match dice.below(100) {
            0..=1 => Status::Sature,
            2 => Status::FermeTemporairement,
            3 => Status::Ferme,
            _ => Status::Ouvert,
        };
        fields.verified_on = dice.chance(85).then(|| self.last_check - Days::new(dice.below(3 * 365)));
        fields.source_url = dice.chance(30).then(|| format!("https://example.org/synthetique/{number}"));
        fields.extra.insert("origine".to_owned(), "données synthétiques".to_owned());
        fields
    }

    /// Who runs it: one of those that many share, or the commune's own.
    fn organization(&self, kind: &Kind, commune: &'static Commune, dice: &mut Dice) -> String {
        if dice.chance(40) {
            let own = dice.pick(&["CCAS", "Ville", "Centre hospitalier", "Association"]);
            return format!("{own} {}", of_commune(commune));
        }
        let shared = self.organizations.draw(dice) as u64;
        let dice = &mut Dice::of(self.seed, DICE_OF_ORGANIZATIONS + shared);
        named(dice.pick(&LISTS.organizations), kind, commune, dice)
    }

    fn coverage(&self, kind: &Kind, commune: &Commune, dice: &mut Dice) -> Vec<Coverage> {
        let own = Coverage::Commune(commune.code.to_string());
        let only = match CoverageLevel::ALL[kind.levels.draw(dice)] {
            CoverageLevel::Unknown => return Vec::new(),
            CoverageLevel::Commune if dice.chance(kind.several_communes) => {
                let around = self.places.around(commune, 2 + dice.below(12) as usize);
                return around.iter().map(|near| Coverage::Commune(near.code.to_string())).collect();
            }
            CoverageLevel::Commune => own,
            CoverageLevel::Radius => Coverage::Radius(dice.pick(&RADII)),
            CoverageLevel::Epci => {
                let epci = commune.ept.as_ref().or(commune.epci.as_ref());
                epci.map_or(own, |epci| Coverage::Epci(epci.to_string()))
            }
            CoverageLevel::Territory => Coverage::Territory(dice.pick(&territories::of_commune(commune))),
            CoverageLevel::Departement => Coverage::Departement(commune.departement.to_string()),
            CoverageLevel::Region => Coverage::Region(commune.region.to_string()),
            CoverageLevel::National => Coverage::National,
        };
        vec![only]
    }
}

fn place(fields: &mut Fields, commune: &Commune, dice: &mut Dice) {
    fields.commune = Some(commune.code.to_string());
    fields.address =
        dice.chance(88).then(|| format!("{} {}", 1 + dice.below(180), dice.pick(&LISTS.streets)));
    if !commune.postal_codes.is_empty() && dice.chance(95) {
        fields.postal_code = Some(dice.pick(&commune.postal_codes).to_string());
    }
    let (point, precision) = match dice.below(100) {
        0..=4 => return,
        5..=14 => (commune.point, Precision::Commune),
        _ => (scattered(commune, dice), Precision::Address),
    };
    fields.location = Some(Location { lat: point.lat, lon: point.lon, precision });
}

/// Numbers that ARCEP keeps for fiction, addresses of a domain that is nobody's.
fn contacts(fields: &mut Fields, number: u64, commune: &Commune, dice: &mut Dice) {
    let phones = match dice.below(100) {
        0..=7 => 0,
        8..=89 => 1,
        _ => 2,
    };
    for _ in 0..phones {
        let phone = format!("{}{:04}", fictional_prefix(&commune.region), dice.below(10_000));
        let phone: Phone = phone.parse().expect("numbers of these ranges can be written (tested)");
        if !fields.phone.contains(&phone) {
            fields.phone.push(phone);
        }
    }
    if dice.chance(55) {
        fields.email.push(format!("accueil-{number}@example.org"));
    }
    if dice.chance(50) {
        fields.website.push(format!("https://example.org/ressources/{number}"));
    }
}

fn texts(fields: &mut Fields, theme: Theme, dice: &mut Dice) {
    fields.summary = dice.chance(60).then(|| text::text(6 + dice.below(13), theme, dice));
    let words = match dice.below(100) {
        0..=11 => 0,
        // Short texts more often than long ones.
        _ => 1 + dice.below(LONGEST_DESCRIPTION).min(dice.below(LONGEST_DESCRIPTION)),
    };
    fields.description = (words > 0).then(|| text::text(words, theme, dice));
    let mut phrase =
        |field: &str, percent: u64| dice.chance(percent).then(|| dice.pick(&LISTS.phrases[field]).to_owned());
    fields.referral = phrase("referral", 55);
    fields.inclusion = phrase("inclusion", 35);
    fields.exclusion = phrase("exclusion", 15);
    fields.cost = phrase("cost", 60);
}

/// For whom, when and on which terms.
fn conditions(fields: &mut Fields, kind: &Kind, dice: &mut Dice) {
    let theme = kind.category.theme();
    let parcours = &LISTS.parcours[&theme];
    if dice.chance(75) {
        fields.audiences = dice.pick(&parcours.audiences);
    }
    (fields.age_min, fields.age_max) = dice.pick(&parcours.ages);
    if dice.chance(80) {
        fields.themes.push(theme);
    }
    if dice.chance(85) {
        fields.modes.clone_from(&kind.modes);
    }
    fields.hours = dice.chance(50).then(|| dice.pick(&LISTS.hours));
    if dice.chance(50) {
        fields.referred_by.push(dice.pick(ReferredBy::ALL));
    }
    fields.delay_days = dice.chance(40).then(|| dice.pick(&DELAYS));
    if dice.chance(8) {
        fields.languages = vec!["fr".to_owned(), dice.pick(&LANGUAGES).to_owned()];
    }
    if dice.chance(35) {
        fields.accessibility.push("pmr".to_owned());
    }
}

/// A pattern with its blanks filled.
fn named(pattern: &str, kind: &Kind, commune: &'static Commune, dice: &mut Dice) -> String {
    let mut name = String::new();
    let mut rest = pattern;
    while let Some((before, blank)) = rest.split_once('{') {
        let (blank, after) = blank.split_once('}').expect("the blanks of the embedded patterns are closed");
        // What a label says in brackets is for those who do not know the kind.
        let label = kind.category.label().split(" (").next().unwrap_or_default();
        name.push_str(before);
        match blank {
            "short" => name.push_str(kind.category.acronym().unwrap_or(label)),
            "label" => name.push_str(label),
            "commune" => name.push_str(&of_commune(commune)),
            "departement" => {
                let departement = france().departement(&commune.departement);
                name.push_str(&departement.map(of_departement).unwrap_or_default());
            }
            "last" => name.push_str(&text::surname(dice)),
            listed => name.push_str(dice.pick(&LISTS.blanks[listed])),
        }
        rest = after;
    }
    name + rest
}

/// Beginnings of numbers that ARCEP keeps for fiction (decision 2018-0881), by the zone of a region.
fn fictional_prefix(region: &str) -> &'static str {
    match region {
        "11" => "+3319900",
        "24" | "28" | "52" | "53" => "+3326191",
        "27" | "32" | "44" => "+3335301",
        "84" | "93" | "94" => "+3346571",
        _ => "+3353649",
    }
}
