//! A listing found, as a line of results: readable aloud from left to right.

use chrono::{DateTime, Utc};
use maille_domain::hours::{OpenState, time_zone};
use maille_domain::location::Precision;
use maille_domain::vocabulary::{Audience, Mode, ReferredBy, Status};
use maille_domain::{Check, CoverageLevel, Fields, Listing};
use maille_index::answer::{CoverageOf, Hit, Serves};
use maille_territory::fold;

use super::twins::Twins;
use super::{Fact, PhoneLink, name_in_a_list};
use crate::french::{self, date, hours};
use crate::visit::{Selection, ShortId, Visit};

/// Longest account of how to be referred, in characters: a line of results is no sheet.
const LONGEST_HOW: usize = 160;

/// From what moment, and for which place, listings are looked at.
#[derive(Debug, Clone)]
pub struct Viewpoint {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// When it must be open, if not now: at some moment of these.
    pub during: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Name of the place asked.
    pub place: Option<String>,
    /// What follows the person: sheets then say whether they serve the place.
    pub visit: Visit,
}

/// One line of results.
#[derive(Debug, Clone)]
pub struct HitLine {
    /// What its line is called in an address (`#fiche-…`), and the listing in a selection.
    pub id: ShortId,
    /// Its number in the whole list, from one: what the map calls it.
    pub number: Option<usize>,
    /// The level of its heading.
    pub level: u8,
    /// Its sheet.
    pub href: String,
    /// Name.
    pub name: String,
    /// Sigle.
    pub acronym: Option<String>,
    /// What it is, unless its name or a heading above says it.
    pub kind: Option<&'static str>,
    /// For whom, when somebody said.
    pub whom: Option<String>,
    /// Whether it covers the place, can be called upon; how far it is; whether it comes to the home.
    pub facts: Vec<Fact>,
    /// The number to call.
    pub phone: Option<PhoneLink>,
    /// Whether it is open, until when, or when it opens.
    pub opening: Option<Fact>,
    /// Who may ask, when not everybody may and the source does not say it in words.
    pub by: Option<String>,
    /// How to be referred, as the source says it.
    pub how: Option<String>,
    /// Whether the sheet says more of it.
    pub more: bool,
    /// Why it is here.
    pub why: Vec<String>,
    /// The listings that were folded into it.
    pub twins: Option<Twins>,
    /// What nobody said of it.
    pub unsaid: Option<String>,
    /// Who says so.
    pub source: Option<String>,
    /// When it was last checked.
    pub verified: Fact,
    /// The link that puts it aside, on the pages that have one.
    pub keep: Option<Keep>,
}

/// What can be done with a listing and a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// This address adds it.
    Add(String),
    /// This address takes it away.
    Remove(String),
    /// The selection is full.
    Full,
}

