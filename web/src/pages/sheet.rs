//! The sections of an identity sheet: what is known in words, and "non renseigné" where it matters that nobody said.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use maille_domain::vocabulary::ReferredBy;
use maille_domain::{Coverage, Fields, Listing};
use maille_index::Node;
use maille_territory::france;

use super::listing::is_web;
use crate::french::{self, codes, hours};
use crate::state::WebState;
use crate::views::Detail;
use crate::views::hit::{modes, whom};

/// A part of the sheet.
#[derive(Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it says.
    pub items: Vec<Item>,
}

/// One thing said.
#[derive(Debug)]
pub struct Item {
    /// What it is about.
    pub term: &'static str,
    /// What is said, one after the other.
    pub details: Vec<Detail>,
    /// Nobody said.
    pub unknown: bool,
}

/// The sections, in the order one reads them to somebody.
pub fn sections(node: &Node, listing: &Listing, now: DateTime<Utc>) -> Vec<Section> {
    let fields = &listing.fields;
    let section = |id, title, items: Vec<Option<Item>>| Section {
        id,
        title,
        items: items.into_iter().flatten().collect(),
    };
    let mut sections = vec![
        section(
            "public",
            "Pour qui",
            vec![
                Some(known("Public", whom(fields).map(|whom| french::upper_first(&whom)))),
                list("Parcours", fields.themes.iter().map(|theme| theme.label())),
                text("Critères d’inclusion", fields.inclusion.as_ref()),
                text("Critères d’exclusion", fields.exclusion.as_ref()),
            ],
        ),
        section("territoire", "Territoire desservi", territory(node, fields, now)),
        section(
            "mobiliser",
            "Comment mobiliser",
            vec![
                Some(known("Démarche", fields.referral.clone())),
                Some(known("Qui peut demander", who_asks(&fields.referred_by))),
                Some(known(
                    "Mode d’intervention",
                    (!fields.modes.is_empty()).then(|| french::upper_first(&modes(&fields.modes))),
                )),
                Some(known("Délai habituel", fields.delay_days.map(delay))),
            ],
        ),
        section("contacts", "Contacts et horaires", contacts(fields)),
        section(
            "pratique",
            "En pratique",
            vec![
                Some(known(
                    "Coût",
                    fields.cost.as_deref().map(|cost| french::upper_first(codes::cost(cost))),
                )),
                list("Langues", fields.languages.iter().map(|language| codes::language(language))),
                list("Accessibilité", fields.accessibility.iter().map(|code| codes::accessibility(code))),
            ],
        ),
        section(
            "registres",
            "Numéros de registre",
            vec![
                text("FINESS", fields.finess.as_ref()),
                text("SIRET", fields.siret.as_ref()),
                text("ROR", fields.ror_id.as_ref()),
            ],
        ),
    ];
    sections.retain(|section| !section.items.is_empty());
    sections
}

/// What is said, or that nobody said it.
fn known(term: &'static str, said: Option<String>) -> Item {
    let unknown = said.is_none();
    let said = said.unwrap_or_else(|| "non renseigné".to_owned());
    Item { term, details: vec![Detail::Text(said)], unknown }
}

/// What is said, if anything.
fn text(term: &'static str, said: Option<&String>) -> Option<Item> {
    said.map(|said| known(term, Some(said.clone())))
}

fn list<'a>(term: &'static str, items: impl Iterator<Item = &'a str>) -> Option<Item> {
    let items: Vec<String> = items.map(french::lower_first).collect();
    (!items.is_empty()).then(|| known(term, Some(french::upper_first(&french::list(&items)))))
}

fn who_asks(who: &[ReferredBy]) -> Option<String> {
    if who.contains(&ReferredBy::Tous) {
        return Some("Tout le monde".to_owned());
    }
    let who: Vec<String> = who.iter().map(|who| french::lower_first(who.label())).collect();
    (!who.is_empty()).then(|| french::upper_first(&french::either(&who)))
}

fn delay(days: u16) -> String {
    match days {
        0 => "Le jour même".to_owned(),
        days => french::counted(u64::from(days), "jour", "jours"),
    }
}

/// The territory served, level by level, in words.
fn territory(node: &Node, fields: &Fields, now: DateTime<Utc>) -> Vec<Option<Item>> {
    if fields.coverage.is_empty() {
        return vec![Some(known("Zone", None))];
    }
    let mut by_level: BTreeMap<(u8, &'static str), Vec<String>> = BTreeMap::new();
    for coverage in &fields.coverage {
        let france = france();
        let (level, name) = match coverage {
            Coverage::National => ((0, "Pays"), "Toute la France".to_owned()),
            Coverage::Region(code) => {
                ((1, "Région"), france.region(code).map_or(code.clone(), |region| region.name.to_string()))
            }
            Coverage::Departement(code) => {
                let name = france.departement(code).map(|found| format!("{} ({code})", found.name));
                ((2, "Département"), name.unwrap_or_else(|| code.clone()))
            }
            Coverage::Territory(code) => {
                ((3, "Territoire de coordination"), WebState::territory_name(node, code, now))
            }
            Coverage::Epci(code) => (
                (4, "Intercommunalité"),
                france.epci(code).map_or(code.clone(), |epci| epci.name.to_string()),
            ),
            Coverage::Commune(code) => (
                (5, "Communes"),
                france.current_commune(code).map_or(code.clone(), |found| found.name.to_string()),
            ),
            Coverage::Radius(km) => {
                let km = km.to_string().replace('.', ",");
                ((6, "Rayon"), format!("À {km}\u{a0}km à la ronde"))
            }
        };
        by_level.entry(level).or_default().push(name);
    }
    by_level
        .into_iter()
        .map(|((_, level), mut names)| {
            names.sort_unstable();
            let level = if level == "Communes" && names.len() == 1 { "Commune" } else { level };
            Some(known(level, Some(french::list(&names))))
        })
        .collect()
}

/// Where to write and to go; the phone numbers head the sheet.
fn contacts(fields: &Fields) -> Vec<Option<Item>> {
    let links =
        |term, details: Vec<Detail>| (!details.is_empty()).then_some(Item { term, details, unknown: false });
    let mail = |addresses: &[String]| -> Vec<Detail> {
        addresses
            .iter()
            .map(|address| Detail::Link { href: format!("mailto:{address}"), label: address.clone() })
            .collect()
    };
    let sites = fields.website.iter().filter(|url| is_web(url)).map(|url| {
        let label = url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        Detail::Link { href: url.clone(), label: label.to_owned() }
    });
    let commune = fields.commune().map(|commune| commune.name.to_string());
    let city = [fields.postal_code.clone(), commune].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let address = [fields.address.clone().unwrap_or_default(), city]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    let hours = match fields.hours.as_ref().map(|hours| (hours, hours::table(hours.as_str()))) {
        None => known("Horaires", None),
        Some((_, Some(lines))) => {
            Item { term: "Horaires", details: vec![Detail::Hours(lines)], unknown: false }
        }
        Some((hours, None)) => known("Horaires, tels que fournis", Some(hours.as_str().to_owned())),
    };
    vec![
        links("Courriel", mail(&fields.email)),
        links("Messagerie sécurisée (MSSanté)", mail(&fields.mssante)),
        links("Site web", sites.collect()),
        Some(known("Adresse", (!address.is_empty()).then_some(address))),
        Some(hours),
    ]
}
