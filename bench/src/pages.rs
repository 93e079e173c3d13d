//! The pages that people open, as the server answers them: whole, uncompressed.

use maille_domain::Category;

use crate::queries::{Kind, Query, Sampler, encoded};

/// Kinds of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Two words and a commune: results, criteria, map.
    Results,
    /// Two words, nowhere.
    ResultsAnywhere,
    /// A kind over the whole country.
    MapOfFrance,
    /// A kind around a commune.
    MapOfPlace,
    /// Whom to call in a commune.
    Dac,
}

impl Page {
    pub const ALL: [Page; 5] =
        [Page::Results, Page::ResultsAnywhere, Page::MapOfFrance, Page::MapOfPlace, Page::Dac];

    pub fn label(self) -> &'static str {
        match self {
            Page::Results => "/recherche, besoin et commune",
            Page::ResultsAnywhere => "/recherche, besoin sans lieu",
            Page::MapOfFrance => "/carte d’un type, France entière",
            Page::MapOfPlace => "/carte d’un type, autour d’une commune",
            Page::Dac => "/dac d’une commune",
        }
    }

    /// The paths to ask, drawn from the same listings as the queries.
    pub fn paths(self, sampler: &Sampler) -> Vec<String> {
        let kinds: Vec<Category> = Category::all().collect();
        let needs = sampler.queries(Kind::Need);
        let path = |(position, query): (usize, &Query)| {
            let kind = kinds[position % kinds.len()].code();
            let commune =
                query.commune.map_or_else(String::new, |commune| format!("commune={}", commune.code));
            match self {
                Page::Results => format!("/recherche?q={}&{commune}", encoded(&query.words)),
                Page::ResultsAnywhere => format!("/recherche?q={}", encoded(&query.words)),
                Page::MapOfFrance => format!("/carte?category={kind}"),
                Page::MapOfPlace => format!("/carte?category={kind}&{commune}"),
                Page::Dac => format!("/dac?{commune}"),
            }
        };
        needs.iter().enumerate().map(path).collect()
    }
}
