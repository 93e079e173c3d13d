//! Places inside French sentences: articles, and "de".

use crate::france::france;
use crate::place::{Place, PlaceKind};

impl Place {
    /// A name with the article people say before it: `les Hauts-de-Seine`, `l’Ain`, `Bagneux`.
    pub fn with_article(&self) -> String {
        let article = match self.kind {
            PlaceKind::Departement => {
                france().departement(&self.code).and_then(|departement| departement.article)
            }
            // Official names of regions carry no article, and people do not agree on one.
            PlaceKind::Region => Some("la région"),
            PlaceKind::Epci => epci_article(&self.name),
            _ => None,
        };
        joined(article, &self.name)
    }
}

/// `des Hauts-de-Seine`, `de la Haute-Garonne`, `de l’Ain`, `du Plessis-Robinson`, `d’Antony`, `de Bagneux`.
pub fn of(name_with_article: &str) -> String {
    let starts = |prefix: &str| {
        name_with_article.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let after = |prefix: &str| &name_with_article[prefix.len()..];
    if starts("les ") {
        return format!("des {}", after("les "));
    }
    if starts("le ") {
        return format!("du {}", after("le "));
    }
    // Not before an h or a y: Le Havre, Hyères, Yerres each have their own habit, and "de" is never wrong.
    let vowel = name_with_article.chars().next().is_some_and(|c| "AEIOUÂÉÈÊÎÔŒaeiouéèêîôœ".contains(c));
    if vowel { format!("d’{name_with_article}") } else { format!("de {name_with_article}") }
}

fn joined(article: Option<&str>, name: &str) -> String {
    match article {
        None | Some("") => name.to_owned(),
        Some("l'" | "l’") => format!("l’{name}"),
        Some(article) => format!("{article} {name}"),
    }
}

/// Names of EPCI begin with what they are; a few are names alone.
fn epci_article(name: &str) -> Option<&'static str> {
    match name.split(' ').next()? {
        "Communauté" | "Métropole" => Some("la"),
        "Établissement" | "Etablissement" => Some("l’"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: PlaceKind, code: &str) -> Place {
        france().place(kind, code).unwrap()
    }

    #[test]
    fn places_are_said_as_people_say_them() {
        for (kind, code, said, of_it) in [
            (PlaceKind::Commune, "92007", "Bagneux", "de Bagneux"),
            (PlaceKind::Commune, "92002", "Antony", "d’Antony"),
            (PlaceKind::Commune, "92060", "Le Plessis-Robinson", "du Plessis-Robinson"),
            (PlaceKind::Departement, "92", "les Hauts-de-Seine", "des Hauts-de-Seine"),
            (PlaceKind::Departement, "31", "la Haute-Garonne", "de la Haute-Garonne"),
            (PlaceKind::Departement, "01", "l’Ain", "de l’Ain"),
            (PlaceKind::Departement, "75", "Paris", "de Paris"),
            (PlaceKind::Region, "11", "la région Île-de-France", "de la région Île-de-France"),
        ] {
            let place = place(kind, code);
            let name = place.with_article();
            assert_eq!((name.as_str(), of(&name).as_str()), (said, of_it));
        }
    }
}
