//! The index from outside, on small invented directories.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod builders;
mod coverage;
mod facets;
mod filters;
mod generations;
mod identity;
mod places;
mod ranking;
mod spots;
mod suggest;
mod text;
mod trial;
