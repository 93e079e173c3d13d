//! The place of a request: which one was meant, and whom it holds.

use maille_domain::Request;
use maille_domain::request::{Off, PlaceAsked};
use maille_territory::{Commune, Found, Place, PlaceKind, Point, fold, france};

use crate::answer::PlaceUnderstood;
use crate::coverage::Scope;
use crate::error::SearchError;
use crate::territories::Territories;
use crate::understand::Read;

/// How many places are read of a name: the likeliest and the others to offer.
const READ: usize = 8;

/// Where help is needed, as understood.
#[derive(Debug, Default)]
pub struct Here {
    /// What is shown.
    pub understood: Option<PlaceUnderstood>,
    /// Whom it holds; none when no place applies.
    pub scope: Option<Scope>,
    /// Where distances start.
    pub origin: Option<Point>,
}

impl Here {
    /// The place that applies, when it is clear.
    pub fn place(&self) -> Option<&Place> {
        self.understood
            .as_ref()
            .filter(|understood| !understood.ambiguous)
            .map(|understood| &understood.place)
    }

    /// The commune of the place, when it is one.
    pub fn commune(&self) -> Option<&'static Commune> {
        let place = self.place()?;
        let is_commune = matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
        if is_commune { france().current_commune(&place.code) } else { None }
    }

    /// Whether the text names a place that does not apply, so that its words may be those of what is looked for: a name that
    /// several places share, or, beside the place that follows the person, one that the gazetteer does not confirm.
    pub fn leaves_text(&self, request: &Request, read: Option<&Read<String>>) -> bool {
        let ambiguous = self.understood.as_ref().is_some_and(|understood| understood.ambiguous);
        let of_text = self.understood.as_ref().is_some_and(|understood| understood.span.is_some());
        read.is_some() && (ambiguous || request.text_first && !of_text)
    }

    /// The same name, said by somebody who asks about `kept`: that very place when it answers to the name; when nothing else
    /// settles it, one of the same département.
    fn nearest_to(self, kept: Option<&Place>, territories: &Territories) -> Here {
        let (Some(understood), Some(kept)) = (&self.understood, kept) else { return self };
        let mut places = vec![understood.place.clone()];
        places.extend(understood.alternatives.iter().cloned());
        let exactly = |place: &Place| {
            // An alternative that only begins so is another name.
            place.matched.is_some() || fold(&place.name) == fold(&understood.place.name)
        };
        let same = |place: &Place| (place.kind, &place.code) == (kept.kind, &kept.code);
        let near = |place: &Place| place.departement.is_some() && place.departement == kept.departement;
        let meant = places.iter().position(|place| same(place) && (understood.ambiguous || exactly(place)));
        let meant = meant.or_else(|| places.iter().position(near).filter(|_| understood.ambiguous));
        let Some(meant) = meant else { return self };
        let place = places.remove(meant);
        let span = understood.span;
        let mut here = with_alternatives(Here::clear(place, territories), places);
        if let Some(understood) = &mut here.understood {
            understood.span = span;
        }
        here
    }

    fn clear(place: Place, territories: &Territories) -> Here {
        Here {
            scope: Some(Scope::of(&place, territories)),
            origin: place.point,
            understood: Some(PlaceUnderstood {
                place,
                span: None,
                ambiguous: false,
                alternatives: Vec::new(),
            }),
        }
    }
}

/// The place of a request.
///
/// A place written is a COG code, a postal code or a name, in that order. The place asked apart is before that of the text
/// (`read`), or after it when the request says so. A point without place is in a commune, which is the place; a point with
/// a place only says where distances start.
pub fn resolve(
    request: &Request,
    read: Option<&Read<String>>,
    territories: &Territories,
) -> Result<Here, SearchError> {
    let at = match request.point {
        Some(point) => {
            let commune = france().commune_at(point.lat, point.lon);
            Some(commune.ok_or(SearchError::OutsideFrance { lat: point.lat, lon: point.lon })?)
        }
        None => None,
    };
    // Beside a place that follows the person, `off` speaks of the text alone, where none was read.
    let kept = request.place.as_ref().filter(|_| request.text_first);
    let mut here = match (&request.place, read) {
        _ if request.off.contains(&Off::Place) && kept.is_none() => Here::default(),
        (Some(asked), Some(read)) if request.text_first => {
            let kept = asked_apart(asked, territories)?;
            named(read, territories).map(|here| here.nearest_to(kept.place(), territories)).unwrap_or(kept)
        }
        (Some(asked), _) => asked_apart(asked, territories)?,
        (None, Some(read)) => named(read, territories).unwrap_or_default(),
        (None, None) => at
            .and_then(|commune| france().place(PlaceKind::Commune, &commune.code))
            .map(|place| Here::clear(place, territories))
            .unwrap_or_default(),
    };
    here.origin = request.point.or(here.origin);
    Ok(here)
}

/// A place asked apart, alone: what a field that asks for nothing else means.
pub fn asked_apart(asked: &PlaceAsked, territories: &Territories) -> Result<Here, SearchError> {
    match asked {
        PlaceAsked::Written(text) => written(text, find, territories),
        PlaceAsked::Typed(text) => typed(text, find, territories),
        PlaceAsked::Known(kind, code) => known(*kind, code, territories)
            .map(|place| Here::clear(place, territories))
            .ok_or_else(|| SearchError::UnknownPlace { parameter: "place", given: format!("{kind}:{code}") }),
    }
}

/// The place that a text names; what a sentence says that the gazetteer does not confirm was no place.
fn named(read: &Read<String>, territories: &Territories) -> Option<Here> {
    let mut here = typed(&read.what, find_in_france, territories).ok()?;
    here.understood.as_mut()?.span = read.span;
    Some(here)
}

