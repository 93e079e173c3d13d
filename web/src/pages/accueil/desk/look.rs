//! What the directory says of a call: the answer to its search, who coordinates where the person lives, and its resources.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use maille_domain::call::{AgeBand, Home, Read, SheetText, Subject};
use maille_domain::identity::Known;
use maille_domain::request::{PlaceAsked, Request};
use maille_domain::vocabulary::Audience;
use maille_domain::{Call, Category, Desk, Listing, ListingId};
use maille_index::answer::{Answer, By, PlaceUnderstood, Span, TerritoryOf, Understood};
use maille_index::{Node, SearchError};
use maille_territory::{Place, PlaceKind, fold, france};

/// Most lines that are read aloud.
const MOST_LINES: usize = 10;

/// What is asked of the directory.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The text of the search.
    pub text: String,
    /// Where the person lives.
    pub home: Option<Home>,
    /// Whether somebody said so: then the text does not change it.
    pub by_hand: bool,
    /// The resources of the call, and of those that wait.
    pub listings: Vec<ListingId>,
    /// The territory of the desk: where one searches while nobody knows where the person lives.
    pub territory: Option<String>,
}

/// What it says.
#[derive(Debug, Default)]
pub struct Looked {
    /// The answer, when something was searched.
    pub answer: Option<Answer>,
    /// The place that the text names, when it is not where somebody said that the person lives.
    pub named: Option<PlaceUnderstood>,
    /// The name of the territory of the desk, when it stands for a place that nobody knows.
    pub within: Option<String>,
    /// Where the person lives.
    pub home: Option<Place>,
    /// Who coordinates there.
    pub territory: Option<TerritoryOf>,
    /// The resources that were asked for by name.
    pub listings: HashMap<ListingId, Arc<Listing>>,
}

impl Asked {
    /// What a call asks, beside others that wait.
    pub fn new(
        text: &str,
        home: Option<&Home>,
        by_hand: bool,
        call: Option<&Call>,
        others: &[Call],
    ) -> Asked {
        let calls = call.into_iter().chain(others);
        Asked {
            text: text.to_owned(),
            home: home.cloned(),
            by_hand,
            listings: calls.flat_map(|call| call.proposed.iter().map(|proposed| proposed.listing)).collect(),
            territory: None,
        }
    }

    /// The same, asked at a desk; one of the whole directory has no territory of its own.
    #[must_use]
    pub fn at(self, desk: &Desk) -> Asked {
        Asked { territory: desk.territory(self.home.as_ref()).map(str::to_owned), ..self }
    }

