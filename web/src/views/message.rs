//! Listings as text, for a mail or a secure health mail.

use std::fmt::Write as _;

use crate::extract::encode;
use crate::french::typography;
use crate::plain_text::{fold, one_line};

use super::PhoneLink;
use super::entry::Entry;
use crate::theme;

/// The longest thing said of a listing, in characters.
const LONGEST: usize = 400;
/// The longest name in a mail, in characters.
const LONGEST_NAME: usize = 80;
/// The longest `mailto:` link that every reader of mail opens, in bytes.
const LONGEST_MAILTO: usize = 1_800;

/// What the text is made of.
#[derive(Debug)]
pub struct Message<'a> {
    /// What it is about.
    pub subject: String,
    /// `Bagneux (92)`.
    pub place: Option<String>,
    /// `20 novembre 2026`.
    pub date: String,
    /// Whether the data are for demonstration.
    pub demo: bool,
    /// What is to be known before the listings are read.
    pub preamble: Vec<String>,
    /// The listings, in their order.
    pub entries: &'a [Entry],
    /// Who answers questions.
    pub contact: Option<String>,
    /// `https://annuaire.example.org`, where sheets are.
    pub origin: Option<&'a str>,
    /// The address of the selection, without its words when they are long: they stand in the text.
    pub link: Option<&'a str>,
}

impl Message<'_> {
    /// The text. A listing begins at the edge, all that is said of it is indented, and what goes on is indented more:
    /// nothing that a source wrote can pass for another line.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut say = |line: String| out.push_str(&line);
        say(fold("", "  ", &one_line(&self.subject, LONGEST)));
        let place = self.place.as_ref().map(|place| format!("Pour {place}, ")).unwrap_or_default();
        say(fold("", "  ", &format!("{place}le {}", self.date)));
        if self.demo {
            let warning = "DONNÉES DE DÉMONSTRATION\u{202f}: ne pas s’en servir pour orienter quelqu’un.";
            say(fold("", "  ", warning));
        }
        for paragraph in &self.preamble {
            say(fold("\n", "", paragraph));
        }
        if self.entries.is_empty() {
            say("\nLa sélection est vide.\n".to_owned());
        }
        for (position, entry) in self.entries.iter().enumerate() {
            say("\n".to_owned());
            say(self.entry(position + 1, entry));
        }
        if let Some(contact) = &self.contact {
            say("\n".to_owned());
            say(fold("", "  ", &format!("Pour toute question\u{202f}: {}", plain(contact))));
        }
        if let Some(link) = self.link.filter(|_| !self.entries.is_empty()) {
            say(format!("\nCette sélection en ligne\u{a0}:\n{link}\n"));
        }
        out
    }

    fn entry(&self, number: usize, entry: &Entry) -> String {
        let acronym = entry.acronym.as_ref().map(|acronym| format!(" ({acronym})")).unwrap_or_default();
        let mut out = fold(&format!("{number}. "), "     ", &plain(&format!("{}{acronym}", entry.name)));
        let facts: Vec<&str> =
            std::iter::once(entry.kind).chain(entry.facts.iter().map(|fact| fact.text.as_str())).collect();
        let mut say = |text: &str| out.push_str(&fold("   ", "     ", text));
        say(&plain(&facts.join(" – ")));
        let phones: Vec<&str> = entry.phones.iter().map(|phone| phone.spoken.as_str()).collect();
        let phones = if phones.is_empty() { "non renseigné".to_owned() } else { phones.join(", ") };
        for (term, said) in [
            ("Pour", entry.whom.clone()),
            ("Téléphone", Some(phones)),
            ("Courriel", joined(&entry.mails)),
            ("Messagerie sécurisée (MSSanté)", joined(&entry.secure_mails)),
            ("Comment mobiliser", entry.how.clone()),
            ("Critères", entry.inclusion.clone()),
            ("Exclusions", entry.exclusion.clone()),
            ("Adresse", entry.address.clone()),
            ("Horaires", entry.hours.clone()),
            ("Note", Some(entry.note.clone()).filter(|note| !note.is_empty())),
            ("Source", Some(entry.source.clone())),
        ] {
            if let Some(said) = said {
                say(&format!("{term}\u{202f}: {}", plain(&said)));
            }
        }
        if let Some(origin) = self.origin {
            let mut sheet = format!("{origin}/ressources/");
            encode(&entry.slug, &mut sheet);
            say(&sheet);
        }
        out
    }

    /// A link that opens a mail: whom to call, and where the rest is. Without the notes when they make it longer than what every
    /// reader of mail opens; none when that is still too long.
    pub fn mailto(&self) -> Option<String> {
        let link = |noted: bool| {
            let mut link = String::from("mailto:?subject=");
            component(&self.subject, &mut link);
            link.push_str("&body=");
            component(&self.mail(noted).replace('\n', "\r\n"), &mut link);
            link
        };
        let fits = |link: &String| link.len() <= LONGEST_MAILTO && !self.entries.is_empty();
        [true, false].into_iter().map(link).find(fits)
    }

    /// The text in short: a line for each listing, with its number.
    fn mail(&self, noted: bool) -> String {
        let mut out = String::new();
        if self.demo {
            out.push_str("DONNÉES DE DÉMONSTRATION\n");
        }
        for (position, entry) in self.entries.iter().enumerate() {
            let phones: Vec<&str> = entry.phones.iter().map(|phone| phone.spoken.as_str()).collect();
            let phones =
                if phones.is_empty() { "téléphone non renseigné".to_owned() } else { phones.join(", ") };
            let note = Some(&entry.note).filter(|note| noted && !note.is_empty());
            let note = note.map(|note| format!(". {note}")).unwrap_or_default();
            let line =
                format!("{}. {}\u{202f}: {phones}{note}", position + 1, one_line(&entry.name, LONGEST_NAME));
            out.push_str(&plain(&line).replace(['\u{a0}', '\u{202f}'], " "));
            out.push('\n');
        }
        if let Some(link) = self.link {
            write!(out, "\n{link}\n").expect("writing to a String cannot fail");
        }
        out
    }
}

/// Who answers when a text does not: `DAC 92 Sud, 01 99 00 00 11, accueil@example.org`.
pub fn whom_to_call(contact: &theme::Contact) -> String {
    let phone = contact.phone.as_ref().map(|phone| PhoneLink::from(phone).spoken);
    let parts = [Some(contact.name.clone()), phone, contact.email.clone(), contact.hours.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What a source or a person wrote, as one line with the spaces of French.
fn plain(text: &str) -> String {
    typography(&one_line(text, LONGEST))
}

fn joined(addresses: &[String]) -> Option<String> {
    (!addresses.is_empty()).then(|| addresses.join(", "))
}

/// Encodes a part of a `mailto:` link, where a space is no `+`.
fn component(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
}
