//! What in a free text may tell who a person is: a name after a civility, a phone number, a mail address, a social security
//! number (NIR), a date of birth. The desk keeps none of them; the contacts of the resources it answers with are no identity.
//!
//! Sources: NIR, décret 82-103 of 22 January 1982 and INSEE (13 digits and a key of two, Corsica as `2A` and `2B`); phone numbers,
//! ARCEP's numbering plan. Names: see `names`.

mod names;

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use maille_territory::fold;

use self::names::{comparable, names};
use crate::Phone;
use crate::codes::codes;
use crate::contact::parse_email;

codes! {
    /// What may tell who a person is.
    Identity {
        Name = "nom", "un nom de personne";
        Phone = "telephone", "un numéro de téléphone";
        Mail = "courriel", "une adresse de courriel";
        Nir = "nir", "un numéro de sécurité sociale";
        Birth = "naissance", "une date de naissance";
    }
}

/// Something that may tell who a person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it looks like.
    pub kind: Identity,
    /// Where, in bytes of the text.
    pub span: Range<usize>,
}

/// What is nobody's identity: contacts and names of resources.
#[derive(Debug, Clone, Default)]
pub struct Known {
    phones: BTreeSet<Phone>,
    mails: BTreeSet<String>,
    names: Vec<String>,
}

impl Known {
    /// Those of resources with these numbers, these addresses and these names.
    pub fn new<'a>(
        phones: impl IntoIterator<Item = &'a Phone>,
        mails: impl IntoIterator<Item = &'a String>,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Known {
        Known {
            phones: phones.into_iter().cloned().collect(),
            mails: mails.into_iter().map(|mail| mail.to_lowercase()).collect(),
            names: names.into_iter().map(|name| comparable(name)).collect(),
        }
    }

    /// Whether a name with its civility stands in that of a resource.
    fn names(&self, called: &str) -> bool {
        let called = comparable(called);
        self.names.iter().any(|name| name.contains(&called))
    }
}

/// Finds what may tell who a person is in a text typed on `today`, in the order of the text.
pub fn scan(text: &str, known: &Known, today: NaiveDate) -> Vec<Found> {
    let mut found = Vec::new();
    mails(text, known, &mut found);
    digits(text, known, today, &mut found);
    dates_in_words(text, today, &mut found);
    names(text, known, &mut found);
    found.sort_by_key(|found| (found.span.start, found.span.end));
    found
}

/// The words of a text, with where each is: letters, digits, and what joins the parts of a name.
fn words(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || (start.is_some() && matches!(c, '-' | '’' | '\''));
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from..at, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn mails(text: &str, known: &Known, found: &mut Vec<Found>) {
    let of_mail = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let space = |c: char| c.is_whitespace() && c != '\n';
    for (at, _) in text.match_indices('@') {
        let before = text[..at].trim_end_matches(space);
        let local = before.len() - before.trim_end_matches(of_mail).len();
        let after = text[at + 1..].trim_start_matches(space);
        let domain = after.len() - after.trim_start_matches(of_mail).len();
        let domain = after[..domain].trim_end_matches(['.', '-']);
        let written = format!("{}@{domain}", &before[before.len() - local..]);
        if parse_email(&written).is_ok() && !known.mails.contains(&written.to_lowercase()) {
            let end = text.len() - after.len() + domain.len();
            found.push(Found { kind: Identity::Mail, span: before.len() - local..end });
        }
    }
}

/// What people put between the digits of one number.
fn joins(c: char) -> bool {
    (c.is_whitespace() && c != '\n') || ".-/()_·,\u{2010}\u{2011}\u{2013}".contains(c)
}

/// Runs of digits, with what people put between them, and the letter of a Corsican NIR.
fn digits(text: &str, known: &Known, today: NaiveDate, found: &mut Vec<Found>) {
    let begins = |c: char| c.is_ascii_digit() || c == '+';
    let mut at = 0;
    while let Some(next) = text[at..].find(begins) {
        let start = at + next;
        let mut end = start + 1;
        for (offset, c) in text[start..].char_indices() {
            let corsica = matches!(c, 'A' | 'B' | 'a' | 'b') && text[..start + offset].ends_with('2');
            if c.is_ascii_digit() {
                end = start + offset + 1;
            } else if !(joins(c) || corsica || (offset == 0 && c == '+')) {
                break;
            }
        }
        number(text, start..end, known, today, found);
        at = end;
    }
}

/// What one run of digits is: the longest reading that is something. Two numbers may follow each other in it.
fn number(text: &str, run: Range<usize>, known: &Known, today: NaiveDate, found: &mut Vec<Found>) {
    let is_digit = |at: usize| text[at..run.end].starts_with(|c: char| c.is_ascii_digit());
    let mut start = run.start;
    'run: while start < run.end {
        let ends = text[start..run.end]
            .char_indices()
            .filter(|(_, c)| c.is_ascii_digit())
            .map(|(offset, _)| start + offset + 1)
            // Nothing is longer, however it is spaced.
            .take_while(|end| end - start <= 60)
            .filter(|end| !is_digit(*end));
        let ends: Vec<usize> = ends.collect();
        for end in ends.into_iter().rev() {
            let written = &text[start..end];
            let kind = if is_nir(written) {
                Identity::Nir
            } else if is_birth(written, &text[..start], today) {
                Identity::Birth
            } else if is_phone(written) {
                Identity::Phone
            } else {
                continue;
            };
            let own = || {
                written
                    .parse::<Phone>()
                    .is_ok_and(|phone| known.phones.contains(&phone) || is_service(written))
            };
            if kind != Identity::Phone || !own() {
                found.push(Found { kind, span: start..end });
            }
            start = end;
            continue 'run;
        }
        // Not a beginning: the next group of digits may be one.
        let group = text[start..run.end].find(|c: char| !c.is_ascii_digit() && c != '+');
        let Some(group) = group else { return };
        let next = text[start + group..run.end].find(|c: char| c.is_ascii_digit() || c == '+');
        let Some(next) = next else { return };
        start += group + next;
    }
}