impl HitLine {
    /// The line of a hit.
    pub fn new(hit: &Hit, view: &Viewpoint) -> HitLine {
        let listing = &hit.listing;
        let fields = &listing.fields;
        let mut facts = vec![here(hit, view)];
        facts.extend(status(fields.status));
        if let Some(km) = hit.distance_km.filter(|_| is_somewhere(hit)) {
            let exact = fields.location.is_some_and(|site| site.precision == Precision::Address);
            facts.push(Fact::new("", "", french::distance(km, exact)));
        }
        facts.push(coming(&fields.modes));
        let opening = opening(listing, view);
        let how = fields.referral.as_deref().map(shortened);
        let by = referrers(&fields.referred_by).filter(|_| !fields.referral.as_deref().is_some_and(says_who));
        let kind = french::kind(fields.category);
        let whom = whom(fields);
        let shut = matches!(fields.status, Status::Ferme | Status::FermeTemporairement);
        let unsaid: Vec<&str> = [
            (whom.is_none(), "public"),
            (fields.referral.is_none() && fields.referred_by.is_empty(), "orientation"),
            (opening.is_none() && !shut, "horaires"),
        ]
        .into_iter()
        .filter_map(|(unsaid, what)| unsaid.then_some(what))
        .collect();
        let mut sources: Vec<&str> = hit.sources.iter().map(|source| source.source.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        HitLine {
            id: ShortId::of(listing.id),
            number: None,
            level: 2,
            href: view.visit.sheet(&listing.slug),
            name: name_in_a_list(&fields.name),
            acronym: fields.acronym.clone().filter(|acronym| !fields.name.contains(acronym.as_str())),
            kind: (!fold(&fields.name).contains(&fold(kind))).then_some(kind),
            whom,
            facts,
            phone: fields.phone.first().map(PhoneLink::from),
            opening,
            by,
            more: how.as_ref().is_some_and(|(_, more)| *more),
            how: how.map(|(how, _)| how),
            why: hit.why.iter().filter_map(|why| reason(why)).collect(),
            twins: Twins::in_a_line(&hit.also, &view.visit),
            unsaid: (!unsaid.is_empty()).then(|| french::list(&unsaid)),
            source: (!sources.is_empty()).then(|| french::list(&sources)),
            verified: verified(listing, view.now),
            keep: None,
        }
    }

    /// The same, numbered as the map numbers it.
    #[must_use]
    pub fn numbered(self, number: usize) -> HitLine {
        HitLine { number: Some(number), ..self }
    }

    /// The same, which can be put aside by the links that `page` makes of a selection.
    #[must_use]
    pub fn kept(self, selection: &Selection, page: impl Fn(&Selection) -> String) -> HitLine {
        let address = |selection: &Selection| format!("{}#fiche-{}", page(selection), self.id);
        let keep = if selection.contains(&self.id) {
            Keep::Remove(address(&selection.clone().without(&self.id)))
        } else if selection.is_full() {
            Keep::Full
        } else {
            Keep::Add(address(&selection.clone().with(self.id.clone())))
        };
        HitLine { keep: Some(keep), ..self }
    }

    /// The same, below a heading of this level that says its kind.
    #[must_use]
    pub fn under_its_kind(self, level: u8) -> HitLine {
        HitLine { level: level + 1, kind: None, ..self }
    }
}

/// A reason in the words of the line, unless the line says it already: whom it covers and is for, how far, how it helps, its
/// state, its last check. Were the engine to word one otherwise, it would only be said twice.
fn reason(why: &str) -> Option<String> {
    const SAID: [&str; 14] = [
        "Couvre ",
        "Zone non renseignée",
        "Ne couvre pas",
        "Vérifié ",
        "Jamais vérifié",
        "Saturé",
        "Fermé",
        "Ouvert",
        "Public",
        "Pour tous les publics",
        "Mode d’intervention non renseigné",
        "Se déplace à domicile",
        "Intervient ",
        "Sur place",
    ];
    let number_after = |start: &str| {
        why.strip_prefix(start)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) || rest.starts_with("environ"))
    };
    let age = why.ends_with(" ans et plus") || number_after("De ") || number_after("Jusqu’à ");
    if SAID.iter().any(|start| why.starts_with(start)) || number_after("À ") || age {
        return None;
    }
    // The line begins with its kind.
    let why = match why.split_once(" : ") {
        Some(("Type", _)) => "Type demandé",
        Some(("Pour ce besoin", _)) => "Type qui répond à ce besoin",
        _ => why,
    };
    Some(french::typography(why))
}

/// Whether going there means something: neither a line that is called, nor a service of the whole country.
fn is_somewhere(hit: &Hit) -> bool {
    let modes = &hit.listing.fields.modes;
    let remote = |mode: &Mode| matches!(mode, Mode::Telephone | Mode::Teleconsultation);
    hit.coverage.level != CoverageLevel::National && (modes.is_empty() || !modes.iter().all(remote))
}

