//! The index from outside, on small invented directories.

mod builders;
mod coverage;
mod facets;
mod filters;
mod generations;
mod places;
mod ranking;
mod suggest;
mod text;
