use axum::body::Body;
use axum::http::Request;
use maille_domain::{Field, Listing, ListingId};

use crate::extract::encode;
use crate::state::WebState;
use crate::testing::{self, Answered, HOSTILE, ask, html, listing, state, state_of};
use crate::theme::{Contact, Theme};
use crate::visit::ShortId;

const SITE: &str = "https://annuaire.example.org";

fn short(id: &str) -> String {
    ShortId::of(ListingId::founded_by("demo", id)).to_string()
}

/// `selection=…` of these listings of the invented directory.
fn selecting(ids: &[&str]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| short(id)).collect();
    format!("selection={}", ids.join("."))
}

/// The same with a parameter more.
fn with(query: &str, name: &str, value: &str) -> String {
    let mut query = format!("{query}&{name}=");
    encode(value, &mut query);
    query
}

async fn asked(state: WebState, path: &str) -> Answered {
    ask(state.base_url(Some(SITE.to_owned())), Request::get(path).body(Body::empty()).unwrap()).await
}

/// The page, which must be a good one.
async fn page(query: &str) -> String {
    let answered = asked(state(), &format!("/selection?{query}")).await;
    assert_eq!(answered.status, 200, "{query}");
    html::check(&answered.body);
    answered.body
}

async fn text(query: &str) -> String {
    let answered = asked(state(), &format!("/selection.txt?{query}")).await;
    assert_eq!(
        (answered.status.as_u16(), answered.header("content-type")),
        (200, "text/plain; charset=utf-8")
    );
    assert_eq!((answered.header("cache-control"), answered.header("x-robots-tag")), ("no-store", "noindex"));
    answered.body
}

#[tokio::test]
async fn listings_come_in_the_order_chosen_with_what_one_calls_them_by() {
    let query = format!("commune=92007&{}", selecting(&["emg", "dac", "line"]));
    let body = page(&query).await;
    let mut at = 0;
    for part in [
        "<title>Sélection\u{202f}: 3\u{a0}ressources",
        "Sélection <span class=\"count\">(3)</span>",
        "href=\"/recherche?commune=92007&#38;selection=",
        "<h1>Votre sélection</h1>",
        "3\u{a0}ressources pour Bagneux (92)",
        "Équipe mobile de gériatrie Sud 92</bdi></a>",
        "·&nbsp;<bdi>EMG",
        "couvre Bagneux\u{202f}: DAC 92 Sud",
        "tel:+33199000002",
        "Personnes âgées, 75\u{a0}ans et plus · à domicile et en établissement",
        "Appel du médecin traitant",
        "mailto:emg@example.org",
        "1 rue de l’Exemple, 92140 Clamart",
        "Du lundi au vendredi 9\u{a0}h\u{a0}–\u{a0}17\u{a0}h",
        "demo, vérifié le 30\u{a0}octobre\u{a0}2026<",
        "Descendre",
        "DAC 92 Sud</bdi></a>",
        "vérifié le 15\u{a0}janvier\u{a0}2024, à confirmer",
        "Monter",
        "Prévention du suicide",
        "href=\"/selection?commune=92007\">Vider la sélection",
        "https://annuaire.example.org/selection?commune=92007",
        "role=\"img\" aria-label=\"Code QR",
    ] {
        at += body[at..].find(part).unwrap_or_else(|| panic!("{part} is missing or too early"));
    }
    let other = page(&format!("commune=31555&{}", selecting(&["emg"]))).await;
    assert!(other.contains("ne couvre pas Toulouse"));
    let nowhere = page(&selecting(&["emg", "full"])).await;
    assert!(
        nowhere.contains("couvre le territoire «\u{202f}DAC 92 Sud\u{202f}»")
            && nowhere.contains("saturé, à vérifier")
    );
    assert!(nowhere.contains("2\u{a0}ressources<") && !nowhere.contains("ne couvre pas"));
}

#[tokio::test]
async fn a_button_leads_to_the_address_that_keeps_what_was_typed() {
    let query = with(&selecting(&["emg", "dac"]), &format!("note.{}", short("dac")), "Le matin");
    let step = format!("{query}&titre=Sortie&note.{}=&faire=monter.{}", short("emg"), short("dac"));
    let moved = asked(state(), &format!("/selection?{step}")).await;
    assert_eq!((moved.status.as_u16(), moved.header("cache-control")), (303, "no-store"));
    let expected = format!(
        "/selection?titre=Sortie&{}&note.{dac}=Le+matin#r-{dac}",
        selecting(&["dac", "emg"]),
        dac = short("dac")
    );
    assert_eq!(moved.header("location"), expected);
    let body = page(expected.split(['?', '#']).nth(1).unwrap()).await;
    assert!(body.contains("<h1><bdi>Sortie</bdi></h1>") && body.contains(">Le matin</textarea>"));
    assert!(body.contains(&format!("<li id=\"r-{}\" class=\"entry\" tabindex=\"-1\"", short("dac"))));
}

