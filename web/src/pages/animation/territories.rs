//! `/animation/territoires`: the coordination territories, those that one may change first.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use maille_domain::coverage::extent::{Extent, Ground};
use maille_domain::{Act, Coverage, Reach, Territory};
use maille_store::territory::Kept;
use maille_territory::fold;

use super::territory::{save, show, undo};
use super::{Section, layout};
use crate::error::Error;
use crate::extract::encode;
use crate::french;
use crate::page::{Cache, Layout, Page, respond};
use crate::pages::dac::kind_label;
use crate::signed::Signed;
use crate::state::WebState;

/// The pages of the territories.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route("/animation/territoires", get(list))
        .route("/animation/territoires/{code}", get(show).post(save))
        .route("/animation/territoires/{code}/histoire/{number}/revenir", post(undo))
}

#[derive(Debug, Template)]
#[template(path = "animation/territories.html")]
struct TerritoriesPage {
    layout: Layout,
    /// Those that one may change, then the others.
    groups: Vec<Group>,
}

impl Page for TerritoriesPage {
    const CACHE: Cache = Cache::Never;
}

#[derive(Debug)]
struct Group {
    id: &'static str,
    title: &'static str,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    href: String,
    name: String,
    kind: String,
    communes: String,
    people: String,
    source: String,
    decided: usize,
}

/// `GET /animation/territoires`.
async fn list(State(state): State<WebState>, signed: Signed) -> Result<Response, Error> {
    signed.reach(Act::Consult)?;
    let reach = signed.reach(Act::Territory).unwrap_or_else(|_| Reach::nowhere());
    let mut kept = signed.store.territories_kept().await?;
    kept.sort_by_cached_key(|kept| (kept.territory.kind.clone(), fold(&kept.territory.name)));
    let (own, others): (Vec<Kept>, Vec<Kept>) = kept.into_iter().partition(|kept| may_change(kept, &reach));
    let groups = [("les-miens", "Ceux que vous pouvez modifier", own), ("les-autres", "Les autres", others)];
    let groups = groups.into_iter().filter(|(.., kept)| !kept.is_empty());
    let groups = groups.map(|(id, title, kept)| Group { id, title, lines: kept.iter().map(line).collect() });
    Ok(respond(&TerritoriesPage {
        layout: layout(&state, &signed, Section::Territories, "Territoires"),
        groups: groups.collect(),
    }))
}

/// Whether somebody of this reach may change something of a territory: nobody changes that of a role, their own or another's, who
/// does not reach everywhere.
pub fn may_change(kept: &Kept, reach: &Reach) -> bool {
    match reach {
        Reach::Everywhere => true,
        Reach::Within(_) => !kept.held && kept.territory.communes.iter().any(|code| reach.has_commune(code)),
    }
}

/// The page of a territory.
pub fn address(code: &str) -> String {
    let mut address = String::from("/animation/territoires/");
    // A path keeps a plus for a plus.
    let mut encoded = String::new();
    encode(code, &mut encoded);
    address.push_str(&encoded.replace('+', "%20"));
    address
}

/// The communes of a territory, as parts of a zone.
pub fn parts(territory: &Territory) -> Vec<Coverage> {
    Extent::of(&raw(territory), &Ground::default())
        .communes()
        .iter()
        .map(|commune| Coverage::Commune(commune.code.to_string()))
        .collect()
}

fn raw(territory: &Territory) -> Vec<Coverage> {
    territory.communes.iter().cloned().map(Coverage::Commune).collect()
}

fn line(kept: &Kept) -> Line {
    let Kept { territory, source, decided, .. } = kept;
    let communes = Extent::of(&raw(territory), &Ground::default()).communes();
    let people: u64 = communes.iter().map(|commune| u64::from(commune.population)).sum();
    Line {
        href: address(&territory.code),
        name: territory.name.clone(),
        kind: kind_label(&territory.kind).0,
        communes: french::counted(communes.len() as u64, "commune", "communes"),
        people: french::counted(people, "habitant", "habitants"),
        source: source.clone(),
        decided: *decided,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_widens_their_own_reach() {
        let territory = |code: &str, communes: &[&str]| Territory {
            code: code.into(),
            kind: "cpts".into(),
            name: code.into(),
            communes: communes.iter().map(|&commune| commune.into()).collect(),
        };
        let kept = |territory: &Territory, held| Kept {
            territory: territory.clone(),
            source: "x".into(),
            held,
            decided: 0,
        };
        let (own, beside, far) =
            (territory("a", &["92007"]), territory("b", &["92007", "92002"]), territory("c", &["31555"]));
        let reach = Reach::of(std::slice::from_ref(&own), &[]);
        assert!(!may_change(&kept(&own, true), &reach), "it is that of a role");
        assert!(may_change(&kept(&beside, false), &reach));
        assert!(!may_change(&kept(&far, false), &reach));
        assert!(may_change(&kept(&own, true), &Reach::Everywhere));
        assert!(!may_change(&kept(&beside, false), &Reach::nowhere()));
    }

    #[test]
    fn a_code_is_a_segment_of_an_address() {
        assert_eq!(address("dac sud/1?"), "/animation/territoires/dac%20sud%2F1%3F");
    }
}
