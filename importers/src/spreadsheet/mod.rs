//! The facilitator's spreadsheet (`docs/format-csv.md`): one row, one listing, whatever file the rows came in. Rules and
//! decisions are in the README of this folder; `../csv` and `../xlsx` read the files.

mod collector;
mod columns;
pub(crate) mod guess;
mod map;
pub mod mapping;
mod place;

pub(crate) use collector::{Collector, PIECE};
pub(crate) use columns::{ANOMALY, COLUMNS, Column, Columns, LAYOUT};
