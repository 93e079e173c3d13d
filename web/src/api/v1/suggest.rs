//! `GET /api/v1/suggest`: what a search field offers while one types.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use maille_index::answer::{Suggestion, Suggestions};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::not_stored;
use crate::error::{Error, Problem, WrongParameter};
use crate::extract::{FromQuery, Query, Reader, quoted};
use crate::place::{CommuneMeant, commune_meant};
use crate::state::WebState;

/// Suggestions while typing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suggestions)]
pub struct SuggestionsView {
    /// Groups that have items, in the order to show.
    pub groups: Vec<GroupView>,
}

/// Suggestions of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuggestionGroup)]
pub struct GroupView {
    /// `category`, `need`, `listing` or `place`.
    pub kind: &'static str,
    /// Best first.
    pub items: Vec<ItemView>,
}

/// One suggestion; what choosing it does is in the parameters it carries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suggestion)]
pub struct ItemView {
    /// What to show.
    pub label: String,
    /// What to show beside it.
    pub detail: Option<String>,
    /// The text to search for.
    pub q: Option<String>,
    /// Code of the kind to filter on.
    pub category: Option<&'static str>,
    /// COG code of the commune to search in.
    pub commune: Option<String>,
    /// The listing to open: `/ressources/{slug}`.
    pub slug: Option<String>,
}

impl From<&Suggestions> for SuggestionsView {
    fn from(suggestions: &Suggestions) -> SuggestionsView {
        let groups = suggestions
            .groups
            .iter()
            .map(|group| GroupView {
                kind: group.kind,
                items: group.items.iter().map(ItemView::from).collect(),
            })
            .collect();
        SuggestionsView { groups }
    }
}

impl From<&Suggestion> for ItemView {
    fn from(item: &Suggestion) -> ItemView {
        ItemView {
            label: item.label.clone(),
            detail: item.detail.clone(),
            q: item.q.clone(),
            category: item.category.map(maille_domain::Category::code),
            commune: item.commune.clone(),
            slug: item.slug.clone(),
        }
    }
}

/// The parameters.
#[derive(Debug)]
pub struct Parameters {
    q: String,
    commune: Option<String>,
}

impl FromQuery for Parameters {
    fn from_query(reader: &mut Reader, _state: &WebState) -> Parameters {
        Parameters { q: reader.text("q"), commune: reader.one("commune", |text| Ok(text.to_owned())) }
    }
}

/// What could this text become?
#[utoipa::path(
    get,
    path = "/api/v1/suggest",
    tag = "search",
    params(
        ("q" = Option<String>, Query, description = "What is typed so far"),
        ("commune" = Option<String>, Query, description = "A COG code, a postal code or a name: what serves it comes first"),
    ),
    responses(
        (status = 200, description = "Groups that have items", body = SuggestionsView),
        (status = 400, description = "Parameters are wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn suggest(
    State(state): State<WebState>,
    Query(parameters): Query<Parameters>,
) -> Result<impl IntoResponse, Error> {
    let suggestions = state
        .ask(move |node| {
            let commune = match parameters.commune.as_deref().map(|text| commune_meant(node, text)) {
                None | Some(CommuneMeant::Several) => None,
                Some(CommuneMeant::One(place)) => Some(place.code),
                Some(CommuneMeant::Unknown) => return Err(unknown_commune(&parameters)),
            };
            Ok(node.suggest(&parameters.q, commune.as_deref()))
        })
        .await??;
    Ok((not_stored(), Json(SuggestionsView::from(&suggestions))))
}

fn unknown_commune(parameters: &Parameters) -> Error {
    let found = quoted(parameters.commune.as_deref().unwrap_or_default());
    Error::Parameters(vec![WrongParameter::new("commune", format!("lieu inconnu : {found}"))])
}

#[cfg(test)]
mod tests {
    use crate::testing::get;

    #[tokio::test]
    async fn suggestions_have_the_published_shape() {
        insta::assert_json_snapshot!(
            "suggest",
            get("/api/v1/suggest?q=équipe mob&commune=Bagneux".replace(' ', "+").as_str()).await.json()
        );
        assert_eq!(get("/api/v1/suggest?q=a&commune=zzzzzz").await.wrong(), ["commune"]);
        assert_eq!(get("/api/v1/suggest").await.json()["groups"], serde_json::json!([]));
    }
}
