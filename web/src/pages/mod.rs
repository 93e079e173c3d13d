//! The pages, in French, rendered here and complete without a script: a file per page.

pub mod accessibility;
pub mod accueil;
pub mod animation;
pub mod carte;
pub mod dac;
pub mod error;
pub mod forgotten;
pub mod help;
pub mod home;
pub mod legal;
pub mod listing;
pub mod login;
pub mod mailed_link;
pub mod parcours;
pub mod privacy;
pub mod ranking;
pub mod report;
pub mod robots;
pub mod search;
pub mod selection;

mod service;
