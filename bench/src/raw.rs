//! The floor: a bare tantivy behind axum. One stemmed field of every text, a field of coverage tokens, BM25, twenty cards
//! from the document store, the distance read beside them. No kinds, no criteria, no facets, no total, no reasons.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::extract::{Path as Asked, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use maille_domain::Listing;
use maille_territory::{Commune, Point, france};
use serde_json::json;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{AsciiFoldingFilter, Language, LowerCaser, SimpleTokenizer, Stemmer, TextAnalyzer};
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, Term};

use crate::queries::{Kind, Query as Wanted, encoded};
use crate::tokens::Tokens;

/// Hits of an answer.
const HITS: usize = 20;
/// Terms that a beginning stands for.
const COMPLETIONS: usize = 24;
/// Memory of the writer, in bytes.
const WRITER: usize = 200_000_000;
const FRENCH: &str = "french";

#[derive(Clone, Copy)]
struct Fields {
    text: Field,
    coverage: Field,
    lat: Field,
    lon: Field,
    card: Field,
}

/// Indexes the listings, commits, and waits for the merges, as a server at rest would have.
pub fn build(folder: &Path, listings: &[Listing]) -> Result<Raw> {
    std::fs::create_dir_all(folder)?;
    let mut schema = Schema::builder();
    let french =
        TextFieldIndexing::default().set_tokenizer(FRENCH).set_index_option(IndexRecordOption::WithFreqs);
    let fields = Fields {
        text: schema.add_text_field("text", TextOptions::default().set_indexing_options(french)),
        coverage: schema.add_text_field("coverage", STRING),
        lat: schema.add_f64_field("lat", FAST),
        lon: schema.add_f64_field("lon", FAST),
        card: schema.add_text_field("card", STORED),
    };
    let index = Index::create_in_dir(folder, schema.build())?;
    index.tokenizers().register(FRENCH, analyzer());
    let mut writer: IndexWriter = index.writer_with_num_threads(2, WRITER)?;
    for listing in listings {
        writer.add_document(document(listing, fields))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(Raw { reader: index.reader()?, fields, analyzer: analyzer() })
}

fn document(listing: &Listing, fields: Fields) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(fields.text, text(listing));
    for token in Tokens::of_listing(listing) {
        document.add_text(fields.coverage, token);
    }
    let location = listing.fields.location.map(|site| site.point());
    if let Some(site) = location.or(listing.fields.commune().map(|commune| commune.point)) {
        document.add_f64(fields.lat, site.lat);
        document.add_f64(fields.lon, site.lon);
    }
    document.add_text(fields.card, card(listing));
    document
}

/// Every text of a listing.
pub fn text(listing: &Listing) -> String {
    let fields = &listing.fields;
    let kind = [fields.category.acronym(), Some(fields.category.label())];
    let texts = [&fields.organization, &fields.summary, &fields.description].map(Option::as_deref);
    let parts: Vec<&str> = kind.into_iter().chain(texts).flatten().collect();
    format!("{} {}", fields.name, parts.join(" "))
}

/// What a hit says, about 300 bytes of JSON, left open for the distance.
pub fn card(listing: &Listing) -> String {
    let fields = &listing.fields;
    let card = json!({
        "id": listing.id,
        "slug": listing.slug,
        "name": fields.name,
        "category": fields.category,
        "organization": fields.organization,
        "commune": fields.commune,
        "phone": fields.phone.first(),
        "status": fields.status,
        "verified_on": fields.verified_on,
    });
    let mut text = card.to_string();
    text.pop();
    text
}

fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(Stemmer::new(Language::French))
        .filter(AsciiFoldingFilter)
        .build()
}

/// What answers.
pub struct Raw {
    reader: IndexReader,
    fields: Fields,
    analyzer: TextAnalyzer,
}

