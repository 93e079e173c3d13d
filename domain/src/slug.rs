//! The readable part of a listing's address: `/ressources/{slug}`.

use maille_territory::fold;

/// Longest slug, in bytes, before the suffix that makes it unique.
const LONGEST: usize = 80;

/// `Équipe mobile de gériatrie Sud 92`, `Clamart` → `equipe-mobile-de-geriatrie-sud-92-clamart`.
/// Words of the commune already in the name are not repeated; an empty name gives `ressource`.
pub fn slug(name: &str, commune: Option<&str>) -> String {
    let name = fold(name);
    let commune = commune.map(fold).filter(|commune| !format!(" {name} ").contains(&format!(" {commune} ")));
    let mut out = String::new();
    for words in [&*name, commune.as_deref().unwrap_or_default()] {
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            // The beginning of a long name, not the short words of its end.
            if out.len() + 1 + word.len() > LONGEST && !out.is_empty() {
                break;
            }
            if !out.is_empty() {
                out.push('-');
            }
            out.extend(word.chars().take(LONGEST));
        }
    }
    if out.is_empty() { "ressource".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_read_like_the_name() {
        assert_eq!(slug("Équipe mobile de gériatrie", Some("Clamart")), "equipe-mobile-de-geriatrie-clamart");
        assert_eq!(slug("CCAS de Bagneux", Some("Bagneux")), "ccas-de-bagneux");
        assert_eq!(slug("🙂", None), "ressource");
        assert!(slug(&"mot ".repeat(100), None).len() <= LONGEST);
        let long = format!("{} interminablement longuement et", "équipe mobile ".repeat(4));
        assert_eq!(
            slug(&long, Some("Sceaux")),
            "equipe-mobile-equipe-mobile-equipe-mobile-equipe-mobile-interminablement-sceaux"
        );
    }
}
