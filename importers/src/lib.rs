//! One folder per source, one pipeline for all.

mod commune;
pub mod csv;
mod excel;
pub mod fetch;
pub mod finess;
pub mod format;
mod issue;
pub mod pipeline;
mod spreadsheet;
pub mod staged;
pub mod synthetic;
pub mod table;
pub mod territories;
#[cfg(test)]
mod testing;
pub mod xlsx;
