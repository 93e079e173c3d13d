//! Why two records are, or are not, alike: kept with the pair, and told to the person who decides.

use serde::{Deserialize, Serialize};

use crate::{Category, Phone};

/// Why two records are, or are not, alike. What is said of one then of the other is in the order of the alphabet: a pair has no
/// first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// The same name, but for its kind and place; the words they share, none when nothing else names them.
    SameName {
        /// What they share.
        words: Vec<Box<str>>,
    },
    /// Names that share words.
    CloseNames {
        /// What they share.
        words: Vec<Box<str>>,
    },
    /// Names that share no word that tells.
    OtherNames {
        /// The words of one.
        one: Vec<Box<str>>,
        /// The words of the other.
        other: Vec<Box<str>>,
    },
    /// Words exclude each other, or numbers differ.
    NamesApart,
    /// One name says more than the other.
    LongerName {
        /// What only one says.
        words: Vec<Box<str>>,
    },
    /// One name says a speciality: it may be a part of the other.
    Speciality,
    /// One name has one kind more.
    MoreKinds,
    /// The same kind.
    SameKind {
        /// Its code.
        code: String,
    },
    /// One name says a kind; of the other, no kind is known.
    OneNamesItsKind,
    /// Kinds that sources say for one another.
    NeighbourKinds {
        /// The code of one.
        one: String,
        /// The code of the other.
        other: String,
    },
    /// A service, and what hosts it.
    Host {
        /// The code of one.
        one: String,
        /// The code of the other.
        other: String,
    },
    /// Other kinds.
    OtherKinds {
        /// The code of one.
        one: String,
        /// The code of the other.
        other: String,
    },
    /// A phone number in common.
    SamePhone {
        /// As kept.
        number: String,
    },
    /// Both have numbers, none in common.
    OtherPhones,
    /// A mail address in common.
    SameEmail {
        /// Which.
        email: String,
    },
    /// A domain of mails or sites in common.
    SameSite {
        /// Which.
        domain: String,
    },
    /// The same address.
    SameAddress,
    /// The same street, a number in one only.
    SameStreet,
    /// Another number of the same street.
    OtherNumber,
    /// Another street.
    OtherStreet,
    /// The same commune.
    SameCity,
    /// Another arrondissement of one city.
    OtherDistrict,
    /// Another commune.
    OtherCity,
    /// Their points are close.
    Close {
        /// How far.
        metres: u32,
    },
    /// Their points are far apart.
    Far {
        /// How far.
        metres: u32,
    },
    /// The same FINESS number: the same establishment, which may hold many listings.
    SameFiness,
    /// Two FINESS numbers.
    OtherFiness,
    /// The same SIRET number: the same establishment, which may hold many listings.
    SameSiret,
    /// Two establishments of different companies.
    OtherSiren,
    /// Organizations that share words.
    SameOrganization,
    /// Organizations that share none.
    OtherOrganization,
    /// One is for children, the other for adults, or their ages do not meet.
    OtherPublic,
    /// One is for children or for adults; the other does not say.
    OnePublic,
    /// They serve the same.
    SameCoverage,
    /// They serve communes or départements of which none is the same.
    OtherCoverage,
}

impl Reason {
    /// The reason in French.
    pub fn in_words(&self) -> String {
        let kinds = |one: &str, other: &str| format!("{} / {}", label(one), label(other));
        match self {
            Reason::SameName { words } if words.is_empty() => {
                "noms proches, que rien ne distingue".to_owned()
            }
            Reason::SameName { words } => format!("mots du nom en commun : {}", words.join(" ")),
            Reason::CloseNames { words } => format!("quelques mots du nom en commun : {}", words.join(" ")),
            Reason::OtherNames { one, other } => {
                format!("noms différents : {} / {}", one.join(" "), other.join(" "))
            }
            Reason::NamesApart => "noms qui s’excluent".to_owned(),
            Reason::LongerName { words } => format!("un seul des noms dit : {}", words.join(" ")),
            Reason::Speciality => "un seul des noms dit une spécialité".to_owned(),
            Reason::MoreKinds => "un seul des noms dit un autre type de ressource".to_owned(),
            Reason::SameKind { code } => format!("même type : {}", label(code)),
            Reason::OneNamesItsKind => "un seul dit son type".to_owned(),
            Reason::NeighbourKinds { one, other } => format!("types voisins : {}", kinds(one, other)),
            Reason::Host { one, other } => {
                format!("l’un est un service, l’autre ce qui l’accueille : {}", kinds(one, other))
            }
            Reason::OtherKinds { one, other } => format!("types différents : {}", kinds(one, other)),
            Reason::SamePhone { number } => {
                let spoken = number.parse().map(|phone: Phone| phone.spoken());
                format!("même téléphone : {}", spoken.unwrap_or_else(|_| number.clone()))
            }
            Reason::OtherPhones => "téléphones différents".to_owned(),
            Reason::SameEmail { email } => format!("même courriel : {email}"),
            Reason::SameSite { domain } => format!("même site ou même messagerie : {domain}"),
            Reason::SameAddress => "même adresse".to_owned(),
            Reason::SameStreet => "même rue".to_owned(),
            Reason::OtherNumber => "même rue, autre numéro".to_owned(),
            Reason::OtherStreet => "autre rue".to_owned(),
            Reason::SameCity => "même commune".to_owned(),
            Reason::OtherDistrict => "autre arrondissement".to_owned(),
            Reason::OtherCity => "autre commune".to_owned(),
            Reason::Close { metres } => format!("à {} l’un de l’autre", distance(*metres)),
            Reason::Far { metres } => format!("loin l’un de l’autre : {}", distance(*metres)),
            Reason::SameFiness => "même numéro FINESS".to_owned(),
            Reason::OtherFiness => "numéros FINESS différents".to_owned(),
            Reason::SameSiret => "même SIRET".to_owned(),
            Reason::OtherSiren => "entreprises différentes (SIREN)".to_owned(),
            Reason::SameOrganization => "organismes proches".to_owned(),
            Reason::OtherOrganization => "organismes différents".to_owned(),
            Reason::OtherPublic => {
                "l’un pour enfants, l’autre pour adultes, ou des âges qui s’excluent".to_owned()
            }
            Reason::OnePublic => "un seul dit s’il est pour enfants ou pour adultes".to_owned(),
            Reason::SameCoverage => "zones d’intervention proches".to_owned(),
            Reason::OtherCoverage => "zones d’intervention différentes".to_owned(),
        }
    }
}

fn label(code: &str) -> String {
    match Category::from_code(code) {
        Some(category) => category.label().to_owned(),
        None => code.replace('-', " "),
    }
}

fn distance(metres: u32) -> String {
    if metres < 1000 {
        return format!("{metres} m");
    }
    format!("{:.1} km", f64::from(metres) / 1000.0).replace('.', ",")
}
