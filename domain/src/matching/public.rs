//! Whom a record is for, as far as it may exclude another.

use crate::Field;
use crate::field::Values;
use crate::vocabulary::Audience;

use super::kinds::Kinds;
use super::name::Name;

/// Up to this age, people are children for those who treat them.
const CHILDREN_UP_TO: u64 = 21;
/// From this age on, they are adults for some.
const ADULTS_FROM: u64 = 15;

/// Whom a record is for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Public {
    /// For children only, or for adults only.
    pub children: Option<bool>,
    /// The same, as the name says.
    pub named: Option<bool>,
    ages: (Option<u64>, Option<u64>),
}

impl Public {
    /// What the name says comes first, then ages and audiences, then the kind.
    pub fn of(values: &Values, name: &Name, kinds: &Kinds) -> Public {
        let age = |field| values.get(&field).and_then(serde_json::Value::as_u64);
        let ages = (age(Field::AgeMin), age(Field::AgeMax));
        let audiences: Vec<Audience> = values
            .get(&Field::Audiences)
            .and_then(|value| value.as_array())
            .map(|codes| codes.iter().filter_map(|code| code.as_str()?.parse().ok()).collect())
            .unwrap_or_default();
        let only = |wanted: &[Audience], others: &[Audience]| {
            audiences.iter().any(|audience| wanted.contains(audience))
                && !audiences.iter().any(|audience| others.contains(audience) || *audience == Audience::Tous)
        };
        let young = [Audience::Enfants, Audience::Adolescents];
        let grown = [Audience::Adultes, Audience::PersonnesAgees];
        let said = || {
            if ages.1.is_some_and(|age| age <= CHILDREN_UP_TO) || only(&young, &grown) {
                Some(true)
            } else if ages.0.is_some_and(|age| age >= ADULTS_FROM) || only(&grown, &young) {
                Some(false)
            } else {
                None
            }
        };
        let of_kind = || match (kinds.is_of_children(), kinds.is_of_adults()) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let named = name.is_of_children();
        Public { children: named.or_else(said).or_else(of_kind), named, ages }
    }

    /// Whether nobody may be of both.
    pub fn excludes(&self, other: &Public) -> bool {
        let opposite = |one: Option<bool>, other: Option<bool>| matches!((one, other), (Some(one), Some(other)) if one != other);
        if opposite(self.named, other.named) {
            return true;
        }
        match (self.ages, other.ages) {
            ((Some(_), _) | (_, Some(_)), (Some(_), _) | (_, Some(_))) => {
                let above = |one: &Public, other: &Public| matches!((one.ages.0, other.ages.1), (Some(min), Some(max)) if min > max);
                above(self, other) || above(other, self)
            }
            _ => opposite(self.children, other.children),
        }
    }
}
