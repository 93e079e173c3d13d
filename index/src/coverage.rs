//! Whom a listing serves, as tokens.
//!
//! A listing carries one token per part of its coverage, at the level it was given; only a radius is resolved, to the
//! communes it reaches. A place asked becomes its [`Scope`]: the tokens that hold it. They meet or they do not. What
//! can change without the listing changing (the communes of a coordination territory) is resolved on the side of the
//! place, so that no listing is ever indexed again for it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use maille_domain::{Coverage, CoverageLevel};
use maille_territory::{Commune, Place, PlaceKind, Point, france};

use crate::geo::PointTree;
use crate::schema::hash;
use crate::territories::{Territories, arrondissements, communes};

/// What a token speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    Unknown,
    National,
    Region,
    Departement,
    Territory,
    Epci,
    Commune,
    /// A commune within a radius.
    Reach,
    /// Something inside this département is served, without the whole of it.
    PartOfDepartement,
    /// The same of a region.
    PartOfRegion,
}

/// A coverage token. Codes are hashed: a thousand times a thousand territories would collide once in 2⁵⁸ / 10¹².
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

impl Token {
    const fn bits(space: Space, hashed: u64) -> Token {
        Token(((space as u64) << 58) | (hashed >> 6))
    }

    fn new(space: Space, code: &str) -> Token {
        Token::bits(space, hash(code.as_bytes()))
    }

    /// Carried by listings that say nothing of whom they serve.
    pub const UNKNOWN: Token = Token::bits(Space::Unknown, 0);
    const NATIONAL: Token = Token::bits(Space::National, 0);
}

/// The tokens of a listing, sorted: those of its coverage as given, and the communes its radius reaches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub given: Vec<Token>,
    pub reach: Vec<Token>,
}

/// The communes, by position, at their town halls.
pub static COMMUNES: LazyLock<PointTree> = LazyLock::new(|| {
    PointTree::new((0..).zip(france().communes()).map(|(position, commune)| (position, commune.point)))
});

/// The tokens of a coverage around a site.
pub fn tokens(coverage: &[Coverage], site: Option<Point>) -> Tokens {
    let mut tokens = Tokens::default();
    for part in telling(coverage) {
        add_tokens(part, site, &mut tokens);
    }
    if is_unknown(coverage, site) {
        tokens.given.push(Token::UNKNOWN);
    }
    for list in [&mut tokens.given, &mut tokens.reach] {
        list.sort_unstable();
        list.dedup();
    }
    tokens
}

/// Whether a coverage says nothing of whom it serves: a radius around nowhere says nothing either.
pub fn is_unknown(coverage: &[Coverage], site: Option<Point>) -> bool {
    coverage.iter().all(|part| matches!(part, Coverage::Radius(_)) && site.is_none())
}

/// The parts of a coverage that say something: of several radii around one site, the widest says all.
fn telling(coverage: &[Coverage]) -> impl Iterator<Item = &Coverage> {
    let radius = |part: &Coverage| if let Coverage::Radius(km) = part { Some(*km) } else { None };
    let widest = coverage.iter().filter_map(radius).reduce(f64::max);
    let mut seen = false;
    coverage.iter().filter(move |part| match radius(part) {
        None => true,
        // Written twice, once is enough.
        km => km == widest && !std::mem::replace(&mut seen, true),
    })
}

fn add_tokens(part: &Coverage, site: Option<Point>, tokens: &mut Tokens) {
    let mut inside = |departement: &str, region: &str| {
        tokens.given.push(Token::new(Space::PartOfDepartement, departement));
        tokens.given.push(Token::new(Space::PartOfRegion, region));
    };
    match part {
        Coverage::Commune(code) => {
            if let Some(commune) = france().current_commune(code) {
                inside(&commune.departement, &commune.region);
                tokens.given.push(Token::new(Space::Commune, &commune.code));
            }
        }
        Coverage::Epci(code) => {
            if let Some(epci) = france().epci(code) {
                for departement in epci.departements.iter().filter_map(|code| france().departement(code)) {
                    inside(&departement.code, &departement.region);
                }
                tokens.given.push(Token::new(Space::Epci, code));
            }
        }
        Coverage::Departement(code) => {
            if let Some(departement) = france().departement(code) {
                tokens.given.push(Token::new(Space::PartOfRegion, &departement.region));
            }
            tokens.given.push(Token::new(Space::Departement, code));
        }
        Coverage::Region(code) => tokens.given.push(Token::new(Space::Region, code)),
        Coverage::Territory(code) => tokens.given.push(Token::new(Space::Territory, code)),
        Coverage::National => tokens.given.push(Token::NATIONAL),
        Coverage::Radius(km) => {
            let Some(site) = site else { return };
            for commune in reached(site, *km) {
                inside(&commune.departement, &commune.region);
                tokens.reach.push(Token::new(Space::Reach, &commune.code));
            }
        }
    }
}

