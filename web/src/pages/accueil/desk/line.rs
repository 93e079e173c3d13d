//! A line of the answers: all one needs to answer by voice, without opening a sheet.

use maille_domain::{Call, ListingId};
use maille_index::answer::Hit;

use crate::french::{self, codes, hours};
use crate::plain_text::one_line;
use crate::views::PhoneLink;
use crate::views::hit::{HitLine, Viewpoint};

/// The longest thing that is said of a listing in a copied text, in characters.
const LONGEST_COPIED: usize = 400;
/// What one needs to know before saying a name, and longer than so many characters is unfolded to be read whole.
const FIRST: [&str; 5] = ["Critères", "Ne prend pas", "Horaires", "Délai habituel", "Coût"];
const LONGEST_FIRST: usize = 160;
/// How to mobilise is said whole up to so many characters.
const LONGEST_HOW: usize = 300;

/// A line.
#[derive(Debug)]
pub struct Line {
    /// What every line of results says.
    pub hit: HitLine,
    /// Which listing.
    pub listing: ListingId,
    /// Its numbers, as they are spoken.
    pub phones: Vec<PhoneLink>,
    /// What one needs to know before saying its name, in short.
    pub first: Vec<(&'static str, String)>,
    /// The rest, term by term: said once it is unfolded.
    pub said: Vec<(&'static str, String)>,
    /// Whether it is on the list of the call.
    pub proposed: bool,
    /// Whether it was given.
    pub given: bool,
    /// The line as plain text.
    pub copy: String,
}

impl Line {
    /// That of a hit, in a call.
    pub fn new(hit: &Hit, call: Option<&Call>, view: &Viewpoint) -> Line {
        let (listing, fields) = (&hit.listing, &hit.listing.fields);
        let phones: Vec<PhoneLink> = fields.phone.iter().map(PhoneLink::from).collect();
        let delay = fields.delay_days.map(|days| match days {
            0 => "le jour même".to_owned(),
            days => french::counted(u64::from(days), "jour", "jours"),
        });
        let mails = (!fields.email.is_empty()).then(|| fields.email.join(", "));
        let secure = (!fields.mssante.is_empty()).then(|| fields.mssante.join(", "));
        let commune = fields.commune().map(|commune| commune.name.to_string());
        let address: Vec<String> = fields.address.clone().into_iter().chain(commune).collect();
        let mut line = HitLine::new(hit, view);
        if let Some(how) = fields.referral.as_ref().filter(|how| how.chars().count() <= LONGEST_HOW) {
            (line.how, line.more) = (Some(how.clone()), false);
        }
        let how = fields.referral.clone().filter(|_| line.more);
        let said: Vec<(&'static str, String)> = [
            ("Critères", fields.inclusion.clone()),
            ("Ne prend pas", fields.exclusion.clone()),
            ("Comment", how),
            ("Horaires", fields.hours.as_ref().and_then(|hours| hours::in_short(hours.as_str()))),
            ("Délai habituel", delay),
            ("Coût", fields.cost.as_deref().map(|cost| codes::cost(cost).to_owned())),
            ("Adresse", (!address.is_empty()).then(|| address.join(", "))),
            ("Courriel", mails),
            ("Messagerie sécurisée", secure),
            ("En bref", fields.summary.clone()),
        ]
        .into_iter()
        .filter_map(|(term, said)| Some((term, said?)))
        .collect();
        let own = call.and_then(|call| call.proposed.iter().find(|proposed| proposed.listing == listing.id));
        Line {
            copy: copied(&line, &phones, fields.referral.as_deref(), &said),
            listing: listing.id,
            first: said
                .iter()
                .filter(|(term, _)| FIRST.contains(term))
                .map(|(term, said)| (*term, one_line(said, LONGEST_FIRST)))
                .collect(),
            proposed: own.is_some(),
            given: own.is_some_and(|own| own.given_at.is_some()),
            hit: line,
            phones,
            said: said.into_iter().filter(|(term, text)| !FIRST.contains(term) || !is_short(text)).collect(),
        }
    }
}

/// Whether a line says it whole.
fn is_short(text: &str) -> bool {
    one_line(text, LONGEST_FIRST) == text
}

/// A line for a mail: every thing that is said begins with what it is.
fn copied(hit: &HitLine, phones: &[PhoneLink], how: Option<&str>, said: &[(&'static str, String)]) -> String {
    let spoken: Vec<&str> = phones.iter().map(|phone| phone.spoken.as_str()).collect();
    let phones = if spoken.is_empty() { "non renseigné".to_owned() } else { spoken.join(", ") };
    let mut lines = vec![one_line(&hit.name, LONGEST_COPIED)];
    let mut say = |term: &str, said: &str| {
        let line = one_line(said, LONGEST_COPIED);
        lines.push(french::typography(&format!("{term} : {line}")));
    };
    if let Some(kind) = hit.kind {
        say("Type", kind);
    }
    if let Some(whom) = &hit.whom {
        say("Pour", whom);
    }
    say("Téléphone", &phones);
    if let Some(how) = how.or(hit.by.as_deref()) {
        say("Comment", how);
    }
    for (term, text) in said.iter().filter(|(term, _)| *term != "Comment") {
        say(term, text);
    }
    let source = hit.source.as_deref().unwrap_or("non renseignée");
    say("Source", &format!("{source}, {}", hit.verified.text));
    lines.join("\n")
}
