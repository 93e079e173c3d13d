//! The whole program: real binary, real Postgres, real HTTP; and the rules of the house as tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod accounts;
mod activity;
mod architecture;
mod backup;
mod calls;
mod checks;
mod command_line;
mod concurrency;
mod crash;
mod curation;
mod demo_data;
mod desk;
mod disk;
mod duplicates;
mod editing;
mod finess;
mod history;
mod imports;
mod inbox;
mod matching;
mod matching_labels;
mod operators;
mod outage;
mod portal;
mod relevance;
mod reply;
mod reports;
mod rights;
mod security;
mod support;
mod together;
mod trial;
mod unwritable;
mod zones;
