//! Whose site it is: the name, the colours, the coordination structure that answers, and what the law asks to be said.
//! The command reads it from a file (`docs/portail.md`).

mod accents;
mod livery;

pub use accents::{Accents, Unreadable};
pub(crate) use livery::Livery;

/// The house of this site. The default is maille's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Name of the site.
    pub name: String,
    /// What it is, in a few words, beside the name.
    pub tagline: String,
    /// The territory this directory covers, in words.
    pub territory: Option<String>,
    /// Who answers when the directory does not: the DAC of the territory.
    pub contact: Option<Contact>,
    /// Its colours, when they are not maille's.
    pub accents: Option<Accents>,
    /// The picture beside the name.
    pub logo: Option<Logo>,
    /// What the law asks a site to say.
    pub legal: Legal,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its name.
    pub name: String,
    /// Its number, as dialled.
    pub phone: Option<maille_domain::Phone>,
    /// Its address for mail.
    pub email: Option<String>,
    /// When it answers, in words.
    pub hours: Option<String>,
}

/// A picture, as its file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// What the file is.
    pub kind: LogoKind,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The pictures that can be a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    /// Drawn.
    Svg,
    /// Made of points.
    Png,
}

/// What the law asks a site to say, in words; what is missing is said to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Legal {
    /// The organization that publishes the site.
    pub publisher: Option<String>,
    /// Its postal address.
    pub address: Option<String>,
    /// The person who answers for what is published.
    pub director: Option<String>,
    /// Who keeps the server: name, address, phone.
    pub host: Option<String>,
    /// How to reach the publisher: an address for mail.
    pub contact: Option<String>,
    /// How to reach whoever answers for personal data.
    pub data_contact: Option<String>,
    /// What else is to be said.
    pub paragraphs: Vec<String>,
}

impl Default for Theme {
    fn default() -> Theme {
        Theme {
            name: "maille".to_owned(),
            tagline: "Annuaire territorial de la santé et du social".to_owned(),
            territory: None,
            contact: None,
            accents: None,
            logo: None,
            legal: Legal::default(),
        }
    }
}
