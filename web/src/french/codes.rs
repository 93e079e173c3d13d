//! Codes of open lists in words: languages, accessibility, cost. A code nobody listed is shown as it is.

/// The languages of ISO 639-1, by their codes, in order.
#[rustfmt::skip]
const LANGUAGES: [(&str, &str); 183] = [
    ("aa", "afar"), ("ab", "abkhaze"), ("ae", "avestique"), ("af", "afrikaans"), ("ak", "akan"), ("am", "amharique"),
    ("an", "aragonais"), ("ar", "arabe"), ("as", "assamais"), ("av", "avar"), ("ay", "aymara"), ("az", "azéri"),
    ("ba", "bachkir"), ("be", "biélorusse"), ("bg", "bulgare"), ("bi", "bichlamar"), ("bm", "bambara"),
    ("bn", "bengali"), ("bo", "tibétain"), ("br", "breton"), ("bs", "bosnien"), ("ca", "catalan"),
    ("ce", "tchétchène"), ("ch", "chamorro"), ("co", "corse"), ("cr", "cri"), ("cs", "tchèque"),
    ("cu", "vieux-slave"), ("cv", "tchouvache"), ("cy", "gallois"), ("da", "danois"), ("de", "allemand"),
    ("dv", "maldivien"), ("dz", "dzongkha"), ("ee", "éwé"), ("el", "grec"), ("en", "anglais"), ("eo", "espéranto"),
    ("es", "espagnol"), ("et", "estonien"), ("eu", "basque"), ("fa", "persan, dari"), ("ff", "peul"),
    ("fi", "finnois"), ("fj", "fidjien"), ("fo", "féroïen"), ("fr", "français"), ("fy", "frison"),
    ("ga", "irlandais"), ("gd", "gaélique écossais"), ("gl", "galicien"), ("gn", "guarani"), ("gu", "gujarati"),
    ("gv", "mannois"), ("ha", "haoussa"), ("he", "hébreu"), ("hi", "hindi"), ("ho", "hiri motu"), ("hr", "croate"),
    ("ht", "créole haïtien"), ("hu", "hongrois"), ("hy", "arménien"), ("hz", "héréro"), ("ia", "interlingua"),
    ("id", "indonésien"), ("ie", "interlingue"), ("ig", "igbo"), ("ii", "yi"), ("ik", "inupiaq"), ("io", "ido"),
    ("is", "islandais"), ("it", "italien"), ("iu", "inuktitut"), ("ja", "japonais"), ("jv", "javanais"),
    ("ka", "géorgien"), ("kg", "kikongo"), ("ki", "kikuyu"), ("kj", "kuanyama"), ("kk", "kazakh"),
    ("kl", "groenlandais"), ("km", "khmer"), ("kn", "kannada"), ("ko", "coréen"), ("kr", "kanouri"),
    ("ks", "cachemiri"), ("ku", "kurde"), ("kv", "komi"), ("kw", "cornique"), ("ky", "kirghize"), ("la", "latin"),
    ("lb", "luxembourgeois"), ("lg", "luganda"), ("li", "limbourgeois"), ("ln", "lingala"), ("lo", "lao"),
    ("lt", "lituanien"), ("lu", "luba"), ("lv", "letton"), ("mg", "malgache"), ("mh", "marshallais"), ("mi", "maori"),
    ("mk", "macédonien"), ("ml", "malayalam"), ("mn", "mongol"), ("mr", "marathi"), ("ms", "malais"),
    ("mt", "maltais"), ("my", "birman"), ("na", "nauruan"), ("nb", "norvégien bokmål"), ("nd", "ndébélé du Nord"),
    ("ne", "népalais"), ("ng", "ndonga"), ("nl", "néerlandais"), ("nn", "norvégien nynorsk"), ("no", "norvégien"),
    ("nr", "ndébélé du Sud"), ("nv", "navajo"), ("ny", "chichewa"), ("oc", "occitan"), ("oj", "ojibwé"),
    ("om", "oromo"), ("or", "odia"), ("os", "ossète"), ("pa", "pendjabi"), ("pi", "pali"), ("pl", "polonais"),
    ("ps", "pachto"), ("pt", "portugais"), ("qu", "quechua"), ("rm", "romanche"), ("rn", "kirundi"),
    ("ro", "roumain"), ("ru", "russe"), ("rw", "kinyarwanda"), ("sa", "sanskrit"), ("sc", "sarde"), ("sd", "sindhi"),
    ("se", "same du Nord"), ("sg", "sango"), ("si", "cingalais"), ("sk", "slovaque"), ("sl", "slovène"),
    ("sm", "samoan"), ("sn", "shona"), ("so", "somali"), ("sq", "albanais"), ("sr", "serbe"), ("ss", "swati"),
    ("st", "sotho du Sud"), ("su", "soundanais"), ("sv", "suédois"), ("sw", "swahili"), ("ta", "tamoul"),
    ("te", "télougou"), ("tg", "tadjik"), ("th", "thaï"), ("ti", "tigrigna"), ("tk", "turkmène"), ("tl", "tagalog"),
    ("tn", "tswana"), ("to", "tongien"), ("tr", "turc"), ("ts", "tsonga"), ("tt", "tatar"), ("tw", "twi"),
    ("ty", "tahitien"), ("ug", "ouïghour"), ("uk", "ukrainien"), ("ur", "ourdou"), ("uz", "ouzbek"), ("ve", "venda"),
    ("vi", "vietnamien"), ("vo", "volapük"), ("wa", "wallon"), ("wo", "wolof"), ("xh", "xhosa"), ("yi", "yiddish"),
    ("yo", "yoruba"), ("za", "zhuang"), ("zh", "chinois"), ("zu", "zoulou"),
];

/// The language of an ISO 639-1 code: `ar` → `arabe`; the French sign language, which has no code there, as sources write it.
pub fn language(code: &str) -> &str {
    match LANGUAGES.binary_search_by_key(&code, |(known, _)| known) {
        Ok(at) => LANGUAGES[at].1,
        Err(_) if code.eq_ignore_ascii_case("lsf") => "langue des signes française (LSF)",
        Err(_) => code,
    }
}

/// An accessibility code: `pmr` → `accessible aux personnes à mobilité réduite (PMR)`.
pub fn accessibility(code: &str) -> &str {
    match code {
        "pmr" => "accessible aux personnes à mobilité réduite (PMR)",
        "lsf" => "langue des signes française (LSF)",
        "braille" => "documents en braille",
        "falc" => "facile à lire et à comprendre (FALC)",
        "boucle-magnetique" | "boucle magnétique" => "boucle magnétique",
        other => other,
    }
}

/// A cost: `assurance-maladie` → `pris en charge par l’assurance maladie`.
pub fn cost(code: &str) -> &str {
    match code {
        "gratuit" => "gratuit",
        "payant" => "payant",
        "assurance-maladie" => "pris en charge par l’assurance maladie",
        "selon-ressources" => "selon les ressources",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_found_by_its_code() {
        assert!(LANGUAGES.is_sorted_by_key(|(code, _)| code));
        for (code, name) in LANGUAGES {
            assert_eq!(language(code), name);
        }
        assert_eq!(language("rw"), "kinyarwanda");
        assert_eq!(language("LSF"), "langue des signes française (LSF)");
        assert_eq!(language("zz"), "zz", "what nobody listed is shown as it is");
    }
}
