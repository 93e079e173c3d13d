//! The kinds of resource that places of OpenStreetMap are (`data/vocabulary/crosswalk-osm.tsv`).

use std::sync::LazyLock;

use maille_domain::Category;

use super::properties::Properties;
use crate::draft::ForeignCode;

const TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-osm.tsv");
/// Tags that say what a place is, the clearest first.
const TAGS: [&str; 3] = ["healthcare", "social_facility", "amenity"];

/// A row of the crosswalk.
struct Kind {
    tag: &'static str,
    value: &'static str,
    people: &'static str,
    category: Category,
}

static CROSSWALK: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let rows = TABLE.lines().skip(1).map(|line| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [tag, value, people, category, _] = cells[..] else {
            panic!("crosswalk-osm.tsv: five columns a row, found {line:?}")
        };
        let category = Category::from_code(category).expect("the crosswalk names kinds of the vocabulary");
        Kind { tag, value, people, category }
    });
    rows.collect()
});

/// The kind of a place, or what its tags say instead; neither where no tag says what it is.
pub(super) fn category(properties: &mut Properties) -> (Option<Category>, Option<ForeignCode>) {
    let people = properties.peek("social_facility:for").to_ascii_lowercase();
    let said = TAGS.map(|tag| (tag, properties.peek(tag)));
    let fits = |kind: &&Kind| {
        let value = said.iter().any(|(tag, value)| *tag == kind.tag && value == kind.value);
        value && (kind.people.is_empty() || people.split(';').any(|one| one.trim() == kind.people))
    };
    let known = CROSSWALK.iter().find(fits).map(|kind| kind.category);
    for tag in TAGS {
        properties.take(tag);
    }
    let said = said.into_iter().find(|(_, value)| !value.is_empty());
    let code =
        said.map(|(tag, value)| ForeignCode { system: "OSM", code: format!("{tag}={value}"), label: None });
    (known, code)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn clear_tags_are_kinds() {
        for (tags, kind, code) in [
            (json!({ "amenity": "pharmacy" }), Some("pharmacie"), "amenity=pharmacy"),
            (
                json!({ "amenity": "doctors", "healthcare": "midwife" }),
                Some("sage-femme"),
                "healthcare=midwife",
            ),
            (json!({ "amenity": "hospital", "healthcare": "yes" }), Some("hopital"), "healthcare=yes"),
            (
                json!({ "social_facility": "day_care", "social_facility:for": "disabled;senior" }),
                Some("accueil-jour"),
                "social_facility=day_care",
            ),
            (json!({ "social_facility": "day_care" }), None, "social_facility=day_care"),
            (json!({ "amenity": "clinic" }), None, "amenity=clinic"),
        ] {
            let mut properties = Properties::of(&tags);
            let (known, said) = category(&mut properties);
            assert_eq!((known.map(Category::code), &*said.unwrap().code), (kind, code), "{tags}");
        }
    }

    #[test]
    fn every_row_can_be_reached() {
        for kind in CROSSWALK.iter() {
            let tags = json!({ kind.tag: kind.value, "social_facility:for": kind.people });
            assert_eq!(
                category(&mut Properties::of(&tags)).0,
                Some(kind.category),
                "{}={}",
                kind.tag,
                kind.value
            );
        }
    }
}