/// A text cut between two words when it is long, and whether it was.
fn shortened(text: &str) -> (String, bool) {
    let Some((most, _)) = text.char_indices().nth(LONGEST_HOW) else { return (text.to_owned(), false) };
    let kept = &text[..most];
    let kept = kept.rfind(char::is_whitespace).map_or(kept, |end| &kept[..end]);
    (kept.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned(), true)
}

/// Whether an account of how to be referred says who may ask, so that our own words would only repeat or contradict it.
fn says_who(referral: &str) -> bool {
    const WHO: [&str; 10] = [
        "medecin",
        "professionnel",
        "soignant",
        "infirmier",
        "personne",
        "patient",
        "famille",
        "entourage",
        "proche",
        "a tous",
    ];
    let said = fold(referral);
    WHO.iter().any(|who| said.contains(who))
}

/// Whether it serves the place asked: yes, in part, no, or to be checked.
pub fn here(hit: &Hit, view: &Viewpoint) -> Fact {
    // The engine alone knows that it serves a part of the place only, and says it.
    let part = hit.why.iter().find(|why| why.starts_with("Couvre une partie"));
    let commune = view.visit.place.as_ref().filter(|_| view.visit.commune().is_some());
    match (part, commune) {
        (Some(part), _) => {
            let text = format!("{}\u{202f}: {}", french::lower_first(part), hit.coverage.label);
            Fact::new("yes", "yes", text)
        }
        // The whole commune, by what is wider.
        (None, Some(place)) if hit.serves == Serves::Yes && hit.coverage.level != CoverageLevel::Commune => {
            let text = format!("couvre {}\u{202f}: {}", place.name, hit.coverage.label);
            Fact::new("yes", "yes", text)
        }
        _ => coverage(&hit.coverage, hit.serves, view.place.as_deref()),
    }
}

/// Whether it comes to the home, and how it helps otherwise.
fn coming(modes: &[Mode]) -> Fact {
    let others: Vec<Mode> = modes.iter().copied().filter(|&mode| mode != Mode::Domicile).collect();
    match modes {
        [] => Fact::new("quiet", "unknown", "mode non renseigné"),
        _ if others.is_empty() => Fact::new("", "home", "vient à domicile"),
        _ if others.len() < modes.len() => {
            Fact::new("", "home", format!("vient à domicile, aussi {}", self::modes(&others)))
        }
        [Mode::Telephone | Mode::Teleconsultation, ..] => Fact::new("", "remote", self::modes(modes)),
        [Mode::SurPlace | Mode::Etablissement, ..] => Fact::new("", "building", self::modes(modes)),
        _ => Fact::new("", "place", self::modes(modes)),
    }
}

