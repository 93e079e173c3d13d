//! One folder per source, one pipeline for all.

pub mod staged;
