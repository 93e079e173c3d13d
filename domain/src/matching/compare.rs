//! How much alike two records are, and why: what speaks for and against is weighed in points, and the points make a score.

use super::Traits;
use super::address::Nearness;
use super::kinds::Relation;
use super::name::{Only, Overlap};
use super::place::Distance;
use super::reason::Reason;

/// How much alike two records are.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// From 0 to 1, to be held against [`LINKED`](super::LINKED) and [`PROPOSED`](super::PROPOSED).
    pub score: f32,
    /// What speaks for and against it, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What each reason weighs, in points. Points are added; at 0 it is as likely as not, 2.2 points are linked (0.9), 0.4 are
/// proposed (0.6). What speaks against weighs more than what speaks for: a wrong link hides a listing.
struct Weights {
    /// Two records of which nothing is known but that they are worth comparing.
    stranger: f32,
    /// A telling word is shared, and none is on each side.
    same_name: f32,
    /// Each telling word more.
    more_words: f32,
    /// Both names say their kind and place only.
    bare_name: f32,
    /// The same, of kinds that a commune has once.
    single: f32,
    /// One name says its kind and place only.
    one_bare_name: f32,
    /// The same, in a town where there are not two of a kind.
    small_town: f32,
    /// Each name has a telling word that the other has not.
    other_names: f32,
    /// One name says a telling word more.
    longer_name: f32,
    /// Words or numbers exclude each other.
    names_apart: f32,
    /// One name says who is received, or a speciality.
    speciality: f32,
    /// One name says a speciality, of what has the same name, number, place and kind.
    known_speciality: f32,
    more_kinds: f32,
    /// The same, of kinds that hold many things: it is one of them.
    service: f32,
    same_kind: f32,
    /// The same, of kinds that hold many things.
    same_large_kind: f32,
    /// The same, of kinds that a door may have many of.
    same_practice: f32,
    /// One address rarely has two things of one kind.
    same_kind_there: f32,
    /// One number may, of two addresses.
    same_kind_called: f32,
    /// One name says its kind; of the other, no kind is known.
    one_names_its_kind: f32,
    neighbour_kinds: f32,
    named_neighbour_kinds: f32,
    /// One name has the kind of the other too.
    contained_kind: f32,
    other_kinds: f32,
    host: f32,
    same_phone: f32,
    /// A number that a country or a network shares.
    shared_phone: f32,
    other_phones: f32,
    same_email: f32,
    same_site: f32,
    same_address: f32,
    same_street: f32,
    other_number: f32,
    /// The same, when their points touch.
    other_number_close: f32,
    other_street: f32,
    /// The same, when their points touch.
    other_street_close: f32,
    same_city: f32,
    other_district: f32,
    other_city: f32,
    /// The same, when their points touch.
    border: f32,
    /// The same, of one name, kind and number, in the next commune.
    next_city: f32,
    close: f32,
    far: f32,
    very_far: f32,
    same_finess: f32,
    /// The same, of one kind at one address.
    same_finess_there: f32,
    other_finess: f32,
    same_siret: f32,
    other_siren: f32,
    same_organization: f32,
    other_organization: f32,
    other_public: f32,
    /// One says that it is for children.
    one_of_children: f32,
    /// One says that it is for adults, as many are that do not say it.
    one_of_adults: f32,
    same_coverage: f32,
    other_coverage: f32,
}

const WEIGHTS: Weights = Weights {
    stranger: -2.7,
    same_name: 3.6,
    more_words: 0.6,
    bare_name: 2.4,
    single: 4.0,
    one_bare_name: 1.8,
    small_town: 0.6,
    other_names: -4.0,
    longer_name: -1.2,
    names_apart: -7.0,
    speciality: -8.0,
    known_speciality: -1.2,
    more_kinds: -2.5,
    service: -3.0,
    same_kind: 1.2,
    same_large_kind: 1.0,
    same_practice: 0.2,
    same_kind_there: 1.5,
    same_kind_called: 1.0,
    one_names_its_kind: -1.0,
    neighbour_kinds: -0.6,
    named_neighbour_kinds: -4.0,
    contained_kind: -6.0,
    other_kinds: -7.0,
    host: -7.0,
    same_phone: 1.8,
    shared_phone: 0.3,
    other_phones: -0.3,
    same_email: 1.2,
    same_site: 0.4,
    same_address: 1.6,
    same_street: 0.8,
    other_number: -1.5,
    other_number_close: -0.4,
    other_street: -3.6,
    other_street_close: -0.8,
    same_city: 0.7,
    other_district: -4.0,
    other_city: -7.0,
    border: -0.5,
    next_city: -3.0,
    close: 0.8,
    far: -1.0,
    very_far: -4.0,
    same_finess: 1.2,
    same_finess_there: 2.0,
    other_finess: -1.3,
    same_siret: 0.5,
    other_siren: -0.8,
    same_organization: 0.4,
    other_organization: -0.4,
    other_public: -6.0,
    one_of_children: -5.0,
    one_of_adults: -0.4,
    same_coverage: 0.3,
    other_coverage: -2.0,
};

