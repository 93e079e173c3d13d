//! Which source speaks first: a configuration, per field (`data/precedence.toml` until an operator gives another).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::field::Field;

/// For each field, the order in which sources speak. An entry is the name of a format or of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precedence {
    /// The order of fields that have none of their own.
    default: Vec<String>,
    /// The order of some fields; what it does not name follows in the default order.
    #[serde(default)]
    fields: BTreeMap<Field, Vec<String>>,
}

impl Default for Precedence {
    fn default() -> Precedence {
        static BUILT_IN: LazyLock<Precedence> = LazyLock::new(|| {
            include_str!("../../data/precedence.toml").parse().expect("the built-in order is read by a test")
        });
        BUILT_IN.clone()
    }
}

impl std::str::FromStr for Precedence {
    type Err = toml::de::Error;
    fn from_str(text: &str) -> Result<Precedence, toml::de::Error> {
        toml::from_str(text)
    }
}

impl Precedence {
    /// When a source speaks of a field: the lowest first. A source that is named comes where its name is, not where its format
    /// is; but what a field's own order says of either, it says before the default order.
    pub fn rank(&self, field: Field, source: &str, format: &str) -> usize {
        let place = |order: &[String]| {
            let place = |wanted: &str| order.iter().position(|entry| entry == wanted);
            place(source).or_else(|| place(format))
        };
        let own = self.fields.get(&field).map_or(&[][..], Vec::as_slice);
        place(own).or_else(|| Some(own.len() + place(&self.default)?)).unwrap_or(usize::MAX)
    }

    /// The orders: the default one, then those of fields.
    pub fn orders(&self) -> impl Iterator<Item = (Option<Field>, &[String])> {
        let own = self.fields.iter().map(|(field, order)| (Some(*field), order.as_slice()));
        std::iter::once((None, self.default.as_slice())).chain(own)
    }

    /// The entries, each once: formats and names of sources.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        let all: BTreeSet<&str> = self.orders().flat_map(|(_, order)| order).map(String::as_str).collect();
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_its_own_order_and_a_source_its_own_place() {
        let built_in = Precedence::default();
        let rank = |field, format| built_in.rank(field, "une-source", format);
        assert!(rank(Field::Coverage, "csv") < rank(Field::Coverage, "ror-fhir"));
        assert!(rank(Field::Coverage, "ror-fhir") < rank(Field::Coverage, "finess"));
        assert!(rank(Field::Finess, "finess") < rank(Field::Finess, "csv"));
        assert!(rank(Field::Finess, "csv") < rank(Field::Finess, "soliguide"), "what is not named follows");
        assert_eq!(rank(Field::Name, "inconnu"), usize::MAX);

        let own: Precedence = r#"default = ["mdph-92", "ror-fhir", "csv"]"#.parse().unwrap();
        assert_eq!(own.rank(Field::Name, "mdph-92", "csv"), 0);
        assert_eq!(own.rank(Field::Name, "autre", "csv"), 2);
    }

    #[test]
    fn the_order_of_a_field_comes_before_the_default_one() {
        let own: Precedence =
            "default = [\"mdph-92\", \"ror-fhir\", \"csv\"]\n[fields]\nphone = [\"ror-fhir\", \"csv\"]\ncost = [\"csv\", \"mdph-92\"]"
                .parse()
                .unwrap();
        let rank = |field, source, format| own.rank(field, source, format);
        // It names the format of the source, and not the source: the source speaks as its format.
        assert!(rank(Field::Phone, "ror", "ror-fhir") < rank(Field::Phone, "mdph-92", "csv"));
        assert_eq!(rank(Field::Phone, "mdph-92", "csv"), rank(Field::Phone, "autre", "csv"));
        assert!(rank(Field::Cost, "autre", "csv") < rank(Field::Cost, "mdph-92", "csv"), "it names both");
        assert!(
            rank(Field::Name, "mdph-92", "csv") < rank(Field::Name, "ror", "ror-fhir"),
            "no order of its own"
        );
    }

    #[test]
    fn a_mistake_is_said() {
        assert!("default = []\n[fields]\nnom = []".parse::<Precedence>().is_err());
    }
}