    /// Asks.
    ///
    /// # Errors
    /// As a search.
    pub fn of(self, node: &Node, now: DateTime<Utc>) -> Result<Looked, SearchError> {
        let commune = match &self.home {
            Some(Home::Commune(code)) => Some(code.as_str()),
            _ => None,
        };
        let mut request = Request {
            text: self.text,
            place: commune.map(|code| PlaceAsked::Known(PlaceKind::Commune, code.to_owned())),
            text_first: true,
            limit: MOST_LINES,
            facets: false,
            ..Request::default()
        };
        let (mut named, mut within) = (None, None);
        let mut answer = None;
        if !request.text.trim().is_empty() {
            let mut found = node.search(&request, now)?;
            let place = found.interpretation.place.clone();
            let territory = self.territory.filter(|_| place.as_ref().is_none_or(|place| place.ambiguous));
            named = place.filter(|place| {
                let elsewhere = place.ambiguous || Some(place.place.code.as_str()) != commune;
                self.by_hand && elsewhere && place.span.is_some() || place.ambiguous && territory.is_some()
            });
            if named.is_some() && commune.is_some() {
                request.text_first = false;
                found = node.search(&request, now)?;
            } else if let Some(code) = territory {
                request.text_first = false;
                request.place = Some(PlaceAsked::Known(PlaceKind::Territory, code));
                match node.search(&request, now) {
                    Ok(nearer) => {
                        let place = nearer.interpretation.place.as_ref();
                        within = place.map(|place| place.place.name.clone());
                        found = nearer;
                    }
                    // A territory that the directory does not have yet.
                    Err(SearchError::UnknownPlace { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            answer = Some(found);
        }
        let listings = self.listings.into_iter();
        Ok(Looked {
            answer,
            named,
            within,
            home: commune.and_then(|code| france().place(PlaceKind::Commune, code)),
            territory: commune.and_then(|code| node.territories_of(code, now)),
            listings: listings.filter_map(|id| Some((id, node.listing(id)?))).collect(),
        })
    }
}

impl Looked {
    /// What is nobody's identity: the contacts and the names of the resources of the call, and of the answer.
    pub fn known(&self) -> Known {
        let hits = self.answer.iter().flat_map(|answer| &answer.hits).map(|hit| &hit.listing);
        let fields = || self.listings.values().chain(hits.clone()).map(|listing| &listing.fields);
        Known::new(
            fields().flat_map(|fields| &fields.phone),
            fields().flat_map(|fields| fields.email.iter().chain(&fields.mssante)),
            fields().flat_map(|fields| [&fields.name].into_iter().chain(&fields.organization)),
        )
    }
}

/// What was understood of a search, as the sheet takes it. Of the kinds that a need leads to, the first alone: the others are
/// ideas, not what was asked.
pub fn read(answer: &Answer, query: SheetText) -> Read {
    let read = &answer.interpretation;
    let named = |kind: &&Understood| !matches!(kind.by, By::Need | By::Text);
    let kinds = |kinds: Vec<&Understood>| -> Vec<Category> {
        kinds.into_iter().filter_map(|kind| Category::from_code(&kind.code)).collect()
    };
    let led = kinds(read.categories.iter().filter(|kind| !named(kind)).collect());
    let mut categories = kinds(read.categories.iter().filter(named).collect());
    let audiences: Vec<Audience> =
        read.audience.iter().filter_map(|audience| audience.code.parse().ok()).collect();
    let place = read.place.as_ref().and_then(|place| place.span);
    let numbers: Vec<&str> = answer.alerts.iter().map(|alert| alert.number).collect();
    let subject = subject(&categories, &led, &audiences, &numbers, &words(query.as_str(), place));
    if categories.is_empty() {
        categories.extend(led.first());
    }
    let home = match &read.place {
        Some(understood) if understood.ambiguous => None,
        Some(understood) if understood.place.kind != PlaceKind::Territory => {
            let commune = matches!(understood.place.kind, PlaceKind::Commune | PlaceKind::Arrondissement);
            commune.then(|| Home::Commune(understood.place.code.clone()))
        }
        _ => audiences.contains(&Audience::SansDomicile).then_some(Home::Homeless),
    };
    let age_band = read.age.as_ref().and_then(|age| age.code.parse().ok()).map(AgeBand::of);
    Read { query, home, subject, age_band, categories }
}

/// How words begin that say by themselves what a request is about, whatever kinds it leads to.
const SAYING: [(&str, Subject); 2] =
    [("hospitalis", Subject::CityHospital), ("depressi", Subject::MentalHealth)];
/// Words that kinds of every subject have in their name.
const VAGUE: [&str; 5] = ["equipe", "equipes", "mobile", "mobiles", "ans"];

/// The words of a request, without its place.
fn words(text: &str, place: Span) -> Vec<String> {
    let around = place.and_then(|(from, to)| Some([text.get(..from)?, text.get(to..)?]));
    let around = around.unwrap_or([text, ""]);
    around.into_iter().flat_map(|part| fold(part).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What it is about: what a kind that was named says; then a national number, and words; then the kind that the need leads to
/// first, then most of them; then whom it is for. An age says nothing: people of any age leave a hospital.
fn subject(
    named: &[Category],
    led: &[Category],
    audiences: &[Audience],
    numbers: &[&str],
    words: &[String],
) -> Option<Subject> {
    let of = |kind: &Category| Subject::of(kind.theme());
    let of_number = |number: &&str| match *number {
        "3114" => Some(Subject::MentalHealth),
        "115" => Some(Subject::Precarity),
        "119" => Some(Subject::Childhood),
        _ => None,
    };
    let said = |word: &String| {
        SAYING.iter().find(|(beginning, _)| word.starts_with(beginning)).map(|(_, subject)| *subject)
    };
    let is_vague =
        |word: &String| VAGUE.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit());
    // Who asks for a nurse asks for nobody else; who asks for a team has not said which.
    let led = if named.is_empty() && !words.iter().all(is_vague) { led } else { &[] };
    let of_led: Vec<Subject> = led.iter().filter_map(of).collect();
    let says = |subject: &Subject| of_led.iter().filter(|said| *said == subject).count();
    let most = || of_led.iter().copied().find(|subject| 2 * says(subject) > led.len());
    let first = named.iter().find_map(of).or_else(|| numbers.iter().find_map(of_number));
    first
        .or_else(|| words.iter().find_map(said))
        .or_else(|| led.first().and_then(of))
        .or_else(most)
        .or_else(|| audiences.iter().find_map(|audience| Subject::of_audience(*audience)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{now, state};

    fn asked(text: &str, home: Option<Home>, by_hand: bool) -> Looked {
        let asked = Asked { text: text.to_owned(), home, by_hand, listings: Vec::new(), territory: None };
        asked.of(&state().node, now()).unwrap()
    }

    fn understood(text: &str) -> Read {
        read(asked(text, None, false).answer.as_ref().unwrap(), SheetText::kept(text.to_owned()))
    }

    #[test]
    fn a_search_says_what_the_sheet_needs() {
        let lives = |code: &str| Some(Home::Commune(code.to_owned()));
        for (text, home, subject, age_band) in [
            ("gériatrie 82 ans Bagneux", lives("92007"), Some(Subject::Old), Some(AgeBand::Oldest)),
            ("équipe mobile 70 ans Paris 12", lives("75112"), None, Some(AgeBand::Older)),
            ("sdf ce soir", Some(Home::Homeless), Some(Subject::Precarity), None),
            ("sans domicile à Bagneux", lives("92007"), Some(Subject::Precarity), None),
            ("infirmier Saint-Denis", None, None, None),
            ("zzzyx", None, None, None),
        ] {
            let read = understood(text);
            assert_eq!((read.home, read.subject, read.age_band), (home, subject, age_band), "{text}");
        }
    }

    #[test]
    fn what_a_request_is_about_is_what_its_words_say() {
        for (text, subject) in [
            ("équipe gériatrique à domicile Bagneux 82 ans", Some(Subject::Old)),
            ("dossier MDPH Toulouse", Some(Subject::Handicap)),
            ("logement encombré", Some(Subject::Precarity)),
            ("aidant épuisé", Some(Subject::Old)),
            ("diagnostic autisme enfant 4 ans", Some(Subject::Handicap)),
            ("plus de médecin traitant", None),
            ("soins sans couverture maladie", Some(Subject::Precarity)),
            ("sans domicile ce soir", Some(Subject::Precarity)),
            ("il parle de se suicider", Some(Subject::MentalHealth)),
            ("je veux en finir", Some(Subject::MentalHealth)),
            ("soins palliatifs à domicile", Some(Subject::Palliative)),
            ("dépression adulte 40 ans", Some(Subject::MentalHealth)),
            ("sevrage alcool", Some(Subject::MentalHealth)),
            ("sortie hospitalisation 68 ans", Some(Subject::CityHospital)),
            ("retour à domicile après hospitalisation", Some(Subject::CityHospital)),
            ("enfant battu", Some(Subject::Childhood)),
            ("ssiad", Some(Subject::Old)),
            ("infirmier", None),
            ("kiné 82 ans", None),
            ("équipe", None),
            ("équipe mobile Bagneux", None),
        ] {
            assert_eq!(understood(text).subject, subject, "{text}");
        }
    }

    #[test]
    fn the_kinds_of_a_sheet_are_those_that_were_asked_for() {
        let kinds = |text: &str| {
            let kinds = understood(text).categories;
            kinds.iter().map(|kind| kind.code().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(kinds("refus de soins 79 ans"), ["empsa"], "of what a need leads to, the first alone");
        assert_eq!(kinds("infirmier"), ["infirmier"]);
        assert_eq!(kinds("zzzyx"), Vec::<String>::new());
    }

    #[test]
    fn a_search_is_made_where_the_person_lives() {
        let bagneux = Some(Home::Commune("92007".to_owned()));
        let place = |looked: &Looked| {
            let place = looked.answer.as_ref().unwrap().interpretation.place.as_ref();
            place.map(|place| place.place.code.clone())
        };
        // The text names none: the place of the call is asked about.
        assert_eq!(place(&asked("gériatrie", bagneux.clone(), false)).as_deref(), Some("92007"));
        // It names another: that one, unless somebody said where the person lives; then it is a choice.
        assert_eq!(place(&asked("gériatrie Antony", bagneux.clone(), false)).as_deref(), Some("92002"));
        let by_hand = asked("gériatrie Antony", bagneux, true);
        assert_eq!(place(&by_hand).as_deref(), Some("92007"));
        assert_eq!(by_hand.named.unwrap().place.code, "92002");
    }

    #[test]
    fn whoever_lives_nowhere_known_is_searched_for_where_the_desk_answers() {
        let at = |text: &str, home: Option<Home>, territory: &str| {
            let territory = Some(territory.to_owned());
            let asked = Asked { territory, ..Asked::new(text, home.as_ref(), home.is_some(), None, &[]) };
            asked.of(&state().node, now()).unwrap()
        };
        let own = Some("DAC 92 Sud".to_owned());
        for (text, home) in [
            ("gériatrie", None),
            ("gériatrie", Some(Home::Homeless)),
            ("gériatrie", Some(Home::Unknown)),
            ("infirmier Saint-Denis", None),
        ] {
            let looked = at(text, home.clone(), "dac-92-sud");
            assert_eq!(looked.within, own, "{text} {home:?}");
            let answer = looked.answer.unwrap();
            assert_eq!(read(&answer, SheetText::default()).home, None, "{text}");
            assert_eq!(looked.named.is_some(), text.contains("Saint-Denis"), "{text}: the question stays");
        }
        assert_eq!(at("gériatrie Bagneux", None, "dac-92-sud").within, None);
        assert_eq!(at("gériatrie", Some(Home::Commune("31555".to_owned())), "dac-92-sud").within, None);
        let new = at("gériatrie", None, "dac-of-tomorrow");
        assert!(new.within.is_none() && new.answer.is_some());
    }

    #[test]
    fn the_contacts_of_the_answer_are_nobodys() {
        let known = asked("gériatrie Bagneux", None, false).known();
        let today = now().date_naive();
        assert_eq!(maille_domain::identity::scan("EMG : 01 99 00 00 01", &known, today), []);
        assert_eq!(maille_domain::identity::scan("06 12 34 56 78", &known, today).len(), 1);
    }
}