/// What two things of one host would say of themselves too is left to a person, however much is shared: under what is linked.
const DOUBTFUL: f32 = 2.0;

/// Points this close are one place, in kilometres.
const CLOSE_KM: f64 = 0.15;
/// Points of one place, badly known, are at most this far apart.
const FAR_KM: f64 = 1.0;
/// No error of a point explains more.
const VERY_FAR_KM: f64 = 4.0;

/// Compares two records.
pub fn compare(a: &Traits, b: &Traits) -> Likeness {
    let scale = weigh(a, b);
    let points = if scale.doubtful { scale.points.min(DOUBTFUL) } else { scale.points };
    Likeness {
        score: 1.0 / (1.0 + (-points).exp()),
        reasons: scale.reasons.into_iter().map(|(_, reason)| reason).collect(),
    }
}

/// The reasons of [`compare`], each with what it weighs, in points: above zero it speaks for one thing, below for two. 2.2 points
/// make one listing of two records.
pub fn weighed(a: &Traits, b: &Traits) -> Vec<(f32, Reason)> {
    weigh(a, b).reasons
}

fn weigh(a: &Traits, b: &Traits) -> Scale {
    // Words are paired from the first to the last: which record comes first must not matter.
    let (a, b) = if a.name <= b.name { (a, b) } else { (b, a) };
    let mut scale = Scale { points: WEIGHTS.stranger, reasons: Vec::with_capacity(12), doubtful: false };
    let told = names(a, b, &mut scale);
    kinds(a, b, &mut scale);
    contacts(a, b, &mut scale);
    places(a, b, told.same_name, &mut scale);
    bodies(a, b, &told, &mut scale);
    people(a, b, &told, &mut scale);
    scale.reasons.sort_by(|(one, _), (other, _)| other.abs().total_cmp(&one.abs()));
    scale
}

/// What was weighed so far.
struct Scale {
    points: f32,
    reasons: Vec<(f32, Reason)>,
    /// Whether a person must decide.
    doubtful: bool,
}

impl Scale {
    fn add(&mut self, points: f32, reason: Reason) {
        self.points += points;
        self.reasons.push((points, reason));
    }
}

/// What the names said that is not to be weighed again.
struct Told {
    /// One telling name, and nothing else on either side.
    same_name: bool,
    /// The acronym of one name stands for words of the other: it says as much of who is received.
    abbreviated: bool,
    /// What a word that one name alone says of a speciality, or of who is received, was weighed.
    speciality: f32,
}

