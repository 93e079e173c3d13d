//! Phone numbers: any French writing in, E.164 or a short number kept, grouped as they are spoken out.

use std::str::FromStr;

use maille_territory::fold;
use phonenumber::country;
use serde::{Deserialize, Serialize};

/// Short numbers that have no E.164 form. Sources: ARCEP, plan de numérotation (numéros d'urgence, numéros courts
/// à valeur sociale 116xxx, numéros à quatre chiffres 30xx-39xx et 10xx).
const SHORT: &[&str] = &[
    "15", "17", "18", "110", "112", "114", "115", "116000", "116006", "116111", "116117", "116123", "119",
    "191", "196", "197",
];

/// Territorial prefixes of the overseas départements and collectivities and their country codes (ITU-T E.164).
const OVERSEAS: &[(&str, &str)] = &[
    ("0508", "508"),
    ("0590", "590"),
    ("0690", "590"),
    ("0691", "590"),
    ("0594", "594"),
    ("0694", "594"),
    ("0596", "596"),
    ("0696", "596"),
    ("0697", "596"),
    ("0262", "262"),
    ("0263", "262"),
    ("0269", "262"),
    ("0639", "262"),
    ("0692", "262"),
    ("0693", "262"),
];

/// A phone number: E.164 (`+33146301814`) or a short number as dialled (`15`, `3114`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

/// Mobile numbers of works of fiction, which no territory has. Source: ARCEP, plan national de numérotation
/// (numéros réservés aux œuvres audiovisuelles).
const FICTION: &str = "063998";

/// Not a number one can dial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing that can be dialled.
    #[error(
        "un numéro de téléphone français (01 46 30 18 14, +33 1 46 30 18 14) ou un numéro court connu (15, 115, 3114…)"
    )]
    NoNumber,
    /// Several numbers, one after the other.
    #[error("un seul numéro, ou plusieurs séparés par « | » (01 99 00 00 01 | 01 99 00 00 02)")]
    Several,
    /// A number, and the extension to ask for.
    #[error("le numéro seul ; ce qui le suit (poste, touche à composer) se dit dans une autre colonne")]
    Extension,
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        if text.len() > 100 {
            return Err(PhoneError::NoNumber);
        }
        let text = without_label(text);
        dialled(text).ok_or_else(|| fault(text))
    }
}

/// The text after "tel:", "Tél. :" and the like.
fn without_label(text: &str) -> &str {
    let number =
        text.trim_start_matches(|c: char| c.is_alphabetic() || c.is_whitespace() || ".:".contains(c));
    let label = &text[..text.len() - number.len()];
    if ["", "tel", "telephone"].contains(&&*fold(label)) { number.trim() } else { text.trim() }
}

/// The number of a text that is nothing else.
fn dialled(text: &str) -> Option<Phone> {
    // "+33 (0)1…": the zero in brackets is for callers inside France.
    let text = text.replace("(0)", "");
    // Among them, dashes and the invisible marks that a number copied from a web page has.
    let of_number = |c: char| {
        c.is_ascii_digit()
            || c.is_whitespace()
            || matches!(c, '.' | '-' | '/' | '(' | ')' | '\u{200b}'..='\u{202e}' | '\u{2212}')
    };
    let text = text.trim_start_matches('\u{202d}');
    let (plus, rest) = text.strip_prefix('+').map_or(("", text), |rest| ("+", rest));
    if !rest.chars().all(of_number) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    if plus.is_empty() && is_short(&digits) {
        return Some(Phone(digits));
    }
    let international = if plus.is_empty() { digits.strip_prefix("00") } else { Some(&*digits) };
    let national = match international {
        None => Some(digits.clone()),
        Some(rest) => rest.strip_prefix("33").map(|rest| format!("0{rest}")),
    };
    let national = national.filter(|national| national.len() == 10);
    if national.is_some_and(|national| national.starts_with(FICTION)) {
        return Some(Phone(format!("+33{}", &digits[digits.len() - 9..])));
    }
    if let Some(overseas) = overseas(&digits, international) {
        return Some(overseas);
    }
    let number = phonenumber::parse(Some(country::FR), format!("{plus}{digits}")).ok()?;
    let valid = phonenumber::is_valid(&number);
    valid.then(|| Phone(number.format().mode(phonenumber::Mode::E164).to_string()))
}

/// A number of an overseas territory, dialled from France (ten digits) or from anywhere.
fn overseas(digits: &str, international: Option<&str>) -> Option<Phone> {
    let is_of = |(prefix, country): &&(&str, &str)| match international {
        None => digits.len() == 10 && digits.starts_with(prefix),
        Some(rest) => {
            rest.strip_prefix(country).is_some_and(|rest| rest.len() == 9 && rest.starts_with(&prefix[1..]))
        }
    };
    let (_, country) = OVERSEAS.iter().find(is_of)?;
    Some(Phone(format!("+{country}{}", &digits[digits.len() - 9..])))
}

