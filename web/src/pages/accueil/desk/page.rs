//! The page of the desk: one screen, whatever happens in a call.

use std::collections::BTreeSet;

use askama::Template;
use maille_domain::call::{AgeBand, Answer, Channel, Home, Requester, Subject};
use maille_domain::{Call, Desk, ListingId, Reach};
use maille_index::answer::{Answer as Found, By, PlaceUnderstood};
use maille_territory::{Place, PlaceKind, france};
use uuid::Uuid;

use super::super::Tab;
use super::super::keys::{self, Key};
use super::gate::Gate;
use super::line::Line;
use super::look::Looked;
use super::sent::{Tell, Typed};
use crate::french::{self, date};
use crate::page::{Cache, Layout, Page};
use crate::pages::search::alert::{Alert, Said, alerts};
use crate::pages::search::understood::moment;
use crate::parameters::place_label;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::views::hit::Viewpoint;
use crate::views::{Choice, PhoneLink, name_in_a_list, place};
use crate::visit::Visit;

/// What is shown.
#[derive(Debug, Default)]
pub struct Scene {
    /// The call, by the id that its page gave it.
    pub id: Uuid,
    /// The version of its sheet that is shown; 0 when it is none yet.
    pub version: i32,
    /// Names what the page sends next.
    pub sending: Uuid,
    /// The sheet as it is typed.
    pub typed: Typed,
    /// The call, when there is one.
    pub call: Option<Call>,
    /// The others under way.
    pub others: Vec<Call>,
    /// What the directory says.
    pub looked: Looked,
    /// What is to be corrected.
    pub faults: Faults,
    /// What may tell who a person is, and the button that was pressed.
    pub tells: Vec<Tell>,
    /// The gesture that is to be done once that is gone.
    pub gesture: String,
    /// What happened.
    pub said: Option<String>,
    /// What went wrong, in a sentence.
    pub trouble: Option<String>,
    /// What was typed that the present sheet does not say.
    pub lost: Vec<(&'static str, String)>,
    /// The call that just ended, or was none.
    pub last: Option<Call>,
}

#[derive(Debug, Template)]
#[template(path = "accueil/desk.html")]
pub struct DeskPage {
    layout: Layout,
    tab: Tab,
    scene: Scene,
    /// Whether the call ended, or was none.
    over: Option<&'static str>,
    alerts: Vec<Alert>,
    chips: Vec<(&'static str, String)>,
    corrections: Vec<(String, String)>,
    widened: Vec<String>,
    /// The territory that stands for a place that nobody knows.
    within: Option<String>,
    place: String,
    question: Option<Question>,
    gate: Option<Gate>,
    searched: bool,
    /// Whether nothing that was found serves the place as it was asked.
    unanswered: bool,
    found: String,
    lines: Vec<Line>,
    requesters: Vec<Radio>,
    channels: Vec<Radio>,
    answers: Vec<Radio>,
    ages: Vec<Radio>,
    subjects: Vec<Radio>,
    kept: Vec<Kept>,
    given: usize,
    others: Vec<Other>,
    /// Those that are folded.
    more: Vec<Other>,
    help: Vec<(&'static str, Vec<Key>)>,
}

impl Page for DeskPage {
    const CACHE: Cache = Cache::Never;
}

/// Communes to choose one of.
#[derive(Debug)]
struct Question {
    title: &'static str,
    /// Whether somebody has to answer it.
    open: bool,
    choices: Vec<(String, Choice)>,
}

/// A value of a list, to choose.
#[derive(Debug)]
struct Radio {
    id: String,
    name: &'static str,
    code: &'static str,
    label: &'static str,
    key: Option<&'static str>,
    checked: bool,
}

/// A resource of a call.
#[derive(Debug)]
struct Kept {
    listing: ListingId,
    name: String,
    href: String,
    phones: Vec<PhoneLink>,
    given: bool,
}

/// Another call under way.
#[derive(Debug)]
struct Other {
    id: Uuid,
    parked: bool,
    /// Whether it is the one that a key takes up again.
    first: bool,
    since: String,
    place: String,
    need: String,
    kept: Vec<Kept>,
}

/// Longest need of another call that is shown, in characters.
const LONGEST_NEED: usize = 60;
/// Most other calls that are shown at once.
const MOST_OTHERS: usize = 3;
/// Most communes of a name that are offered.
const MOST_CHOICES: usize = 8;

impl DeskPage {
    /// The page of a scene; of nobody's desk while nobody knows whose it is.
    pub fn new(state: &WebState, layout: Layout, desk: Option<&Desk>, scene: Scene) -> DeskPage {
        let now = state.now();
        let (looked, typed, call) = (&scene.looked, &scene.typed, scene.call.as_ref());
        let visit = Visit::default().at(looked.home.as_ref());
        let view = Viewpoint {
            now,
            during: looked.answer.as_ref().and_then(|answer| answer.interpretation.during),
            place: looked.home.as_ref().map(maille_territory::Place::with_article),
            visit,
        };
        let answer = looked.answer.as_ref();
        let outside = desk.is_some_and(|desk| desk.is_outside(typed.home.as_ref()));
        let kept = |call: &Call| kept(call, looked, &view);
        let lines: Vec<Line> =
            answer.iter().flat_map(|answer| &answer.hits).map(|hit| Line::new(hit, call, &view)).collect();
        let own = call.map(kept).unwrap_or_default();
        let first =
            scene.others.iter().find(|other| other.parked).or(scene.others.first()).map(|other| other.id);
        let mut others: Vec<&Call> = scene.others.iter().collect();
        others.sort_by_key(|other| !other.parked);
        let mut others = others.into_iter().map(|other| Other {
            id: other.id,
            first: first == Some(other.id),
            parked: other.parked,
            since: date::time(other.opened_at.with_timezone(&maille_domain::hours::time_zone(None)).time()),
            place: place_in_words(other.sheet.home.as_ref()),
            need: crate::plain_text::one_line(other.sheet.need.as_str(), LONGEST_NEED),
            kept: kept(other),
        });
        DeskPage {
            over: call.and_then(|call| match (call.discarded_at, call.closed_at) {
                (Some(_), _) => Some("Cet appel est écarté\u{202f}: il ne compte pas."),
                (None, Some(_)) => Some("Cet appel est terminé."),
                (None, None) => None,
            }),
            alerts: answer.map(alerts).unwrap_or_default(),
            chips: answer.map(|answer| chips(answer, looked.within.is_none())).unwrap_or_default(),
            within: looked.within.clone(),
            corrections: answer
                .iter()
                .flat_map(|answer| &answer.interpretation.corrections)
                .map(|correction| (correction.read.clone(), correction.typed.clone()))
                .collect(),
            widened: answer
                .iter()
                .flat_map(|answer| &answer.widened)
                .map(|step| french::typography(&step.label))
                .collect(),
            place: place_in_words(typed.home.as_ref()),
            question: question(looked, typed.home.as_ref(), desk),
            gate: looked
                .home
                .as_ref()
                .map(|place| Gate::of(place, looked.territory.as_ref(), outside, &view)),
            searched: answer.is_some(),
            unanswered: answer.is_some_and(|answer| !answer.answered || !answer.widened.is_empty()),
            found: answer.map(|answer| found(answer, lines.len())).unwrap_or_default(),
            requesters: radios(
                "demandeur",
                Requester::ALL,
                typed.requester,
                Requester::code,
                Requester::label,
                |at, _| keys::REQUESTERS.get(at).copied(),
            ),
            channels: radios(
                "canal",
                Channel::ALL,
                typed.channel,
                Channel::code,
                Channel::label,
                |_, channel| Some(keys::of_channel(channel).key),
            ),
            answers: radios(
                "reponse",
                Answer::ALL,
                typed.answer,
                Answer::code,
                Answer::label,
                |_, answer| keys::of_answer(answer).map(|key| key.key),
            ),
            ages: radios("age", AgeBand::ALL, typed.age_band, AgeBand::code, AgeBand::label, |_, _| None),
            subjects: radios(
                "parcours",
                Subject::ALL,
                typed.subject,
                Subject::code,
                Subject::label,
                |_, _| None,
            ),
            given: own.iter().filter(|kept| kept.given).count(),
            kept: own,
            others: others.by_ref().take(MOST_OTHERS).collect(),
            more: others.collect(),
            help: keys::help(),
            tab: Tab::Desk,
            lines,
            layout,
            scene,
        }
    }

    /// The `id` of the field that has the focus: the first that is wrong; the search box.
    fn focus(&self) -> &str {
        match self.scene.faults.all().first() {
            Some(fault) => &fault.field,
            None => "q",
        }
    }

    fn is_outside(&self) -> bool {
        self.gate.as_ref().is_some_and(|gate| gate.outside)
    }

    /// Whether the desk answers where the person lives.
    fn is_inside(&self) -> bool {
        matches!(self.scene.typed.home, Some(Home::Commune(_))) && !self.is_outside()
    }
}

/// The values of a list.
fn radios<T: Copy + PartialEq>(
    name: &'static str,
    all: &'static [T],
    chosen: Option<T>,
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
    key: impl Fn(usize, T) -> Option<&'static str>,
) -> Vec<Radio> {
    let radio = |(at, value): (usize, &T)| Radio {
        // The first has the name itself: what leads to the field leads there.
        id: if at == 0 { name.to_owned() } else { format!("{name}-{}", code(*value)) },
        name,
        code: code(*value),
        label: label(*value),
        key: key(at, *value),
        checked: chosen == Some(*value),
    };
    all.iter().enumerate().map(radio).collect()
}

/// The resources of a call.
fn kept(call: &Call, looked: &Looked, view: &Viewpoint) -> Vec<Kept> {
    let kept = |proposed: &maille_domain::call::Proposed| {
        let listing = looked.listings.get(&proposed.listing);
        Kept {
            listing: proposed.listing,
            name: listing.map_or_else(
                || "Fiche sortie de l’annuaire".to_owned(),
                |listing| name_in_a_list(&listing.fields.name),
            ),
            href: listing.map(|listing| view.visit.sheet(&listing.slug)).unwrap_or_default(),
            phones: listing
                .map(|listing| listing.fields.phone.iter().map(PhoneLink::from).collect())
                .unwrap_or_default(),
            given: proposed.given_at.is_some(),
        }
    };
    call.proposed.iter().map(kept).collect()
}

/// Where the person lives, in words.
pub fn place_in_words(home: Option<&Home>) -> String {
    home.map_or_else(|| "Lieu non indiqué".to_owned(), crate::views::home::words)
}

/// What was understood, in the words of the search page: nothing leads anywhere from a call. Kinds come last, the first of them
/// by its name: a need leads to many.
fn chips(answer: &Found, located: bool) -> Vec<(&'static str, String)> {
    let read = &answer.interpretation;
    let mut chips: Vec<(&'static str, String)> = Vec::new();
    let place = read.place.iter().filter(|place| located && !place.ambiguous);
    chips.extend(place.map(|place| ("Lieu", place_label(&place.place))));
    chips.extend(read.age.iter().map(|age| ("Âge", age.label.clone())));
    chips.extend(read.time.iter().map(|time| {
        let place = read.place.as_ref().map(|understood| &understood.place);
        ("Moment", read.during.map_or_else(|| time.label.clone(), |during| moment(during, place)))
    }));
    chips.extend(read.audience.iter().map(|audience| ("Public", audience.label.clone())));
    chips.extend(read.modes.iter().map(|mode| ("Mode", mode.label.clone())));
    if let Some((first, others)) = read.categories.split_first() {
        let kind = if first.by == By::Need { "Type possible" } else { "Type" };
        let others = match others.len() {
            0 => String::new(),
            count => format!(", et {}", french::counted(count as u64, "autre", "autres")),
        };
        chips.push((kind, format!("{}{others}", first.label)));
    }
    chips.into_iter().map(|(kind, label)| (kind, french::typography(&label))).collect()
}

/// The communes that the text may name, when somebody is to choose: those of the desk first, then those near it.
fn question(looked: &Looked, home: Option<&Home>, desk: Option<&Desk>) -> Option<Question> {
    let read = looked.answer.as_ref().and_then(|answer| answer.interpretation.place.as_ref());
    let named: &PlaceUnderstood = looked.named.as_ref().or(read)?;
    let places = std::iter::once(&named.place).chain(&named.alternatives);
    let is_home = |code: &str| matches!(home, Some(Home::Commune(own)) if own == code);
    let mut communes: Vec<&Place> = places
        .clone()
        .filter(|place| matches!(place.kind, PlaceKind::Commune | PlaceKind::Arrondissement))
        .filter(|place| !is_home(&place.code))
        .collect();
    if let Some(desk) = desk {
        let departements = departements(desk);
        let near = |place: &Place| place.departement.as_ref().is_some_and(|code| departements.contains(code));
        communes.sort_by_key(|place| match desk.is_outside(Some(&Home::Commune(place.code.clone()))) {
            false => 0,
            true if near(place) => 1,
            true => 2,
        });
    }
    let choices: Vec<(String, Choice)> = communes
        .into_iter()
        .map(|place| (place.code.clone(), place::choice(place, String::new())))
        .take(MOST_CHOICES)
        .collect();
    if choices.is_empty() {
        return None;
    }
    let (title, open) = match home {
        // One of those that the text may name was chosen, or is the likeliest.
        Some(Home::Commune(_)) if places.clone().any(|place| is_home(&place.code)) => {
            ("Une autre commune de ce nom\u{202f}?", false)
        }
        _ if named.ambiguous => ("De quelle commune s’agit-il\u{202f}?", true),
        Some(Home::Commune(_)) => ("Le texte nomme un autre lieu\u{202f}: est-ce là\u{202f}?", true),
        _ => ("La personne vit-elle ici\u{202f}?", true),
    };
    Some(Question { title, open, choices })
}

/// The départements that a desk has communes of.
fn departements(desk: &Desk) -> BTreeSet<String> {
    let Reach::Within(within) = desk.reach() else { return BTreeSet::new() };
    let communes = within.communes.iter().filter_map(|code| france().current_commune(code));
    communes.map(|commune| commune.departement.to_string()).collect()
}

/// `10 premières réponses sur 34`.
fn found(answer: &Found, shown: usize) -> String {
    match (answer.total, shown as u64) {
        (0, _) => "Rien trouvé".to_owned(),
        (total, shown) if total > shown => {
            format!("{} premières réponses sur {}", french::number(shown), french::number(total))
        }
        (total, _) => french::counted(total, "réponse", "réponses"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use maille_domain::call::{Proposed, Sheet};

    use super::super::look::Asked;
    use super::*;
    use crate::hostile;
    use crate::testing::{HOSTILE, html, now, state, state_of};

    /// A call; all but the first wait.
    pub fn call(id: u128) -> Call {
        Call {
            id: Uuid::from_u128(id),
            by: "Alix Morel".to_owned(),
            territory: None,
            opened_at: now(),
            touched_at: now(),
            seconds: 0,
            parked: id > 1,
            closed_at: None,
            discarded_at: None,
            sheet: Sheet::default(),
            proposed: Vec::new(),
            recall_due: None,
            recalled_at: None,
            handed_at: None,
            answered_at: None,
            version: 3,
        }
    }

    /// A call that searched this in a directory, its first answer given.
    fn scene(state: &WebState, text: &str, typed: &Typed) -> Scene {
        let asked = |listings| {
            let asked = Asked {
                text: text.to_owned(),
                home: typed.home.clone(),
                by_hand: false,
                listings,
                territory: None,
            };
            asked.of(&state.node, now()).unwrap()
        };
        let looked = asked(Vec::new());
        let first = looked.answer.iter().flat_map(|answer| &answer.hits).map(|hit| hit.listing.id).next();
        let call = |id: u128| Call {
            sheet: Sheet {
                need: maille_domain::call::SheetText::kept(typed.need.clone()),
                ..Sheet::default()
            },
            proposed: first
                .iter()
                .map(|id| Proposed { listing: *id, given_at: Some(now()), outcome: None })
                .collect(),
            ..call(id)
        };
        Scene {
            id: Uuid::from_u128(1),
            version: 3,
            typed: Typed { q: text.to_owned(), ..typed.clone() },
            call: Some(call(1)),
            others: vec![call(2), call(3)],
            looked: asked(first.into_iter().collect()),
            ..Scene::default()
        }
    }

    fn rendered(state: &WebState, scene: Scene) -> String {
        let layout = Layout::new(state, &Visit::default(), "Répondre");
        let page = DeskPage::new(state, layout, None, scene).render().unwrap();
        html::check(&page);
        page
    }

    /// What is between these, every time.
    fn every<'a>(page: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        page.split(before).skip(1).filter_map(|rest| rest.split('"').next())
    }

    #[test]
    fn every_key_of_the_page_is_in_the_help() {
        let (state, scene_of) = (state(), |text| scene(&state(), text, &Typed::default()));
        let help: BTreeSet<&str> =
            keys::help().iter().flat_map(|(_, keys)| keys).map(|key| key.key).collect();
        let known = |key: &&str| help.contains(*key) || keys::REQUESTERS.contains(key);
        for text in ["gériatrie", "zzzyx", ""] {
            let page = rendered(&state, scene_of(text));
            let keys: Vec<&str> = every(&page, "data-key=\"").collect();
            assert_eq!(keys.iter().find(|key| !known(key)), None, "{text}");
            // Outside the lines, a key works one control.
            let (_, side) = page.split_once("<div class=\"side\">").unwrap();
            let of_the_side: Vec<&str> = every(side, "data-key=\"").collect();
            let once: BTreeSet<&str> = of_the_side.iter().copied().collect();
            assert_eq!(of_the_side.len(), once.len(), "{text}: {of_the_side:?}");
            let all: BTreeSet<&str> = keys.into_iter().chain(["↑ ↓", "Entrée", "Échap", "1 à 8"]).collect();
            let lines = if text == "gériatrie" { &[][..] } else { &["d", "a", "c"] };
            let missing: Vec<&&str> =
                help.iter().filter(|key| !all.contains(**key) && !lines.contains(*key)).collect();
            assert!(missing.is_empty(), "{text}: nothing is worked by {missing:?}");
        }
    }

    #[test]
    fn a_call_goes_elsewhere_unless_the_person_lives_here() {
        let state = state();
        let offered = |home: Option<&str>| {
            let home = home.map(|home| home.parse().unwrap());
            let page = rendered(&state, scene(&state, "gériatrie", &Typed { home, ..Typed::default() }));
            page.contains("value=\"hors-territoire\" data-key=\"h\"")
        };
        let homes = [None, Some("sans-domicile"), Some("inconnu"), Some("92007")];
        assert_eq!(homes.map(offered), [true, true, true, false]);
    }

    #[test]
    fn enter_searches_whatever_went_wrong() {
        let state = state();
        let mut scene = scene(&state, "gériatrie", &Typed::default());
        scene.tells =
            vec![Tell { field: "note", name: "Note", label: "un nom", words: "Mme Durand".to_owned() }];
        scene.gesture = "terminer".to_owned();
        let page = rendered(&state, scene);
        // The first button of a form in the document is what Enter presses in its fields.
        let (before, form) = page.split_once("<form id=\"appel\"").unwrap();
        let first = form.split("<button type=\"submit\"").nth(1).unwrap();
        assert!(first.starts_with(" name=\"faire\" value=\"chercher\""), "{first}");
        assert!(!before.contains("form=\"appel\"") && form.contains("name=\"retirer\" value=\"terminer\""));
    }

    #[test]
    fn a_shared_name_is_a_question_until_it_is_answered() {
        let asked = |text: &str, home: Option<&str>, by_hand| {
            let home = home.map(|code| Home::Commune(code.to_owned()));
            let asked = Asked::new(text, home.as_ref(), by_hand, None, &[]);
            let looked = asked.of(&state().node, now()).unwrap();
            question(&looked, home.as_ref(), None).map(|question| (question.title, question.open))
        };
        let which = Some(("De quelle commune s’agit-il\u{202f}?", true));
        assert_eq!(asked("infirmier Saint-Denis", None, false), which);
        assert_eq!(asked("infirmier Saint-Denis", Some("92002"), false), which, "of a search before");
        let another = Some(("Une autre commune de ce nom\u{202f}?", false));
        assert_eq!(asked("infirmier Saint-Denis", Some("93066"), true), another);
        assert_eq!(asked("infirmier Bagneux", Some("92007"), false), another);
        let elsewhere = Some(("Le texte nomme un autre lieu\u{202f}: est-ce là\u{202f}?", true));
        assert_eq!(asked("infirmier Bagneux", Some("92002"), true), elsewhere);
        assert_eq!(asked("infirmier", Some("92002"), true), None);
    }

    #[test]
    fn a_shared_name_is_first_that_of_the_commune_of_the_desk_then_of_one_near() {
        let first = |communes: &[&str]| {
            let desk = super::super::gate::tests::desk(communes);
            let asked = Asked::new("infirmier Saint-Denis", None, false, None, &[]);
            let looked = asked.of(&state().node, now()).unwrap();
            question(&looked, None, Some(&desk)).unwrap().choices.into_iter().next().unwrap().0
        };
        assert_eq!(first(&["93066"]), "93066");
        assert_eq!(first(&["97411"]), "97411");
        assert_eq!(first(&["93008"]), "93066", "of the same département");
        assert_eq!(first(&["97415"]), "97411");
    }

    #[test]
    fn what_is_searched_for_a_desk_says_so_and_changes_no_home() {
        let state = state();
        let asked = Asked {
            territory: Some("dac-92-sud".to_owned()),
            ..Asked::new("gériatrie", None, false, None, &[])
        };
        let scene = Scene { looked: asked.of(&state.node, now()).unwrap(), ..Scene::default() };
        let page = rendered(&state, scene);
        assert!(page.contains("Cherché pour votre territoire&#8239;: <bdi>DAC 92 Sud</bdi>"));
        assert!(page.contains("Lieu non indiqué") && !page.contains("Lieu&#8239;:</span>"));
    }

    #[test]
    fn a_line_says_what_one_answers_by_voice() {
        let state = state();
        let lives = Typed { home: Some(Home::Commune("92007".to_owned())), ..Typed::default() };
        let page = rendered(&state, scene(&state, "gériatrie", &lives));
        let line = page.split("<div role=\"listitem\"").nth(1).unwrap();
        for said in [
            "Équipe mobile de gériatrie Sud 92",
            "01\u{a0}99\u{a0}00\u{a0}00\u{a0}01",
            "personnes âgées, 75\u{a0}ans et plus",
            "couvre Bagneux",
            "ouvert jusqu’à 17\u{a0}h",
            "Appel du médecin traitant",
            "Horaires&#8239;:</span> <bdi>",
            "value=\"reprendre:",
            "data-text=\"Équipe mobile de gériatrie Sud 92",
            "source&#8239;: <bdi>demo</bdi>",
            "vérifié il y a 3\u{a0}semaines",
        ] {
            assert!(line.contains(said), "{said}: {line}");
        }
        // The others under way stand beside, with their numbers, and the first of them has the key.
        let beside = page.split("<section class=\"waiting\"").nth(1).unwrap();
        assert_eq!(beside.matches("Reprendre<").count(), 2);
        assert_eq!(beside.matches("data-key=\"y\"").count(), 1);
        assert!(beside.contains("01\u{a0}99\u{a0}00\u{a0}00\u{a0}01"));
    }

    #[test]
    fn whatever_a_source_writes_or_somebody_types_the_page_is_a_good_one() {
        let state = state_of("hostile-desk", &hostile::listings());
        let lives = Some(Home::Commune("92007".to_owned()));
        let typed =
            Typed { home: lives, need: HOSTILE.to_owned(), note: HOSTILE.to_owned(), ..Typed::default() };
        let mut scene = scene(&state, "zorglub", &typed);
        scene.lost = vec![("Note", HOSTILE.to_owned())];
        scene.trouble = Some("Cet appel a changé.".to_owned());
        scene.tells = vec![Tell {
            field: "note",
            name: "Note",
            label: "un nom de personne",
            words: HOSTILE.to_owned(),
        }];
        let page = rendered(&state, scene);
        hostile::escapes("/accueil", &page);
        assert!(page.matches("zorglub").count() > 10 && !page.contains("<script>alert"));
    }
}