fn names(a: &Traits, b: &Traits, scale: &mut Scale) -> Told {
    let Overlap {
        shared,
        own,
        abbreviated,
        only: [one, other],
        shared_words,
        only_words: [one_words, other_words],
        apart,
    } = a.name.overlap(&b.name, &a.kinds, &b.kinds);
    if apart {
        scale.add(WEIGHTS.names_apart, Reason::NamesApart);
    }
    // What each says that the other does not, and what one says more.
    let conflict = (one.own.min(other.own) + one.host.min(other.host)).min(1.0);
    let soft = one.soft.min(other.soft).min(0.5);
    // What hosts it goes without saying when its own name is said.
    let host = if own >= 1.0 { 0.0 } else { 0.5 };
    let weight = |only: Only| only.own + only.host * host + only.soft + only.numbers;
    let more = (weight(one) + weight(other) - 2.0 * (conflict + soft)).clamp(0.0, 1.5);

    let relation = a.kinds.relation(&b.kinds);
    let same_kind = relation == Relation::Same && !a.kinds.is_practice();
    let whole = conflict == 0.0 && more == 0.0;
    if shared > 0.0 {
        let likeness = shared / (shared + conflict);
        let points =
            WEIGHTS.same_name * shared.min(1.0) + WEIGHTS.more_words * (shared - 1.0).clamp(0.0, 1.5);
        let reason = if whole {
            Reason::SameName { words: shared_words }
        } else {
            Reason::CloseNames { words: shared_words }
        };
        scale.add(points * likeness, reason);
    }
    // A name that says its kind only may be that of any of them.
    let bare = match (a.name.is_bare(), b.name.is_bare()) {
        _ if !same_kind => 0.0,
        (true, true)
            if a.kinds.is_single()
                && a.place.district == b.place.district
                && a.place.distance(&b.place) == Distance::SameCity =>
        {
            WEIGHTS.single
        }
        (true, true) => WEIGHTS.bare_name,
        (false, false) => 0.0,
        _ if a.kinds.is_large() && !a.kinds.is_single() => 0.0,
        _ => WEIGHTS.one_bare_name,
    };
    if same_kind
        && (a.name.is_bare() || b.name.is_bare())
        && a.place.is_small_town()
        && b.place.is_small_town()
    {
        scale.points += WEIGHTS.small_town;
    }
    if bare > 0.0 {
        let points = bare * (1.0 - shared.min(1.0));
        if shared == 0.0 && whole {
            scale.add(points, Reason::SameName { words: vec![] });
        } else {
            scale.points += points;
        }
    }
    let (one_words, other_words) =
        if one_words <= other_words { (one_words, other_words) } else { (other_words, one_words) };
    let (against, longer) = (WEIGHTS.other_names * (conflict + soft / 2.0), WEIGHTS.longer_name * more);
    if conflict + soft > 0.0 {
        scale.add(against + longer, Reason::OtherNames { one: one_words, other: other_words });
    } else if more > 0.0 {
        scale.add(longer, Reason::LongerName { words: [one_words, other_words].concat() });
    }
    let speciality = if one.told + other.told > 0.0 {
        let known = own >= 1.0
            && conflict == 0.0
            && relation == Relation::Same
            && (is_of_one_number(a, b) || a.finess.is_some() && a.finess == b.finess)
            && is_at_one_address(a, b);
        if one.whom || other.whom || ((one.special || other.special) && !known) {
            WEIGHTS.speciality
        } else {
            WEIGHTS.known_speciality * (one.told + other.told).min(1.0)
        }
    } else {
        0.0
    };
    if speciality < 0.0 {
        scale.add(speciality, Reason::Speciality);
    }
    // A place of several neighbouring kinds is known by one of them.
    let neighbours = relation == Relation::Neighbours && !a.kinds.is_large() && !b.kinds.is_large();
    if !neighbours && a.kinds.only_one_names(&b.kinds) {
        scale.doubtful = true;
        scale.add(
            if same_kind && a.kinds.is_large() { WEIGHTS.service } else { WEIGHTS.more_kinds },
            Reason::MoreKinds,
        );
    }
    // "Unité Robert Desnos", of a hospital that has other names.
    if same_kind
        && a.kinds.is_large()
        && [one, other].iter().any(|only| only.part && only.own.max(only.told) > 0.0)
    {
        scale.add(WEIGHTS.service, Reason::Speciality);
    }
    Told { same_name: shared >= 1.0 && whole && relation == Relation::Same, abbreviated, speciality }
}