/// `sur demande du médecin ou d’un professionnel`; `None` when everybody may ask, or nobody said.
fn referrers(who: &[ReferredBy]) -> Option<String> {
    let everybody = ReferredBy::ALL.iter().filter(|&&one| one != ReferredBy::Tous);
    if who.is_empty() || who.contains(&ReferredBy::Tous) || everybody.copied().all(|one| who.contains(&one)) {
        return None;
    }
    let words: Vec<&str> = who
        .iter()
        .map(|one| match one {
            ReferredBy::Medecin => "du médecin",
            ReferredBy::Professionnel => "d’un professionnel",
            ReferredBy::Personne => "de la personne elle-même",
            ReferredBy::Entourage => "de l’entourage",
            ReferredBy::Tous => "de tous",
        })
        .collect();
    Some(format!("sur demande {}", french::either(&words)))
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
fn coverage(coverage: &CoverageOf, serves: Serves, place: Option<&str>) -> Fact {
    let said = french::typography(&coverage.said);
    match (serves, place) {
        (Serves::Yes, _) => Fact::new("yes", "yes", format!("couvre {said}")),
        (Serves::No, Some(place)) => Fact::new("no", "no", format!("ne couvre pas {place}")),
        (Serves::No, None) => Fact::new("no", "no", "ne couvre pas ce lieu"),
        (Serves::Unknown, _) if coverage.level == CoverageLevel::Unknown => {
            Fact::new("check", "unknown", "zone non renseignée, à vérifier")
        }
        (Serves::Unknown, Some(place)) => {
            let text = format!("couvre {said}\u{202f}; {place}, à vérifier");
            Fact::new("check", "unknown", text)
        }
        (Serves::Unknown, None) => Fact::new("", "place", format!("couvre {said}")),
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

/// How one made sure, after a comma: `, par téléphone`.
pub fn by_means(check: Option<Check>) -> String {
    check.map_or_else(String::new, |check| format!(", {}", french::lower_first(check.means.label())))
}

/// When it was last checked, and how; more than a year ago is to be checked again.
pub fn verified(listing: &Listing, now: DateTime<Utc>) -> Fact {
    let today = now.with_timezone(&time_zone(None)).date_naive();
    let how = by_means(listing.last_check());
    match listing.fields.verified_on {
        None => Fact::new("check", "check", "date de vérification non renseignée"),
        Some(day) if (today - day).num_days() > 365 => {
            Fact::new("check", "check", format!("vérifié {}{how}, à confirmer", date::ago(day, today)))
        }
        Some(day) => Fact::new("open", "yes", format!("vérifié {}{how}", date::ago(day, today))),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use maille_domain::{Field, ListingId};

    use super::*;
    use crate::testing::{ask, html, listing, page, state_of};

    #[test]
    fn coming_to_the_home_is_said_in_words() {
        for (modes, said) in [
            (&[][..], "mode non renseigné"),
            (&[Mode::Domicile], "vient à domicile"),
            (
                &[Mode::SurPlace, Mode::Domicile, Mode::Telephone],
                "vient à domicile, aussi sur place et par téléphone",
            ),
            (&[Mode::SurPlace], "sur place"),
            (&[Mode::Telephone, Mode::Rue], "par téléphone et dans la rue"),
        ] {
            assert_eq!(coming(modes).text, said);
            assert!(!coming(modes).icon.is_empty(), "{said}");
        }
    }

    #[test]
    fn who_may_ask_is_said_when_not_everybody_may() {
        let said = |who: &[ReferredBy]| referrers(who);
        assert_eq!(said(&[ReferredBy::Medecin]).as_deref(), Some("sur demande du médecin"));
        assert_eq!(
            said(&[ReferredBy::Professionnel, ReferredBy::Entourage]).as_deref(),
            Some("sur demande d’un professionnel ou de l’entourage")
        );
        let each = &ReferredBy::ALL[..4];
        for everybody in [&[][..], &[ReferredBy::Medecin, ReferredBy::Tous], each] {
            assert_eq!(said(everybody), None);
        }
    }

    #[test]
    fn how_is_cut_between_words_and_who_is_said_once() {
        assert_eq!(shortened("Par téléphone."), ("Par téléphone.".to_owned(), false));
        let long = "demander, puis écrire, ".repeat(9);
        let (cut, more) = shortened(&long);
        assert!(more && long.starts_with(&cut) && cut.chars().count() <= LONGEST_HOW, "{cut}");
        assert!(["demander", "puis", "écrire"].iter().any(|word| cut.ends_with(word)), "{cut}");
        let (whole, more) = shortened(&"à".repeat(200));
        assert_eq!((whole.chars().count(), more), (LONGEST_HOW, true), "one word without end");
        assert!(says_who("Appel du Médecin traitant") && says_who("ouvert à tous"));
        assert!(!says_who("Par téléphone, tous les jours"));
    }

    #[test]
    fn reasons_do_not_repeat_the_line() {
        for said in [
            "Couvre Bagneux",
            "75 ans et plus",
            "Jusqu’à 17 ans",
            "De 6 à 17 ans",
            "À 4,2 km",
            "À environ 4 km",
            "Saturé",
            "Public : personnes âgées",
            "Se déplace à domicile",
            "Vérifié en septembre 2026",
        ] {
            assert_eq!(reason(said), None, "{said}");
        }
        for (why, said) in [
            ("Type : équipe mobile de gériatrie (EMG)", "Type demandé"),
            ("Pour ce besoin : hotline gériatrique", "Type qui répond à ce besoin"),
            ("Délai habituel : 7 jours", "Délai habituel\u{202f}: 7 jours"),
            ("Âge non renseigné", "Âge non renseigné"),
        ] {
            assert_eq!(reason(why).as_deref(), Some(said));
        }
    }

    #[tokio::test]
    async fn what_nobody_said_is_said() {
        let body = page("/recherche?category=ssiad&place=departement:92").await.body;
        assert!(body.contains("mode non renseigné") && body.contains("téléphone non renseigné"));
        assert!(body.contains("non renseigné&#8239;: public, orientation et horaires"), "{body}");
    }

    #[tokio::test]
    async fn a_line_names_what_was_folded_into_it() {
        let team = |number: usize| {
            let mut team = listing(
                &format!("twin-{number}"),
                &[
                    (Field::Name, &format!("Équipe {number}")),
                    (Field::Category, "emg"),
                    (Field::Coverage, "commune:92007"),
                ],
            );
            team.twin = Some(ListingId::founded_by("demo", "twin-0"));
            team
        };
        for (count, more) in [
            (1, None),
            (2, None),
            (5, Some(" et une autre, nommée sur la fiche")),
            (6, Some(" et 2 autres, nommées sur la fiche")),
        ] {
            let teams: Vec<Listing> = (0..count).map(team).collect();
            let state = state_of(&format!("line-of-{count}"), &teams);
            let asked =
                |path: &'static str| ask(state.clone(), Request::get(path).body(Body::empty()).unwrap());
            let body = asked("/recherche?category=emg&commune=92007").await.body;
            html::check(&body);
            let line = "Peut-être la même ressource, décrite aussi ici&#8239;: <a href=\"/ressources/equipe-";
            assert_eq!(body.matches("<li class=\"hit\"").count(), 1);
            assert_eq!(body.contains(line), count > 1, "{count}: {body}");
            let said = body.contains("nommée");
            assert_eq!(said, more.is_some_and(|more| body.contains(more)), "{count}: {body}");
            assert_eq!(said, more.is_some());
            let hit = &asked("/api/v1/search?category=emg&commune=92007").await.json()["hits"][0];
            assert_eq!(hit["also"].as_array().unwrap().len(), count - 1);
            assert_eq!(hit["sources"].as_array().unwrap().len(), count);
        }
    }

    #[tokio::test]
    async fn a_line_is_put_aside_and_taken_back_where_it_stands() {
        let address = |body: &str, words: &str| {
            let end = body.find(words).unwrap_or_else(|| panic!("{words} in {body}"));
            let start = body[..end].rfind("href=\"").unwrap() + 6;
            body[start..].split_once('"').unwrap().0.replace("&#38;", "&")
        };
        let asked = "/recherche?category=ccas&commune=92002&offset=20";
        let body = page(asked).await.body;
        let add = address(&body, "Ajouter à la sélection<bdi class=\"hidden\"> CCAS numéro");
        let (page_of, line) = add.split_once('#').unwrap();
        assert!(body.contains(&format!("<li class=\"hit\" id=\"{line}\"")), "its fragment is its line");
        assert!(page_of.contains("offset=20") && page_of.contains("selection="));
        let added = page(page_of).await.body;
        assert!(added.contains("<span class=\"count\">(1)</span>"), "the header counts it");
        let remove = address(&added, "Retirer de la sélection");
        assert_eq!(remove.split_once('#').unwrap().1, line);
        assert!(!remove.contains("selection=") && remove.contains("offset=20"));
        let full = (0..12).map(|number| format!("{number:012x}")).collect::<Vec<_>>().join(".");
        let body = page(&format!("{asked}&selection={full}")).await.body;
        assert!(body.contains("Sélection complète") && !body.contains("Ajouter à la sélection"));
    }
}
