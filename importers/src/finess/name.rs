//! Names that the register writes in capitals, as people write them. Only the case changes; the original stays in the
//! payload.

use std::collections::HashSet;
use std::sync::LazyLock;

use maille_domain::Category;

/// Words that stay small inside a name.
const SMALL: [&str; 21] = [
    "AU", "AUX", "AVEC", "CHEZ", "DANS", "DE", "DES", "DU", "EN", "ET", "LA", "LE", "LES", "OU", "PAR",
    "POUR", "SOUS", "SUR", "QU", "UN", "UNE",
];
/// Abbreviations without a vowel that are no sigles.
const SHORTENED: [&str; 7] = ["DR", "MGR", "MR", "PR", "ST", "STS", "BLD"];
/// Sigles with a vowel, besides those of the vocabulary; without a vowel, a word is one.
const SIGLES: &str = "ADAPEI ADEF ADMR ADSEA AFTAM AGDUC ALEFPA ANPAA APAJH APEI APF APHM APHP ARSEP ASDR ASE AURAL \
    CCAS CHI CHU CIAS CROUS EHPA EHPAD EPSM EPSMS ESAT EURL FAM GCSMS GHU GIE HAD HIA IES IME IMPRO ITEP MAPA \
    MARPA MECS MGEN MSA ONAC PMI SA SAJ SARL SAS SCIC SEGPA SELARL SELAS SESSAD SIVOM SIVU SPASAD SSIAD UAD UDAF UGECAM \
    UHSA UMD UNAPEI USLD VYV";
/// The vocabulary's own acronyms that are names of places and things too.
const WORDS: [&str; 3] = ["ALMA", "PAM", "VIF"];

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let vocabulary = Category::all().filter_map(Category::acronym).filter(|acronym| !WORDS.contains(acronym));
    let upper = |word: &&str| word.chars().all(|c| c.is_ascii_uppercase());
    vocabulary.filter(upper).chain(SIGLES.split_whitespace()).collect()
});

/// A name: sigles, dotted or not, and Roman numerals stay; articles and the like become small; every other word has one
/// capital. A name that is not all in capitals is left as it is.
pub(crate) fn unshouted(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    small(name, true, |word| KNOWN.contains(word))
}

/// A part of an address: as a name, save that few sigles are met there.
pub(crate) fn unshouted_address(part: &str, first: bool) -> String {
    if part.chars().any(char::is_lowercase) {
        return part.to_owned();
    }
    small(part, first, |word| ["ZA", "ZI", "ZAC", "ZAE", "ZUP"].contains(&word))
}

fn small(text: &str, first: bool, is_sigle: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    let mut first = first;
    while let Some(start) = rest.find(char::is_alphabetic) {
        let (between, from) = rest.split_at(start);
        out.push_str(between);
        before = between.chars().next_back().or(before);
        let end = from.find(|c: char| !c.is_alphabetic()).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let first_of_all = first || matches!(before, Some('(' | '"'));
        out.push_str(&written(word, first_of_all, before, after.chars().next(), &is_sigle));
        before = word.chars().next_back();
        first = false;
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A word as it is written between two characters.
fn written(
    word: &str,
    first: bool,
    before: Option<char>,
    after: Option<char>,
    is_sigle: &impl Fn(&str) -> bool,
) -> String {
    let elided = matches!(after, Some('\'' | '’')) && word.chars().count() <= 2;
    let lower = || word.to_lowercase();
    if elided && !first {
        return lower();
    }
    let numbered = before.is_some_and(|c| c.is_ascii_digit());
    if numbered && word == "E" {
        // An ordinal: the only letter that is small after a number.
        return lower();
    }
    if word.chars().count() == 1 {
        // The preposition loses its accent with its case.
        let preposition = word == "A" && !first && before == Some(' ') && after == Some(' ');
        return if preposition { "à".to_owned() } else { word.to_owned() };
    }
    if numbered {
        return lower();
    }
    if SMALL.contains(&word) {
        return if first { capital(word) } else { lower() };
    }
    let roman = word.chars().all(|c| "IVX".contains(c));
    let vowel = word.chars().any(|c| !"BCDFGHJKLMNPQRSTVWXZÇ".contains(c));
    if roman || is_sigle(word) || (!vowel && !SHORTENED.contains(&word)) {
        return word.to_owned();
    }
    capital(word)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_string() + &chars.as_str().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_written_as_people_write_them() {
        for (shouted, written) in [
            (
                "CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT",
                "Centre Hospitalier de Bourg-en-Bresse Fleyriat",
            ),
            ("CH LOUIS CONSTANT FLEMING", "CH Louis Constant Fleming"),
            ("CHI SITE D'AIX EN PROVENCE", "CHI Site d'Aix en Provence"),
            ("E.H.P.A.D. EDMAR LAMA DE CAYENNE", "E.H.P.A.D. Edmar Lama de Cayenne"),
            ("C.H. DE L'ALMA", "C.H. de l'Alma"),
            ("L'ESCALE", "L'Escale"),
            ("SSIAD DU PAYS D'AUGE", "SSIAD du Pays d'Auge"),
            ("SERVICE D'AIDE A DOMICILE", "Service d'Aide à Domicile"),
            ("PAVILLON A", "Pavillon A"),
            ("HOPITAL JEAN XXIII - SITE II", "Hopital Jean XXIII - Site II"),
            ("CHU SITE FELIX GUYON (SAINT DENIS)", "CHU Site Felix Guyon (Saint Denis)"),
            ("UNITE AUTODIALYSE (LA POSSESSION)-ASDR", "Unite Autodialyse (La Possession)-ASDR"),
            ("LIEU DE VIE \"MAVOUNA MEMA 1\"", "Lieu de Vie \"Mavouna Mema 1\""),
            ("ALEFPA S.M.J.P.M", "ALEFPA S.M.J.P.M"),
            ("PHARMACIE DU 8EME ARRONDISSEMENT", "Pharmacie du 8eme Arrondissement"),
            ("PARIS 4E ARRONDISSEMENT", "Paris 4e Arrondissement"),
            ("PARIS 1ER ET 2E, 18EME (19E)", "Paris 1er et 2e, 18eme (19e)"),
            ("PAVILLON 4B", "Pavillon 4B"),
            ("HÔPITAL ST JOSEPH", "Hôpital St Joseph"),
            ("Hôpital Saint-Joseph", "Hôpital Saint-Joseph"),
            ("123", "123"),
            ("", ""),
        ] {
            assert_eq!(unshouted(shouted), written);
        }
    }

    proptest! {
        #[test]
        fn only_the_case_changes(name in "[A-ZÉÀÇ0-9 .'’\"()&/-]{0,40}") {
            // The preposition gets its accent back.
            prop_assert_eq!(unshouted(&name).replace(" à ", " a ").to_uppercase(), name);
        }
    }
}
