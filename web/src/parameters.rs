//! The parameters of a search, the same for the API and for the page: read from a query, made a request of the
//! domain, and written back as the addresses of links.

use chrono::{DateTime, FixedOffset, Utc};
use maille_domain::Category;
use maille_domain::request::{DEFAULT_LIMIT, MOST_LIMIT, MOST_OFFSET, Off, PlaceAsked, Request, Sort, Total};
use maille_domain::vocabulary::{Audience, Mode, Theme, UnknownCode};
use maille_index::Node;
use maille_index::answer::PlaceUnderstood;
use maille_territory::{Place, PlaceKind, Point, france};

use crate::extract::{FromQuery, Reader, encode, quoted};
use crate::state::WebState;
use crate::visit::{Selection, Visit, place_pair};

/// The widest circle around a point, kilometres.
const WIDEST_KM: f64 = 1000.0;
/// The oldest age asked for.
const OLDEST: u8 = 130;
/// What hits are grouped by: their kind, and nothing else.
const GROUPED: &str = "category";
/// The parameters that narrow an answer: what "all criteria" means.
const CRITERIA: [&str; 7] = ["category", "audience", "age", "mode", "theme", "open_at", "radius_km"];

/// The parameters of a search, as asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchParameters {
    /// `q`, as typed: spans count its bytes.
    pub q: String,
    /// `commune`: a COG code, a postal code or a name.
    pub commune: Option<String>,
    /// `place=KIND:CODE`.
    pub place: Option<(PlaceKind, String)>,
    /// `lat` and `lon`.
    pub point: Option<Point>,
    /// `radius_km`.
    pub radius_km: Option<f64>,
    /// `category`.
    pub categories: Vec<Category>,
    /// `audience`.
    pub audiences: Vec<Audience>,
    /// `age`.
    pub age: Option<u8>,
    /// `mode`.
    pub modes: Vec<Mode>,
    /// `theme`.
    pub themes: Vec<Theme>,
    /// `open_at`.
    pub open_at: Option<OpenAt>,
    /// `sort`.
    pub sort: Option<Sort>,
    /// `limit`.
    pub limit: Option<usize>,
    /// `offset`.
    pub offset: usize,
    /// `facets`.
    pub facets: Option<bool>,
    /// `total`.
    pub total: Option<Total>,
    /// `off`.
    pub off: Vec<Off>,
    /// `off=category:CODE`.
    pub set_aside: Vec<Category>,
    /// `selection`: the listings put aside, which follow the person.
    pub selection: Selection,
    /// `group=category`: whether the page shows its hits kind by kind.
    pub grouped: bool,
}

/// When it must be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenAt {
    /// When the request is answered.
    Now,
    /// At a given instant.
    Instant(DateTime<FixedOffset>),
}

/// One value of `off`.
#[derive(PartialEq)]
enum Ignored {
    All(Off),
    Kind(Category),
}

/// The value of `off` that sets one kind aside.
pub fn kind_set_aside(code: &str) -> String {
    format!("{}:{code}", Off::Category.code())
}

