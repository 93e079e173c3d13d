//! The draft of a zone, as an address and a form carry it: what is added, what is taken out, and which zone it was begun
//! upon. Nothing is written before it is sent.

use chrono::{DateTime, Utc};
use maille_domain::Coverage;
use maille_domain::coverage::draft::Draft;
use maille_domain::hours::time_zone;
use maille_territory::france;

use crate::extract::{FromQuery, Reader, encode};
use crate::pages::animation::listings;
use crate::state::WebState;
use crate::views::faults::Faults;

/// Most communes of a draft, in each of its lists.
const MOST_COMMUNES: usize = 1_000;
/// Most other parts, in each of its lists.
const MOST_AREAS: usize = 100;
/// Longest name that is looked for, in characters.
const LONGEST_NAME: usize = 100;

/// A draft, and what is looked for to add to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The mark of the zone that it was begun upon.
    pub seen: String,
    /// What is to change.
    pub draft: Draft,
    /// A name, as typed.
    pub typed: String,
    /// A radius, as typed.
    pub radius: String,
    /// Whether something of it cannot be read.
    pub unread: bool,
    /// What was just done.
    pub said: String,
}

impl Asked {
    /// Reads an address, or a form. What cannot be read is left out, and said.
    pub fn read(reader: &mut Reader) -> Asked {
        let mut unread = false;
        let mut parts = |name| -> Vec<Coverage> {
            let read = reader.several(name, |text| Ok(part(text)));
            unread |= reader.wrong_with(name).is_some() || read.contains(&None);
            let (kept, left) = within_limits(read.into_iter().flatten());
            unread |= left;
            kept
        };
        let (plus, minus) = (parts("plus"), parts("moins"));
        let without = reader
            .several("hors", |text| Ok(france().current_commune(text).map(|found| found.code.to_string())));
        unread |=
            reader.wrong_with("hors").is_some() || without.contains(&None) || without.len() > MOST_COMMUNES;
        let without = without.into_iter().flatten().take(MOST_COMMUNES).collect();
        let short = |text: String| text.trim().chars().take(LONGEST_NAME).collect::<String>();
        Asked {
            seen: short(reader.text("vu")),
            draft: Draft { plus, minus, without },
            typed: short(reader.text("ajouter")),
            radius: short(reader.text("rayon")),
            said: short(reader.text("dit")),
            unread,
        }
    }

    /// The draft over this zone, the radius that was typed in the place of any other.
    pub fn over(&self, base: &[Coverage], faults: &mut Faults) -> Draft {
        let mut draft = self.draft.clone();
        if !self.radius.is_empty() {
            match format!("radius:{}", self.radius.trim_end_matches("km").trim()).parse() {
                Ok(radius) => {
                    let other = |part: &Coverage| matches!(part, Coverage::Radius(_)) && *part != radius;
                    draft.plus.retain(|part| !other(part));
                    draft.minus.extend(base.iter().filter(|part| other(part)).cloned());
                    draft.minus.retain(|part| *part != radius);
                    draft.plus.push(radius);
                }
                Err(_) => faults.add("rayon", "Écrivez un rayon en kilomètres, de 0,1 à 1 000."),
            }
        }
        draft
    }
}

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        Asked::read(reader)
    }
}

/// As many parts as a draft may have, of which one radius; and whether others are left out.
fn within_limits(parts: impl Iterator<Item = Coverage>) -> (Vec<Coverage>, bool) {
    let (mut communes, mut areas, mut radii, mut left) = (0, 0, 0, false);
    let mut kept = Vec::new();
    for part in parts {
        let (count, most) = match part {
            Coverage::Commune(_) => (&mut communes, MOST_COMMUNES),
            Coverage::Radius(_) => (&mut radii, 1),
            _ => (&mut areas, MOST_AREAS),
        };
        if *count < most {
            *count += 1;
            kept.push(part);
        } else {
            left = true;
        }
    }
    (kept, left)
}

/// A part of a zone; a commune by its code alone.
fn part(text: &str) -> Option<Coverage> {
    match text.parse() {
        Ok(part) => Some(part),
        Err(_) if text.len() == 5 => format!("commune:{text}").parse().ok(),
        Err(_) => None,
    }
}

