//! Phone numbers: any French writing in, E.164 or a short number kept, grouped as they are spoken out.

use std::str::FromStr;

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

/// Not a number one can dial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "un numéro de téléphone français (01 46 30 18 14, +33 1 46 30 18 14) ou un numéro court connu (15, 115, 3114…)"
)]
pub struct PhoneError;

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim().trim_start_matches("tel:");
        if text.len() > 40 {
            return Err(PhoneError);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let only_digits = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || ".-/".contains(c));
        if only_digits && is_short(&digits) {
            return Ok(Phone(digits));
        }
        // "+33 (0)1…": the zero in brackets is for callers inside France.
        let international = text.replace("(0)", "");
        let international = match OVERSEAS
            .iter()
            .find(|(prefix, _)| only_digits && digits.len() == 10 && digits.starts_with(prefix))
        {
            Some((_, country)) => format!("+{country}{}", &digits[1..]),
            None => international,
        };
        let number = phonenumber::parse(Some(country::FR), &international).map_err(|_| PhoneError)?;
        if !phonenumber::is_valid(&number) {
            return Err(PhoneError);
        }
        Ok(Phone(number.format().mode(phonenumber::Mode::E164).to_string()))
    }
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

    /// As it is spoken in France: `01 46 30 18 14`, `0 800 360 360`, `31 14`, `15`.
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
            (10, false) | (4, _) => pairs(&national),
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
            ("0590 27 60 27", "+590590276027", "05 90 27 60 27"),
            ("15", "15", "15"),
            ("31 14", "3114", "31 14"),
            ("3919", "3919", "39 19"),
            ("116 117", "116117", "116 117"),
        ] {
            let phone: Phone = typed.parse().unwrap_or_else(|_| panic!("{typed}"));
            assert_eq!((phone.as_str(), phone.spoken().as_str()), (kept, spoken), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for bad in
            ["", "01 46 30", "12", "abc", "01 46 30 18 14 15 16", "99 99 99 99 99", &"1".repeat(10_000)]
        {
            assert_eq!(Phone::from_str(bad), Err(PhoneError), "{bad}");
        }
    }
}
