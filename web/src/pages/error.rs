//! What people read when something is wrong: what happened, what is kept, what to do.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;

use crate::error::{Error, Missing};
use crate::extract::Reader;
use crate::french;
use crate::page::{Cache, Layout, Page, respond_with};
use crate::state::WebState;
use crate::views::{Choice, Form};
use crate::visit::Visit;

#[derive(Debug, Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    heading: &'static str,
    paragraphs: Vec<&'static str>,
    errors: Vec<Named>,
    form: Option<Form>,
    action: Option<Choice>,
}

impl Page for ErrorPage {
    const CACHE: Cache = Cache::Never;
}

/// A wrong parameter, in the words of the form.
#[derive(Debug)]
struct Named {
    parameter: String,
    detail: String,
}

/// The page of an error, the form filled with what was asked.
pub fn response(state: &WebState, error: &Error, uri: &Uri) -> Response {
    let of_the_team = team_home(uri).is_some();
    let (heading, paragraphs): (&'static str, Vec<&'static str>) = match error {
        Error::Parameters(_) if of_the_team => (
            "La demande n’a pas pu être lue",
            vec!["Rien n’a été changé. Revenez à la page précédente et rechargez-la. À corriger\u{202f}:"],
        ),
        Error::Parameters(_) => (
            "La recherche n’a pas pu être lue",
            vec!["Votre texte est gardé dans le formulaire. À corriger\u{202f}:"],
        ),
        Error::NotFound(Missing::Listing) => (
            "Cette fiche n’existe pas",
            vec![
                "L’adresse a peut-être été mal recopiée, ou la fiche n’a jamais fait partie de cet annuaire.",
                "Vous pouvez chercher la ressource par son nom.",
            ],
        ),
        Error::NotFound(_) => (
            "Cette page n’existe pas",
            vec!["L’adresse a peut-être été mal recopiée. Vous pouvez chercher ici."],
        ),
        Error::MethodNotAllowed => (
            "Cette adresse ne reçoit pas de formulaire",
            vec!["Rien n’a été enregistré. Vous pouvez chercher ici."],
        ),
        Error::SentFromElsewhere => (
            "L’envoi vient d’un autre site",
            vec![
                "Rien n’a été enregistré\u{202f}: cet annuaire ne reçoit que les formulaires de ses propres pages.",
                "Si vous l’avez rempli ici, revenez à la page précédente et rechargez-la avant de l’envoyer.",
            ],
        ),
        Error::NotAForm | Error::NotJson => (
            "L’envoi n’a pas pu être lu",
            vec![
                "Rien n’a été enregistré. Revenez à la page précédente\u{202f}: votre navigateur y garde ce que vous avez écrit.",
            ],
        ),
        Error::TooLong if of_the_team => (
            "L’envoi est trop long",
            vec![
                "Rien n’a été enregistré. Revenez à la page précédente\u{202f}: votre navigateur y garde ce que vous avez écrit. Raccourcissez les textes les plus longs, ou choisissez moins de lignes.",
            ],
        ),
        Error::TooLong => (
            "L’envoi est trop long",
            vec![
                "Rien n’a été enregistré. Revenez à la page précédente\u{202f}: votre navigateur y garde ce que vous avez écrit. Raccourcissez le texte à 2\u{a0}000\u{a0}caractères.",
            ],
        ),
        Error::NotReady => (
            "L’annuaire se charge",
            vec!["Il répondra dans quelques instants. Rechargez cette page pour réessayer."],
        ),
        Error::Unavailable => (
            "La base de données ne répond pas",
            vec![
                "La recherche publique et les fiches, elles, répondent.",
                "Ce que vous envoyiez n’est pas enregistré\u{202f}: revenez à la page précédente, votre navigateur y garde ce que vous avez écrit, et envoyez-le de nouveau dans quelques minutes.",
            ],
        ),
        Error::Busy(_) => (
            "Quelqu’un d’autre écrit en ce moment",
            vec![
                "Un import, ou une autre décision, n’avait pas fini d’écrire\u{202f}: rien n’a été changé.",
                "Revenez à la page précédente et envoyez de nouveau.",
            ],
        ),
        Error::Forbidden(_) => (
            "Vous n’avez pas ce droit",
            vec![
                "Rien n’a été changé. Le rôle de votre compte ne permet pas de le faire.",
                "Une personne qui administre l’annuaire peut vous le donner.",
            ],
        ),
        Error::Elsewhere => (
            "C’est un autre territoire",
            vec![
                "Rien n’a été changé. Vos droits s’arrêtent à vos territoires, et ceci est hors d’eux.",
                "Si une fiche est fausse, vous pouvez la signaler depuis sa page\u{202f}: l’équipe de son territoire le lira.",
            ],
        ),
        // Programs are told more.
        Error::Unacceptable(_) | Error::Moved(..) => (
            "La valeur n’a pas été changée",
            vec![
                "Elle n’est pas admise, ou quelqu’un d’autre a changé ce champ entre-temps.",
                "Revenez à la page précédente et rechargez-la.",
            ],
        ),
        Error::Unauthorized | Error::OutOfScope(_) => (
            "Cette adresse est pour les programmes",
            vec!["Elle attend un jeton de l’API qui le permet. Rien n’a été changé."],
        ),
        Error::Internal => (
            "La page n’a pas pu être préparée",
            vec![
                "L’incident est consigné, rien n’a été modifié.",
                "Réessayez\u{202f}; si cela se répète, prévenez la personne qui administre cet annuaire.",
            ],
        ),
    };
    let errors = match error {
        Error::Parameters(errors) => errors
            .iter()
            .map(|wrong| Named {
                parameter: named(&wrong.parameter),
                detail: french::typography(&wrong.detail),
            })
            .collect(),
        _ => Vec::new(),
    };
    let visit = Visit::read(&state.node, uri.query().unwrap_or_default());
    let team = team_home(uri);
    let form = (*error != Error::NotReady && team.is_none()).then(|| asked(uri, &visit));
    let action = match error {
        Error::NotReady | Error::Internal => uri.path_and_query().map(|address| Choice {
            href: address.as_str().to_owned(),
            label: "Réessayer".to_owned(),
            detail: None,
        }),
        _ => Some(team.unwrap_or_else(|| Choice {
            href: visit.link("/"),
            label: "Aller à l’accueil".to_owned(),
            detail: None,
        })),
    };
    let typed = form.iter().filter(|form| !form.q.is_empty()).map(|form| ("q", form.q.clone()));
    let kept = typed.chain(visit.at(None).pairs()).collect();
    let layout = Layout::new(state, &visit, heading).keeping(kept);
    let page = ErrorPage { layout, heading, paragraphs, errors, form, action };
    respond_with(&page, error.status())
}

