//! Two thousand writings of places, generated as people write them: what they lead to, alone and inside a sentence.

use std::collections::BTreeMap;
use std::fmt::Write;

use maille_territory::{Commune, CommuneKind, Departement, Found, PlaceKind, Spoken, fold, france};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const WRITINGS: usize = 2_000;
const OFFERED: usize = 8;
/// Half of the communes that are drawn have this many people.
const TOWN: u32 = 5_000;

/// Numbers that look drawn and are the same every time (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).expect("below a usize")
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    AsIs,
    Upper,
    Lower,
    NoAccents,
    HyphensToSpaces,
    Glued,
    ShortSaint,
    NoApostrophe,
    ApostropheToSpace,
    NoArticle,
    At,
    TownOf,
    On,
    DepartementInBrackets,
    ThenDepartement,
    PostalCode,
    PostalCodeThenName,
    NameThenPostalCode,
    FirstLetters,
    Typo,
}

const SORTS: [Sort; 20] = [
    Sort::AsIs,
    Sort::Upper,
    Sort::Lower,
    Sort::NoAccents,
    Sort::HyphensToSpaces,
    Sort::Glued,
    Sort::ShortSaint,
    Sort::NoApostrophe,
    Sort::ApostropheToSpace,
    Sort::NoArticle,
    Sort::At,
    Sort::TownOf,
    Sort::On,
    Sort::DepartementInBrackets,
    Sort::ThenDepartement,
    Sort::PostalCode,
    Sort::PostalCodeThenName,
    Sort::NameThenPostalCode,
    Sort::FirstLetters,
    Sort::Typo,
];

