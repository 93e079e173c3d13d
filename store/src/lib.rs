//! Postgres: migrations, one file per concept of the domain, the change feed, the private cluster.

pub mod cluster;