/// The server.
pub fn router(raw: Raw, tokens: Arc<Tokens>) -> Router {
    Router::new().route("/{kind}/{commune}/{words}", get(answer)).with_state(Arc::new((raw, tokens)))
}

/// The path of a query here.
pub fn path(kind: Kind, query: &Wanted) -> String {
    let how = if kind == Kind::Prefix { "beginning" } else { "words" };
    let commune = query.commune.map_or("-", |commune| &*commune.code);
    format!("/{how}/{commune}/{}", encoded(&query.words))
}

async fn answer(
    State(state): State<Arc<(Raw, Arc<Tokens>)>>,
    Asked((how, commune, words)): Asked<(String, String, String)>,
) -> impl IntoResponse {
    let (raw, tokens) = &*state;
    let commune = france().commune(&commune);
    match raw.search(&words, how == "beginning", commune, tokens) {
        Ok(body) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body),
        Err(error) => {
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], error.to_string())
        }
    }
}

impl Raw {
    fn search(
        &self,
        words: &str,
        beginning: bool,
        commune: Option<&Commune>,
        tokens: &Tokens,
    ) -> Result<String> {
        let searcher = self.reader.searcher();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        if beginning {
            clauses.push((Occur::Must, Box::new(self.beginning(words)?)));
        } else {
            for term in self.terms(words) {
                let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                clauses.push((Occur::Must, Box::new(query)));
            }
        }
        if let Some(commune) = commune {
            let any = tokens.of_commune(commune).into_iter().map(|token| {
                let term = Term::from_field_text(self.fields.coverage, &token);
                Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Box<dyn Query>
            });
            let here = ConstScoreQuery::new(Box::new(BooleanQuery::union(any.collect())), 0.0);
            clauses.push((Occur::Must, Box::new(here)));
        }
        let query = BooleanQuery::new(clauses);
        let found = searcher.search(&query, &TopDocs::with_limit(HITS).order_by_score())?;
        let mut body = "{\"hits\":[".to_owned();
        for (position, (_, address)) in found.into_iter().enumerate() {
            if position > 0 {
                body.push(',');
            }
            let document: TantivyDocument = searcher.doc(address)?;
            body.push_str(document.get_first(self.fields.card).and_then(|card| card.as_str()).unwrap_or("{"));
            if let Some(commune) = commune {
                let columns = searcher.segment_reader(address.segment_ord).fast_fields();
                let (lat, lon) =
                    (columns.f64("lat")?.first(address.doc_id), columns.f64("lon")?.first(address.doc_id));
                if let (Some(lat), Some(lon)) = (lat, lon) {
                    let km = commune.point.distance_km(Point { lat, lon });
                    let _ = write!(body, ",\"distance_km\":{km:.1}");
                }
            }
            body.push('}');
        }
        body.push_str("]}");
        Ok(body)
    }

    fn terms(&self, words: &str) -> Vec<Term> {
        let mut analyzer = self.analyzer.clone();
        let mut stream = analyzer.token_stream(words);
        let mut terms = Vec::new();
        while stream.advance() {
            terms.push(Term::from_field_text(self.fields.text, &stream.token().text));
        }
        terms
    }

    /// The most frequent terms that begin so.
    fn beginning(&self, beginning: &str) -> Result<BooleanQuery> {
        let beginning = maille_territory::fold(beginning);
        let searcher = self.reader.searcher();
        let mut found: Vec<(u32, String)> = Vec::new();
        for reader in searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.text)?;
            let mut stream = inverted.terms().range().ge(&beginning).into_stream()?;
            while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
                found.push((stream.value().doc_freq, String::from_utf8_lossy(stream.key()).into_owned()));
            }
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup_by(|a, b| a.1 == b.1);
        let terms = found.into_iter().take(COMPLETIONS).map(|(_, term)| {
            let term = Term::from_field_text(self.fields.text, &term);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn Query>
        });
        Ok(BooleanQuery::union(terms.collect()))
    }
}
