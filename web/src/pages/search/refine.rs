//! The links around the results: criteria, order, pages.

use maille_domain::Category;
use maille_domain::request::{DEFAULT_LIMIT, MOST_OFFSET, Sort};
use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_index::answer::{Answer, Facets};

use crate::french;
use crate::parameters::{OpenAt, SearchLink, SearchParameters};

/// Values of a criterion shown at once, as links; the others are in a list to choose from.
const SHOWN: usize = 4;
/// Fewest values that are worth such a list.
const FEWEST: usize = 3;
/// Most values of such a list: what is rarer is found by its name, and every page stays light.
const LISTED: usize = 24;

/// A criterion and its values.
#[derive(Debug)]
pub struct Facet {
    pub id: &'static str,
    pub label: &'static str,
    /// The parameter it adds to.
    pub parameter: &'static str,
    pub shown: Vec<Value>,
    pub more: Vec<Value>,
    /// What the values left are called.
    pub other: &'static str,
}

#[derive(Debug)]
pub struct Value {
    pub code: &'static str,
    pub label: String,
    pub count: Option<String>,
    pub href: String,
    pub chosen: bool,
}

/// One order of the hits.
#[derive(Debug)]
pub struct Sorting {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// Which hits these are, when they are not all.
pub fn range(asked: &SearchParameters, answer: &Answer) -> String {
    let number = |number: usize| french::number(number as u64);
    match answer.hits.len() {
        0 => String::new(),
        count if count as u64 == answer.total => String::new(),
        count => format!(
            "Résultats {} à {} sur {}",
            number(asked.offset + 1),
            number(asked.offset + count),
            french::number(answer.total)
        ),
    }
}

/// The orders, each a link but the present one. Distance is an order only from somewhere.
pub fn sorts(asked: &SearchParameters, somewhere: bool, link: &SearchLink) -> Vec<Sorting> {
    let current = asked.sort.unwrap_or(Sort::Relevance);
    Sort::ALL
        .iter()
        .filter(|&&sort| sort != Sort::Distance || somewhere || sort == current)
        .map(|&sort| {
            let href = link.clone().without("sort");
            let href = if sort == Sort::Relevance { href } else { href.with("sort", sort.code()) };
            Sorting { label: sort.label(), href: href.to_string(), current: sort == current }
        })
        .collect()
}

/// The link that groups hits by kind, or no longer does.
pub fn grouping(asked: &SearchParameters, link: &SearchLink) -> Sorting {
    let href = link.clone().grouped(!asked.grouped).to_string();
    let label = if asked.grouped { "Ne plus grouper" } else { "Grouper par type" };
    Sorting { label, href, current: asked.grouped }
}

/// The page before.
pub fn previous(asked: &SearchParameters, link: &SearchLink) -> Option<String> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    (asked.offset > 0).then(|| at(link, asked.offset.saturating_sub(limit)))
}

/// The page after.
pub fn next(asked: &SearchParameters, answer: &Answer, link: &SearchLink) -> Option<String> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    let next = asked.offset + limit;
    (answer.total > next as u64 && next <= MOST_OFFSET).then(|| at(link, next))
}

fn at(link: &SearchLink, offset: usize) -> String {
    let link = link.clone().without("offset");
    if offset == 0 { link.to_string() } else { link.with("offset", offset.to_string()).to_string() }
}

/// The criteria, each value a link that adds it, or takes it away.
pub fn criteria(facets: &Facets, asked: &SearchParameters, link: &SearchLink) -> Vec<Facet> {
    let value = |parameter, code: &'static str, label: &str, count: u64, chosen: bool| Value {
        code,
        label: label.to_owned(),
        count: Some(french::number(count)),
        href: if chosen {
            link.clone().without_value(parameter, code).to_string()
        } else {
            link.clone().with(parameter, code).to_string()
        },
        chosen,
    };
    let open_now = asked.open_at == Some(OpenAt::Now);
    let time = Value {
        code: "now",
        label: "Ouvert maintenant".to_owned(),
        count: None,
        href: if open_now {
            link.clone().without("open_at").to_string()
        } else {
            link.clone().without("open_at").with("open_at", "now").to_string()
        },
        chosen: open_now,
    };
    let categories = facets.category.iter().map(|&(kind, count): &(Category, u64)| {
        value("category", kind.code(), french::kind(kind), count, asked.categories.contains(&kind))
    });
    let audiences = facets.audience.iter().map(|&(audience, count): &(Audience, u64)| {
        value("audience", audience.code(), audience.label(), count, asked.audiences.contains(&audience))
    });
    let modes = facets.mode.iter().map(|&(mode, count): &(Mode, u64)| {
        value("mode", mode.code(), mode.label(), count, asked.modes.contains(&mode))
    });
    let themes = facets.theme.iter().map(|&(theme, count): &(Theme, u64)| {
        value("theme", theme.code(), theme.label(), count, asked.themes.contains(&theme))
    });
    [
        facet("critere-moment", "Horaires", "open_at", "Autre moment", vec![time]),
        facet("critere-type", "Type de ressource", "category", "Autre type", categories.collect()),
        facet("critere-public", "Public", "audience", "Autre public", audiences.collect()),
        facet("critere-mode", "Mode d’intervention", "mode", "Autre mode", modes.collect()),
        facet("critere-parcours", "Parcours", "theme", "Autre parcours", themes.collect()),
    ]
    .into_iter()
    .filter(|facet| !facet.shown.is_empty())
    .collect()
}

fn facet(
    id: &'static str,
    label: &'static str,
    parameter: &'static str,
    other: &'static str,
    values: Vec<Value>,
) -> Facet {
    // What is chosen is always in sight.
    let (chosen, others): (Vec<Value>, Vec<Value>) = values.into_iter().partition(|value| value.chosen);
    let mut shown = chosen;
    let mut more = others;
    let room = SHOWN.saturating_sub(shown.len()).min(more.len());
    let room = if more.len() < room + FEWEST { more.len() } else { room };
    shown.extend(more.drain(..room));
    more.truncate(LISTED);
    Facet { id, label, parameter, shown, more, other }
}
