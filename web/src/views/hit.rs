//! A listing found, as a line of results: readable aloud from left to right.

use chrono::{DateTime, Utc};
use maille_domain::hours::{OpenState, time_zone};
use maille_domain::location::Precision;
use maille_domain::vocabulary::{Audience, Mode, Status};
use maille_domain::{CoverageLevel, Fields, Listing};
use maille_index::answer::{CoverageOf, Hit, Serves};

use super::{Fact, PhoneLink};
use crate::extract::encode;
use crate::french::{self, date, hours};

/// From what moment, and for which place, listings are looked at.
#[derive(Debug, Clone)]
pub struct Viewpoint {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// When it must be open, if not now: at some moment of these.
    pub during: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Name of the place asked.
    pub place: Option<String>,
    /// COG code of the commune asked: sheets then say whether they serve it.
    pub commune: Option<String>,
}

/// One line of results.
#[derive(Debug, Clone)]
pub struct HitLine {
    /// Its sheet.
    pub href: String,
    /// Name.
    pub name: String,
    /// Sigle.
    pub acronym: Option<String>,
    /// What it is and for whom.
    pub what: String,
    /// Whom it serves, how far, whether it is open.
    pub facts: Vec<Fact>,
    /// The number to call.
    pub phone: Option<PhoneLink>,
    /// How to be referred.
    pub how: Option<String>,
    /// Why it is here.
    pub why: Vec<String>,
    /// Who says so.
    pub source: Option<String>,
    /// When it was last checked.
    pub verified: String,
}

impl HitLine {
    /// The line of a hit.
    pub fn new(hit: &Hit, view: &Viewpoint) -> HitLine {
        let listing = &hit.listing;
        let fields = &listing.fields;
        let mut facts = vec![coverage(&hit.coverage, hit.serves, view.place.as_deref())];
        if let Some(km) = hit.distance_km {
            let exact = fields.location.is_some_and(|site| site.precision == Precision::Address);
            facts.push(Fact::new("", "", french::distance(km, exact)));
        }
        facts.extend(status(fields.status));
        facts.extend(opening(listing, view));
        let mut sources: Vec<&str> = hit.sources.iter().map(|source| source.source.as_str()).collect();
        sources.dedup();
        HitLine {
            href: sheet(&listing.slug, view.commune.as_deref()),
            name: fields.name.clone(),
            acronym: fields.acronym.clone().filter(|acronym| !fields.name.contains(acronym.as_str())),
            what: what(fields),
            facts,
            phone: fields.phone.first().map(PhoneLink::from),
            how: fields.referral.clone(),
            why: hit.why.iter().filter(|why| !said_above(why)).map(|why| french::typography(why)).collect(),
            source: (!sources.is_empty()).then(|| french::list(&sources)),
            verified: verified(listing, view.now).text,
        }
    }
}

/// Whether a reason is already on the line in so many words: whom it serves, how far, its state, its last check. Were the
/// engine to word one otherwise, it would only be said twice.
fn said_above(why: &str) -> bool {
    let number_after_a =
        |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) || text.starts_with("environ");
    [
        "Couvre ",
        "Zone non renseignée",
        "Ne couvre pas",
        "Vérifié ",
        "Jamais vérifié",
        "Saturé",
        "Fermé",
        "Ouvert",
    ]
    .iter()
    .any(|start| why.starts_with(start))
        || why.strip_prefix("À ").is_some_and(number_after_a)
}

/// The address of a sheet, keeping the place asked.
pub fn sheet(slug: &str, commune: Option<&str>) -> String {
    let mut href = String::from("/ressources/");
    encode(slug, &mut href);
    if let Some(commune) = commune {
        href.push_str("?commune=");
        encode(commune, &mut href);
    }
    href
}

/// `Équipe mobile de gériatrie – 75 ans et plus · à domicile et en établissement`.
fn what(fields: &Fields) -> String {
    let mut parts = Vec::new();
    if let Some(whom) = whom(fields) {
        parts.push(whom);
    }
    if !fields.modes.is_empty() {
        parts.push(modes(&fields.modes));
    }
    let kind = fields.category.label();
    if parts.is_empty() { kind.to_owned() } else { format!("{kind} – {}", parts.join(" · ")) }
}