impl FromQuery for SearchParameters {
    fn from_query(reader: &mut Reader, state: &WebState) -> SearchParameters {
        let latitude = reader.one("lat", |text| degrees(text, 90.0));
        let longitude = reader.one("lon", |text| degrees(text, 180.0));
        let point = match (latitude, longitude) {
            (Some(lat), Some(lon)) => Some(Point { lat, lon }),
            (Some(_), None) if !reader.is_given("lon") => missing(reader, "lon", "lat"),
            (None, Some(_)) if !reader.is_given("lat") => missing(reader, "lat", "lon"),
            // None at all, or one that cannot be read, which is named already.
            _ => None,
        };
        let (mut off, mut set_aside) = (Vec::new(), Vec::new());
        for value in reader.several("off", ignored) {
            match value {
                Ignored::All(what) => off.push(what),
                Ignored::Kind(kind) => set_aside.push(kind),
            }
        }
        let parameters = SearchParameters {
            q: reader.text("q"),
            commune: reader.one("commune", |text| Ok(text.to_owned())),
            place: reader.one("place", place),
            point,
            radius_km: reader.one("radius_km", radius),
            categories: reader.several("category", category),
            audiences: reader.several("audience", code),
            age: reader.one("age", |text| whole(text, 0, usize::from(OLDEST)).map(|age| age as u8)),
            modes: reader.several("mode", code),
            themes: reader.several("theme", code),
            open_at: reader.one("open_at", open_at),
            sort: reader.one("sort", code),
            limit: reader.one("limit", |text| whole(text, 1, MOST_LIMIT)),
            offset: reader.one("offset", |text| whole(text, 0, MOST_OFFSET)).unwrap_or_default(),
            facets: reader.one("facets", boolean),
            total: reader.one("total", code),
            off,
            set_aside,
            selection: Selection::read(&reader.text("selection")).led(&state.node),
            grouped: reader.one("group", grouped).is_some(),
        };
        if parameters.commune.is_some() && parameters.place.is_some() {
            reader.wrong("place", "un seul lieu à la fois : `commune` ou `place`");
        }
        // The engine judges the place; when it will not be asked, the place is judged here, so that all is told at once.
        if reader.anything_wrong() && !parameters.place_is_known(state) {
            let (parameter, found) = match (&parameters.commune, &parameters.place) {
                (Some(commune), _) => ("commune", commune.clone()),
                (None, place) => {
                    ("place", place.as_ref().map(|(kind, code)| format!("{kind}:{code}")).unwrap_or_default())
                }
            };
            reader.wrong(parameter, format!("lieu inconnu : {}", quoted(&found)));
        }
        parameters
    }
}

impl SearchParameters {
    /// The request of the domain, as a page asks it: its place was typed by somebody, or follows them from page to page, and a
    /// place in the text goes before it.
    pub fn typed_request(&self, now: DateTime<Utc>) -> Request {
        let request = self.request(now);
        let place = request.place.map(|place| match place {
            PlaceAsked::Written(text) => PlaceAsked::Typed(text),
            other => other,
        });
        Request { place, text_first: true, ..request }
    }

    /// The request of the domain, as the API asks it.
    pub fn request(&self, now: DateTime<Utc>) -> Request {
        let place = match (&self.place, &self.commune) {
            (Some((kind, code)), _) => Some(PlaceAsked::Known(*kind, code.clone())),
            (None, Some(commune)) => Some(PlaceAsked::Written(commune.clone())),
            (None, None) => None,
        };
        Request {
            text: self.q.clone(),
            place,
            text_first: false,
            point: self.point,
            radius_km: self.radius_km,
            categories: self.categories.clone(),
            audiences: self.audiences.clone(),
            age: self.age,
            modes: self.modes.clone(),
            themes: self.themes.clone(),
            open_at: self.open_at.map(|open_at| open_at.instant(now)),
            sort: self.sort.unwrap_or(Sort::Relevance),
            limit: self.limit.unwrap_or(DEFAULT_LIMIT),
            offset: self.offset,
            facets: self.facets.unwrap_or(true),
            total: self.total.unwrap_or(Total::Exact),
            off: self.off.clone(),
            set_aside: self.set_aside.clone(),
        }
    }

    /// The visit that it comes from: what its address carries.
    pub fn visit(&self, node: &Node) -> Visit {
        let link = self.link().to_string();
        Visit::read(node, link.split_once('?').map_or("", |(_, query)| query))
    }

    /// This search without its place, to be asked about another or about none: neither the parameters, nor the words of the
    /// text that `read` was read in.
    pub fn anywhere(&self, read: Option<&PlaceUnderstood>) -> SearchLink {
        let link = SearchParameters { q: self.text_without_place(read), ..self.clone() }.link();
        ["commune", "place", "lat", "lon", "radius_km", "offset"].into_iter().fold(link, SearchLink::without)
    }

