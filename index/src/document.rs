//! A listing or a territory as a document of the index.

use std::collections::BTreeSet;

use maille_domain::{Listing, Territory};
use maille_territory::france;
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::tokenizer::{PreTokenizedString, Token};

use crate::analysis::words;
use crate::coverage;
use crate::error::Error;
use crate::schema::{FOUND, Fields, KEPT, Part, TERRITORY, hash, source_term, twin};
use crate::traits::{Site, Traits, Upkeep, commune_number, commune_of, hours_key};
use crate::understand::phone;

/// Longest name that is sorted on, in characters.
const LONGEST_KEY: usize = 120;

/// The document of a listing. What no search may find carries neither words nor coverage: only its page finds it.
pub fn of_listing(listing: &Listing, fields: &Fields) -> Result<TantivyDocument, Error> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.id, listing.id.to_string());
    for merged in &listing.merged {
        document.add_text(fields.merged, merged.to_string());
    }
    document.add_text(fields.slug, &listing.slug);
    for former in &listing.former_slugs {
        document.add_text(fields.former, former);
    }
    for source in &listing.sources {
        document.add_text(fields.source, source_term(&source.source, &source.source_id));
    }
    document.add_text(fields.stored, to_json(listing)?);
    if !listing.searchable() {
        document.add_text(fields.sort, KEPT);
        return Ok(document);
    }
    document.add_text(fields.sort, FOUND);
    document.add_text(fields.category, listing.fields.category.code());
    if let Some(organization) = &listing.fields.organization {
        document.add_u64(fields.organization, hash(organization.as_bytes()));
    }
    add_words(&mut document, listing, fields);

    let site = Site::of(&listing.fields);
    let tokens = coverage::tokens(&listing.fields.coverage, site.map(|site| site.point));
    for token in tokens.given {
        document.add_u64(fields.coverage, token.0);
    }
    for token in tokens.reach {
        document.add_u64(fields.reach, token.0);
    }
    document.add_u64(fields.traits, Traits::of(&listing.fields).pack());
    document.add_u64(fields.upkeep, Upkeep::of(&listing.fields).pack());
    document.add_u64(fields.site, Site::pack(site));
    if let Some(commune) = commune_of(&listing.fields, site) {
        document.add_u64(fields.commune, commune_number(&commune.code));
    }
    document.add_u64(fields.identity, hash(listing.id.0.as_bytes()));
    if let Some(twin) = twin(listing) {
        document.add_u64(fields.twin, twin);
    }
    document.add_text(fields.name_key, name_key(&listing.fields.name));
    if let Some(key) = hours_key(&listing.fields) {
        document.add_text(fields.hours, key);
    }
    Ok(document)
}

/// The document of a territory.
pub fn of_territory(territory: &Territory, fields: &Fields) -> Result<TantivyDocument, Error> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.sort, TERRITORY);
    document.add_text(fields.territory, &territory.code);
    document.add_text(fields.stored, to_json(territory)?);
    Ok(document)
}

/// A name as it sorts: folded, so that `Équipe` comes between `Edelweiss` and `Espace`.
pub fn name_key(name: &str) -> String {
    maille_territory::fold(name).chars().take(LONGEST_KEY).collect()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Engine(error.to_string()))
}

/// Writes each distinct word and each distinct stem as many times as the best part that holds it says.
fn add_words(document: &mut TantivyDocument, listing: &Listing, fields: &Fields) {
    let mut plain = Distinct::default();
    let mut stem = Distinct::default();
    for part in Part::ALL {
        for word in texts(listing, part).into_iter().flat_map(words) {
            plain.add(word.plain, part);
            stem.add(word.stem, part);
        }
        if part == Part::Name {
            let once: BTreeSet<&str> = plain.tokens.iter().map(|token| token.text.as_str()).collect();
            add(document, fields.name, once.into_iter().map(|text| token(text.to_owned())).collect());
        }
    }
    add(document, fields.plain, plain.tokens);
    add(document, fields.stem, stem.tokens);
}

/// Words written once each, by the first part that holds them.
#[derive(Default)]
struct Distinct {
    seen: BTreeSet<String>,
    tokens: Vec<Token>,
}

impl Distinct {
    fn add(&mut self, word: String, part: Part) {
        if !word.is_empty() && self.seen.insert(word.clone()) {
            self.tokens.extend(std::iter::repeat_n(token(word), part.times()));
        }
    }
}

/// Positions are not indexed, but a default one overflows when the engine adds to it.
fn token(text: String) -> Token {
    Token { text, position: 0, ..Token::default() }
}

fn add(document: &mut TantivyDocument, field: Field, tokens: Vec<Token>) {
    if !tokens.is_empty() {
        document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
    }
}

/// The texts of one part of a listing.
pub fn texts(listing: &Listing, part: Part) -> Vec<&str> {
    let fields = &listing.fields;
    let some: Vec<Option<&str>> = match part {
        Part::Name => vec![Some(&fields.name), fields.acronym.as_deref()],
        Part::Kind => vec![fields.category.acronym(), Some(fields.category.label())],
        Part::Organization => vec![fields.organization.as_deref()],
        Part::Place => {
            let commune = fields.commune();
            let departement = commune.and_then(|commune| france().departement(&commune.departement));
            vec![
                commune.map(|commune| &*commune.name),
                fields.postal_code.as_deref(),
                departement.map(|departement| &*departement.name),
                departement.map(|departement| &*departement.code),
            ]
        }
        Part::Body => {
            let mut some = vec![
                fields.summary.as_deref(),
                fields.description.as_deref(),
                fields.referral.as_deref(),
                fields.inclusion.as_deref(),
                fields.address.as_deref(),
                fields.cost.as_deref(),
                fields.finess.as_deref(),
                fields.siret.as_deref(),
                fields.ror_id.as_deref(),
            ];
            some.extend(fields.phone.iter().map(phone::word));
            some.extend(fields.audiences.iter().map(|code| Some(code.label())));
            some.extend(fields.themes.iter().map(|code| Some(code.label())));
            some.extend(fields.modes.iter().map(|code| Some(code.label())));
            some
        }
    };
    some.into_iter().flatten().collect()
}
