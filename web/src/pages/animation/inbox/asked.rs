//! The address of a list of lines: which ones, which page, and what has just been done there.

use std::fmt::Write as _;

use maille_domain::{Category, Matter};

use super::settle::Gesture;
use crate::extract::{FromQuery, Reader, encode, quoted};
use crate::french;
use crate::pages::animation::{presence, verification};
use crate::place::{CommuneMeant, commune_meant};
use crate::state::WebState;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Lines of this matter; without one, the first that has any.
    pub matter: Option<Matter>,
    /// Of this kind of resource.
    pub category: Option<Category>,
    /// That this source has.
    pub source: Option<String>,
    /// In this commune, as it was typed.
    pub commune: String,
    /// Those that were set aside.
    pub set_aside: bool,
    /// Which page, from 1.
    pub page: usize,
    /// What has just been done here.
    pub done: Option<Done>,
    /// What has just been done elsewhere, from where one came back: its code.
    pub done_elsewhere: String,
}

/// What came of a gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Which gesture.
    pub gesture: Gesture,
    /// How many lines it settled.
    pub settled: usize,
    /// How many were not there any more.
    pub gone: usize,
    /// How many cannot be settled without choosing a value.
    pub unsettled: usize,
    /// How many wait because somebody else writes.
    pub waiting: usize,
}

impl Default for Asked {
    fn default() -> Asked {
        Asked {
            matter: None,
            category: None,
            source: None,
            commune: String::new(),
            set_aside: false,
            page: 1,
            done: None,
            done_elsewhere: String::new(),
        }
    }
}

const MATTER: &str = "type";
const CATEGORY: &str = "categorie";
const SOURCE: &str = "source";
const COMMUNE: &str = "commune";
const STATE: &str = "etat";
const SET_ASIDE: &str = "mis-de-cote";
const PAGE: &str = "page";
const SAID: &str = "dit";

impl FromQuery for Asked {
    fn from_query(reader: &mut Reader, _: &WebState) -> Asked {
        Asked::read(reader)
    }
}

impl Asked {
    pub fn read(reader: &mut Reader) -> Asked {
        let mut count = |name: &str| reader.text(name).parse::<u16>().map(usize::from).unwrap_or_default();
        let [settled, gone, unsettled, waiting] = ["faites", "deja", "choix", "attente"].map(&mut count);
        let said = reader.text(SAID);
        let gesture = said.parse().ok();
        let source = reader.text(SOURCE).replace('\0', "");
        Asked {
            matter: reader.one(MATTER, |text| text.parse().map_err(|error| format!("{error}"))),
            category: reader.one(CATEGORY, |code| {
                Category::from_code(code).ok_or_else(|| format!("{} n’est pas un genre", quoted(code)))
            }),
            source: (!source.is_empty()).then_some(source),
            commune: reader.text(COMMUNE).trim().to_owned(),
            set_aside: reader.text(STATE) == SET_ASIDE,
            page: reader
                .one(PAGE, |text| {
                    text.parse::<u32>().map_err(|_| format!("{} n’est pas une page", quoted(text)))
                })
                .map_or(1, |page| (page as usize).max(1)),
            done: gesture.map(|gesture| Done { gesture, settled, gone, unsettled, waiting }),
            done_elsewhere: if gesture.is_none() { said } else { String::new() },
        }
    }

    /// The list that an address of ours leads to; the first of all, when it is no such address. Only what is understood of it is
    /// kept: it leads nowhere else.
    pub fn of_address(address: &str) -> Asked {
        let query = address.strip_prefix("/animation?").unwrap_or_default();
        let mut reader = Reader::new(query);
        let asked = Asked::read(&mut reader);
        if reader.anything_wrong() {
            Asked::default()
        } else {
            Asked { done: None, done_elsewhere: String::new(), ..asked }
        }
    }

