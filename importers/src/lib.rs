//! One folder per source, one pipeline for all.

mod ahead;
mod commune;
pub mod cpts;
pub mod csv;
pub mod data_inclusion;
mod draft;
mod excel;
pub mod fetch;
pub mod finess;
pub mod format;
pub mod geojson;
mod hours;
pub mod hsds;
mod issue;
mod json;
pub mod labelled;
pub mod lannuaire;
mod looks_like;
#[cfg(test)]
mod mutated;
pub mod parts;
mod pass;
pub mod pipeline;
mod plain;
mod register;
pub mod ror_fhir;
mod shelf;
pub mod soliguide;
mod spreadsheet;
pub mod staged;
pub mod synthetic;
pub mod table;
pub mod territories;
#[cfg(test)]
mod testing;
pub mod xlsx;

pub use spreadsheet::mapping;