/// Where one goes on from, on the pages of the team.
fn team_home(uri: &Uri) -> Option<Choice> {
    let homes = [("/animation", "Revenir à ce qui est à traiter"), ("/accueil", "Revenir aux appels")];
    let under = |home: &str| {
        uri.path().strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (href, label) = homes.into_iter().find(|(home, _)| under(home))?;
    Some(Choice { href: href.to_owned(), label: label.to_owned(), detail: None })
}

/// What the form held, whatever else was wrong.
fn asked(uri: &Uri, visit: &Visit) -> Form {
    let mut reader = Reader::new(uri.query().unwrap_or_default());
    Form { q: reader.text("q"), visit: visit.clone(), large: false }
}

/// A parameter by the name people see, if they see one.
fn named(parameter: &str) -> String {
    match parameter {
        "q" => "Que cherchez-vous, et où".to_owned(),
        "commune" | "place" => "Lieu".to_owned(),
        "category" => "Type de ressource".to_owned(),
        "audience" => "Public".to_owned(),
        "age" => "Âge".to_owned(),
        "mode" => "Mode d’intervention".to_owned(),
        "theme" => "Parcours".to_owned(),
        "sort" => "Ordre".to_owned(),
        "open_at" => "Moment".to_owned(),
        other => other.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::Uri;

    use crate::error::{Error, Missing, WrongParameter};
    use crate::testing::{HOSTILE, html, state};

    #[tokio::test]
    async fn every_error_is_a_page_that_says_what_to_do() {
        let uri: Uri = "/recherche?q=aide&commune=Sceaux&limit=%22%3E".parse().unwrap();
        for error in [
            Error::Parameters(vec![
                WrongParameter::new("limit", HOSTILE),
                WrongParameter::new(HOSTILE, "x : y"),
            ]),
            Error::NotFound(Missing::Page),
            Error::NotFound(Missing::Listing),
            Error::MethodNotAllowed,
            Error::SentFromElsewhere,
            Error::NotAForm,
            Error::TooLong,
            Error::NotReady,
            Error::Internal,
        ] {
            let response = super::response(&state(), &error, &uri);
            assert_eq!(response.status(), error.status());
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let page = String::from_utf8(body.to_vec()).unwrap();
            html::check(&page);
            let kept = page.contains("type=\"text\" value=\"aide\"") && page.contains("value=\"92071\"");
            assert_eq!(kept, error != Error::NotReady, "{error:?} keeps what was typed, and the place");
            assert!(page.contains("class=\"action\""), "{error:?} says what to do");
        }
    }
}