#[derive(Clone, Copy)]
enum Meant {
    Commune(&'static Commune),
    Departement(&'static Departement),
}

struct Writing {
    sort: Sort,
    text: String,
    meant: Meant,
    /// When it is the whole text.
    postal_code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Right,
    Asked,
    Wrong,
}

impl Meant {
    fn name(self) -> &'static str {
        match self {
            Meant::Commune(commune) => &commune.name,
            Meant::Departement(departement) => &departement.name,
        }
    }

    fn is(self, kind: PlaceKind, code: &str, name: &str) -> bool {
        match self {
            Meant::Commune(commune) => kind == PlaceKind::Commune && *commune.code == *code,
            // Paris, La Réunion: the same place as commune or region.
            Meant::Departement(departement) => {
                (kind == PlaceKind::Departement && *departement.code == *code) || *departement.name == *name
            }
        }
    }
}

impl Writing {
    fn outcome(&self, found: &Found) -> Outcome {
        let meant: Vec<bool> = found
            .places
            .iter()
            .map(|place| match &self.postal_code {
                // One commune among those of the code: the code says no more.
                Some(postal_code) => {
                    let served = france().communes_of_postal_code(postal_code);
                    served.iter().any(|commune| *commune.code == *place.code)
                }
                None => self.meant.is(place.kind, &place.code, &place.name),
            })
            .collect();
        match (found.ambiguous, meant.first()) {
            (false, Some(true)) => Outcome::Right,
            (true, Some(_)) if meant.contains(&true) => Outcome::Asked,
            _ => Outcome::Wrong,
        }
    }
}

fn plain(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().replace('œ', "oe").replace('Œ', "Oe")
}

fn is_hyphen_or_space(c: char) -> bool {
    matches!(c, '-' | ' ')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// The same in another case, or without accents.
fn styled(text: &str, draws: &mut Draws) -> String {
    match draws.below(4) {
        0 => text.to_owned(),
        1 => text.to_lowercase(),
        2 => plain(text).to_lowercase(),
        _ => plain(text).to_uppercase(),
    }
}

fn drawn(draws: &mut Draws) -> Meant {
    let communes = france().communes();
    if draws.below(20) == 0 {
        let departements = france().departements();
        return Meant::Departement(&departements[draws.below(departements.len())]);
    }
    let town = draws.below(2) == 0;
    loop {
        let commune = &communes[draws.below(communes.len())];
        if commune.kind == CommuneKind::Commune && (!town || commune.population >= TOWN) {
            return Meant::Commune(commune);
        }
    }
}

/// The name of what is meant, written so; none when it cannot be.
fn written(sort: Sort, meant: Meant, draws: &mut Draws) -> Option<(String, Option<String>)> {
    let name = meant.name();
    let said = |text: String| Some((text, None));
    let changed = |text: String| (text != name).then_some(text);
    let commune = match meant {
        Meant::Commune(commune) => Some(commune),
        Meant::Departement(_) => None,
    };
    let mut postal_code = || {
        let codes = &commune?.postal_codes;
        (!codes.is_empty()).then(|| codes[draws.below(codes.len())].to_string())
    };
    match sort {
        Sort::PostalCode => {
            let postal_code = postal_code()?;
            return Some((postal_code.clone(), Some(postal_code)));
        }
        Sort::PostalCodeThenName => {
            let postal_code = postal_code()?;
            return said(format!("{postal_code} {}", styled(name, draws)));
        }
        Sort::NameThenPostalCode => {
            let postal_code = postal_code()?;
            return said(format!("{} {postal_code}", styled(name, draws)));
        }
        _ => {}
    }
    let text = match sort {
        Sort::AsIs => return said(name.to_owned()),
        Sort::Upper => return said(name.to_uppercase()),
        Sort::Lower => return said(name.to_lowercase()),
        Sort::NoAccents => return said(changed(plain(name))?),
        Sort::HyphensToSpaces => changed(name.replace('-', " "))?,
        Sort::Glued => changed(name.replace(is_hyphen_or_space, ""))?,
        Sort::ShortSaint => changed(name.replace("Sainte-", "Ste-").replace("Saint-", "St "))?,
        Sort::NoApostrophe => changed(name.replace(is_apostrophe, ""))?,
        Sort::ApostropheToSpace => changed(name.replace(is_apostrophe, " "))?,
        Sort::NoArticle => {
            commune.filter(|commune| commune.has_article)?;
            let (_, rest) = name.split_once(|c| c == ' ' || is_apostrophe(c))?;
            rest.to_owned()
        }
        Sort::At => format!("{} {name}", draws.one_of(&["à", "a", "À"])),
        Sort::TownOf => format!("{} {name}", draws.one_of(&["ville de", "commune de", "mairie de"])),
        Sort::On => format!("sur {name}"),
        Sort::DepartementInBrackets => format!("{name} ({})", commune?.departement),
        Sort::ThenDepartement => format!("{name} {}", commune?.departement),
        Sort::FirstLetters => first_letters(name, draws)?,
        Sort::Typo => typo(name, draws)?,
        Sort::PostalCode | Sort::PostalCodeThenName | Sort::NameThenPostalCode => unreachable!("said above"),
    };
    let is_place_of_communes = matches!(sort, Sort::At | Sort::TownOf | Sort::On);
    if is_place_of_communes && commune.is_none() {
        return None;
    }
    said(styled(&text, draws))
}

/// At least five letters and three fifths of the name, not the whole.
fn first_letters(name: &str, draws: &mut Draws) -> Option<String> {
    let letters: Vec<char> = name.chars().collect();
    let least = 5.max((letters.len() * 3).div_ceil(5));
    let kept = (least < letters.len()).then(|| least + draws.below(letters.len() - least))?;
    Some(letters[..kept].iter().collect())
}

/// A letter swapped, dropped, doubled or struck beside; never the first.
fn typo(name: &str, draws: &mut Draws) -> Option<String> {
    const ROWS: [&str; 3] = ["azertyuiop", "qsdfghjklm", "wxcvbn"];
    let mut letters: Vec<char> = plain(name).to_lowercase().chars().collect();
    let places: Vec<usize> = (1..letters.len()).filter(|at| letters[*at].is_alphabetic()).collect();
    if places.len() < 4 {
        return None;
    }
    let at = draws.one_of(&places);
    match draws.below(4) {
        0 => {
            let next = letters.get(at + 1).filter(|next| next.is_alphabetic() && **next != letters[at])?;
            let next = *next;
            letters[at + 1] = letters[at];
            letters[at] = next;
        }
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => {
            let row: Vec<char> = ROWS.iter().find(|row| row.contains(letters[at]))?.chars().collect();
            let key = row.iter().position(|key| *key == letters[at])?;
            letters[at] = if key == 0 { row[1] } else { row[key - 1] };
        }
    }
    Some(letters.into_iter().collect())
}

fn writings() -> Vec<Writing> {
    let mut draws = Draws(2026);
    (0..WRITINGS)
        .map(|count| {
            let sort = SORTS[count % SORTS.len()];
            loop {
                let meant = drawn(&mut draws);
                if let Some((text, postal_code)) = written(sort, meant, &mut draws) {
                    return Writing { sort, text, meant, postal_code };
                }
            }
        })
        .collect()
}

/// Right, asked and wrong by sort, printed; the share that is not wrong.
fn share(test: &str, outcomes: &[(&Writing, Outcome, String)]) -> (f64, String) {
    let mut table: BTreeMap<Sort, [usize; 3]> = BTreeMap::new();
    let mut wrong = String::new();
    for (writing, outcome, what) in outcomes {
        table.entry(writing.sort).or_default()[*outcome as usize] += 1;
        if *outcome == Outcome::Wrong {
            writeln!(wrong, "{:?} {:?} for {}: {what}", writing.sort, writing.text, writing.meant.name())
                .expect("a String takes any text");
        }
    }
    println!("{test}: right, asked, wrong");
    for (sort, counts) in &table {
        println!("  {sort:<24?} {counts:>4?}");
    }
    let failed: usize = table.values().map(|counts| counts[2]).sum();
    let share = 1.0 - failed as f64 / outcomes.len() as f64;
    println!("  {share:.4} of {}\n{wrong}", outcomes.len());
    (share, wrong)
}

fn offered(found: &Found) -> String {
    let names: Vec<&str> = found.places.iter().take(4).map(|place| place.name.as_str()).collect();
    format!("{names:?}{}", if found.ambiguous { " ?" } else { "" })
}

#[test]
fn what_people_write_leads_to_the_place_or_to_a_question() {
    let writings = writings();
    let outcomes: Vec<_> = writings
        .iter()
        .map(|writing| {
            let found = france().find(&writing.text, OFFERED);
            (writing, writing.outcome(&found), offered(&found))
        })
        .collect();
    let (share, wrong) = share("alone", &outcomes);
    assert!(share >= 0.98, "{share:.4}:\n{wrong}");
}

#[test]
fn what_people_write_is_heard_in_a_sentence() {
    const FIELD: [&str; 9] =
        ["ssiad", "ehpad", "cherche", "aide", "soins", "mairie", "ville", "commune", "domicile"];
    let writings = writings();
    let mut outcomes = Vec::new();
    for (count, writing) in writings.iter().enumerate() {
        let announced = matches!(writing.sort, Sort::At | Sort::TownOf | Sort::On);
        if matches!(writing.sort, Sort::Typo | Sort::FirstLetters) {
            continue;
        }
        let text = &writing.text;
        let sentence = match count / SORTS.len() % 3 {
            0 if !announced => format!("ssiad à {text}"),
            1 => format!("cherche ehpad {text}"),
            2 => format!("{text} aide à domicile"),
            _ => format!("soins {text}"),
        };
        let words: Vec<&str> =
            sentence.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let spoken: Vec<Spoken> = words
            .iter()
            .map(|written| Spoken { written, is_word: FIELD.contains(&fold(written).as_str()) })
            .collect();
        let mention = france().mention(&spoken);
        let (outcome, what) = match mention {
            Some(mention) => {
                let found = france().find(&mention.text, OFFERED);
                (writing.outcome(&found), format!("{sentence:?} → {:?} {}", mention.text, offered(&found)))
            }
            None => (Outcome::Wrong, format!("{sentence:?} → nothing")),
        };
        outcomes.push((writing, outcome, what));
    }
    let (share, wrong) = share("in a sentence", &outcomes);
    assert!(share >= 0.95, "{share:.4}:\n{wrong}");
}
