//! The facilitator's spreadsheet (`docs/format-csv.md`): one row, one listing, whatever file the rows came in. Rules and
//! decisions are in the README of this folder; `../csv` and `../xlsx` read the files.

mod collector;
mod columns;
mod map;
mod place;

pub(crate) use collector::Collector;
pub(crate) use columns::{COLUMNS, LAYOUT};