    /// Its address, without what was done.
    pub fn address(&self) -> String {
        let pairs = [
            (MATTER, self.matter.map(Matter::code).unwrap_or_default()),
            (CATEGORY, self.category.map(Category::code).unwrap_or_default()),
            (SOURCE, self.source.as_deref().unwrap_or_default()),
            (COMMUNE, &self.commune),
            (STATE, if self.set_aside { SET_ASIDE } else { "" }),
        ];
        let mut address = String::from("/animation");
        let mut add = |name: &str, value: &str| {
            address.push(if address.contains('?') { '&' } else { '?' });
            address.push_str(name);
            address.push('=');
            encode(value, &mut address);
        };
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            add(name, value);
        }
        if self.page > 1 {
            add(PAGE, &self.page.to_string());
        }
        address
    }

    /// Its address, with what was done there.
    pub fn address_saying(&self, done: &Done) -> String {
        let mut address = self.address();
        let before = if address.contains('?') { '&' } else { '?' };
        let _ = write!(
            address,
            "{before}{SAID}={}&faites={}&deja={}&choix={}&attente={}",
            done.gesture, done.settled, done.gone, done.unsettled, done.waiting
        );
        address
    }

    /// Whether only some lines of each matter are asked for.
    pub fn is_sifted(&self) -> bool {
        self.category.is_some() || self.source.is_some() || !self.commune.is_empty()
    }

    /// What has just been done, in words.
    pub fn said(&self) -> Option<String> {
        let Some(Done { gesture, settled, gone, unsettled, waiting }) = self.done else {
            let code = &self.done_elsewhere;
            return verification::said(code).or_else(|| presence::said(code));
        };
        let mut told = Vec::new();
        if settled > 0 {
            told.push(gesture.told(settled));
        }
        if gone > 0 {
            let lines = french::counted(gone as u64, "ligne n’était", "lignes n’étaient");
            told.push(format!(
                "{lines} plus à traiter : quelqu’un d’autre l’a fait, ou la fiche a changé depuis."
            ));
        }
        if unsettled > 0 {
            let lines = french::counted(unsettled as u64, "ligne demande", "lignes demandent");
            told.push(format!("{lines} de choisir une valeur : ouvrez la fiche."));
        }
        if waiting > 0 {
            let lines =
                french::counted(waiting as u64, "ligne n’a pas été changée", "lignes n’ont pas été changées");
            told.push(format!("{lines} : un import écrit en ce moment. Recommencez dans un instant."));
        }
        (!told.is_empty()).then(|| french::typography(&told.join(" ")))
    }
}

/// The commune that was typed.
#[derive(Debug)]
pub enum Commune {
    /// None.
    None,
    /// The one of this code.
    Of(String),
    /// Why it is no commune.
    Wrong(&'static str),
}

impl Commune {
    pub async fn meant(state: &WebState, typed: &str) -> Commune {
        if typed.is_empty() {
            return Commune::None;
        }
        let text = typed.to_owned();
        match state.ask(move |node| commune_meant(node, &text)).await {
            Ok(CommuneMeant::One(place)) => Commune::Of(place.code),
            Ok(CommuneMeant::Several) => {
                Commune::Wrong("Plusieurs communes portent ce nom : donnez le code postal.")
            }
            Ok(CommuneMeant::Unknown) => {
                Commune::Wrong("Aucune commune n’a ce nom : donnez un nom ou un code postal.")
            }
            Err(_) => Commune::Wrong("Les communes ne répondent pas encore : réessayez dans un instant."),
        }
    }

    pub fn code(&self) -> Option<String> {
        match self {
            Commune::Of(code) => Some(code.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_list_and_nowhere_else() {
        let asked = Asked {
            matter: Some(Matter::Stale),
            category: Category::from_code("emg"),
            source: Some("équipes & co".to_owned()),
            commune: "Bagneux".to_owned(),
            set_aside: true,
            page: 3,
            ..Asked::default()
        };
        assert_eq!(Asked::of_address(&asked.address()), asked);
        let done = Done { gesture: Gesture::Report, settled: 2, gone: 1, unsettled: 0, waiting: 0 };
        assert_eq!(Asked::of_address(&asked.address_saying(&done)), asked, "what was done is said once");
        for foreign in
            ["https://evil.example/animation?type=retrait", "//evil.example", "/animation?type=x", ""]
        {
            assert_eq!(Asked::of_address(foreign).address(), "/animation", "{foreign}");
        }
    }

    #[test]
    fn what_was_done_from_the_list_is_said_whoever_did_it() {
        let said = |query: &str| Asked::read(&mut Reader::new(query)).said();
        assert_eq!(said("dit=verifiees-10").unwrap(), "C’est noté\u{202f}: 10\u{a0}fiches vérifiées.");
        for nothing in ["", "dit=autre", "dit=verifiees-x", "dit=<b>"] {
            assert_eq!(said(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_was_done_is_said() {
        let said = |settled, gone| {
            let done = Done { gesture: Gesture::Report, settled, gone, unsettled: 0, waiting: 0 };
            Asked { done: Some(done), ..Asked::default() }.said()
        };
        assert_eq!(said(0, 0), None);
        assert_eq!(said(1, 0).unwrap(), "1\u{a0}signalement traité.");
        assert_eq!(
            said(2, 1).unwrap(),
            "2\u{a0}signalements traités. 1\u{a0}ligne n’était plus à traiter\u{202f}: quelqu’un d’autre l’a fait, ou la fiche a changé depuis."
        );
    }
}
