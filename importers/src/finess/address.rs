//! Addresses and commune codes of the register.

use maille_territory::fold;

use super::name::unshouted_address;
use super::said::Said;

/// Abbreviations of kinds of street, as the register and the tax administration write them.
const STREETS: [(&str, &str); 61] = [
    ("ALL", "allée"),
    ("ART", "ancienne route"),
    ("AV", "avenue"),
    ("BD", "boulevard"),
    ("CAR", "carrefour"),
    ("CHE", "chemin"),
    ("CHS", "chaussée"),
    ("CITE", "cité"),
    ("COR", "corniche"),
    ("COTE", "côte"),
    ("COUR", "cour"),
    ("CRS", "cours"),
    ("DOM", "domaine"),
    ("DSC", "descente"),
    ("ECA", "écart"),
    ("ESC", "escalier"),
    ("ESP", "esplanade"),
    ("FG", "faubourg"),
    ("GAL", "galerie"),
    ("GR", "grande rue"),
    ("HAM", "hameau"),
    ("HLE", "halle"),
    ("IMM", "immeuble"),
    ("IMP", "impasse"),
    ("JARD", "jardin"),
    ("LD", "lieu-dit"),
    ("LOT", "lotissement"),
    ("MAIS", "maison"),
    ("MAR", "marché"),
    ("MTE", "montée"),
    ("PARC", "parc"),
    ("PAS", "passage"),
    ("PL", "place"),
    ("PLAN", "plan"),
    ("PLN", "plaine"),
    ("PLT", "plateau"),
    ("PONT", "pont"),
    ("PORT", "port"),
    ("PRO", "promenade"),
    ("PRV", "parvis"),
    ("QU", "quai"),
    ("QUA", "quartier"),
    ("QUAI", "quai"),
    ("R", "rue"),
    ("RES", "résidence"),
    ("RLE", "ruelle"),
    ("ROC", "rocade"),
    ("RPT", "rond-point"),
    ("RTE", "route"),
    ("SEN", "sente"),
    ("SENT", "sentier"),
    ("SQ", "square"),
    ("TPL", "terre-plein"),
    ("TRA", "traverse"),
    ("TSSE", "terrasse"),
    ("VAL", "vallée"),
    ("VC", "voie communale"),
    ("VLA", "villa"),
    ("VLGE", "village"),
    ("VOI", "voie"),
    ("VOIE", "voie"),
];
/// Letters that repeat a number in a street.
const REPEATED: [(&str, &str); 4] = [("B", "bis"), ("T", "ter"), ("Q", "quater"), ("C", "quinquies")];
/// The number of the commune in the register, and the collectivity it became in 2007.
const COLLECTIVITIES: [(&str, &str); 2] = [("97123", "97701"), ("97127", "97801")];

/// A street address in one line, without postal code and commune: the street, then what completes it.
pub(super) fn address(said: &Said) -> String {
    let number = said.get("numvoie");
    let repeated = if number.is_empty() { String::new() } else { repeated(&said.get("compvoie")) };
    let number = [&*number, &repeated].into_iter().filter(|part| !part.is_empty());
    let number = number.collect::<Vec<_>>().join(" ");
    let (kind, name) = (said.get("typvoie"), said.get("voie"));
    let full = STREETS.iter().find(|(short, _)| *short == kind).map_or(&*kind, |(_, full)| full);
    // Some streets have their kind in their name already.
    let twice = !full.is_empty() && format!("{} ", fold(&name)).starts_with(&format!("{} ", fold(full)));
    let kind = if twice { "" } else { full };
    let name = unshouted_address(&name, false);
    let street = [number.as_str(), kind, &name].into_iter().filter(|part| !part.is_empty());
    let street = street.collect::<Vec<_>>().join(" ");
    let rest = ["compldistrib", "lieuditbp"].map(|part| unshouted_address(&said.get(part), true));
    let parts = [street].into_iter().chain(rest).filter(|part| !part.is_empty());
    let address = parts.collect::<Vec<_>>().join(", ");
    let mut chars = address.chars();
    chars.next().map(|first| first.to_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// `bis` and the like, which mean nothing without a number.
fn repeated(letter: &str) -> String {
    REPEATED.iter().find(|(short, _)| *short == letter).map_or(letter, |(_, full)| full).to_owned()
}

/// The COG code of a commune: its number after that of its département, which the register writes its own way overseas.
pub(super) fn cog_code(departement: &str, commune: &str) -> String {
    let departement = format!("{departement:0>2}").to_ascii_uppercase();
    let code = match departement.as_bytes() {
        [b'9', b'A'..=b'F'] => format!("97{commune:0>3}"),
        // Wallis-et-Futuna and what follows.
        [b'9', b'G'..=b'Z'] => format!("98{commune:0>3}"),
        _ => format!("{departement}{commune:0>3}"),
    };
    COLLECTIVITIES.iter().find(|(before, _)| *before == code).map_or(code, |(_, today)| (*today).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_put_together() {
        for ([number, kind, street, repeated, more, place], written) in [
            (["900", "RTE", "DE PARIS", "", "", ""], "900 route de Paris"),
            (["4", "R", "AUGUST NYMAN", "B", "", ""], "4 bis rue August Nyman"),
            (["", "AV", "ALEXIS BLAISE", "", "", "BP 6006"], "Avenue Alexis Blaise, BP 6006"),
            (["", "ALL", "DES TOPAZES", "", "", "CS 11021"], "Allée des Topazes, CS 11021"),
            (["40", "CHE", "CHEMIN SAFER MORANGE", "", "", ""], "40 Chemin Safer Morange"),
            (
                ["", "", "ZAC CHAMPIGNY", "", "", "BP 71 IMMEUBLE SEMAFA"],
                "ZAC Champigny, BP 71 Immeuble Semafa",
            ),
            (["", "ZI", "VALLÉE 3 BP 208", "", "", ""], "ZI Vallée 3 BP 208"),
            (["", "", "", "T", "ROUTE DES RELIGIEUSES", ""], "Route des Religieuses"),
            (["", "", "", "", "", "BP 4 - MATA'UTU"], "BP 4 - Mata'Utu"),
            (["", "", "", "", "", ""], ""),
        ] {
            let value = json!({ "structureet": {
                "numvoie": number, "typvoie": kind, "voie": street, "compvoie": repeated, "compldistrib": more,
                "lieuditbp": place,
            } });
            assert_eq!(address(&Said::of(&value)), written);
        }
    }

    #[test]
    fn overseas_codes_are_those_of_the_cog() {
        for (departement, commune, code) in [
            ("01", "451", "01451"),
            ("1", "4", "01004"),
            ("2A", "004", "2A004"),
            ("9A", "105", "97105"),
            ("9A", "123", "97701"),
            ("9A", "127", "97801"),
            ("9D", "411", "97411"),
            ("9F", "606", "97606"),
            ("9J", "613", "98613"),
        ] {
            assert_eq!(cog_code(departement, commune), code);
        }
    }
}