    /// The text without the words that a place was read in.
    pub fn text_without_place(&self, read: Option<&PlaceUnderstood>) -> String {
        let Some((start, end)) = read.and_then(|read| read.span) else { return self.q.clone() };
        let around = [self.q.get(..start), self.q.get(end..)].into_iter().flatten().map(str::trim);
        around.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn place_is_known(&self, state: &WebState) -> bool {
        match (&self.commune, &self.place) {
            (Some(written), _) => !state.node.places(written, 1).places.is_empty(),
            // Territories are the directory's own; only the engine knows them.
            (None, Some((PlaceKind::Territory, _)) | None) => true,
            (None, Some((kind, code))) => france().place(*kind, code).is_some(),
        }
    }

    /// The page of this search, to be changed into the address of another one.
    pub fn link(&self) -> SearchLink {
        let mut link = SearchLink::default();
        let one = |link: &mut SearchLink, name, value: Option<String>| {
            link.pairs.extend(value.map(|value| (name, value)));
        };
        one(&mut link, "q", Some(self.q.clone()).filter(|q| !q.trim().is_empty()));
        one(&mut link, "commune", self.commune.clone());
        one(&mut link, "place", self.place.as_ref().map(|(kind, code)| format!("{kind}:{code}")));
        one(&mut link, "lat", self.point.map(|point| point.lat.to_string()));
        one(&mut link, "lon", self.point.map(|point| point.lon.to_string()));
        one(&mut link, "radius_km", self.radius_km.map(|km| km.to_string()));
        link.pairs.extend(self.categories.iter().map(|value| ("category", value.code().to_owned())));
        link.pairs.extend(self.audiences.iter().map(|value| ("audience", value.code().to_owned())));
        one(&mut link, "age", self.age.map(|age| age.to_string()));
        link.pairs.extend(self.modes.iter().map(|value| ("mode", value.code().to_owned())));
        link.pairs.extend(self.themes.iter().map(|value| ("theme", value.code().to_owned())));
        one(&mut link, "open_at", self.open_at.map(OpenAt::written));
        one(&mut link, "sort", self.sort.map(|sort| sort.code().to_owned()));
        one(&mut link, "group", self.grouped.then(|| GROUPED.to_owned()));
        one(&mut link, "limit", self.limit.map(|limit| limit.to_string()));
        one(
            &mut link,
            "offset",
            Some(self.offset).filter(|&offset| offset > 0).map(|offset| offset.to_string()),
        );
        one(&mut link, "selection", Some(self.selection.to_string()).filter(|ids| !ids.is_empty()));
        link.pairs.extend(self.off.iter().map(|value| ("off", value.code().to_owned())));
        link.pairs.extend(self.set_aside.iter().map(|kind| ("off", kind_set_aside(kind.code()))));
        link
    }
}

impl OpenAt {
    /// The instant meant.
    pub fn instant(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            OpenAt::Now => now,
            OpenAt::Instant(instant) => instant.with_timezone(&Utc),
        }
    }

    fn written(self) -> String {
        match self {
            OpenAt::Now => "now".to_owned(),
            OpenAt::Instant(instant) => instant.to_rfc3339(),
        }
    }
}

/// The address of a page of results.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchLink {
    pairs: Vec<(&'static str, String)>,
}

impl SearchLink {
    /// The parameters, in the order of the address.
    pub fn pairs(&self) -> &[(&'static str, String)] {
        &self.pairs
    }

    /// About a place and no other.
    #[must_use]
    pub fn about(self, place: &Place) -> SearchLink {
        let (name, code) = place_pair(place);
        self.without("commune").without("place").with(name, code)
    }

    /// With one more value, at the first page.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> SearchLink {
        self.pairs.retain(|(known, _)| *known != "offset");
        self.pairs.push((name, value.into()));
        self
    }

    /// Without a parameter, at the first page.
    #[must_use]
    pub fn without(mut self, name: &str) -> SearchLink {
        self.pairs.retain(|(known, _)| *known != name && *known != "offset");
        self
    }

    /// Grouped by kind or not, at the first page.
    #[must_use]
    pub fn grouped(self, grouped: bool) -> SearchLink {
        let link = self.without("group");
        if grouped { link.with("group", GROUPED) } else { link }
    }

    /// With these listings put aside, at the same page.
    #[must_use]
    pub fn selecting(mut self, selection: &Selection) -> SearchLink {
        self.pairs.retain(|(known, _)| *known != "selection");
        if !selection.is_empty() {
            self.pairs.push(("selection", selection.to_string()));
        }
        self
    }