/// The communes whose point is within a radius, and the one the site is in, however small the radius.
fn reached(site: Point, km: f64) -> Vec<&'static Commune> {
    let own = france().commune_at(site.lat, site.lon);
    let around = COMMUNES.within(site, km).map(|(position, _)| &france().communes()[position as usize]);
    own.into_iter().chain(around).collect()
}

/// How a token serves a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Whether only part of the place is served.
    pub part: bool,
    /// The level of the coverage.
    pub level: CoverageLevel,
}

/// A place asked, as the tokens that serve it.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Sorted by token.
    tokens: Vec<(Token, Match)>,
    /// The communes of it that a radius may reach, and whether each is only part of the place.
    reach: Vec<(&'static Commune, bool)>,
}

impl Scope {
    /// The scope of a place.
    pub fn of(place: &Place, territories: &Territories) -> Scope {
        let mut scope = Builder::new(territories);
        match place.kind {
            PlaceKind::Commune | PlaceKind::Arrondissement => {
                if let Some(commune) = france().current_commune(&place.code) {
                    scope.commune(commune);
                }
            }
            PlaceKind::Departement => scope.departement(&place.code),
            PlaceKind::Region => scope.region(&place.code),
            PlaceKind::Epci => {
                let own = Token::new(Space::Epci, &place.code);
                scope.several(&france().communes_of(PlaceKind::Epci, &place.code), own, CoverageLevel::Epci);
            }
            PlaceKind::Territory => {
                let own = Token::new(Space::Territory, &place.code);
                let communes =
                    territories.get(&place.code).map(|territory| communes(territory)).unwrap_or_default();
                scope.several(&communes, own, CoverageLevel::Territory);
            }
        }
        scope.build()
    }

    /// The scope of several communes that one postal code serves: any of them.
    pub fn of_any(communes: &[&'static Commune], territories: &Territories) -> Scope {
        let mut scope = Builder::new(territories);
        for commune in communes {
            scope.commune(commune);
        }
        scope.build()
    }

    /// How a token serves the place, if it does.
    pub fn get(&self, token: Token) -> Option<Match> {
        self.tokens
            .binary_search_by_key(&token, |(token, _)| *token)
            .ok()
            .map(|position| self.tokens[position].1)
    }

    /// The best that tokens do for the place.
    pub fn best(&self, tokens: impl IntoIterator<Item = Token>) -> Option<Match> {
        tokens.into_iter().filter_map(|token| self.get(token)).min()
    }

    /// Every token and how it serves, by token.
    pub fn tokens(&self) -> &[(Token, Match)] {
        &self.tokens
    }

    /// How a part of a coverage around a site serves the place, if it does.
    fn served_by(&self, part: &Coverage, site: Option<Point>) -> Option<Match> {
        let Coverage::Radius(km) = part else {
            // A token of the kind "part of" does not say the level; the coverage does.
            let found = self.best(tokens(std::slice::from_ref(part), site).given)?;
            return Some(Match { level: part.level(), ..found });
        };
        let site = site?;
        if self.reach.is_empty() {
            let tokens = tokens(std::slice::from_ref(part), Some(site));
            let found = self.best(tokens.given.into_iter().chain(tokens.reach))?;
            return Some(Match { level: CoverageLevel::Radius, ..found });
        }
        // The other way round than when it is indexed: the communes of a place are fewer than those of a radius.
        let reached = |commune: &Commune| commune.point.distance_km(site) <= *km;
        let whole = |part: bool| Match { part, level: CoverageLevel::Radius };
        let around = self.reach.iter().filter(|(commune, _)| reached(commune)).map(|(_, part)| *part).min();
        if around == Some(false) {
            return Some(whole(false));
        }
        let own = france().commune_at(site.lat, site.lon);
        let inside = self.reach.iter().filter(|(commune, _)| own.is_some_and(|own| own.code == commune.code));
        inside.map(|(_, part)| *part).chain(around).min().map(whole)
    }

    /// The part of a coverage that serves the place best, if one does, and how.
    pub fn best_part<'a>(
        &self,
        coverage: &'a [Coverage],
        site: Option<Point>,
    ) -> Option<(&'a Coverage, Match)> {
        let serving = telling(coverage).filter_map(|part| Some((part, self.served_by(part, site)?)));
        serving.min_by_key(|(_, found)| *found)
    }
}

struct Builder<'a> {
    tokens: BTreeMap<Token, Match>,
    reach: Vec<(&'static Commune, bool)>,
    territories: &'a Territories,
}

