//! Which records describe the same thing: what is compared ([`Traits`]), which pairs are worth comparing (their [keys](Traits::keys)),
//! how much alike two records are and why ([`compare`]), and which records make one listing ([`clusters`](cluster::clusters)).
//!
//! Everything is a pure function of the records and of what people decided: neither the order of imports nor the rest of the
//! directory matters, so that an incremental run and one from nothing come to the same.

mod address;
pub mod cluster;
mod compare;
mod keys;
mod kinds;
mod name;
mod place;
mod public;
mod reason;
#[cfg(test)]
mod tests;
mod traits;
mod words;

pub use compare::{Likeness, compare, weighed};
pub use reason::Reason;
pub use traits::Traits;

/// Of the rules below: what was found under another version is found again.
pub const VERSION: i32 = 1;

/// At least this much alike, two records of different sources are one listing without anybody's word.
pub const LINKED: f32 = 0.9;

/// At least this much alike, two records are shown to a person to decide.
pub const PROPOSED: f32 = 0.6;
