//! The kind of resource: who carries it, else what it helps with where that leaves no doubt.

use maille_domain::Category;

use super::codes::entry;

/// The kind of a service or a structure: that of its first network in the order of the table; else the one kind that at least
/// half of its thématiques are for its type. None when nothing is clear.
pub(super) fn kind(networks: &[String], themes: &[String], types: &[String]) -> Option<Category> {
    let carried = networks.iter().filter_map(|code| entry("reseaux_porteurs", code));
    let carried = carried.filter(|entry| !entry.values.is_empty()).min_by_key(|entry| entry.rank);
    if let Some(entry) = carried {
        return Category::from_code(entry.values[0]);
    }
    let led = |code: &String| {
        let entry = entry("thematiques", code)?;
        let fits = types.iter().any(|code| entry.types.contains(&code.as_str()));
        entry.values.first().copied().filter(|_| fits)
    };
    let mut kinds: Vec<&str> = themes.iter().filter_map(led).collect();
    let enough = kinds.len() * 2 >= themes.len();
    kinds.sort_unstable();
    kinds.dedup();
    match kinds[..] {
        [one] if enough => Category::from_code(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_says_more_than_a_theme_and_a_theme_only_when_it_is_clear() {
        const FOOD: &str = "equipement-et-alimentation--alimentation";
        const CLOTHES: &str = "equipement-et-alimentation--habillement";
        const CARERS: &str = "famille--soutien-aidants";
        for (networks, themes, types, expected) in [
            (&["mdph"][..], &[][..], "", Some("mdph")),
            (&["departements", "mdph"], &[FOOD], "aide-materielle", Some("mdph")),
            (&["ccas-cias", "france-service"], &[], "", Some("ccas")),
            (&["france-service", "ccas-cias"], &[], "", Some("ccas")),
            (&["departements"], &[FOOD], "aide-materielle", Some("aide-alimentaire")),
            (&[], &[FOOD], "atelier", None),
            (&[], &[FOOD], "", None),
            (&[], &[FOOD, CLOTHES], "aide-materielle", Some("aide-alimentaire")),
            (&[], &[FOOD, CLOTHES, "numerique--acquerir-un-equipement"], "aide-materielle", None),
            (&[], &[CARERS, FOOD], "aide-materielle", None),
            (&[], &[CARERS], "atelier", Some("aide-aidants")),
            (&["inconnu"], &["inconnue"], "inconnu", None),
            (&[], &[], "", None),
        ] {
            let owned = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
            let kind = kind(&owned(networks), &owned(themes), &owned(&[types]));
            assert_eq!(kind.map(Category::code), expected, "{networks:?} {themes:?} {types}");
        }
    }
}