impl<'a> Builder<'a> {
    fn new(territories: &'a Territories) -> Builder<'a> {
        Builder { tokens: BTreeMap::new(), reach: Vec::new(), territories }
    }

    fn add(&mut self, token: Token, level: CoverageLevel, part: bool) {
        let found = Match { part, level };
        self.tokens.entry(token).and_modify(|known| *known = found.min(*known)).or_insert(found);
    }

    fn national(&mut self) {
        self.add(Token::NATIONAL, CoverageLevel::National, false);
    }

    /// A commune: itself, its city or its arrondissements, and all that holds it.
    fn commune(&mut self, commune: &Commune) {
        self.point_like(commune, false);
        self.add(Token::new(Space::Departement, &commune.departement), CoverageLevel::Departement, false);
        self.add(Token::new(Space::Region, &commune.region), CoverageLevel::Region, false);
        self.national();
    }

    /// A commune and what groups it below the département.
    fn point_like(&mut self, commune: &Commune, part: bool) {
        let mut add_commune = |code: &str, part: bool| {
            self.add(Token::new(Space::Commune, code), CoverageLevel::Commune, part);
            self.add(Token::new(Space::Reach, code), CoverageLevel::Radius, part);
            self.reach.extend(france().commune(code).map(|commune| (commune, part)));
        };
        add_commune(&commune.code, part);
        if let Some(city) = &commune.parent {
            add_commune(city, part);
        }
        for arrondissement in arrondissements(commune) {
            add_commune(&arrondissement.code, true);
        }
        for epci in [&commune.epci, &commune.ept].into_iter().flatten() {
            self.add(Token::new(Space::Epci, epci), CoverageLevel::Epci, part);
        }
        let territories = self.territories;
        for territory in territories.of_commune(commune) {
            self.add(Token::new(Space::Territory, &territory.code), CoverageLevel::Territory, part);
        }
    }

    /// An area made of communes: its own token, and whatever serves one of them.
    fn several(&mut self, communes: &[&Commune], own: Token, level: CoverageLevel) {
        let Some(first) = communes.first() else {
            self.add(own, level, false);
            return self.national();
        };
        let in_one_departement = communes.iter().all(|commune| commune.departement == first.departement);
        let in_one_region = communes.iter().all(|commune| commune.region == first.region);
        for commune in communes {
            self.point_like(commune, true);
            let departement = Token::new(Space::Departement, &commune.departement);
            self.add(departement, CoverageLevel::Departement, !in_one_departement);
            self.add(Token::new(Space::Region, &commune.region), CoverageLevel::Region, !in_one_region);
        }
        self.add(own, level, false);
        self.national();
    }

    fn departement(&mut self, code: &str) {
        self.add(Token::new(Space::Departement, code), CoverageLevel::Departement, false);
        self.add(Token::new(Space::PartOfDepartement, code), CoverageLevel::Departement, true);
        if let Some(departement) = france().departement(code) {
            self.add(Token::new(Space::Region, &departement.region), CoverageLevel::Region, false);
        }
        self.territories_inside(|commune| *commune.departement == *code);
        self.national();
    }

    fn region(&mut self, code: &str) {
        self.add(Token::new(Space::Region, code), CoverageLevel::Region, false);
        self.add(Token::new(Space::PartOfRegion, code), CoverageLevel::Region, true);
        self.territories_inside(|commune| *commune.region == *code);
        self.national();
    }

    fn territories_inside(&mut self, holds: impl Fn(&Commune) -> bool) {
        let territories = self.territories;
        for territory in territories.iter() {
            if communes(territory).into_iter().any(&holds) {
                self.add(Token::new(Space::Territory, &territory.code), CoverageLevel::Territory, true);
            }
        }
    }

    fn build(self) -> Scope {
        Scope { tokens: self.tokens.into_iter().collect(), reach: self.reach }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_radii_the_widest_says_all() {
        let site = france().commune("92007").map(|bagneux| bagneux.point);
        let radii = |kilometres: &[u32]| -> Vec<Coverage> {
            kilometres.iter().map(|km| Coverage::Radius(f64::from(*km))).collect()
        };
        let many: Vec<u32> = (1..400).chain([399, 12]).collect();
        assert_eq!(tokens(&radii(&many), site), tokens(&radii(&[399]), site));
        assert_eq!(telling(&radii(&many)).count(), 1, "however many a cell has, one is resolved");
        let mixed = [
            Coverage::National,
            Coverage::Radius(3.0),
            Coverage::Commune("92002".into()),
            Coverage::Radius(7.0),
        ];
        let kept: Vec<&Coverage> = telling(&mixed).collect();
        assert_eq!(kept, [&mixed[0], &mixed[2], &mixed[3]]);
    }
}
