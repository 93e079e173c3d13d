//! A call to the desk, as its sheet keeps it: what was asked, from where, by what kind of person, and what was answered. Never who.
//!
//! Source of the lists: the activity report of the DACs (`référentiel d’activité`, national indicators of 2023).

mod follow_up;
mod sheet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use self::follow_up::{FollowUp, asked_between};
pub use self::sheet::{LONGEST_TEXT, Part, Read, Refused, Sheet, SheetText};
use crate::codes::codes;
use crate::hours::time_zone;
use crate::period::Period;
use crate::vocabulary::{Audience, Theme};
use crate::{ListingId, working_hours};

codes! {
    /// Who asks.
    Requester {
        Gp = "medecin-generaliste", "Médecin généraliste";
        OtherPractitioner = "autre-ville", "Autre professionnel de ville";
        Hospital = "etablissement-sanitaire", "Établissement sanitaire";
        MedicoSocial = "esms", "ESMS";
        Social = "social", "Secteur social";
        Insurance = "protection-sociale", "Protection sociale et complémentaires";
        Person = "usager", "Usager ou entourage";
        Other = "autre", "Autre acteur";
    }
}

codes! {
    /// How the request came.
    Channel {
        Phone = "telephone", "Téléphone";
        Mail = "courriel", "Courriel";
        SecureMail = "messagerie-securisee", "Messagerie sécurisée";
        Visit = "accueil-physique", "Accueil physique";
        Site = "site", "Site";
    }
}

codes! {
    /// What was answered.
    Answer {
        Information = "information", "Information";
        Orientation = "orientation", "Orientation";
        Coordination = "appui-coordination", "Appui à la coordination (niveau 2)";
        Organisation = "appui-organisation", "Appui à l’organisation territoriale";
        Outside = "hors-territoire", "Réorientation hors territoire";
    }
}

codes! {
    /// How old whoever it is about is.
    AgeBand {
        Young = "0-25", "0–25 ans";
        Middle = "26-59", "26–59 ans";
        Older = "60-74", "60–74 ans";
        Oldest = "75-plus", "75 ans et plus";
        Unsaid = "non-precise", "Non précisé";
    }
}

codes! {
    /// What the request is about: the parcours it is counted under.
    Subject {
        Old = "personnes-agees", "Personnes âgées";
        Palliative = "soins-palliatifs", "Soins palliatifs";
        CityHospital = "ville-hopital", "Ville – hôpital";
        Chronic = "maladies-chroniques", "Maladies chroniques";
        MentalHealth = "sante-mentale", "Santé mentale";
        Precarity = "precarite", "Précarité";
        Handicap = "handicap", "Handicap";
        Childhood = "enfance-perinatalite", "Enfance et périnatalité";
        Other = "autre", "Autre";
    }
}

codes! {
    /// What became of a resource that was given: "est-ce que ça a marché ?".
    Outcome {
        Answered = "repondu", "A répondu au besoin";
        NotEligible = "non-eligible", "Personne non éligible";
        Full = "complet", "Service complet";
        Unreachable = "injoignable", "Injoignable";
        Other = "autre", "Autre échec";
    }
}

impl Outcome {
    /// Whether it tells something of the resource that its sheet should have said.
    pub const fn is_failure(self) -> bool {
        !matches!(self, Outcome::Answered)
    }
}

impl AgeBand {
    /// The band of an age in years.
    pub const fn of(age: u8) -> AgeBand {
        match age {
            0..=25 => AgeBand::Young,
            26..=59 => AgeBand::Middle,
            60..=74 => AgeBand::Older,
            75.. => AgeBand::Oldest,
        }
    }
}

impl Subject {
    /// What a parcours of the directory is counted under; none for all of them.
    pub const fn of(theme: Theme) -> Option<Subject> {
        Some(match theme {
            Theme::PersonnesAgees => Subject::Old,
            Theme::SoinsPalliatifs => Subject::Palliative,
            Theme::VilleHopital => Subject::CityHospital,
            Theme::MaladiesChroniques => Subject::Chronic,
            Theme::SanteMentale => Subject::MentalHealth,
            Theme::Precarite => Subject::Precarity,
            Theme::Handicap => Subject::Handicap,
            Theme::EnfancePerinatalite => Subject::Childhood,
            Theme::Tous => return None,
        })
    }