fn kinds(a: &Traits, b: &Traits, scale: &mut Scale) {
    let (mut one, mut other) = (a.kinds.code().to_owned(), b.kinds.code().to_owned());
    if other < one {
        std::mem::swap(&mut one, &mut other);
    }
    let relation = a.kinds.relation(&b.kinds);
    let (large, practice) = (a.kinds.is_large(), a.kinds.is_practice());
    scale.doubtful |= match relation {
        Relation::NamedNeighbours | Relation::Contained => true,
        Relation::Neighbours => large || b.kinds.is_large(),
        _ => false,
    };
    if relation == Relation::Same && !large && !practice {
        scale.points += if is_at_one_address(a, b) {
            WEIGHTS.same_kind_there
        } else if is_of_one_number(a, b) && a.place.distance(&b.place) == Distance::SameCity {
            WEIGHTS.same_kind_called
        } else {
            0.0
        };
    }
    match relation {
        Relation::Unknown => {}
        Relation::OneNames => scale.add(WEIGHTS.one_names_its_kind, Reason::OneNamesItsKind),
        Relation::Same if practice => scale.add(WEIGHTS.same_practice, Reason::SameKind { code: one }),
        Relation::Same if large => scale.add(WEIGHTS.same_large_kind, Reason::SameKind { code: one }),
        Relation::Same => scale.add(WEIGHTS.same_kind, Reason::SameKind { code: one }),
        Relation::NamedNeighbours => {
            scale.add(WEIGHTS.named_neighbour_kinds, Reason::NeighbourKinds { one, other });
        }
        Relation::Neighbours => scale.add(WEIGHTS.neighbour_kinds, Reason::NeighbourKinds { one, other }),
        Relation::Contained => scale.add(WEIGHTS.contained_kind, Reason::NeighbourKinds { one, other }),
        Relation::Host => scale.add(WEIGHTS.host, Reason::Host { one, other }),
        Relation::Different => scale.add(WEIGHTS.other_kinds, Reason::OtherKinds { one, other }),
    }
}

/// Whether two records of one city have an address or a point in common.
fn is_at_one_address(a: &Traits, b: &Traits) -> bool {
    let address = matches!(a.address.nearness(&b.address), Nearness::Same | Nearness::SameStreet);
    let address = address || a.place.km(&b.place).is_some_and(|km| km <= CLOSE_KM);
    a.place.distance(&b.place) == Distance::SameCity && address
}

/// Whether two records have a number in common, which is not a whole country's.
fn is_of_one_number(a: &Traits, b: &Traits) -> bool {
    in_common(&a.phones, &b.phones).is_some_and(|number| !is_everyones(number))
}

fn is_everyones(number: &str) -> bool {
    !number.starts_with('+') || number.starts_with("+338")
}

fn contacts(a: &Traits, b: &Traits, scale: &mut Scale) {
    if let Some(number) = in_common(&a.phones, &b.phones) {
        let points = if is_everyones(number) { WEIGHTS.shared_phone } else { WEIGHTS.same_phone };
        scale.add(points, Reason::SamePhone { number: number.clone() });
    } else if !a.phones.is_empty() && !b.phones.is_empty() {
        scale.add(WEIGHTS.other_phones, Reason::OtherPhones);
    }
    if let Some(email) = in_common(&a.emails, &b.emails) {
        scale.add(WEIGHTS.same_email, Reason::SameEmail { email: email.clone() });
    } else if let Some(domain) = in_common(&a.domains, &b.domains) {
        scale.add(WEIGHTS.same_site, Reason::SameSite { domain: domain.clone() });
    }
}

/// The least of what both have.
fn in_common<'a>(one: &'a [String], other: &[String]) -> Option<&'a String> {
    one.iter().filter(|item| other.contains(item)).min()
}

