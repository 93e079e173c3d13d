//! What is not a name in a place field: postal apparatus, prepositions, numbers of arrondissements.

/// The cities with arrondissements: name, start of the codes, how many.
const CITIES: [(&str, u32, u32); 3] = [("paris", 75_100, 20), ("lyon", 69_380, 9), ("marseille", 13_200, 16)];

/// Roman numerals of the twenty arrondissements of Paris.
const ROMAN: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi",
    "xvii", "xviii", "xix", "xx",
];

/// What a preposition announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// "dans la Vienne", "en Mayenne", "département du Nord".
    Area,
    /// "à Vienne", "près de Vienne".
    Commune,
}

/// Drops what the post adds to an address: `cedex 9`, `BP 123`, `CS 12345`, `TSA 12345`.
pub(crate) fn without_postal_apparatus(key: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut dropping_number = false;
    for word in key.split(' ').filter(|word| !word.is_empty()) {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        // A five-digit number after CEDEX is the postal code of a text written backwards.
        let dropped = dropping_number && number && word.len() < 5;
        dropping_number = matches!(word, "cedex" | "bp" | "cs" | "tsa") && !key.starts_with(word);
        if !dropped && !dropping_number {
            words.push(word);
        }
    }
    words
}

/// The words after a leading preposition, and what it announces. Contracted forms are opened: "au Havre" → "le havre".
pub(crate) fn announced<'a>(words: &[&'a str]) -> Option<(Announced, Vec<&'a str>)> {
    let (announced, rest) = match words {
        [first, rest @ ..] | ["le" | "la", first, rest @ ..] if is_administrative(first) => {
            (Announced::Area, without_link(rest).to_vec())
        }
        ["dans", "le" | "la" | "les" | "l", rest @ ..] | ["dans" | "en", rest @ ..] => {
            (Announced::Area, rest.to_vec())
        }
        ["pres" | "proche" | "autour" | "commune" | "ville" | "mairie", "de" | "du" | "des" | "d", ..] => {
            (Announced::Commune, opened(&words[1..]))
        }
        ["a" | "au" | "aux" | "de" | "du" | "des" | "d" | "vers" | "sur" | "chez", ..] => {
            (Announced::Commune, opened(words))
        }
        _ => return None,
    };
    (!rest.is_empty()).then_some((announced, rest))
}

fn is_administrative(word: &str) -> bool {
    matches!(word, "departement" | "dept" | "dpt" | "region")
}

/// "de la Vienne" → "vienne".
fn without_link<'a, 'b>(words: &'b [&'a str]) -> &'b [&'a str] {
    match words {
        ["de", "la" | "l", rest @ ..] | ["de" | "du" | "des" | "d", rest @ ..] => rest,
        words => words,
    }
}

/// "au X" → "le X", "aux X" and "des X" → "les X", "du X" → "le X"; other prepositions fall.
fn opened<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let (first, rest) = words.split_first().expect("called on a preposition");
    let article = match *first {
        "au" | "du" => Some("le"),
        "aux" | "des" => Some("les"),
        _ => None,
    };
    if rest.is_empty() { Vec::new() } else { article.into_iter().chain(rest.iter().copied()).collect() }
}

/// The COG codes of the arrondissements that are named: "Paris XV", "lyon 3eme", "13e arrondissement marseille"; several when
/// the city is not said. None when the text is not about an arrondissement.
pub(crate) fn arrondissements(words: &[&str]) -> Option<Vec<String>> {
    let mut cities: Vec<(u32, u32)> = Vec::new();
    let mut number = None;
    let mut said = false;
    for word in words {
        if let Some((_, start, count)) = CITIES.iter().find(|(city, ..)| city == word) {
            cities.push((*start, *count));
        } else if matches!(
            *word,
            "arrondissement" | "arrondissements" | "arrond" | "arr" | "ardt" | "arrdt" | "ar"
        ) {
            said = true;
        } else if let Some(ordinal) = ordinal(word) {
            if number.replace(ordinal).is_some() {
                return None;
            }
        } else if !matches!(*word, "e" | "er" | "re" | "eme" | "ieme" | "le" | "dans" | "du" | "de" | "a") {
            return None;
        }
    }
    let number = number?;
    if cities.is_empty() && said {
        cities = CITIES.iter().map(|(_, start, count)| (*start, *count)).collect();
    } else if cities.len() != 1 {
        return None;
    }
    let codes: Vec<String> = cities
        .into_iter()
        .filter(|(_, count)| (1..=*count).contains(&number))
        .map(|(start, _)| format!("{}", start + number))
        .collect();
    (!codes.is_empty()).then_some(codes)
}

/// `1er`, `1re`, `2nd`, `3e`, `3eme`, `3ieme`, `15`, `xv`, `xve`.
fn ordinal(word: &str) -> Option<u32> {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, ending) = word.split_at(digits);
    if !number.is_empty() {
        let ending =
            matches!(ending, "" | "e" | "er" | "re" | "ere" | "nd" | "nde" | "eme" | "ieme" | "em" | "th");
        return if ending { number.parse().ok() } else { None };
    }
    let roman =
        |text: &str| ROMAN.iter().position(|roman| *roman == text).map(|position| position as u32 + 1);
    roman(word).or_else(|| ["eme", "er", "e"].iter().find_map(|ending| roman(word.strip_suffix(ending)?)))
}

/// Whether a word is five digits, as postal codes are.
pub(crate) fn is_five_digits(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The codes of département a word can be: itself, and both halves of Corsica for its former number.
pub(crate) fn departement_codes(word: &str) -> Vec<String> {
    match word.as_bytes() {
        b"20" => vec!["2A".to_owned(), "2B".to_owned()],
        [b'0'..=b'9', b'0'..=b'9' | b'a' | b'b'] | [b'9', b'7' | b'8', b'0'..=b'9'] => {
            vec![word.to_uppercase()]
        }
        _ => Vec::new(),
    }
}

/// The département a postal code suggests by its first digits: the last resort, twenty-three communes contradict it.
pub(crate) fn departement_codes_of_postal_code(postal_code: &str) -> Vec<String> {
    let length = if postal_code.starts_with("97") || postal_code.starts_with("98") { 3 } else { 2 };
    departement_codes(postal_code.get(..length).unwrap_or_default())
}

/// Joins the digits people separate: `92 220` → `92220`, `9-3` → `93`, `2 A` → `2a`, `200 057 867` → `200057867`.
pub(crate) fn joined_digits(words: &[&str]) -> Option<String> {
    let lengths: Vec<usize> = words.iter().map(|word| word.len()).collect();
    let joined = words.concat();
    let digits = joined.bytes().all(|byte| byte.is_ascii_digit());
    let code = match *lengths {
        [2, 1 | 3] | [1, 1] | [3, 3, 3] => digits,
        _ => false,
    };
    (code || joined == "2a" || joined == "2b").then_some(joined)
}