/// `personnes âgées et aidants, 75 ans et plus`; `None` when nobody said.
pub fn whom(fields: &Fields) -> Option<String> {
    let audiences: Vec<String> =
        fields.audiences.iter().map(|audience| french::lower_first(audience.label())).collect();
    let audiences = match fields.audiences[..] {
        [] => None,
        _ if fields.audiences.contains(&Audience::Tous) => Some("tous publics".to_owned()),
        _ => Some(french::list(&audiences)),
    };
    let ages = french::ages(fields.age_min, fields.age_max);
    match (audiences, ages) {
        (Some(audiences), Some(ages)) => Some(format!("{audiences}, {ages}")),
        (one, other) => one.or(other),
    }
}

/// `à domicile et en établissement`.
pub fn modes(modes: &[Mode]) -> String {
    let labels: Vec<String> = modes.iter().map(|mode| french::lower_first(mode.label())).collect();
    french::list(&labels)
}

/// Whether it serves the place asked; whom it serves when no place was.
pub fn coverage(coverage: &CoverageOf, serves: Serves, place: Option<&str>) -> Fact {
    match (serves, place) {
        (Serves::Yes, _) => Fact::new("yes", "yes", format!("couvre {}", coverage.label)),
        (Serves::No, Some(place)) => Fact::new("no", "no", format!("ne couvre pas {place}")),
        (Serves::No, None) => Fact::new("no", "no", "ne couvre pas ce lieu"),
        (Serves::Unknown, _) if coverage.level == CoverageLevel::Unknown => {
            Fact::new("check", "unknown", "zone non renseignée, à vérifier")
        }
        (Serves::Unknown, Some(place)) => {
            let text = format!("couvre {}\u{202f}; {place}, à vérifier", coverage.label);
            Fact::new("check", "unknown", text)
        }
        (Serves::Unknown, None) => Fact::new("", "place", format!("couvre {}", coverage.label)),
    }
}

/// What must be said of a listing that is not simply open.
pub fn status(status: Status) -> Option<Fact> {
    match status {
        Status::Ouvert => None,
        Status::FermeTemporairement => Some(Fact::new("closed", "no", "fermé temporairement")),
        Status::Sature => Some(Fact::new("check", "check", "saturé, à vérifier avant d’orienter")),
        Status::Ferme => Some(Fact::new("closed", "no", "fermé définitivement")),
    }
}

/// Whether it is open, now or when asked. A service closed for a time is not "open until five".
pub fn opening(listing: &Listing, view: &Viewpoint) -> Option<Fact> {
    if matches!(listing.fields.status, Status::Ferme | Status::FermeTemporairement) {
        return None;
    }
    let opening = listing.fields.hours.as_ref()?;
    let departement = listing.fields.commune().map(|commune| &*commune.departement);
    let (at, end) = view.during.unwrap_or((view.now, view.now));
    let local = at.with_timezone(&time_zone(departement)).naive_local();
    let state = opening.state(at, departement);
    if let OpenState::Closed { until: Some(opens) } = state
        && opens <= end.with_timezone(&time_zone(departement)).naive_local()
    {
        let words = format!("le {}\u{202f}: ouvre à {}", date::words(opens.date()), date::time(opens.time()));
        return Some(Fact::new("open", "clock", words));
    }
    let mut words = hours::state(state, local)?;
    if view.during.is_some() {
        words = format!("le {} à {}\u{202f}: {words}", date::words(local.date()), date::time(local.time()));
    }
    let open = matches!(state, OpenState::Open { .. });
    Some(Fact::new(if open { "open" } else { "closed" }, "clock", words))
}

/// When it was last checked; more than a year ago is to be checked again.
pub fn verified(listing: &Listing, now: DateTime<Utc>) -> Fact {
    let today = now.with_timezone(&time_zone(None)).date_naive();
    match listing.fields.verified_on {
        None => Fact::new("check", "check", "date de vérification non renseignée"),
        Some(day) if (today - day).num_days() > 365 => {
            Fact::new("check", "check", format!("vérifié {}, à confirmer", date::ago(day, today)))
        }
        Some(day) => Fact::new("open", "yes", format!("vérifié {}", date::ago(day, today))),
    }
}