fn places(a: &Traits, b: &Traits, same_name: bool, scale: &mut Scale) {
    let km = a.place.km(&b.place);
    let close = km.is_some_and(|km| km <= CLOSE_KM);
    let distance = a.place.distance(&b.place);
    let next = distance == Distance::OtherCity
        && same_name
        && is_of_one_number(a, b)
        && a.place.is_next_to(&b.place);
    match distance {
        Distance::Unknown => {}
        Distance::SameCity => scale.add(WEIGHTS.same_city, Reason::SameCity),
        Distance::OtherDistrict if close => scale.add(WEIGHTS.border, Reason::OtherDistrict),
        Distance::OtherDistrict => scale.add(WEIGHTS.other_district, Reason::OtherDistrict),
        Distance::OtherCity if close => scale.add(WEIGHTS.border, Reason::OtherCity),
        Distance::OtherCity if next => scale.add(WEIGHTS.next_city, Reason::OtherCity),
        Distance::OtherCity => scale.add(WEIGHTS.other_city, Reason::OtherCity),
    }
    if distance != Distance::OtherCity || close || next {
        match a.address.nearness(&b.address) {
            Nearness::Unknown => {}
            Nearness::Same => scale.add(WEIGHTS.same_address, Reason::SameAddress),
            Nearness::SameStreet => scale.add(WEIGHTS.same_street, Reason::SameStreet),
            Nearness::OtherNumber if close => {
                scale.add(WEIGHTS.other_number_close, Reason::OtherNumber);
            }
            Nearness::OtherNumber => scale.add(WEIGHTS.other_number, Reason::OtherNumber),
            Nearness::OtherStreet if close => scale.add(WEIGHTS.other_street_close, Reason::OtherStreet),
            Nearness::OtherStreet => scale.add(WEIGHTS.other_street, Reason::OtherStreet),
        }
    }
    if let Some(km) = km {
        let metres = (km * 1000.0).round() as u32;
        if close {
            scale.add(WEIGHTS.close, Reason::Close { metres });
        } else if km > VERY_FAR_KM {
            scale.add(WEIGHTS.very_far, Reason::Far { metres });
        } else if km > FAR_KM {
            scale.add(WEIGHTS.far, Reason::Far { metres });
        }
    }
}

fn bodies(a: &Traits, b: &Traits, Told { same_name, speciality: told, .. }: &Told, scale: &mut Scale) {
    match (&a.finess, &b.finess) {
        (Some(one), Some(other)) if one == other => {
            let there = *told == 0.0
                && a.kinds.relation(&b.kinds) == Relation::Same
                && a.address.nearness(&b.address) == Nearness::Same;
            let more = if there { WEIGHTS.same_finess_there } else { 0.0 };
            scale.add(WEIGHTS.same_finess + more, Reason::SameFiness);
        }
        (Some(_), Some(_)) => {
            scale.add(WEIGHTS.other_finess, Reason::OtherFiness);
            scale.doubtful |= !same_name;
        }
        _ => {}
    }
    match (&a.siret, &b.siret) {
        (Some(one), Some(other)) if one == other => scale.add(WEIGHTS.same_siret, Reason::SameSiret),
        (Some(one), Some(other)) if one.get(..9) != other.get(..9) => {
            scale.add(WEIGHTS.other_siren, Reason::OtherSiren);
        }
        _ => {}
    }
    if !a.organization.is_empty() && !b.organization.is_empty() {
        let meet = |only_naming: bool| {
            let telling = |word: &&super::words::Word| !only_naming || word.is_naming();
            a.organization
                .iter()
                .filter(telling)
                .any(|one| b.organization.iter().any(|other| one.is_like(other)))
        };
        if meet(true) {
            scale.add(WEIGHTS.same_organization, Reason::SameOrganization);
        } else if !meet(false) {
            scale.add(WEIGHTS.other_organization, Reason::OtherOrganization);
        }
    }
}

fn people(a: &Traits, b: &Traits, told: &Told, scale: &mut Scale) {
    if a.public.excludes(&b.public) {
        scale.add(WEIGHTS.other_public, Reason::OtherPublic);
    } else if a.public.children.is_some() != b.public.children.is_some()
        && !told.abbreviated
        && (a.kinds.is_of_everybody() || a.public.named.or(b.public.named).is_some())
    {
        let children = a.public.children.or(b.public.children) == Some(true);
        // The word that says it may have been weighed already: the heaviest counts.
        let points = if children { WEIGHTS.one_of_children } else { WEIGHTS.one_of_adults };
        if points < told.speciality {
            scale.add(points - told.speciality, Reason::OnePublic);
        }
    }
    if a.coverage.is_empty() || b.coverage.is_empty() {
        return;
    }
    if in_common(&a.coverage, &b.coverage).is_some() {
        scale.add(WEIGHTS.same_coverage, Reason::SameCoverage);
    } else if level(&a.coverage).is_some() && level(&a.coverage) == level(&b.coverage) {
        scale.add(WEIGHTS.other_coverage, Reason::OtherCoverage);
    }
}

/// The one level of a coverage.
fn level(coverage: &[String]) -> Option<&str> {
    let mut levels = coverage.iter().map(|part| part.split(':').next().unwrap_or_default());
    let first = levels.next()?;
    levels.all(|level| level == first).then_some(first)
}
