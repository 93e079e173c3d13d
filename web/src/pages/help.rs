//! `/aide`: two minutes to learn the site.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::assets::{Picture, picture};
use crate::page::{Cache, Layout, Page, respond};
use crate::state::WebState;
use crate::views::contact::Contact;
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "help.html")]
struct HelpPage {
    layout: Layout,
    pictures: Pictures,
    contact: Option<Contact>,
}

impl Page for HelpPage {
    const CACHE: Cache = Cache::Ask;
}

/// What the words show, as `make pictures` took it.
#[derive(Debug)]
struct Pictures {
    search: Picture,
    result: Picture,
    sheet: Picture,
}

/// `GET /aide`.
pub async fn help(State(state): State<WebState>, visit: Visit) -> Response {
    respond(&HelpPage {
        layout: Layout::at(&state, &visit, "Aide", "/aide"),
        pictures: Pictures {
            search: picture("recherche"),
            result: picture("resultat"),
            sheet: picture("fiche"),
        },
        contact: Contact::of(&state.theme),
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use axum::response::IntoResponse;
    use tower::ServiceExt;

    use crate::testing::{page, state};

    #[tokio::test]
    async fn two_minutes_and_a_picture_of_each_thing() {
        let page = page("/aide?commune=92007").await;
        assert_eq!(page.status, 200);
        for said in ["Chercher", "à vérifier", "Signaler une erreur", "Au clavier", "n’est jamais demandé"]
        {
            assert!(page.body.contains(said), "{said}");
        }
        assert!(page.body.contains("/classement?commune=92007"), "the place follows");
        // What one reads in two minutes, slowly.
        let words = page.body.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        let words = words.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
        let count: usize = words.map(|text| text.split_whitespace().count()).sum();
        assert!(count < 650, "{count} words");
        let pictures: Vec<&str> = page.body.split("<img src=\"").skip(1).collect();
        assert_eq!(pictures.len(), 3);
        for picture in pictures {
            let address = picture.split('"').next().unwrap();
            let request = Request::get(address).body(Body::empty()).unwrap();
            let answered = crate::router(state()).oneshot(request).await.into_response();
            assert_eq!(
                (answered.status().as_u16(), &answered.headers()["content-type"]),
                (200, &"image/png".parse().unwrap())
            );
            let said = picture.split("alt=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(said.len() > 40, "{said}");
        }
    }
}
