//! The pages, in French, rendered here and complete without a script: a file per page.

pub mod error;
pub mod home;
pub mod listing;
pub mod ranking;
pub mod search;

mod kept_place;
mod sheet;
