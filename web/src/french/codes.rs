//! Codes of open lists in words: languages, accessibility, cost. A code nobody listed is shown as it is.

/// The language of an ISO 639-1 code: `ar` → `arabe`.
pub fn language(code: &str) -> &str {
    match code {
        "am" => "amharique",
        "ar" => "arabe",
        "bg" => "bulgare",
        "bm" => "bambara",
        "bn" => "bengali",
        "br" => "breton",
        "de" => "allemand",
        "en" => "anglais",
        "es" => "espagnol",
        "fa" => "persan, dari",
        "ff" => "peul",
        "fr" => "français",
        "he" => "hébreu",
        "hi" => "hindi",
        "ht" => "créole haïtien",
        "hy" => "arménien",
        "it" => "italien",
        "ja" => "japonais",
        "ka" => "géorgien",
        "km" => "khmer",
        "ku" => "kurde",
        "ln" => "lingala",
        "lo" => "lao",
        "nl" => "néerlandais",
        "oc" => "occitan",
        "pl" => "polonais",
        "ps" => "pachto",
        "pt" => "portugais",
        "ro" => "roumain",
        "ru" => "russe",
        "so" => "somali",
        "sq" => "albanais",
        "sr" => "serbe",
        "ta" => "tamoul",
        "ti" => "tigrigna",
        "tr" => "turc",
        "uk" => "ukrainien",
        "ur" => "ourdou",
        "vi" => "vietnamien",
        "wo" => "wolof",
        "zh" => "chinois",
        other => other,
    }
}

/// An accessibility code: `pmr` → `accessible en fauteuil roulant (PMR)`.
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
