//! A zone as a page shows it to whoever redraws it: on a map, in lists that do the same, with what it leaves out in its middle.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use maille_domain::Coverage;
use maille_domain::coverage::draft::Draft;
use maille_domain::coverage::extent::{Extent, Ground, Overlap, overlaps};
use maille_index::Node;
use maille_territory::{Commune, Place, PlaceKind, fold, france};

use super::draft::{self, written};
use crate::french;
use crate::map::zone::{Around, Cell, MOST_COMMUNES, Standing, of_zone};
use crate::map::{Figure, Land};
use crate::views;

/// Places proposed for a name.
const MOST_FOUND: usize = 12;
/// Names in a sentence, at most.
const MOST_NAMED: usize = 6;

/// What is redrawn.
pub struct Subject<'a> {
    /// The zone as it stands.
    pub base: &'a [Coverage],
    /// What is to change.
    pub draft: Draft,
    /// What it is read with.
    pub ground: Ground<'a>,
    /// What the map shows beside it; its zone and radius are found here.
    pub around: Around,
    /// Communes to show though they are neither in the zone nor beside it.
    pub beside: Vec<&'static Commune>,
    /// A name that was typed, to be found.
    pub typed: &'a str,
    /// Whether a commune may be added or taken out.
    pub may: &'a dyn Fn(&str) -> bool,
}

/// A button that changes the draft.
#[derive(Debug, Clone)]
pub struct Button {
    /// The field it sends: `plus`, `moins`, `hors`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it is about.
    pub label: String,
}

/// Communes that a zone surrounds without holding them.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Their names.
    pub label: String,
    /// Adds them, if that may be.
    pub button: Option<Button>,
}

/// A place that was found, and what can be done with it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its name.
    pub label: String,
    /// What tells it from others.
    pub detail: Option<String>,
    /// Adds it, or takes it out.
    pub button: Option<(&'static str, Button)>,
    /// Why there is no button.
    pub why_not: &'static str,
}

