//! The facilitator's spreadsheet (`docs/format-csv.md`): one row, one listing. Rules and decisions are in the
//! README of this folder.

mod columns;
mod map;
mod place;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::{Collector, read};
pub use write::write;