#[tokio::test]
async fn what_is_empty_full_or_gone_is_said() {
    let empty = page("commune=92007").await;
    assert!(empty.contains("<title>Sélection vide"));
    assert!(empty.contains("Votre sélection est vide") && empty.contains("Ajouter à la sélection"));
    let gone = page(&format!("{}.0123456789ab", selecting(&["withdrawn", "emg"]))).await;
    assert!(gone.contains("2\u{a0}ressources de cette sélection ne sont plus dans l’annuaire."));
    assert!(
        gone.contains("(1)</span>") && !gone.contains(&short("withdrawn")) && !gone.contains("0123456789ab")
    );
    let all_gone = page(&selecting(&["withdrawn"])).await;
    assert!(
        all_gone.contains("1\u{a0}ressource de cette sélection n’est plus") && all_gone.contains("est vide")
    );
    let ids: Vec<String> = (1..=12).map(|number| format!("ccas-{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert!(page(&selecting(&ids)).await.contains("Votre sélection est pleine"));
    assert!(!page(&selecting(&ids[..11])).await.contains("est pleine"));
}

#[tokio::test]
async fn what_people_and_sources_write_stays_text() {
    let query = with(&selecting(&["hostile"]), "titre", HOSTILE);
    let query = with(&query, &format!("note.{}", short("hostile")), &format!("</textarea>{HOSTILE}"));
    for place in ["", "&commune=92007"] {
        let body = page(&format!("{query}{place}")).await;
        assert!(!body.contains("<script>alert"));
        // What a source wrote is isolated; what comes by the address is cleaned.
        assert!(body.matches('\u{202e}').count() == body.matches("\u{202e}enver</bdi>").count());
        assert!(body.contains("&#60;/textarea&#62;&#60;script&#62;"));
    }
    let text = text(&query).await;
    assert!(!text.contains('\u{202e}') && text.contains("<script>alert(1)</script> \"équipe\""));
}

#[tokio::test]
async fn a_page_is_never_kept_nor_listed_and_needs_no_name_of_the_site() {
    let path = format!("/selection?{}", selecting(&["emg"]));
    let answered = testing::page(&path).await;
    assert_eq!(answered.header("cache-control"), "no-store");
    assert!(answered.body.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(
        answered.body.contains("Copiez l’adresse que montre votre navigateur")
            && !answered.body.contains("Code QR")
    );
    let asked = Request::get(&path).header("host", "annuaire.local:8080").body(Body::empty()).unwrap();
    let answered = ask(state(), asked).await;
    assert!(answered.body.contains("value=\"http://annuaire.local:8080/selection?"));
}

#[tokio::test]
async fn paper_says_whom_to_call() {
    let contact = Contact {
        name: "DAC 92 Sud".into(),
        phone: Some("01 99 00 00 11".parse().unwrap()),
        email: Some("accueil@example.org".into()),
        hours: None,
    };
    let theme = Theme { contact: Some(contact), ..Theme::default() };
    let body = asked(state().theme(theme), &format!("/selection?{}", selecting(&["emg"]))).await.body;
    html::check(&body);
    for said in [
        "<bdi>DAC 92 Sud, 01\u{a0}99\u{a0}00\u{a0}00\u{a0}11",
        "\nPour toute question\u{a0}: DAC 92 Sud, 01 99 00 00 11, accueil@example.org\n",
        "le 20\u{a0}novembre\u{a0}2026",
    ] {
        assert!(body.contains(said), "{said}");
    }
}

#[tokio::test]
async fn the_text_is_for_a_mail() {
    let query = format!("commune=92007&{}", selecting(&["emg", "dac", "hostile"]));
    let query = with(
        &query,
        &format!("note.{}", short("dac")),
        "Appeler le matin ; dire que c’est pour une sortie d’hospitalisation prévue vendredi.",
    );
    let text = text(&with(&query, "titre", "Sortie d’hospitalisation")).await;
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn no_listing_says_a_line_of_another() {
    use Field::{Category, Name, Phone, Referral};
    let forged = "Appel.\n\n2. DAC 92 Sud\n   Téléphone : 01 99 00 00 99\u{2028}   Source : ror";
    let mut bad =
        listing("bad", &[(Name, "Faux"), (Category, "autre"), (Phone, "01 99 00 00 01"), (Referral, "x")]);
    bad.fields.referral = Some(format!("{}{forged}", "mot ".repeat(40)));
    bad.fields.name = format!("Faux{forged}");
    let good = listing("good", &[(Name, "Vrai"), (Category, "autre")]);
    let listings: [Listing; 2] = [bad, good];
    let path = format!("/selection.txt?{}", selecting(&["bad", "good"]));
    let text = asked(state_of("forged", &listings), &path).await.body;
    let begins = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        (begins("1. "), begins("2. "), begins("   Téléphone"), begins("   Source")),
        (1, 1, 2, 2),
        "{text}"
    );
    assert!(text.contains("\n2. Vrai\n") && !text.contains("\n   Téléphone\u{a0}: 01 99 00 00 99"), "{text}");
}

#[tokio::test]
async fn a_demonstration_says_so_in_the_text_too() {
    let path = format!("/selection.txt?{}", selecting(&["emg"]));
    assert!(asked(state().demo(true), &path).await.body.contains("DONNÉES DE DÉMONSTRATION"));
    assert!(!asked(state(), &path).await.body.contains("DÉMONSTRATION"));
    assert!(text("").await.contains("La sélection est vide."));
}

#[tokio::test]
async fn a_mail_says_whom_to_call_and_where_the_rest_is() {
    let mail = |body: &str| {
        let link =
            body.split_once("href=\"mailto:?").map(|(_, after)| after.split('"').next().unwrap().to_owned());
        link.inspect(|link| assert!(!link.contains('+') && link.len() < 1_800, "{link}"))
    };
    let query = with(&selecting(&["emg", "line", "full"]), &format!("note.{}", short("line")), "La nuit");
    let link = mail(&page(&query).await).unwrap();
    assert!(link.starts_with("subject=S%C3%A9lection%20de%20ressources"));
    for said in [
        "body=1.%20%C3%89quipe%20mobile%20de%20g%C3%A9riatrie%20Sud%2092%20%3A%2001%2099%2000%2000%2001%2C%2001",
        "%0D%0A2.%20Pr%C3%A9vention%20du%20suicide%20%3A%203114.%20La%20nuit",
        "%0D%0A3.%20Service%20satur%C3%A9%20%3A%20t%C3%A9l%C3%A9phone%20non%20renseign%C3%A9",
        "https%3A%2F%2Fannuaire.example.org%2Fselection%3F",
    ] {
        assert!(link.contains(said), "{said} in {link}");
    }
    // Six listings open in a mail; long notes stay in the text.
    let mut query = selecting(&["emg", "dac", "line", "full", "closed", "hostile"]);
    for id in ["emg", "dac", "line", "full", "closed"] {
        query = with(&query, &format!("note.{}", short(id)), &"mot ".repeat(50));
    }
    assert!(!mail(&page(&query).await).unwrap().contains("mot%20mot"));
    let ids: Vec<String> = (1..=12).map(|number| format!("long-{number}")).collect();
    let name = "Équipe médico-éducative régionale pluridisciplinaire d’évaluation ".repeat(2);
    let long: Vec<Listing> =
        ids.iter().map(|id| listing(id, &[(Field::Name, &name), (Field::Category, "autre")])).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let body = asked(state_of("long-mail", &long), &format!("/selection?{}", selecting(&ids))).await.body;
    assert!(mail(&body).is_none() && body.contains("trop longue pour s’ouvrir toute seule"));
}

#[tokio::test]
async fn any_address_is_answered() {
    for query in [
        "selection=%FF&titre=%zz&note.x=%zz",
        "faire=monter.0123456789ab&selection=0123456789ab",
        "faire=descendre.&selection=..",
        "faire=retirer.0123456789ab",
        "faire=garder&titre=%0d%0aLocation:+https://example.org&note.%00=1",
        "titre=1&titre=2&selection=a&selection=b&commune=zzzzzz",
    ] {
        let answered = asked(state(), &format!("/selection?{query}")).await;
        assert!(matches!(answered.status.as_u16(), 200 | 303), "{query}: {}", answered.status);
        assert!(
            answered.header("location").is_empty() || answered.header("location").starts_with("/selection")
        );
        assert_eq!(asked(state(), &format!("/selection.txt?{query}")).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn what_was_merged_is_the_listing_that_it_is_once_with_its_note() {
    let cells = [(Field::Name, "Équipe mobile"), (Field::Category, "emg")];
    let mut kept = listing("kept", &cells);
    kept.merged = vec![ListingId::founded_by("demo", "merged")];
    let query = with(&selecting(&["merged", "kept"]), &format!("note.{}", short("merged")), "Le matin");
    let state = state_of("selection-merged", &[kept]);
    let body = asked(state.clone(), &format!("/selection?{query}")).await.body;
    html::check(&body);
    assert!(body.contains("Sélection\u{202f}: 1\u{a0}ressource") && body.contains("Le matin"), "{body}");
    assert!(!body.contains(&short("merged")), "its links say the present id");
    let sheet = asked(state, &format!("/ressources/equipe-mobile?{}", selecting(&["merged"]))).await.body;
    assert!(sheet.contains("Retirer de la sélection"), "it is put aside already");
}