/// What is wrong with a text that is no number: whether there are several, or more than one.
fn fault(text: &str) -> PhoneError {
    let several: Vec<&str> =
        text.split(['/', ',', ';', '\n']).flat_map(|part| part.split(" ou ")).map(str::trim).collect();
    if several.len() > 1 && several.iter().all(|part| dialled(part).is_some()) {
        return PhoneError::Several;
    }
    let after = text.char_indices().filter(|(_, c)| c.is_alphabetic() || "#,;:".contains(*c));
    let begins = after.map(|(at, _)| text[..at].trim()).find(|start| !start.is_empty());
    let extended = begins.is_some_and(|start| dialled(start).is_some());
    if extended { PhoneError::Extension } else { PhoneError::NoNumber }
}

fn is_short(digits: &str) -> bool {
    SHORT.contains(&digits)
        || (digits.len() == 4 && (digits.starts_with('3') || digits.starts_with("10")))
        || (digits.len() == 6 && digits.starts_with("118"))
}

impl Phone {
    /// E.164 or the short number: what a `tel:` link dials.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is spoken in France: `01 46 30 18 14`, `0 800 360 360`; a short number as its owner writes it: `3114`, `15`.
    pub fn spoken(&self) -> String {
        let national = match self.0.strip_prefix("+33") {
            Some(rest) => format!("0{rest}"),
            None => match OVERSEAS.iter().find(|(_, country)| {
                self.0.strip_prefix('+').is_some_and(|n| n.starts_with(country) && n.len() == 12)
            }) {
                Some(_) => format!("0{}", &self.0[4..]),
                None => self.0.clone(),
            },
        };
        if national.starts_with('+') {
            return national;
        }
        match (national.len(), national.starts_with("08")) {
            (10, true) => {
                format!("{} {} {} {}", &national[..1], &national[1..4], &national[4..7], &national[7..])
            }
            (10, false) => pairs(&national),
            (6, _) => format!("{} {}", &national[..3], &national[3..]),
            _ => national,
        }
    }
}

fn pairs(digits: &str) -> String {
    let mut out = String::new();
    for (position, c) in digits.chars().enumerate() {
        if position > 0 && position % 2 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

impl std::fmt::Display for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_french_writing_is_understood() {
        for (typed, kept, spoken) in [
            ("01 46 30 18 14", "+33146301814", "01 46 30 18 14"),
            ("01.46.30.18.14", "+33146301814", "01 46 30 18 14"),
            ("+33 1 46 30 18 14", "+33146301814", "01 46 30 18 14"),
            ("+33 (0)1 46 30 18 14", "+33146301814", "01 46 30 18 14"),
            ("0033146301814", "+33146301814", "01 46 30 18 14"),
            ("01 99 00 12 34", "+33199001234", "01 99 00 12 34"),
            ("05 36 49 00 01", "+33536490001", "05 36 49 00 01"),
            ("0 800 360 360", "+33800360360", "0 800 360 360"),
            ("tel:+33-1-99-00-00-77", "+33199000077", "01 99 00 00 77"),
            ("Tél. : 01 99 00 00 77", "+33199000077", "01 99 00 00 77"),
            ("\u{202d}01 99‑00‑00‑77\u{202c}", "+33199000077", "01 99 00 00 77"),
            ("0590 27 60 27", "+590590276027", "05 90 27 60 27"),
            ("+590 590 27 60 27", "+590590276027", "05 90 27 60 27"),
            ("0639 12 34 56", "+262639123456", "06 39 12 34 56"),
            ("00 262 639 12 34 56", "+262639123456", "06 39 12 34 56"),
            ("06 39 98 00 01", "+33639980001", "06 39 98 00 01"),
            ("+33 6 39 98 00 01", "+33639980001", "06 39 98 00 01"),
            ("+331.99.00.00.77", "+33199000077", "01 99 00 00 77"),
            ("(01) 99-00-00-77", "+33199000077", "01 99 00 00 77"),
            ("+41 44 668 18 00", "+41446681800", "+41446681800"),
            ("15", "15", "15"),
            ("31 14", "3114", "3114"),
            ("3919", "3919", "3919"),
            ("116 117", "116117", "116 117"),
        ] {
            let phone: Phone = typed.parse().unwrap_or_else(|_| panic!("{typed}"));
            assert_eq!((phone.as_str(), phone.spoken().as_str()), (kept, spoken), "{typed}");
            assert_eq!(kept.parse(), Ok(phone), "what is kept is read back");
        }
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for (bad, error) in [
            ("", PhoneError::NoNumber),
            ("01 46 30", PhoneError::NoNumber),
            ("12", PhoneError::NoNumber),
            ("abc", PhoneError::NoNumber),
            ("appeler le 01 99 00 00 01", PhoneError::NoNumber),
            ("01 46 30 18 14 15 16", PhoneError::NoNumber),
            ("99 99 99 99 99", PhoneError::NoNumber),
            ("24h/24", PhoneError::NoNumber),
            (&"1".repeat(10_000), PhoneError::NoNumber),
            ("01 99 00 00 01 / 01 99 00 00 02", PhoneError::Several),
            ("01 99 00 00 01 ou 3114", PhoneError::Several),
            ("01 99 00 00 01;15", PhoneError::Several),
            ("+33 (0)1 99 00 00 01 poste 12", PhoneError::Extension),
            ("01 99 00 00 01 (le matin)", PhoneError::Extension),
            ("01 99 00 00 01 #2", PhoneError::Extension),
        ] {
            assert_eq!(Phone::from_str(bad), Err(error), "{bad}");
        }
    }
}
