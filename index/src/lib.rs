//! The search engine: French analysis, thesaurus, understanding, tantivy, R-tree, ranking, reasons. Knows no SQL.
//!
//! [`Index`] writes, [`Node`] answers. A request goes through `search`: its text is read (`understand`, from the `thesaurus`),
//! its place is resolved (`place`) to the tokens that hold it (`coverage`), its kinds and words to lists (`analysis`, `query`,
//! `matching`), matches are checked (`criteria`), ordered by one documented formula (`rank`) and explained by the numbers that
//! ordered them (`reasons`). Nothing outside this crate
//! sees a type of the engine underneath.

mod analysis;
pub mod answer;
mod coordination;
mod coverage;
mod criteria;
mod document;
mod error;
mod facets;
mod french;
mod generation;
mod geo;
mod hit;
mod index;
mod interpretation;
pub mod judged;
mod matching;
#[cfg(test)]
mod naive;
mod node;
mod organization;
mod place;
mod query;
mod rank;
mod reasons;
mod recent;
mod schema;
mod search;
mod segment;
mod snapshot;
pub mod spots;
mod standing;
mod suggest;
mod supposed;
mod territories;
mod thesaurus;
mod top;
mod traits;
pub mod trial;
mod understand;
mod unknown;
mod warm;

pub use answer::{Answer, Hit, Serves};
pub use error::{Error, SearchError};
pub use geo::Window;
pub use index::{Change, Index, Rebuild};
pub use node::Node;
pub use rank::{
    AROUND_KM, FOR_EVERYBODY, Ground, HALF_FRESH_DAYS, HALF_PROMPT_DAYS, HALFWAY_KM, LEAST_HALFWAY_KM,
    MOST_HALFWAY_KM, PART, PEOPLE_AROUND, STEP, UNKNOWN_WITHIN_KM, UNSAID, WEIGHTS, Weights,
};
pub use spots::{Spot, Spots};
pub use warm::warm;