    /// Whether criteria narrow the answer.
    pub fn has_criteria(&self) -> bool {
        self.pairs.iter().any(|(name, _)| CRITERIA.contains(name))
    }

    /// Without the criteria, at the first page.
    #[must_use]
    pub fn without_criteria(self) -> SearchLink {
        CRITERIA.into_iter().fold(self, SearchLink::without)
    }

    /// Without one value of a parameter, at the first page.
    #[must_use]
    pub fn without_value(mut self, name: &str, value: &str) -> SearchLink {
        self.pairs.retain(|(known, found)| *known != "offset" && !(*known == name && found == value));
        self
    }
}

impl std::fmt::Display for SearchLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut query = String::new();
        for (name, value) in &self.pairs {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            encode(value, &mut query);
        }
        write!(f, "/recherche{query}")
    }
}

/// `Bagneux (92)`; the name alone of a place that is no commune.
pub fn place_label(place: &Place) -> String {
    match (&place.departement, place.kind) {
        (Some(departement), PlaceKind::Commune | PlaceKind::Arrondissement) => {
            format!("{} ({departement})", place.name)
        }
        _ => place.name.clone(),
    }
}

/// The same inside a sentence: `Bagneux (92)`, `les Hauts-de-Seine`, `l’Ain`.
pub fn place_said(place: &Place) -> String {
    match place.kind {
        PlaceKind::Commune | PlaceKind::Arrondissement => place_label(place),
        _ => place.with_article(),
    }
}

fn missing<T>(reader: &mut Reader, absent: &str, present: &str) -> Option<T> {
    reader.wrong(absent, format!("manque : `{present}` est donné, il faut les deux"));
    None
}

fn degrees(text: &str, most: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(degrees) if degrees.abs() <= most => Ok(degrees),
        _ => Err(format!("{} : attendu, des degrés décimaux de -{most} à {most}", quoted(text))),
    }
}

fn radius(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(km) if km > 0.0 && km <= WIDEST_KM => Ok(km),
        _ => Err(format!("{} : attendu, un nombre de kilomètres, jusqu’à {WIDEST_KM}", quoted(text))),
    }
}

fn whole(text: &str, least: usize, most: usize) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("{} : attendu, un nombre entier de {least} à {most}", quoted(text))),
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("{} : attendu, `true` ou `false`", quoted(text)))
}

fn code<T: std::str::FromStr<Err = UnknownCode>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: UnknownCode| {
        format!("{} : attendu, l’un de {}", quoted(text), error.known.join(", "))
    })
}

fn ignored(text: &str) -> Result<Ignored, String> {
    match text.split_once(':') {
        Some((what, kind)) if what.trim() == Off::Category.code() => category(kind.trim()).map(Ignored::Kind),
        _ => code(text).map(Ignored::All),
    }
}

fn grouped(text: &str) -> Result<(), String> {
    if text == GROUPED { Ok(()) } else { Err(format!("{} : attendu, `{GROUPED}`", quoted(text))) }
}

fn category(text: &str) -> Result<Category, String> {
    Category::from_code(text).ok_or_else(|| {
        format!("{} : attendu, un code de type de ressource (emg, ssiad, mdph…)", quoted(text))
    })
}

fn place(text: &str) -> Result<(PlaceKind, String), String> {
    text.split_once(':')
        .and_then(|(kind, code)| Some((kind.trim().parse().ok()?, code.trim().to_owned())))
        .filter(|(_, code)| !code.is_empty())
        .ok_or_else(|| {
            let kinds: Vec<&str> = PlaceKind::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("{} : attendu, GENRE:CODE, le genre étant l’un de {}", quoted(text), kinds.join(", "))
        })
}

fn open_at(text: &str) -> Result<OpenAt, String> {
    if text == "now" {
        return Ok(OpenAt::Now);
    }
    // The plus of a time zone that was not encoded arrives as a space.
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc3339(&text.replace(' ', "+")))
        .map(OpenAt::Instant)
        .map_err(|_| {
            format!(
                "{} : attendu, `now` pour maintenant, ou un jour et une heure écrits comme 2026-11-20T15:00:00+01:00",
                quoted(text)
            )
        })
}