/// The place of a kind and a code, territories of the directory included.
pub fn known(kind: PlaceKind, code: &str, territories: &Territories) -> Option<Place> {
    match kind {
        PlaceKind::Territory => territories.place(code),
        _ => france().place(kind, code),
    }
}

/// How a name is looked for.
type Find = fn(&str, usize, &Territories) -> Found;

/// Whether all the words of a text are those of one place, or begin them, with its département or a postal code.
pub fn is_all_place(text: &str) -> bool {
    let Some(place) = france().find(text, 1).places.into_iter().next() else { return false };
    let departement = place.departement.as_deref().and_then(|code| france().departement(code));
    let known =
        [Some(&*place.name), place.matched.as_deref(), departement.map(|departement| &*departement.name)];
    let known = known.into_iter().flatten().map(fold).collect::<Vec<_>>().join(" ");
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    fold(text).split(' ').all(|word| number(word) || known.split(' ').any(|own| own.starts_with(word)))
}

/// A sentence names towns, and territories by words that mean something else there.
fn find_in_france(text: &str, limit: usize, _: &Territories) -> Found {
    france().find(text, limit)
}

fn typed(text: &str, find: Find, territories: &Territories) -> Result<Here, SearchError> {
    let code = text.trim();
    let own = france().current_commune(code).and_then(|_| france().place(PlaceKind::Commune, code));
    match own {
        Some(own) if !france().communes_of_postal_code(code).is_empty() => {
            let mut here = of_postal_code(code, territories);
            if let Some(understood) = &mut here.understood
                && understood.place.code != own.code
            {
                understood.alternatives.retain(|other| other.code != own.code);
                understood.alternatives.push(own);
            }
            Ok(here)
        }
        _ => written(text, find, territories),
    }
}

fn written(text: &str, find: Find, territories: &Territories) -> Result<Here, SearchError> {
    let text = text.trim();
    // In capitals: `2a004`.
    let code = text.to_ascii_uppercase();
    if let Some(place) =
        france().current_commune(&code).and_then(|_| france().place(PlaceKind::Commune, &code))
    {
        // The same five digits may be the postal code of others: they are offered.
        let others =
            france().communes_of_postal_code(&code).into_iter().filter(|other| *other.code != *place.code);
        let others =
            others.filter_map(|other| france().place(PlaceKind::Commune, &other.code)).take(READ).collect();
        return Ok(with_alternatives(Here::clear(place, territories), others));
    }
    if let [_, _, ..] = france().communes_of_postal_code(&code)[..] {
        return Ok(of_postal_code(&code, territories));
    }
    let found = find(text, READ, territories);
    let mut places = found.places.into_iter();
    let Some(first) = places.next() else {
        return Err(SearchError::UnknownPlace { parameter: "commune", given: text.to_owned() });
    };
    let mut alternatives: Vec<Place> = places.collect();
    if !found.ambiguous {
        return Ok(with_alternatives(Here::clear(first, territories), alternatives));
    }
    // No clear leader among all: perhaps one among those this directory coordinates.
    alternatives.insert(0, first);
    let covered: Vec<usize> =
        (0..alternatives.len()).filter(|&at| is_covered(&alternatives[at], territories)).collect();
    if let [only] = covered[..] {
        let place = alternatives.remove(only);
        return Ok(with_alternatives(Here::clear(place, territories), alternatives));
    }
    let place = alternatives.remove(0);
    let understood = PlaceUnderstood { place, span: None, ambiguous: true, alternatives };
    Ok(Here { understood: Some(understood), scope: None, origin: None })
}

/// Several communes share the postal code: whoever serves one of them may be the answer. The most populous is shown first.
fn of_postal_code(code: &str, territories: &Territories) -> Here {
    let communes = france().communes_of_postal_code(code);
    let mut places = communes.iter().filter_map(|commune| {
        let place = france().place(PlaceKind::Commune, &commune.code)?;
        Some(Place { matched: Some(code.to_owned()), ..place })
    });
    let Some(first) = places.next() else { return Here::default() };
    let alternatives = places.collect();
    let here = Here { scope: Some(Scope::of_any(&communes, territories)), ..Here::clear(first, territories) };
    with_alternatives(here, alternatives)
}

fn with_alternatives(mut here: Here, alternatives: Vec<Place>) -> Here {
    if let Some(understood) = &mut here.understood {
        understood.alternatives = alternatives;
    }
    here
}

fn is_covered(place: &Place, territories: &Territories) -> bool {
    matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement) && covers(&place.code, territories)
}

/// Whether a commune is of a territory that the directory coordinates.
pub fn covers(commune: &str, territories: &Territories) -> bool {
    france().current_commune(commune).is_some_and(|commune| !territories.of_commune(commune).is_empty())
}

/// What a text names: the places of France, and the coordination territories of the directory.
pub fn find(text: &str, limit: usize, territories: &Territories) -> Found {
    let mut found = france().find(text, limit);
    let named = territories.find(text, limit);
    if named.is_empty() {
        return found;
    }
    // "DAC 92 Sud" names a territory before whatever place it loosely resembles; "Antony" names the commune first.
    let folded = fold(text);
    let named_so = named.iter().any(|place| fold(&place.name) == folded || place.code == text.trim());
    let literal = !named_so
        && found.places.first().is_some_and(|place| {
            let name = fold(&place.name);
            // "Bagneux (92)": the name, then its département.
            let leads = !found.ambiguous && format!("{folded} ").starts_with(&format!("{name} "));
            place.matched.is_some() || leads || name.starts_with(&folded)
        });
    if literal {
        found.places.extend(named);
    } else {
        found.ambiguous = named.len() > 1 && !named_so;
        found.places.splice(0..0, named);
    }
    found.places.truncate(limit);
    found
}
