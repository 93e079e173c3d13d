//! How far a right goes: the whole directory, or the communes of some territories.

use std::collections::BTreeSet;

use maille_territory::{Commune, france};

use crate::{Coverage, CoverageLevel, Fields, Territory};

/// How far a right goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    Everywhere,
    /// What is in these territories.
    Within(Within),
}

/// The communes of some territories, and the larger areas that lie wholly in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Within {
    /// COG codes of communes and municipal arrondissements.
    pub communes: BTreeSet<String>,
    /// Parts of a coverage that lie within, in their written form: `commune:92007`, `epci:…`, `departement:…`, `territory:…`.
    pub areas: BTreeSet<String>,
}

impl Reach {
    /// Nothing.
    pub fn nowhere() -> Reach {
        Reach::Within(Within::default())
    }

    /// What is in these territories; `all` are those of the directory, some of which lie within.
    pub fn of(own: &[Territory], all: &[Territory]) -> Reach {
        let mut communes: BTreeSet<String> =
            own.iter().flat_map(|territory| territory.communes.iter().cloned()).collect();
        // A city and its arrondissements are one place.
        let parts: Vec<String> = france()
            .communes()
            .iter()
            .filter(|commune| commune.parent.as_ref().is_some_and(|city| communes.contains(&**city)))
            .map(|commune| commune.code.to_string())
            .collect();
        communes.extend(parts);
        // An area lies within when every commune of it does. Those that have a commune within are few.
        let areas = |commune: &'static Commune| {
            let epci = commune.epci.as_deref().map(|epci| (CoverageLevel::Epci, epci));
            epci.into_iter().chain([(CoverageLevel::Departement, &*commune.departement)])
        };
        let is_whole = |commune: &&Commune| commune.parent.is_none();
        let within = communes.iter().filter_map(|code| france().commune(code)).filter(is_whole);
        let mut whole: BTreeSet<(CoverageLevel, &str)> = within.flat_map(areas).collect();
        for commune in france().communes().iter().filter(is_whole) {
            if areas(commune).any(|area| whole.contains(&area)) && !communes.contains(&*commune.code) {
                for area in areas(commune) {
                    whole.remove(&area);
                }
            }
        }
        let own = communes.iter().cloned().map(Coverage::Commune);
        let held = |territory: &&Territory| {
            !territory.communes.is_empty() && territory.communes.iter().all(|code| communes.contains(code))
        };
        let territories = all.iter().filter(held).map(|held| Coverage::Territory(held.code.clone()));
        let mut areas: BTreeSet<String> = own.chain(territories).map(|area| area.to_string()).collect();
        areas.extend(whole.into_iter().map(|(level, code)| format!("{level}:{code}")));
        Reach::Within(Within { communes, areas })
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Reach) -> Reach {
        match (self, other) {
            (Reach::Within(mut one), Reach::Within(other)) => {
                one.communes.extend(other.communes);
                one.areas.extend(other.areas);
                Reach::Within(one)
            }
            _ => Reach::Everywhere,
        }
    }

    /// Whether a commune is within.
    pub fn has_commune(&self, code: &str) -> bool {
        match self {
            Reach::Everywhere => true,
            Reach::Within(within) => within.communes.contains(code),
        }
    }

    /// Whether a listing of these fields is within: where it is; for one that is nowhere, whom it serves. The same as
    /// `within_reach` in SQL.
    pub fn has(&self, fields: &Fields) -> bool {
        match (self, &fields.commune) {
            (Reach::Everywhere, _) => true,
            (Reach::Within(within), Some(commune)) => within.communes.contains(commune),
            (Reach::Within(within), None) => {
                fields.coverage.iter().any(|part| within.areas.contains(&part.to_string()))
            }
        }
    }

    /// Whether all that this reaches, `other` reaches.
    pub fn is_within(&self, other: &Reach) -> bool {
        match (self, other) {
            (_, Reach::Everywhere) => true,
            (Reach::Everywhere, Reach::Within(_)) => false,
            (Reach::Within(own), Reach::Within(other)) => own.communes.is_subset(&other.communes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn territory(code: &str, communes: &[&str]) -> Territory {
        Territory {
            code: code.to_owned(),
            kind: "dac".to_owned(),
            name: code.to_owned(),
            communes: communes.iter().map(|&commune| commune.to_owned()).collect(),
        }
    }

    #[test]
    fn a_reach_holds_its_communes_and_what_lies_wholly_in_them() {
        let own = [territory("dac-nord", &["92007", "92002", "75056"])];
        let all = [own[0].clone(), territory("cpts", &["92007"]), territory("sud", &["92007", "92023"])];
        let Reach::Within(within) = Reach::of(&own, &all) else { panic!("not everywhere") };
        assert!(within.communes.contains("75114"), "the arrondissements of a city");
        let areas: Vec<&str> =
            within.areas.iter().map(String::as_str).filter(|area| !area.starts_with("commune:")).collect();
        assert_eq!(areas, ["departement:75", "territory:cpts", "territory:dac-nord"]);
    }

    #[test]
    fn a_listing_is_where_it_stands_else_where_it_serves() {
        let reach = Reach::of(&[territory("dac-nord", &["92007", "92002"])], &[]);
        let fields = |commune: Option<&str>, coverage: &[&str]| Fields {
            commune: commune.map(str::to_owned),
            coverage: coverage.iter().map(|part| part.parse().unwrap()).collect(),
            ..Fields::new("Équipe", crate::Category::other())
        };
        assert!(reach.has(&fields(Some("92007"), &["departement:31"])));
        assert!(!reach.has(&fields(Some("31555"), &["commune:92007"])));
        assert!(reach.has(&fields(None, &["departement:92", "commune:92007"])));
        assert!(!reach.has(&fields(None, &["departement:92"])) && !reach.has(&fields(None, &[])));
        assert!(Reach::Everywhere.has(&fields(None, &[])));
    }

    #[test]
    fn reaches_are_compared_and_joined() {
        let one = Reach::of(&[territory("a", &["92007"])], &[]);
        let other = Reach::of(&[territory("b", &["92023"])], &[]);
        let both = one.clone().and(other.clone());
        assert!(one.is_within(&both) && !both.is_within(&one) && both.is_within(&Reach::Everywhere));
        assert!(both.has_commune("92023") && !one.has_commune("92023"));
        assert!(!Reach::Everywhere.is_within(&both) && Reach::nowhere().is_within(&one));
        assert_eq!(one.and(Reach::Everywhere), Reach::Everywhere);
    }
}