/// What is said of a zone, and the buttons that change it.
#[derive(Debug, Clone)]
pub struct Editor {
    /// The fields of the draft, in every form.
    pub fields: Vec<(&'static str, String)>,
    /// The map.
    pub map: Option<Figure>,
    /// `14 communes, 480 000 habitants`.
    pub size: String,
    /// Communes that the draft adds; the button of each leaves it out again.
    pub added: Vec<Button>,
    /// Communes that it takes out.
    pub removed: Vec<Button>,
    /// What is missing in the middle.
    pub holes: Vec<Gap>,
    /// All of it at once, when there are several.
    pub fill: Option<Button>,
    /// The communes of the zone, unless they are too many.
    pub inside: Vec<Button>,
    /// Those around.
    pub outside: Vec<Button>,
    /// What answers the name that was typed.
    pub found: Vec<Proposal>,
    /// The name that was typed.
    pub typed: String,
}

/// A zone that is being redrawn.
pub struct Drawn {
    /// What the page says.
    pub editor: Editor,
    /// The draft, without what says nothing.
    pub draft: Draft,
    /// The parts that come of it.
    pub parts: Vec<Coverage>,
    /// Their communes.
    pub extent: Extent,
    /// The parts that others hold.
    pub overlaps: Vec<Overlap>,
}

impl Drawn {
    /// Of this subject, on the page of this address, begun upon the zone of this mark.
    pub fn of(node: &Node, subject: &Subject<'_>, seen: &str) -> Drawn {
        let Subject { base, ground, may, .. } = subject;
        let draft = subject.draft.settled(base, ground);
        let parts = draft.over(base, ground);
        let (before, extent) = (Extent::of(base, ground), Extent::of(&parts, ground));
        let overlaps = overlaps(&parts, ground);
        let holes = extent.holes();
        let fields = draft::fields(&draft, seen);
        let held = extent.communes();
        let name = namer(&held);
        let twice = Extent::of(
            &overlaps.iter().map(|overlap| parts[overlap.part].clone()).collect::<Vec<_>>(),
            ground,
        );
        // A radius cannot be cut: its communes stay.
        let radii: Vec<Coverage> =
            parts.iter().filter(|part| matches!(part, Coverage::Radius(_))).cloned().collect();
        let fixed = Extent::of(&radii, ground);
        let standing = |commune: &Commune, missing: &HashSet<&str>| {
            let code = &*commune.code;
            match (before.holds(code), extent.holds(code)) {
                (_, false) if missing.contains(code) => Standing::Hole,
                (true, false) => Standing::Removed,
                (false, false) => Standing::Out,
                (false, true) => Standing::Added,
                (true, true) if twice.holds(code) => Standing::Twice,
                (true, true) => Standing::Held,
            }
        };
        let change = |commune: &Commune| {
            let inside = extent.holds(&commune.code);
            let free = may(&commune.code) && !(inside && fixed.holds(&commune.code));
            free.then_some(if inside { "hors" } else { "plus" })
        };
        let button = |commune: &'static Commune| {
            Some(Button { name: change(commune)?, value: commune.code.to_string(), label: name(commune) })
        };
        let missing: HashSet<&str> = holes.iter().flatten().map(|commune| &*commune.code).collect();
        let shown = shown(&held, &before, &subject.beside, &missing);
        let base_query = draft::query(&fields);
        let cells: Vec<Cell> = shown
            .iter()
            .map(|commune| {
                let joint = if base_query.is_empty() { '?' } else { '&' };
                let href = change(commune)
                    .map(|field| format!("{base_query}{joint}{field}={}#carte-zone", commune.code));
                Cell { commune, standing: standing(commune, &missing), href }
            })
            .collect();
        let circle = parts.iter().find_map(|part| match part {
            Coverage::Radius(km) => Some((ground.site?, *km)),
            _ => None,
        });
        let around = Around {
            zone: (!held.is_empty()).then(|| land(&parts, &held)),
            circle,
            ..subject.around.clone()
        };
        let gaps: Vec<Gap> = holes
            .iter()
            .map(|group| {
                let codes: Vec<&str> = group.iter().map(|commune| &*commune.code).collect();
                let label = names(&by_name(group.clone()), &name);
                let free = codes.iter().all(|code| may(code));
                let button = Button { name: "plus", value: codes.join(","), label: label.clone() };
                Gap { label, button: free.then_some(button) }
            })
            .collect();
        let fillable: Vec<&str> =
            gaps.iter().filter_map(|gap| gap.button.as_ref()).map(|button| &*button.value).collect();
        let fill = (fillable.len() > 1).then(|| Button {
            name: "plus",
            value: fillable.join(","),
            label: "Ajouter tout ce qui manque".to_owned(),
        });
        let changed = |from: &Extent, to: &Extent| -> Vec<Button> {
            let changed = from.communes().into_iter().filter(|commune| !to.holds(&commune.code));
            by_name(changed.collect()).into_iter().filter_map(button).collect()
        };
        let lists = !cells.is_empty();
        let (inside, outside): (Vec<&'static Commune>, Vec<&'static Commune>) =
            by_name(shown).into_iter().partition(|commune| extent.holds(&commune.code));
        let editor = Editor {
            map: of_zone(&cells, around),
            size: size(&held),
            added: if lists { changed(&extent, &before) } else { Vec::new() },
            removed: if lists { changed(&before, &extent) } else { Vec::new() },
            holes: gaps,
            fill,
            inside: inside.into_iter().filter_map(button).collect(),
            outside: outside.into_iter().filter_map(button).collect(),
            found: found(node, subject, &parts, &extent, &fixed),
            typed: subject.typed.to_owned(),
            fields,
        };
        Drawn { editor, draft, parts, extent, overlaps }
    }
}