/// Ten digits that begin with 0, or the same behind +33: nobody's short number.
fn is_phone(written: &str) -> bool {
    let groups: Vec<&str> =
        written.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let digits = groups.concat();
    let national = digits.len() == 10 && digits.starts_with('0');
    let foreign = written.starts_with('+') && (8..=15).contains(&digits.len());
    let prefixed = match digits.len() {
        11 => digits.starts_with("336") || digits.starts_with("337"),
        13 => digits.starts_with("0033"),
        14 => digits.starts_with("00330"),
        _ => false,
    };
    // Between slashes, pairs: dates have others. Between commas too: lists have others.
    let pairs = !written.contains(['/', ',']) || groups.iter().all(|group| group.len() == 2);
    (national || foreign || prefixed) && pairs && !written.chars().any(char::is_alphabetic)
}

/// Numbers in 08 are those of services, never of a person.
fn is_service(written: &str) -> bool {
    let mut digits = written.chars().filter(char::is_ascii_digit);
    (digits.next(), digits.next()) == (Some('0'), Some('8'))
}

/// Sex, year, month, département, commune, order, and perhaps the key.
fn is_nir(written: &str) -> bool {
    let plain: String =
        written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if !matches!(plain.len(), 13 | 15) || !plain.starts_with(['1', '2', '3', '4', '7', '8']) {
        return false;
    }
    let month: u32 = plain[3..5].parse().unwrap_or(0);
    let month_is_one = matches!(month, 1..=12 | 20..=42 | 50..=99);
    let departement = &plain[5..7];
    let departement_is_one =
        departement.bytes().all(|c| c.is_ascii_digit()) || ["2A", "2B"].contains(&departement);
    let rest = plain[..5].bytes().chain(plain[7..].bytes()).all(|c| c.is_ascii_digit());
    month_is_one && departement_is_one && rest
}

/// A day of a year long past, or of any after "né le".
fn is_birth(written: &str, before: &str, today: NaiveDate) -> bool {
    let parts: Vec<&str> =
        written.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let readings = match parts[..] {
        [year, month, day] if year.len() == 4 => vec![(day, month, year)],
        [day, month, year] => vec![(day, month, year)],
        [one] if one.len() == 8 => {
            vec![(&one[..2], &one[2..4], &one[4..]), (&one[6..], &one[4..6], &one[..4])]
        }
        [one] if one.len() == 6 && said_born(before) => vec![(&one[..2], &one[2..4], &one[4..])],
        _ => return false,
    };
    readings.into_iter().any(|(day, month, year)| {
        let (Ok(day), Ok(month), Some(year)) = (day.parse(), month.parse(), full_year(year, today)) else {
            return false;
        };
        NaiveDate::from_ymd_opt(year, month, day).is_some_and(|date| is_past_life(date, before, today))
    })
}

