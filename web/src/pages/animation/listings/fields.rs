//! The fields of a listing in a form: what is typed, and beside it what each source says, who corrected it, why, until when.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use maille_domain::field::Values;
use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::resolve::Override;
use maille_domain::vocabulary::{Audience, Mode, ReferredBy, Theme};
use maille_domain::{Category, Field, Listing};
use maille_store::edit::Overtaken;
use serde_json::Value;

use super::draft::{Draft, GROUPS, Side, Widget, parse, side_name, widget};
use super::hours::Heard;
use crate::french::{self, date};
use crate::map::Figure;
use crate::pages::listing::origin::in_words;

/// A group of fields.
#[derive(Debug)]
pub struct Group {
    /// Its title.
    pub title: &'static str,
    /// Its fields.
    pub fields: Vec<FieldView>,
}

/// A field of the form.
#[derive(Debug)]
pub struct FieldView {
    /// Its name, and where faults lead.
    pub id: &'static str,
    /// As people call it.
    pub label: &'static str,
    /// What form is expected.
    pub hint: Option<&'static str>,
    /// How it is typed.
    pub widget: Widget,
    /// As typed.
    pub text: String,
    /// The cell text that was seen.
    pub seen: String,
    /// Among what one chooses.
    pub options: Vec<Choosable>,
    /// What it says and where it comes from.
    pub beside: Option<Beside>,
    /// What somebody else wrote meanwhile.
    pub rival: Option<Rival>,
    /// What was understood of hours.
    pub heard: Option<Heard>,
    /// Where the point is.
    pub map: Option<Figure>,
}

/// Something to choose.
#[derive(Debug)]
pub struct Choosable {
    /// Its code.
    pub value: &'static str,
    /// Its words.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What a field says now, and who says what of it.
#[derive(Debug)]
pub struct Beside {
    /// Its value in words, for whoever only reads.
    pub value: Option<String>,
    /// The correction that stands over it.
    pub correction: Option<Correction>,
    /// What each source says.
    pub said: Vec<SaidView>,
}

/// A correction.
#[derive(Debug)]
pub struct Correction {
    /// Who.
    pub author: String,
    /// Which day.
    pub on: String,
    /// Why.
    pub reason: String,
    /// The last day, if it ends.
    pub until: Option<String>,
    /// Whether it says that there is nothing to say.
    pub emptied: bool,
}

/// What a source says of a field.
#[derive(Debug)]
pub struct SaidView {
    /// Which.
    pub source: String,
    /// Since which day.
    pub since: String,
    /// What.
    pub words: String,
    /// Whether the listing says it after this source.
    pub kept: bool,
}

/// What somebody else wrote in a field that this person changes.
#[derive(Debug)]
pub struct Rival {
    /// What they wrote, in words.
    pub theirs: String,
    /// Who, when, why: a phrase.
    pub who: String,
    /// What this person had before them.
    pub seen: String,
    /// What they type.
    pub mine: String,
    /// Name of the choice.
    pub name: String,
    /// Which side is chosen.
    pub side: Option<Side>,
}

impl Rival {
    /// Whether this person's side is chosen.
    pub fn is_mine(&self) -> bool {
        self.side == Some(Side::Mine)
    }

    /// Whether the other's is.
    pub fn is_theirs(&self) -> bool {
        self.side == Some(Side::Theirs)
    }
}

/// All that the form says of a listing.
pub struct Told<'a> {
    listing: Option<&'a Listing>,
    values: Values,
    overrides: BTreeMap<Field, Override>,
}

impl<'a> Told<'a> {
    /// Of this listing, over which these corrections stand.
    pub fn of(listing: &'a Listing, overrides: BTreeMap<Field, Override>) -> Told<'a> {
        Told { listing: Some(listing), values: listing.fields.to_values(), overrides }
    }

    /// Of none yet.
    pub fn nothing() -> Told<'static> {
        Told { listing: None, values: Values::new(), overrides: BTreeMap::new() }
    }

    /// The groups of fields.
    pub fn groups(&self, draft: &Draft) -> Vec<Group> {
        let view = |field: &Field| self.field(*field, draft);
        GROUPS
            .into_iter()
            .map(|(title, fields)| Group { title, fields: fields.iter().map(view).collect() })
            .collect()
    }

    /// A field with what is typed.
    pub fn field(&self, field: Field, draft: &Draft) -> FieldView {
        let text = draft.text(field).to_owned();
        let settled = draft.settled().get(&field);
        FieldView {
            id: field.name(),
            label: field.label(),
            hint: hint(field),
            widget: widget(field),
            options: options(field, &text),
            seen: draft.seen(field).to_owned(),
            beside: self.listing.is_some().then(|| self.beside(field)),
            rival: settled.map(|side| self.rival(field, draft, *side)),
            heard: None,
            map: None,
            text,
        }
    }

    /// What a field says and who says what of it.
    pub fn beside(&self, field: Field) -> Beside {
        let value = self.values.get(&field);
        Beside {
            value: value.map(|value| in_words(field, value)),
            correction: self.overrides.get(&field).map(|standing| Correction {
                author: standing.author.clone(),
                on: on(standing.at),
                reason: standing.reason.clone(),
                until: standing.until.map(|until| on(until - TimeDelta::seconds(1))),
                emptied: standing.value.is_none(),
            }),
            said: self.said(field, value),
        }
    }

