//! A coverage being redrawn: what is added to the one that stands, what is taken from it. Short enough for an address.

use maille_territory::france;

use super::Coverage;
use super::extent::{Extent, Ground, without};

/// What is to change in a coverage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Parts that are added.
    pub plus: Vec<Coverage>,
    /// Parts that are taken out.
    pub minus: Vec<Coverage>,
    /// Codes of communes that are taken out of the parts that hold them.
    pub without: Vec<String>,
}

impl Draft {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.plus.is_empty() && self.minus.is_empty() && self.without.is_empty()
    }

    /// The coverage that comes of it.
    pub fn over(&self, base: &[Coverage], ground: &Ground<'_>) -> Vec<Coverage> {
        let mut parts: Vec<Coverage> = Vec::new();
        for part in base.iter().filter(|part| !self.minus.contains(part)).chain(&self.plus) {
            if !parts.contains(part) {
                parts.push(part.clone());
            }
        }
        for commune in self.without.iter().filter_map(|code| france().current_commune(code)) {
            parts = without(parts, commune, ground);
        }
        parts
    }

    /// The same draft, without what says nothing: what is added and taken out again, what was there or was not.
    #[must_use]
    pub fn settled(&self, base: &[Coverage], ground: &Ground<'_>) -> Draft {
        let both = |part: &Coverage| self.plus.contains(part) && self.minus.contains(part);
        let again = |code: &str| {
            self.without.iter().any(|known| known == code) && self.plus.iter().any(|part| is(part, code))
        };
        let mut settled = Draft::default();
        for part in self.plus.iter().filter(|part| !both(part) && !base.contains(part)) {
            let dropped = matches!(part, Coverage::Commune(code) if again(code));
            if !dropped && !settled.plus.contains(part) {
                settled.plus.push(part.clone());
            }
        }
        for part in self.minus.iter().filter(|part| !both(part) && base.contains(part)) {
            if !settled.minus.contains(part) {
                settled.minus.push(part.clone());
            }
        }
        let whole = Extent::of(&settled.over(base, ground), ground);
        for code in self.without.iter().filter(|code| !again(code)) {
            // A city of which an arrondissement is held is no whole.
            let held = whole.holds(code)
                || france().arrondissements_of(code).iter().any(|found| whole.holds(&found.code));
            if held && !settled.without.contains(code) {
                settled.without.push(code.clone());
            }
        }
        settled
    }
}

fn is(part: &Coverage, commune: &str) -> bool {
    matches!(part, Coverage::Commune(code) if code == commune)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coverage::tests::{any_part, parts, territories};

    fn draft(plus: &str, minus: &str, without: &[&str]) -> Draft {
        let without = without.iter().map(|code| (*code).to_owned()).collect();
        Draft { plus: parts(plus), minus: parts(minus), without }
    }

    #[test]
    fn parts_come_and_go() {
        let base = parts("commune:92007 commune:92002");
        let drawn = draft("departement:31", "commune:92002", &[]).over(&base, &Ground::default());
        assert_eq!(drawn, parts("commune:92007 departement:31"));
    }

    #[test]
    fn a_commune_leaves_the_area_that_holds_it() {
        let ground = Ground::default();
        let drawn = draft("", "", &["31555"]).over(&parts("epci:243100518"), &ground);
        assert_eq!(drawn.len(), 36);
        assert!(!Extent::of(&drawn, &ground).holds("31555"));
        let drawn = draft("", "", &["92007"]).over(&parts("region:11"), &ground);
        assert!(drawn.contains(&Coverage::Departement("75".into())), "no finer than need be");
        assert_eq!(drawn.len(), 7 + 35);
        let drawn = draft("", "", &["75101"]).over(&parts("departement:75 radius:3"), &ground);
        assert_eq!(drawn.len(), 20, "nineteen arrondissements, and a radius");
    }

    #[test]
    fn what_is_put_back_is_as_it_was() {
        let (base, ground) = (parts("epci:243100518 commune:92007"), Ground::default());
        for (plus, minus, without) in [
            ("commune:31555", "", &["31555"][..]),
            ("commune:92007", "commune:92007", &[]),
            ("commune:92002", "", &["92002"]),
            ("epci:243100518", "", &["75056"]),
        ] {
            assert_eq!(
                draft(plus, minus, without).settled(&base, &ground),
                Draft::default(),
                "{plus} {minus}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn a_draft_does_what_it_says(
            base in proptest::collection::vec(any_part(), 0..5),
            plus in proptest::collection::vec(any_part(), 0..3),
            without in proptest::sample::subsequence(vec!["92007", "31555", "75101", "75056"], 0..3),
        ) {
            let territories = territories();
            let ground = Ground { site: None, territories: &territories };
            let without: Vec<String> = without.into_iter().map(str::to_owned).collect();
            let draft = Draft { plus, minus: Vec::new(), without: without.clone() };
            let drawn = Extent::of(&draft.over(&base, &ground), &ground);
            for code in &without {
                prop_assert!(!drawn.holds(code), "{code} is left out");
            }
            // Nothing else is.
            let all = Extent::of(&[base.clone(), draft.plus.clone()].concat(), &ground);
            let touched = |code: &str| without.iter().any(|left| left == code)
                || france().commune(code).and_then(|found| found.parent.as_deref()).is_some_and(|city| without.iter().any(|left| left == city))
                || france().arrondissements_of(code).iter().any(|found| without.iter().any(|left| **left == *found.code));
            let lost = all.communes().into_iter().flat_map(|found| {
                let inside = france().arrondissements_of(&found.code);
                if inside.is_empty() { vec![found] } else { inside }
            });
            for commune in lost.filter(|found| !touched(&found.code)) {
                prop_assert!(drawn.holds(&commune.code), "{} is kept", commune.name);
            }
            let settled = draft.clone().settled(&base, &ground);
            prop_assert_eq!(settled.clone().settled(&base, &ground), settled);
        }
    }
}
