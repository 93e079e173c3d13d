//! The whole program: real binary, real Postgres, real HTTP; and the rules of the house as tests.

mod architecture;
mod command_line;
mod demo_data;
mod outage;
mod portal;
mod support;