    /// What a public is counted under, when it says that much.
    pub const fn of_audience(audience: Audience) -> Option<Subject> {
        Some(match audience {
            Audience::PersonnesAgees => Subject::Old,
            Audience::PersonnesHandicapees => Subject::Handicap,
            Audience::Enfants | Audience::Adolescents => Subject::Childhood,
            Audience::SansDomicile | Audience::SansCouvertureMaladie => Subject::Precarity,
            Audience::Adultes
            | Audience::Aidants
            | Audience::Femmes
            | Audience::Familles
            | Audience::Professionnels
            | Audience::Tous => return None,
        })
    }
}

/// Where the person lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// In a commune, by its COG code.
    Commune(String),
    /// Nowhere: a choice, not a lack.
    Homeless,
    /// Nobody knows, or nobody says.
    Unknown,
}

impl Home {
    /// As it is kept and sent: a COG code, `sans-domicile`, `inconnu`.
    pub fn code(&self) -> &str {
        match self {
            Home::Commune(code) => code,
            Home::Homeless => "sans-domicile",
            Home::Unknown => "inconnu",
        }
    }

    /// One that was read before it was kept: its commune may have gone from the COG since.
    pub fn kept(code: String) -> Home {
        match code.as_str() {
            "sans-domicile" => Home::Homeless,
            "inconnu" => Home::Unknown,
            _ => Home::Commune(code),
        }
    }
}

impl std::str::FromStr for Home {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Home, &'static str> {
        match text {
            "sans-domicile" => Ok(Home::Homeless),
            "inconnu" => Ok(Home::Unknown),
            code if maille_territory::france().commune(code).is_some() => Ok(Home::Commune(code.to_owned())),
            _ => Err("le code d’une commune, « sans-domicile » ou « inconnu »"),
        }
    }
}

/// A resource that was thought of during a call, in the order in which it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Which listing.
    pub listing: ListingId,
    /// When it was given to whoever called, if it was.
    pub given_at: Option<DateTime<Utc>>,
    /// What became of it, once somebody asked.
    pub outcome: Option<(Outcome, DateTime<Utc>)>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Made by the page that opened it, so that what is sent twice is one call.
    pub id: Uuid,
    /// Name of whoever took it.
    pub by: String,
    /// The coordination territory whose desk it is; none for a desk of the whole directory.
    pub territory: Option<String>,
    /// When it was opened, by its first search.
    pub opened_at: DateTime<Utc>,
    /// When it was last written.
    pub touched_at: DateTime<Utc>,
    /// How long somebody worked on it, in seconds.
    pub seconds: u32,
    /// Whether it waits while another one is answered.
    pub parked: bool,
    /// When it ended, if it did.
    pub closed_at: Option<DateTime<Utc>>,
    /// When somebody said that it was none, if they did: it counts for nothing.
    pub discarded_at: Option<DateTime<Utc>>,
    /// What it says.
    pub sheet: Sheet,
    /// The resources thought of.
    pub proposed: Vec<Proposed>,
    /// By when whoever called is to be called back, if they are.
    pub recall_due: Option<DateTime<Utc>>,
    /// When they were.
    pub recalled_at: Option<DateTime<Utc>>,
    /// When it was handed to a coordinator (level 2), if it was.
    pub handed_at: Option<DateTime<Utc>>,
    /// When the request was answered: at its end, or when whoever called was called back.
    pub answered_at: Option<DateTime<Utc>>,
    /// Raised by every write: whoever writes says which one they saw.
    pub version: i32,
}

impl Call {
    /// Whether it is being answered, or waits to be.
    pub const fn is_open(&self) -> bool {
        self.closed_at.is_none() && self.discarded_at.is_none()
    }

