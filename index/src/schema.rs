//! The fields of the index. Whatever changes here, in `document`, `traits`, `analysis` or in a vocabulary changes
//! what an index on disk means: [`fingerprint`] then differs, and the index is rebuilt.

use maille_domain::vocabulary::{Audience, Mode, Status, Theme};
use maille_domain::{Category, Listing};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// To be raised when the meaning of the index changes in a way that its vocabulary and fields do not show.
const VERSION: u32 = 5;

/// Where in a listing a word stands. A word counts once, in the best part that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Its name or its acronym.
    Name,
    /// The acronym or the label of its kind.
    Kind,
    /// Who runs it.
    Organization,
    /// Its commune and département.
    Place,
    /// What is said of it.
    Body,
}

impl Part {
    /// Every part, best first.
    pub const ALL: [Part; 5] = [Part::Name, Part::Kind, Part::Organization, Part::Place, Part::Body];

    /// How many times a word is written for standing there: its frequency in a list says in which part it stands.
    pub fn times(self) -> usize {
        Part::ALL.len() - self as usize
    }
}

/// Every field.
#[derive(Debug, Clone)]
pub struct Fields {
    /// [`FOUND`], [`KEPT`] or [`TERRITORY`].
    pub sort: Field,
    pub id: Field,
    /// The ids of the listings that were found to be this one.
    pub merged: Field,
    pub slug: Field,
    /// The slugs that lead to it.
    pub former: Field,
    /// Source and identifier, see [`source_term`].
    pub source: Field,
    /// Code of the territory, of documents that are one.
    pub territory: Field,
    /// Code of the kind.
    pub category: Field,
    /// Hash of the name of who runs it.
    pub organization: Field,
    /// Tokens of the coverage, as given.
    pub coverage: Field,
    /// Tokens of the communes that a radius reaches.
    pub reach: Field,
    /// [`crate::traits::Traits`], packed.
    pub traits: Field,
    /// [`crate::traits::Upkeep`], packed.
    pub upkeep: Field,
    /// [`crate::traits::Site`], packed.
    pub site: Field,
    /// The commune it is in, see [`crate::traits::commune_number`].
    pub commune: Field,
    /// What ties are broken with.
    pub identity: Field,
    /// Hash of what it shares with the listings that may be the same thing.
    pub twin: Field,
    /// Folded name, to sort and to suggest.
    pub name_key: Field,
    /// Time zone's département and opening hours, see [`crate::traits::hours_key`].
    pub hours: Field,
    /// The listing or the territory itself, in JSON.
    pub stored: Field,
    /// Distinct words as written, each [`Part::times`] over.
    pub plain: Field,
    /// Distinct stems, each [`Part::times`] over.
    pub stem: Field,
    /// Words of the name and the acronym, as written, to suggest.
    pub name: Field,
}

/// A listing that searches find.
pub const FOUND: &str = "found";
/// A listing kept for its page only: closed, or withdrawn.
pub const KEPT: &str = "kept";
/// A coordination territory.
pub const TERRITORY: &str = "territory";

/// The schema, and its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = |option: IndexRecordOption| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false).set_index_option(option),
        )
    };
    let fast_text = || TextOptions::default().set_fast("raw");
    let fields = Fields {
        sort: builder.add_text_field("sort", STRING),
        id: builder.add_text_field("id", STRING),
        merged: builder.add_text_field("merged", STRING),
        slug: builder.add_text_field("slug", STRING),
        former: builder.add_text_field("former", STRING),
        source: builder.add_text_field("source", STRING),
        territory: builder.add_text_field("territory", STRING),
        category: builder.add_text_field("category", STRING),
        organization: builder.add_u64_field("organization", INDEXED),
        coverage: builder.add_u64_field("coverage", INDEXED),
        reach: builder.add_u64_field("reach", INDEXED),
        traits: builder.add_u64_field("traits", FAST),
        upkeep: builder.add_u64_field("upkeep", FAST),
        site: builder.add_u64_field("site", FAST),
        commune: builder.add_u64_field("commune", FAST),
        identity: builder.add_u64_field("identity", FAST),
        twin: builder.add_u64_field("twin", FAST | INDEXED),
        name_key: builder.add_text_field("name_key", fast_text()),
        hours: builder.add_text_field("hours", fast_text()),
        stored: builder.add_text_field("stored", STORED),
        plain: builder.add_text_field("plain", words(IndexRecordOption::WithFreqs)),
        stem: builder.add_text_field("stem", words(IndexRecordOption::WithFreqs)),
        name: builder.add_text_field("name", words(IndexRecordOption::Basic)),
    };
    (builder.build(), fields)
}

/// The exact term of a source's record.
pub fn source_term(source: &str, source_id: &str) -> String {
    format!("{source}\u{1}{source_id}")
}

/// What an index on disk must carry to be read by this program: the version, and the vocabularies whose positions are
/// packed in [`crate::traits::Traits`].
pub fn fingerprint() -> String {
    let mut codes: Vec<&str> = Category::all().map(Category::code).collect();
    codes.extend(Category::all().map(Category::label));
    codes.extend(Audience::ALL.iter().map(|code| code.code()));
    codes.extend(Mode::ALL.iter().map(|code| code.code()));
    codes.extend(Theme::ALL.iter().map(|code| code.code()));
    codes.extend(Status::ALL.iter().map(|code| code.code()));
    format!("{VERSION}-{:016x}", hash(codes.join("\n").as_bytes()))
}

/// FNV-1a, 64 bits: small, and the same in every build, as what is written to disk must be.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What listings that may be the same thing share, as a number.
pub fn twin(listing: &Listing) -> Option<u64> {
    listing.twin.map(|first| hash(first.0.as_bytes()))
}