/// A year of four digits, or of two: of this century until next year.
fn full_year(written: &str, today: NaiveDate) -> Option<i32> {
    let number: i32 = written.parse().ok()?;
    match written.len() {
        4 => Some(number),
        2 if number > today.year() % 100 + 1 => Some(1900 + number),
        2 => Some(2000 + number),
        _ => None,
    }
}

/// Other dates of the last years are those of a disease or of a stay.
const NO_BIRTH_UNSAID: i32 = 10;

fn is_past_life(date: NaiveDate, before: &str, today: NaiveDate) -> bool {
    let born = said_born(before);
    let long_ago = date.year() < today.year() - NO_BIRTH_UNSAID;
    (1880..=today.year()).contains(&date.year()) && date <= today && (born || long_ago)
}

/// Whether the text ends with "né le", "né(e) le", "DDN :".
fn said_born(before: &str) -> bool {
    words(before).iter().rev().take(3).any(|(_, word)| says_born(word))
}

fn says_born(word: &str) -> bool {
    ["ne", "nee", "nes", "nees", "ddn", "naiss", "naissance"].contains(&&*fold(word))
}

const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// What counts something after a number: "le 12 mars 82 ans" is no date.
const COUNTED: [&str; 11] =
    ["an", "ans", "annees", "h", "heure", "heures", "jours", "mois", "min", "rue", "avenue"];

/// "12 mars 1945", "1er mars 45"; "née en 1945", "née à Paris en mars 1945".
fn dates_in_words(text: &str, today: NaiveDate, found: &mut Vec<Found>) {
    let words = words(text);
    let is_month = |word: &str| month(word).is_some();
    for (position, (at, word)) in words.iter().enumerate() {
        let before = &text[..at.start];
        if let [(_, named), (end, year), after @ ..] = &words[position + 1..] {
            let day: Option<u32> = word.trim_end_matches("er").parse().ok();
            let counts = after.first().is_some_and(|(_, word)| COUNTED.contains(&&*fold(word)));
            // Two digits may also be an hour or a number of anything: those of a year of the last century, or after "née le".
            let short = year.len() == 2;
            let date = day.zip(month(named)).zip(full_year(year, today)).filter(|_| !(short && counts));
            if let Some(((day, month), year)) = date
                && let Some(date) = NaiveDate::from_ymd_opt(year, month, day)
                && (!short || year < 2000 || said_born(before))
                && is_past_life(date, before, today)
            {
                found.push(Found { kind: Identity::Birth, span: at.start..end.end });
            }
        }
        let after_en = position.checked_sub(1).is_some_and(|last| fold(words[last].1) == "en");
        let long_enough = word.len() == 4 || (word.len() == 2 && after_en);
        let year = full_year(word, today).filter(|_| long_enough);
        // After "née", some words later: "en 1945", "mars 1945".
        let dated = position
            .checked_sub(1)
            .is_some_and(|last| is_month(words[last].1) || ["en", "de"].contains(&&*fold(words[last].1)));
        let born = said_born(before)
            || (dated && words[position.saturating_sub(6)..position].iter().any(|(_, word)| says_born(word)));
        let told = found.iter().any(|found| found.kind == Identity::Birth && found.span.contains(&at.start));
        if year.is_some_and(|year| (1880..=today.year()).contains(&year)) && born && !told {
            found.push(Found { kind: Identity::Birth, span: at.clone() });
        }
    }
}

