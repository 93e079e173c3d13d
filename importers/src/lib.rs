//! One folder per source, one pipeline for all.

mod commune;
pub mod csv;
pub mod fetch;
pub mod format;
mod issue;
pub mod pipeline;
mod spreadsheet;
pub mod staged;
pub mod table;
pub mod territories;