/// The same, as short as can be.
pub fn written(part: &Coverage) -> String {
    match part {
        Coverage::Commune(code) => code.clone(),
        other => other.to_string(),
    }
}

/// Several.
pub fn joined<'a>(parts: impl IntoIterator<Item = &'a Coverage>) -> String {
    parts.into_iter().map(written).collect::<Vec<_>>().join(",")
}

/// The fields that carry a draft begun upon a zone.
pub fn fields(draft: &Draft, seen: &str) -> Vec<(&'static str, String)> {
    let fields = [
        ("vu", seen.to_owned()),
        ("plus", joined(&draft.plus)),
        ("moins", joined(&draft.minus)),
        ("hors", draft.without.join(",")),
    ];
    fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The same, as the query of an address.
pub fn query(fields: &[(&'static str, String)]) -> String {
    let mut query = String::new();
    for (position, (name, value)) in fields.iter().enumerate() {
        query.push(if position == 0 { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        // A comma is its own in a query, and shorter so.
        for (position, item) in value.split(',').enumerate() {
            if position > 0 {
                query.push(',');
            }
            encode(item, &mut query);
        }
    }
    query
}

/// The last day that a change holds, if it ends: as typed, and the instant at which that day is over.
pub fn until(sent: &mut Reader, now: DateTime<Utc>, faults: &mut Faults) -> (String, Option<DateTime<Utc>>) {
    let typed = sent.text("jusqu_au").trim().to_owned();
    let today = now.with_timezone(&time_zone(None)).date_naive();
    let end = listings::draft::until(&typed, today, "jusqu_au", faults);
    (typed, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Asked {
        Asked::read(&mut Reader::new(query))
    }

    #[test]
    fn a_draft_is_carried_by_an_address() {
        let asked =
            read("vu=0a1b2c3d&plus=92007,epci:243100518&plus=territory:dac%2Dsud&moins=radius:15&hors=31555");
        assert!(!asked.unread);
        let carried = query(&fields(&asked.draft, &asked.seen));
        assert_eq!(
            carried,
            "?vu=0a1b2c3d&plus=92007,epci:243100518,territory:dac-sud&moins=radius:15&hors=31555"
        );
        assert_eq!(read(carried.trim_start_matches('?')), asked);
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_said() {
        let asked = read("plus=92007,ville:x,<script>&hors=abc,92002&moins=:");
        assert!(asked.unread);
        assert_eq!(query(&fields(&asked.draft, "")), "?plus=92007&hors=92002");
    }

    #[test]
    fn a_draft_has_one_radius_and_so_many_parts() {
        let radii = (1..=1_900).map(|radius| format!("radius:{radius}")).collect::<Vec<_>>().join(",");
        let asked = read(&format!("plus={radii},92007"));
        assert!(asked.unread);
        assert_eq!(asked.draft.plus, [Coverage::Radius(1.0), Coverage::Commune("92007".into())]);
    }

    #[test]
    fn a_radius_takes_the_place_of_another() {
        let base = [Coverage::Radius(10.0), Coverage::Commune("92007".into())];
        let mut faults = Faults::default();
        let draft = read("rayon=12,5+km").over(&base, &mut faults);
        assert_eq!((draft.plus, draft.minus), (vec![Coverage::Radius(12.5)], vec![Coverage::Radius(10.0)]));
        assert!(faults.is_empty());
        assert!(read("rayon=loin").over(&base, &mut faults).is_empty());
        assert!(faults.of("rayon").is_some());
    }

    #[test]
    fn a_change_holds_through_its_last_day_in_paris() {
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        let read = |text: &str| {
            let mut faults = Faults::default();
            let end = until(&mut Reader::new(&format!("jusqu_au={text}")), now, &mut faults).1;
            (end.map(|end| end.to_string()), faults.is_empty())
        };
        assert_eq!(read("2026-11-20"), (Some("2026-11-20 23:00:00 UTC".to_owned()), true));
        for refused in ["2026-11-19", "demain", "9999999-01-01"] {
            assert_eq!(read(refused), (None, false), "{refused}");
        }
        assert_eq!(read(""), (None, true));
    }
}
