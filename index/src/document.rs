//! A listing or a territory as a document of the index.

use std::collections::BTreeSet;

use maille_domain::{Listing, Territory};
use maille_territory::france;
use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::tokenizer::{PreTokenizedString, Token};

use crate::analysis::{Word, words};
use crate::coverage;
use crate::error::Error;
use crate::schema::{FOUND, Fields, KEPT, Part, TERRITORY, hash, source_term};
use crate::traits::{Site, Traits, Upkeep, hours_key};

/// Longest name that is sorted on, in characters.
const LONGEST_KEY: usize = 120;

/// The document of a listing. What no search may find carries neither words nor coverage: only its page finds it.
pub fn of_listing(listing: &Listing, fields: &Fields) -> Result<TantivyDocument, Error> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.id, listing.id.to_string());
    document.add_text(fields.slug, &listing.slug);
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
    document.add_u64(fields.identity, hash(listing.id.0.as_bytes()));
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

/// Writes each distinct word once, in the best part that holds it.
fn add_words(document: &mut TantivyDocument, listing: &Listing, fields: &Fields) {
    let mut plain_seen = BTreeSet::new();
    let mut stem_seen = BTreeSet::new();
    for part in Part::ALL {
        let words: Vec<Word> = texts(listing, part).iter().flat_map(|text| words(text)).collect();
        let of_part = fields.words(part);
        let (plain, stem) = words.into_iter().map(|word| (word.plain, word.stem)).unzip();
        add_new(document, of_part.plain, plain, &mut plain_seen);
        add_new(document, of_part.stem, stem, &mut stem_seen);
    }
}

fn add_new(document: &mut TantivyDocument, field: Field, words: Vec<String>, seen: &mut BTreeSet<String>) {
    let new = words.into_iter().filter(|word| !word.is_empty() && seen.insert(word.clone()));
    // Positions are not indexed, but a default one overflows when the engine adds to it.
    let tokens: Vec<Token> = new.map(|text| Token { text, position: 0, ..Token::default() }).collect();
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
            some.extend(fields.audiences.iter().map(|code| Some(code.label())));
            some.extend(fields.themes.iter().map(|code| Some(code.label())));
            some.extend(fields.modes.iter().map(|code| Some(code.label())));
            some
        }
    };
    some.into_iter().flatten().collect()
}