    fn said(&self, field: Field, value: Option<&Value>) -> Vec<SaidView> {
        let Some(listing) = self.listing else { return Vec::new() };
        let view = |source: &str, source_id: &str, value: &Value, at: DateTime<Utc>, kept| SaidView {
            source: format!("{source}, fiche {source_id}"),
            since: on(at),
            words: in_words(field, value),
            kept,
        };
        let kept = match (listing.provenance.get(&field), value) {
            (Some(Provenance::Source { source, source_id, at }), Some(value)) => {
                Some(view(source, source_id, value, *at, true))
            }
            _ => None,
        };
        let others = listing.others.get(&field).into_iter().flatten();
        let others = others.map(|said| view(&said.source, &said.source_id, &said.value, said.at, false));
        kept.into_iter().chain(others).collect()
    }

    fn rival(&self, field: Field, draft: &Draft, side: Option<Side>) -> Rival {
        let words = |value: Option<&Value>| match value {
            Some(value) => in_words(field, value),
            None => "rien".to_owned(),
        };
        let mine = parse(field, draft.text(field)).ok().flatten();
        Rival {
            theirs: words(self.values.get(&field)),
            who: self.listing.map(|listing| who(listing.provenance.get(&field))).unwrap_or_default(),
            seen: String::new(),
            mine: words(mine.as_ref()),
            name: side_name(field),
            side,
        }
    }
}

impl Group {
    /// Says what was seen of the fields that somebody else changed.
    pub fn remember(&mut self, overtaken: &[Overtaken]) {
        for overtaken in overtaken {
            let field = self.fields.iter_mut().find(|field| field.id == overtaken.field.name());
            if let Some(rival) = field.and_then(|field| field.rival.as_mut()) {
                let seen = overtaken.field.parse(&overtaken.seen).ok().flatten();
                rival.seen = match seen {
                    Some(value) => in_words(overtaken.field, &value),
                    None if overtaken.seen.is_empty() => "rien".to_owned(),
                    None => overtaken.seen.clone(),
                };
            }
        }
    }
}

/// Who says what a field says now: `Zoé Martin, le 3 novembre 2026 : « appelé »`.
pub fn who(by: Option<&Provenance>) -> String {
    match by {
        None => "Les sources n’en disent plus rien".to_owned(),
        Some(Provenance::Source { source, at, .. }) => format!("La source {source}, le {}", on(*at)),
        Some(Provenance::Override { author, reason, at, .. }) => {
            french::typography(&format!("{author}, le {} (raison : {reason})", date::stamp(*at)))
        }
    }
}

/// The day, in words.
pub fn on(at: DateTime<Utc>) -> String {
    date::words(at.with_timezone(&time_zone(None)).date_naive())
}

fn options(field: Field, text: &str) -> Vec<Choosable> {
    let codes: Vec<&str> = text.split('|').map(str::trim).collect();
    let option = |value: &'static str, label: &str| Choosable {
        value,
        label: label.to_owned(),
        chosen: codes.contains(&value),
    };
    match field {
        Field::Category => {
            let mut kinds: Vec<Choosable> =
                Category::all().map(|kind| option(kind.code(), french::kind(kind))).collect();
            kinds.sort_by_cached_key(|kind| maille_territory::fold(&kind.label));
            kinds
        }
        Field::Audiences => Audience::ALL.iter().map(|code| option(code.code(), code.label())).collect(),
        Field::Themes => Theme::ALL.iter().map(|code| option(code.code(), code.label())).collect(),
        Field::Modes => Mode::ALL.iter().map(|code| option(code.code(), code.label())).collect(),
        Field::ReferredBy => ReferredBy::ALL.iter().map(|code| option(code.code(), code.label())).collect(),
        _ => Vec::new(),
    }
}

/// The form that is expected, where it is not plain.
const fn hint(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Phone => {
            "Un numéro par ligne, d’abord celui qu’il faut appeler. Exemple\u{202f}: 01 99 00 00 01."
        }
        Field::Email | Field::Mssante => "Une adresse par ligne.",
        Field::Website => "Une adresse par ligne, qui commence par https:// ou http://.",
        Field::SourceUrl => "Où cette ressource est décrite\u{202f}: une adresse en https:// ou http://.",
        Field::Finess => "Neuf caractères.",
        Field::Siret => "Quatorze chiffres.",
        Field::Address => "Numéro et rue, sans le code postal ni la commune.",
        Field::PostalCode => "Cinq chiffres.",
        Field::Commune => "Nom, ou code officiel géographique (92007).",
        Field::Location => "Latitude puis longitude. Exemple\u{202f}: 48.7964, 2.3106.",
        Field::Hours => {
            "Comme sur une porte\u{202f}: «\u{202f}lundi au vendredi 9h-12h et 14h-17h, samedi 9h-12h\u{202f}». La syntaxe opening_hours est comprise aussi."
        }
        Field::Coverage => {
            "Une zone par ligne\u{202f}: commune:92007, departement:92, epci:…, territory:…. Vide, elle se dessine ensuite dans l’onglet Zone."
        }
        Field::AgeMin | Field::AgeMax => "En années.",
        Field::DelayDays => "En jours.",
        Field::Cost => "gratuit, payant, assurance-maladie, selon-ressources, ou vos mots.",
        Field::Languages => "Codes à deux lettres, séparés par des virgules\u{202f}: fr, en, ar.",
        Field::Accessibility => "Codes séparés par des virgules\u{202f}: pmr, lsf, braille, falc…",
        Field::Acronym => "Sans points.",
        _ => return None,
    })
}
