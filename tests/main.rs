//! The whole program: real binary, real Postgres, real HTTP; and the rules of the house as tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod architecture;
mod backup;
mod command_line;
mod concurrency;
mod crash;
mod curation;
mod demo_data;
mod disk;
mod finess;
mod imports;
mod matching;
mod matching_labels;
mod operators;
mod outage;
mod portal;
mod relevance;
mod reports;
mod support;
