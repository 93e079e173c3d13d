//! What is decoded and computed when it is first needed, before anybody asks: the first question need not wait for it.

use chrono::NaiveDate;
use maille_domain::Request;
use maille_territory::{PlaceKind, france};

use crate::coverage::COMMUNES;
use crate::suggest;
use crate::understand::{self, NoListing};

/// A place, kinds, a need and a word misspelt: each part of the reading has something to do.
const ASKED: &str = "ssiad pour mamie qui tombe la nuit à Antony, gériatri";

/// Decodes the gazetteer, the contours and the thesaurus, and prepares what is compared with what people type.
pub fn warm() {
    let asked = Request { text: ASKED.to_owned(), ..Request::default() };
    understand::read(&asked, &[], NaiveDate::default().into(), &NoListing);
    suggest::warm();
    if let Some(point) = france().place(PlaceKind::Departement, "92").and_then(|place| place.point) {
        france().commune_at(point.lat, point.lon);
        let _ = COMMUNES.within(point, 1.0).next();
    }
}
