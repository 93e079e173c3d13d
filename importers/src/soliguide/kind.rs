//! The kinds of resource that places and services are (`data/vocabulary/crosswalk-soliguide.tsv`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Category;
use maille_domain::vocabulary::Sector;
use maille_territory::fold;
use serde_json::Value;

use crate::json::{each, text};

const TABLE: &str = include_str!("../../../data/vocabulary/crosswalk-soliguide.tsv");

/// A kind that a service may be.
struct Kind {
    /// The row, from the first: the kind of a place is the first of those of its services.
    row: usize,
    category: Category,
    /// Words, folded, one of which the name must have; none when any name will do.
    words: Vec<&'static str>,
}

/// A category of Soliguide.
#[derive(Default)]
struct Slug {
    label: &'static str,
    kinds: Vec<Kind>,
}

static CROSSWALK: LazyLock<HashMap<&'static str, Slug>> = LazyLock::new(|| {
    let mut crosswalk: HashMap<&str, Slug> = HashMap::new();
    for (row, line) in TABLE.lines().skip(1).enumerate() {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [code, category, words, label] = cells[..] else {
            panic!("crosswalk-soliguide.tsv: four columns a row, found {line:?}")
        };
        let slug = crosswalk.entry(code).or_default();
        slug.label = label;
        if !category.is_empty() {
            let category =
                Category::from_code(category).expect("the crosswalk names kinds of the vocabulary");
            slug.kinds.push(Kind { row, category, words: words.split_whitespace().collect() });
        }
    }
    crosswalk
});

/// The French name of a category of Soliguide.
pub(super) fn label(slug: &str) -> Option<&'static str> {
    CROSSWALK.get(slug).map(|slug| slug.label)
}

/// The kind of a category, for a place or service of this name.
fn kind(slug: &str, name: &str) -> Option<&'static Kind> {
    let slug = CROSSWALK.get(slug)?;
    let folded = fold(name);
    let said: HashSet<&str> = folded.split(' ').collect();
    slug.kinds.iter().find(|kind| kind.words.is_empty() || kind.words.iter().any(|word| said.contains(word)))
}

/// The kind of a place: what its name and its services say, then the first of what its services are.
pub(super) fn of_place(place: &Value) -> Option<Category> {
    let name = text(&place["name"]);
    let kinds =
        each(&place["services_all"]).iter().filter_map(|service| kind(&text(&service["category"]), &name));
    kinds.min_by_key(|kind| kind.row).map(|kind| kind.category)
}

/// The kind of a service of a place.
pub(super) fn of_service(place: &Value, service: &Value) -> Option<Category> {
    let name = format!("{} {}", text(&place["name"]), text(&service["name"]));
    kind(&text(&service["category"]), &name).map(|kind| kind.category)
}

/// The services of a place that are listings of their own: those of care, whose kind is not that of the place.
pub(super) fn apart(place: &Value) -> Vec<&Value> {
    let kind = of_place(place);
    let is_apart = |service: &&Value| {
        of_service(place, service).is_some_and(|own| {
            Some(own) != kind && matches!(own.sector(), Sector::Sanitaire | Sector::MedicoSocial)
        }) && !text(&service["serviceObjectId"]).is_empty()
    };
    each(&place["services_all"]).iter().filter(is_apart).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(name: &str, services: &[(&str, &str)]) -> Value {
        let services = services.iter().enumerate();
        let services =
            services.map(|(id, (slug, name))| json!({ "category": slug, "name": name, "serviceObjectId": format!("s{id}") }));
        json!({ "name": name, "services_all": services.collect::<Vec<_>>() })
    }

    #[test]
    fn a_place_is_what_its_name_and_services_say() {
        for (name, services, expected) in [
            ("Le Relais", vec!["wifi", "food_packages", "day_hosting"], Some("accueil-jour-precarite")),
            ("Le Relais", vec!["food_packages", "legal_advice"], Some("aide-alimentaire")),
            ("CSAPA Le Relais", vec!["food_packages", "addiction_care"], Some("csapa")),
            ("Le Relais", vec!["addiction_care"], None),
            ("Pass numérique", vec!["digital_tools_training"], None),
            ("Pass de l’hôpital", vec!["general_practitioner"], Some("pass")),
            ("CCAS", vec!["domiciliation"], Some("ccas")),
            ("Accueil", vec!["vaccination"], Some("vaccination")),
            ("Accueil", vec![], None),
        ] {
            let services: Vec<_> = services.into_iter().map(|slug| (slug, "")).collect();
            assert_eq!(
                of_place(&place(name, &services)).map(Category::code),
                expected,
                "{name} {services:?}"
            );
        }
    }

    #[test]
    fn care_of_another_kind_is_apart() {
        let place = place(
            "Accueil de jour",
            &[
                ("day_hosting", ""),
                ("vaccination", ""),
                ("addiction_care", "Permanence du CSAPA"),
                ("legal_advice", ""),
            ],
        );
        let apart: Vec<_> =
            apart(&place).into_iter().map(|service| text(&service["category"]).into_owned()).collect();
        assert_eq!(apart, ["vaccination", "addiction_care"]);
        assert_eq!(of_service(&place, &place["services_all"][2]).map(Category::code), Some("csapa"));
    }

    #[test]
    fn the_table_names_every_category_once() {
        assert!(CROSSWALK.values().all(|slug| !slug.label.is_empty()));
        let rows: Vec<Vec<&str>> = TABLE.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        assert!(rows.iter().all(|row| label(row[0]) == Some(row[3])), "a category has one label");
        let first_wordless = rows.iter().position(|row| row[2].is_empty()).unwrap();
        assert!(rows[first_wordless..].iter().all(|row| row[2].is_empty()), "what a name says comes first");
        assert!(rows.iter().flat_map(|row| row[2].split_whitespace()).all(|word| fold(word) == word));
    }

    #[test]
    fn every_category_of_the_samples_has_a_label() {
        let Some(path) =
            crate::testing::shared("data-inclusion/crosswalk-soliguide-categories-thematiques.csv")
        else {
            return;
        };
        let known = std::fs::read_to_string(path).unwrap();
        let mut slugs = known.lines().skip(1).filter_map(|line| Some(line.split_once(';')?.0));
        assert!(slugs.all(|slug| label(slug).is_some()));
    }
}
