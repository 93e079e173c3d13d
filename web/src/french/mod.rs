//! How the pages say numbers, distances, dates and hours: as people say them, with French typography.

pub mod codes;
pub mod date;
pub mod hours;

use std::collections::HashMap;
use std::sync::LazyLock;

use maille_domain::Category;

/// The narrow no-break space that goes before `; : ! ?`.
pub const NARROW: char = '\u{202f}';
/// The no-break space between a number and its unit, and between thousands: the narrow one cannot be seen there in the
/// face of the pages.
pub const NO_BREAK: char = '\u{a0}';

/// `12345` → `12 345`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 2);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(NO_BREAK);
        }
        out.push(digit);
    }
    out
}

/// `0,25`, `45`, `12 345,5`: two decimals at most, none in vain.
pub fn decimal(value: f64) -> String {
    let hundredths = (value.abs() * 100.0).round() as u64;
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let sign = if value < 0.0 && hundredths > 0 { "−" } else { "" };
    let decimals = format!("{rest:02}");
    let decimals = decimals.trim_end_matches('0');
    let comma = if decimals.is_empty() { "" } else { "," };
    format!("{sign}{}{comma}{decimals}", number(whole))
}

/// `1 ressource`, `12 ressources`, `0 ressource`.
pub fn counted(count: u64, singular: &str, plural: &str) -> String {
    format!("{}{NO_BREAK}{}", number(count), if count < 2 { singular } else { plural })
}

/// `4,2 km`, `12 km`; `environ 4 km` when the site is known no better than by its commune.
pub fn distance(km: f64, exact: bool) -> String {
    match (km, exact) {
        (..0.95, _) => format!("moins de{NO_BREAK}1{NO_BREAK}km"),
        (..9.95, true) => format!("{km:.1}{NO_BREAK}km").replace('.', ","),
        // Nobody goes there for a kilometre more or less.
        (99.5.., _) => format!("environ{NO_BREAK}{}{NO_BREAK}km", number((km / 10.0).round() as u64 * 10)),
        (_, true) => format!("{}{NO_BREAK}km", number(km.round() as u64)),
        (_, false) => format!("environ{NO_BREAK}{}{NO_BREAK}km", number(km.round() as u64)),
    }
}

/// `a`, `a et b`, `a, b et c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, "et")
}

/// `a`, `a ou b`, `a, b ou c`.
pub fn either<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, "ou")
}

fn joined<T: AsRef<str>>(items: &[T], before_last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {before_last} {}", first.join(", "), last.as_ref())
        }
    }
}

/// The spaces and the apostrophes of French typography in a text that was written with plain ones: `l’avis : « cité »`,
/// `avant 15 h`.
pub fn typography(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let between_letters =
            out.ends_with(char::is_alphabetic) && chars.peek().is_some_and(|next| next.is_alphabetic());
        if c == '\'' && between_letters {
            out.push('’');
            continue;
        }
        let before_mark =
            c == ' ' && chars.peek().is_some_and(|next| matches!(next, ';' | ':' | '!' | '?' | '»'));
        let hour = c == ' ' && out.ends_with(|c: char| c.is_ascii_digit()) && {
            let mut after = chars.clone();
            after.next() == Some('h') && !after.next().is_some_and(char::is_alphanumeric)
        };
        out.push(match c {
            _ if hour => NO_BREAK,
            _ if before_mark || (c == ' ' && out.ends_with('«')) => NARROW,
            c => c,
        });
    }
    out
}

/// The name of a kind of resource as pages show it: the vocabulary is written with straight apostrophes.
pub fn kind(kind: Category) -> &'static str {
    static SHOWN: LazyLock<HashMap<&'static str, String>> =
        LazyLock::new(|| Category::all().map(|kind| (kind.code(), typography(kind.label()))).collect());
    SHOWN.get(kind.code()).map_or(kind.label(), String::as_str)
}

/// The first letter in lower case, but for acronyms: `Personnes âgées` → `personnes âgées`, `DAC` stays.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// The first letter in upper case.
pub fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The ages served: `75 ans et plus`, `jusqu’à 17 ans`, `de 6 à 17 ans`.
pub fn ages(min: Option<u8>, max: Option<u8>) -> Option<String> {
    match (min.filter(|&min| min > 0), max) {
        (None, None) => None,
        (Some(min), None) => Some(format!("{min}{NO_BREAK}ans et plus")),
        (None, Some(max)) => Some(format!("jusqu’à {max}{NO_BREAK}ans")),
        (Some(min), Some(max)) if min == max => Some(format!("{min}{NO_BREAK}ans")),
        (Some(min), Some(max)) => Some(format!("de {min} à {max}{NO_BREAK}ans")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_distances_are_french() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1\u{a0}234\u{a0}567");
        assert_eq!(decimal(0.25), "0,25");
        assert_eq!(decimal(99.5), "99,5");
        assert_eq!(decimal(-1_234.0), "−1\u{a0}234");
        assert_eq!(counted(0, "ressource", "ressources"), "0\u{a0}ressource");
        assert_eq!(counted(2, "ressource", "ressources"), "2\u{a0}ressources");
        assert_eq!(distance(4.23, true), "4,2\u{a0}km");
        assert_eq!(distance(0.4, true), "moins de\u{a0}1\u{a0}km");
        assert_eq!(distance(12.6, true), "13\u{a0}km");
        assert_eq!(distance(4.23, false), "environ\u{a0}4\u{a0}km");
        assert_eq!(distance(99.4, true), "99\u{a0}km");
        assert_eq!(distance(581.2, true), "environ\u{a0}580\u{a0}km");
        assert_eq!(distance(1_204.0, false), "environ\u{a0}1\u{a0}200\u{a0}km");
    }

    #[test]
    fn words_are_joined_as_they_are_spoken() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["à domicile", "en EHPAD"]), "à domicile et en EHPAD");
        assert_eq!(list(&["a", "b", "c"]), "a, b et c");
        assert_eq!(lower_first("Équipe mobile"), "équipe mobile");
        assert_eq!(lower_first("DAC"), "DAC");
        assert_eq!(upper_first("à domicile"), "À domicile");
        assert_eq!(typography("lu : « mot » ?"), "lu\u{202f}: «\u{202f}mot\u{202f}»\u{202f}?");
        assert_eq!(
            typography("avant 15 h. Dès 9 h 30, 2 heures"),
            "avant 15\u{a0}h. Dès 9\u{a0}h 30, 2 heures"
        );
        assert_eq!(typography("l'avis d'Ève, 'cité'"), "l’avis d’Ève, 'cité'");
        assert_eq!(
            kind(Category::from_code("emas").unwrap()),
            "Équipe mobile d’appui médico-social à la scolarisation"
        );
        assert!(Category::all().all(|one| !kind(one).contains('\'')));
        assert_eq!(ages(Some(75), None).unwrap(), "75\u{a0}ans et plus");
        assert_eq!(ages(Some(0), Some(17)).unwrap(), "jusqu’à 17\u{a0}ans");
        assert_eq!(ages(Some(6), Some(17)).unwrap(), "de 6 à 17\u{a0}ans");
        assert_eq!(ages(None, None), None);
    }
}