/// The communes to show one by one: those of the zone, those it had, those that touch it; none when they are too many. Of a city
/// that is held in part, its arrondissements.
fn shown(
    held: &[&'static Commune],
    before: &Extent,
    beside: &[&'static Commune],
    missing: &HashSet<&str>,
) -> Vec<&'static Commune> {
    if held.len() > MOST_COMMUNES {
        return Vec::new();
    }
    let france = france();
    let mut all: BTreeMap<&str, &'static Commune> = BTreeMap::new();
    let own = held.iter().copied().chain(before.communes());
    let touching = france.touching(held.iter().map(|commune| &*commune.code));
    let surrounded = missing.iter().filter_map(|code| france.commune(code));
    all.extend(own.chain(touching).chain(surrounded).map(|commune| (&*commune.code, commune)));
    let farther = beside.iter().filter(|commune| !all.contains_key(&*commune.code)).count();
    if all.len() + farther <= MOST_COMMUNES {
        all.extend(beside.iter().map(|commune| (&*commune.code, *commune)));
    }
    let cities: BTreeSet<&str> = all.values().filter_map(|commune| commune.parent.as_deref()).collect();
    for city in cities {
        all.remove(city);
        all.extend(france.arrondissements_of(city).into_iter().map(|found| (&*found.code, found)));
    }
    if all.len() > MOST_COMMUNES { Vec::new() } else { all.into_values().collect() }
}

/// A zone as one land: whole départements where its parts say so.
fn land(parts: &[Coverage], held: &[&'static Commune]) -> Land {
    let lands = parts.iter().filter_map(|part| match part {
        Coverage::National => Some(Land::france()),
        Coverage::Region(code) => Some(Land::region(code)),
        Coverage::Departement(code) => Some(Land::departement(code)),
        _ => None,
    });
    let whole = Land::together(lands);
    let left: Vec<&str> =
        held.iter().map(|commune| &*commune.code).filter(|code| !whole.holds(code)).collect();
    if left.is_empty() { whole } else { Land::together([whole, Land::communes(left)]) }
}

/// Names of communes in a sentence: the first ones, and how many more.
pub fn names(communes: &[&'static Commune], name: &impl Fn(&Commune) -> String) -> String {
    let mut names: Vec<String> = communes.iter().take(MOST_NAMED).map(|commune| name(commune)).collect();
    let left = communes.len() - names.len();
    if left > 0 {
        names.push(french::counted(left as u64, "autre", "autres"));
    }
    french::list(&names)
}

/// How communes are called beside each other: with their département when there are several.
pub fn namer(communes: &[&'static Commune]) -> impl Fn(&Commune) -> String {
    let first = communes.first().map(|commune| &*commune.departement);
    let one = communes.iter().all(|commune| Some(&*commune.departement) == first);
    move |commune| match first {
        Some(first) if one && *commune.departement == *first => commune.name.to_string(),
        _ => commune.label(),
    }
}

/// By name, as a person looks for them.
pub fn by_name(mut communes: Vec<&'static Commune>) -> Vec<&'static Commune> {
    communes.sort_by_cached_key(|commune| (fold(&commune.name), &commune.code));
    communes.dedup_by_key(|commune| &commune.code);
    communes
}

/// `14 communes, 480 000 habitants`.
pub fn size(communes: &[&'static Commune]) -> String {
    let inhabitants: u64 = communes.iter().map(|commune| u64::from(commune.population)).sum();
    let count = french::counted(communes.len() as u64, "commune", "communes");
    format!("{count}, {}", french::counted(inhabitants, "habitant", "habitants"))
}

/// `64 263 habitants`.
pub fn people(commune: &Commune) -> String {
    french::counted(u64::from(commune.population), "habitant", "habitants")
}

/// The part of a zone that a place is.
fn part_of(place: &Place) -> Coverage {
    let code = place.code.clone();
    match place.kind {
        PlaceKind::Commune | PlaceKind::Arrondissement => Coverage::Commune(code),
        PlaceKind::Epci => Coverage::Epci(code),
        PlaceKind::Departement => Coverage::Departement(code),
        PlaceKind::Region => Coverage::Region(code),
        PlaceKind::Territory => Coverage::Territory(code),
    }
}

/// What answers a name.
fn found(
    node: &Node,
    subject: &Subject<'_>,
    parts: &[Coverage],
    extent: &Extent,
    fixed: &Extent,
) -> Vec<Proposal> {
    if subject.typed.is_empty() {
        return Vec::new();
    }
    let proposal = |place: &Place| {
        let part = part_of(place);
        let own = Extent::of(std::slice::from_ref(&part), &subject.ground);
        let views::Choice { label, detail, .. } = views::place::choice(place, String::new());
        let reached = own.communes().iter().all(|commune| (subject.may)(&commune.code));
        let button = |verb, name, value| {
            let button = Button { name, value, label: label.clone() };
            Some((verb, button))
        };
        let (button, why_not) = if !reached {
            (None, "hors de votre territoire")
        } else if let Coverage::Commune(code) = &part
            && extent.holds(code)
        {
            if fixed.holds(code) {
                (None, "dans le rayon")
            } else {
                (button("Retirer", "hors", code.clone()), "")
            }
        } else if parts.contains(&part) {
            (button("Retirer", "moins", written(&part)), "")
        } else if !own.is_empty() && own.is_within(extent) {
            (None, "déjà dans la zone")
        } else {
            (button("Ajouter", "plus", written(&part)), "")
        };
        Proposal { label: label.clone(), detail, button, why_not }
    };
    node.places(subject.typed, MOST_FOUND).places.iter().map(proposal).collect()
}