/// A month by its name, or by how it is shortened.
fn month(word: &str) -> Option<u32> {
    let folded = fold(word);
    let position = MONTHS.iter().position(|name| {
        *name == folded
            || (folded.len() >= 3
                && !matches!(*name, "mars" | "mai" | "juin")
                && name.starts_with(&folded)
                && folded != "jui")
    });
    position.map(|position| position as u32 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    fn found(text: &str) -> Vec<(&'static str, &str)> {
        let found = scan(text, &Known::default(), today());
        found.into_iter().map(|Found { kind, span }| (kind.code(), &text[span])).collect()
    }

    #[test]
    fn who_a_person_is_is_found() {
        for (text, expected) in [
            ("M. Dupont, 82 ans", vec![("nom", "M. Dupont")]),
            ("mme dupont ne mange plus", vec![("nom", "mme dupont")]),
            ("Monsieur LE-GOFF refuse", vec![("nom", "Monsieur LE-GOFF")]),
            ("appelée par Dr Martin", vec![("nom", "Dr Martin")]),
            ("rappeler au 06 12 34 56 78", vec![("telephone", "06 12 34 56 78")]),
            ("fils : +33 6 12 34 56 78.", vec![("telephone", "+33 6 12 34 56 78")]),
            ("0612345678 ou 0699887766", vec![("telephone", "0612345678"), ("telephone", "0699887766")]),
            ("écrire à jeanne.d@exemple.fr", vec![("courriel", "jeanne.d@exemple.fr")]),
            ("NIR 2 45 03 75 116 001 52", vec![("nir", "2 45 03 75 116 001 52")]),
            ("245032A116001", vec![("nir", "245032A116001")]),
            ("née le 12/03/1945", vec![("naissance", "12/03/1945")]),
            ("le 12 mars 1945", vec![("naissance", "12 mars 1945")]),
            ("née en 1945", vec![("naissance", "1945")]),
            ("DDN : 1.4.52", vec![("naissance", "1.4.52")]),
            ("tel0612345678", vec![("telephone", "0612345678")]),
            ("tel06 12 34 56 78et le soir", vec![("telephone", "06 12 34 56 78")]),
            ("06 12 34 56 72b", vec![("telephone", "06 12 34 56 72")]),
            ("+33 (0)6 12 34 56 78", vec![("telephone", "+33 (0)6 12 34 56 78")]),
            ("0033 (0)6 12 34 56 78", vec![("telephone", "0033 (0)6 12 34 56 78")]),
            ("33612345678", vec![("telephone", "33612345678")]),
            ("06.12.34.56.78", vec![("telephone", "06.12.34.56.78")]),
            ("06-12-34-56-78", vec![("telephone", "06-12-34-56-78")]),
            ("06/12/34/56/78", vec![("telephone", "06/12/34/56/78")]),
            (
                "06\u{202f}12\u{202f}34\u{202f}56\u{202f}78",
                vec![("telephone", "06\u{202f}12\u{202f}34\u{202f}56\u{202f}78")],
            ),
            ("jeanne.d @ exemple.fr, fille", vec![("courriel", "jeanne.d @ exemple.fr")]),
            ("nir:2 45 03 2a 116 001 52", vec![("nir", "2 45 03 2a 116 001 52")]),
            ("secu2450375116001", vec![("nir", "2450375116001")]),
            ("1945-03-12", vec![("naissance", "1945-03-12")]),
            ("12031945", vec![("naissance", "12031945")]),
            ("12 / 03 / 1945", vec![("naissance", "12 / 03 / 1945")]),
            ("né(e) le 120345", vec![("naissance", "120345")]),
            ("12 mars 45", vec![("naissance", "12 mars 45")]),
            ("née le 3 fév. 18", vec![("naissance", "3 fév. 18")]),
            ("née en mars 1945", vec![("naissance", "1945")]),
            ("née à Oran en 1945", vec![("naissance", "1945")]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn what_tells_nobody_is_left_alone() {
        for text in [
            "monsieur confus à domicile, 82 ans, chute hier",
            "madame est seule, vit au 3e étage",
            "Monsieur vit seul",
            "mme agee isolée",
            "appeler le 15 ou le 3114",
            "rendez-vous le 12/12/2026 à 14h30",
            "vu le 3 octobre 2026",
            "depuis 2019, ALD",
            "GIR 4, 75 ans, 92007 Bagneux",
            "SIRET 775 672 272 00015",
            "2 passages par jour, 7 jours sur 7",
            "M3 ou RER B",
            "suivie depuis le 12 mars, 82 ans",
            "chute le 12 mars 82 ans",
            "rdv le 12 mars 18 h",
            "FINESS 920712345, RPPS 10003456789",
            "aide @ domicile",
            "5 fruits, 10 h 30, 2 à 3 fois",
            "née prématurée, suivie depuis 2019",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn the_contact_of_a_resource_is_nobody() {
        let phone: Phone = "01 46 30 18 14".parse().unwrap();
        let known = Known::new([&phone], [&"accueil@clic.fr".to_owned()], []);
        assert_eq!(scan("CLIC : 01.46.30.18.14, Accueil@clic.fr", &known, today()), []);
        assert_eq!(scan("01.46.30.18.15", &known, today()).len(), 1);
    }

    #[test]
    fn the_name_of_a_resource_is_nobody() {
        let names = ["Cabinet du docteur Lefèvre", "EHPAD Madame de Sévigné", "Centre Docteur Basset"];
        let names = names.map(str::to_owned);
        let known = Known::new([], [], &names);
        for text in [
            "cabinet du docteur lefevre",
            "Dr Lefèvre Bagneux",
            "ehpad mme de sevigne",
            "centre Docteur Basset",
        ] {
            assert_eq!(scan(text, &known, today()), [], "{text}");
            assert_eq!(found(text).len(), 1, "{text}");
        }
        for text in ["mme lefevre", "Dr Bass", "Mme Basset"] {
            assert_eq!(scan(text, &known, today()).len(), 1, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,60}") {
            for found in scan(&text, &Known::default(), today()) {
                prop_assert!(text.get(found.span).is_some());
            }
        }

        #[test]
        fn a_number_is_found_whatever_is_around(
            number in "0[1-79]([ .]?[0-9]{2}){4}", before in "[a-zé ,:]{0,12}", after in "[a-zé ,:]{0,12}",
        ) {
            let text = format!("{before} {number} {after}");
            prop_assert!(scan(&text, &Known::default(), today()).iter().any(|found| found.kind == Identity::Phone), "{}", text);
        }
    }

    /// What is left once what was found is taken away.
    fn left(text: &str) -> String {
        let mut left = String::new();
        let mut at = 0;
        for Found { span, .. } in scan(text, &Known::default(), today()) {
            left.push_str(text.get(at..span.start).unwrap_or_default());
            at = at.max(span.end);
        }
        left.push_str(&text[at..]);
        left
    }

    #[test]
    fn what_is_left_tells_nobody() {
        let mut wrong = Vec::new();
        for (text, told) in [
            ("Madame Jeanne Dupont bagneux 82 ans", &["Jeanne", "Dupont"][..]),
            ("Mme Jeanne DUPONT née MARTIN", &["DUPONT", "MARTIN"]),
            ("M. Jean-Paul Le Goff tel 06 12 34 56 78", &["Goff", "56"]),
            ("0033 (0)6 12 34 56 78", &["12", "56"]),
            ("06/12/34/56/78", &["12", "56"]),
            ("Mme Dupont jeanne@exemple.fr", &["Dupont", "jeanne"]),
            ("Madame dupont", &["dupont"]),
            ("M. dupont", &["dupont"]),
            ("Mme de La Tour", &["Tour"]),
            ("Monsieur Du Pont", &["Pont"]),
            ("Mme A. Dupont", &["Dupont"]),
            ("Mme : Dupont", &["Dupont"]),
            ("Mme/Dupont", &["Dupont"]),
            ("MM. Dupont", &["Dupont"]),
            ("Mmes Martin", &["Martin"]),
            ("Mme\u{202f}Dupont", &["Dupont"]),
            ("33612345678", &["612345678"]),
            ("tel0612345678", &["0612345678"]),
            ("06\u{2009}12\u{2009}34\u{2009}56\u{2009}78", &["56"]),
            ("06·12·34·56·78", &["56"]),
            ("06,12,34,56,78", &["56"]),
            ("né le 3 mars 45", &["45"]),
            ("né en 45", &["45"]),
            ("née en mars 1945", &["1945"]),
            ("3 janv. 1945", &["1945"]),
            ("1945-03-03", &["1945"]),
            ("née le 03031945", &["1945"]),
            ("jeanne @ exemple.fr", &["jeanne"]),
            ("jeanne@ exemple.fr", &["jeanne"]),
            ("NIR245037511600152", &["245037511600152"]),
        ] {
            let left = left(text);
            if told.iter().any(|told| left.contains(*told)) {
                wrong.push(format!("{text:?} leaves {left:?}"));
            }
        }
        assert_eq!(wrong, [""; 0]);
    }

    #[test]
    fn what_a_desk_says_all_day_is_left_alone() {
        let texts = [
            "mme fatiguée",
            "ssiad pour mme bagneux 82 ans",
            "monsieur antony chute",
            "mr parle peu",
            "mme demande une aide",
            "mme cherche un ssiad",
            "mr sdf",
            "mme alzheimer",
            "mme apa",
            "mme peut marcher",
            "mme doit sortir lundi",
            "Dr traitant",
            "Vu avec madame. Rappeler demain",
            "Monsieur. Besoin d'un ssiad",
            "0800 202 223",
            "0 800 10 10 10",
            "ALD depuis le 12/03/2019",
            "sorti le 3 mars 2024",
            "Madame est confuse",
            "rappeler lundi 14h",
            "DAC 92",
            "m. traitant",
            "appelé par Dr",
            "mme n'est pas",
            "mme s'alimente peu",
            "mme l'a dit",
            "aide pr repas",
            "rdv pr bilan",
            "monsieur vit seul",
        ];
        let changed: Vec<&str> = texts.into_iter().filter(|text| left(text) != *text).collect();
        assert_eq!(changed, [""; 0]);
    }
}