    /// Whether it may have been counted in what was published of its quarter: it does not change any more, or two publications
    /// would tell it by subtraction.
    pub fn is_published(&self, now: DateTime<Utc>) -> bool {
        let [_, quarter, _] = Period::all_of(self.opened_at.with_timezone(&time_zone(None)).date_naive());
        let published = quarter.settled_at();
        published
            .zip(self.closed_at)
            .is_some_and(|(published, closed)| closed < published && published <= now)
    }

    /// The resources that were given, in their order.
    pub fn given(&self) -> impl Iterator<Item = &Proposed> {
        self.proposed.iter().filter(|proposed| proposed.given_at.is_some())
    }
}

/// By when a request of that instant is to be answered.
pub fn due(opened_at: DateTime<Utc>) -> DateTime<Utc> {
    working_hours::after(opened_at, working_hours::ANSWER_WITHIN)
}

/// Somebody who writes nothing for longer than that was doing something else.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// How much longer somebody worked on a call that was last written then; a call that was parked waited meanwhile.
pub fn worked(parked: bool, touched_at: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    if parked { TimeDelta::zero() } else { (now - touched_at).clamp(TimeDelta::zero(), LONGEST_PAUSE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parcours_is_counted_under_its_own_name() {
        for theme in Theme::ALL {
            let counted = Subject::of(*theme).map(Subject::code);
            assert_eq!(counted, (*theme != Theme::Tous).then_some(theme.code()));
        }
    }

    #[test]
    fn ages_fall_in_the_bands_of_the_activity_report() {
        let bands = [0, 25, 26, 59, 60, 74, 75, 120].map(|age| AgeBand::of(age).code());
        assert_eq!(bands, ["0-25", "0-25", "26-59", "26-59", "60-74", "60-74", "75-plus", "75-plus"]);
    }

    #[test]
    fn a_home_is_a_commune_or_a_choice() {
        for (text, home) in [
            ("92007", Home::Commune("92007".to_owned())),
            ("sans-domicile", Home::Homeless),
            ("inconnu", Home::Unknown),
        ] {
            assert_eq!(text.parse(), Ok(home.clone()));
            assert_eq!(home.code(), text);
            assert_eq!(Home::kept(text.to_owned()), home);
        }
        assert!("99999".parse::<Home>().is_err() && "".parse::<Home>().is_err());
        assert_eq!(Home::kept("99999".to_owned()).code(), "99999", "a commune that is no more");
    }

    #[test]
    fn a_call_changes_until_its_quarter_is_published() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let (opened, ended) = (at("2026-09-30T10:00:00Z"), at("2026-10-02T10:00:00Z"));
        let call = |closed_at| Call {
            id: Uuid::nil(),
            by: String::new(),
            territory: None,
            opened_at: opened,
            touched_at: opened,
            seconds: 0,
            parked: false,
            closed_at,
            discarded_at: None,
            sheet: Sheet::default(),
            proposed: Vec::new(),
            recall_due: None,
            recalled_at: None,
            handed_at: None,
            answered_at: None,
            version: 1,
        };
        assert!(!call(Some(ended)).is_published(at("2026-10-10T10:00:00Z")));
        assert!(call(Some(ended)).is_published(at("2026-10-11T10:00:00Z")));
        assert!(!call(None).is_published(at("2027-10-11T10:00:00Z")), "it was not counted");
        assert!(
            !call(Some(at("2026-10-12T10:00:00Z"))).is_published(at("2027-01-01T10:00:00Z")),
            "nor this one"
        );
    }

    #[test]
    fn only_work_is_measured() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        let (from, to) = (at("2026-11-20T09:00:00Z"), at("2026-11-20T09:02:10Z"));
        assert_eq!(worked(false, from, to).num_seconds(), 130);
        assert_eq!(worked(true, from, to).num_seconds(), 0, "parked");
        assert_eq!(worked(false, from, at("2026-11-21T09:00:00Z")), LONGEST_PAUSE, "forgotten overnight");
        assert_eq!(worked(false, to, from).num_seconds(), 0, "a clock that was set back");
    }
}
