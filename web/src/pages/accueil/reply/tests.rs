use maille_domain::{Field, ListingId};

use super::told::Told;
use crate::state::WebState;
use crate::testing::{HOSTILE, listing, page, state, state_of};
use crate::theme::{Contact, Theme};

const SITE: &str = "https://annuaire.example.org";

async fn told(state: &WebState, ids: &[&str], commune: Option<&str>) -> Told {
    let ids = ids.iter().map(|id| ListingId::founded_by("demo", id)).collect();
    Told::of(state, ids, commune.map(str::to_owned), Some("dac-92-sud".to_owned())).await.unwrap()
}

#[tokio::test]
async fn the_text_says_all_that_one_calls_by_and_prefers_nobody() {
    use Field::{
        Category, Commune, Coverage, Exclusion, Hours, Inclusion, Modes, Name, Phone, Referral, VerifiedOn,
    };
    let listings = [
        listing(
            "service",
            &[
                (Name, "Service de soins des Lilas"),
                (Category, "emg"),
                (Phone, "01 99 00 00 07"),
                (Commune, "92007"),
                (Coverage, "commune:92007"),
                (Modes, "domicile"),
                (Referral, "Appel du médecin traitant, puis courrier"),
                (Inclusion, "75 ans et plus, vivant à domicile"),
                (Exclusion, "Urgence, soins palliatifs"),
                (Hours, "Mo-Fr 09:00-17:00"),
                (VerifiedOn, "2026-10-30"),
            ],
        ),
        listing("clic", &[(Name, "CLIC de l’Orme"), (Category, "clic"), (Phone, "01 99 00 00 03")]),
    ];
    let contact = Contact {
        name: "DAC 92 Sud".into(),
        phone: Some("01 99 00 00 11".parse().unwrap()),
        email: None,
        hours: Some("du lundi au vendredi".into()),
    };
    let state = state_of("reply", &listings).theme(Theme { contact: Some(contact), ..Theme::default() });
    let told = told(&state, &["service", "clic"], Some("92007")).await;
    insta::assert_snapshot!(told.message(&state, Some(SITE)).text());
}

#[tokio::test]
async fn what_is_not_in_the_directory_any_more_is_said_and_not_given() {
    let state = state();
    let told = told(&state, &["withdrawn", "emg", "emg"], None).await;
    assert_eq!((told.entries.len(), told.gone.len()), (1, 1));
    assert_eq!(told.order(), Some("D’autres ressources peuvent répondre\u{202f}: le choix est libre."));
    assert_eq!(told.count(), "1\u{a0}ressource");
}

#[tokio::test]
async fn an_answer_says_whose_it_is_and_whom_to_call_back() {
    let sender = told(&state(), &["emg"], Some("92007")).await.sender;
    let name = sender.name.unwrap();
    let contact = sender.contact.unwrap();
    assert!(name.contains("92 Sud") && contact.starts_with(&format!("{name}, 01")), "{contact}");
}

#[tokio::test]
async fn a_source_adds_no_line_to_an_answer() {
    let text = told(&state(), &["hostile"], None).await.message(&state(), None).text();
    assert!(!text.contains('\u{202e}') && text.contains("<script>alert(1)</script>"), "{text}");
    assert!(HOSTILE.contains('\u{202e}'));
}

#[tokio::test]
async fn a_link_that_leads_nowhere_says_what_to_do() {
    for nothing in ["/reponse", "/reponse?lien=", "/reponse?lien=00ff"] {
        let answered = page(nothing).await;
        assert_eq!(
            (answered.status.as_u16(), answered.header("cache-control")),
            (404, "no-store"),
            "{nothing}"
        );
        assert!(answered.body.contains("mal recopié"), "{nothing}");
    }
    // Without the database, the link is not lost.
    let secret = "0f".repeat(32);
    let answered = page(&format!("/reponse?lien={secret}")).await;
    assert_eq!((answered.status.as_u16(), answered.header("referrer-policy")), (503, "no-referrer"));
    assert!(answered.body.contains("n’est pas perdu") && !answered.body.contains(&secret));
    assert!(answered.body.contains("<meta name=\"robots\" content=\"noindex\">"));
}
