//! Version 1: a file per endpoint, with its shape, its handler and its tests.

pub mod listings;
pub mod openapi;
pub mod places;
pub mod search;
pub mod suggest;
pub mod territories;

mod hit;

pub use hit::HitView;
