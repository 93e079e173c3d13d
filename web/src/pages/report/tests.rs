//! Every answer to a report, with an inbox that keeps, refuses, hangs or panics.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use maille_domain::Report;
use maille_domain::report::{Reason, Reporter};

use crate::inbox::{Inbox, Keeping, NotKept, Writing};
use crate::state::WebState;
use crate::testing::dice::Dice;
use crate::testing::{Answered, HOSTILE, answer, html, page, state};
use crate::theme::{Contact, Theme};

const FORM: &str = "/ressources/dac-92-sud-bagneux/signaler";

/// What an inbox of these tests does.
#[derive(Debug, Clone, Copy)]
enum Does {
    Keeps,
    Refuses,
    Hangs,
    Panics,
}

#[derive(Clone)]
struct Fake(Does, Arc<Mutex<Vec<Report>>>);

impl Inbox for Fake {
    fn keep(&self, report: Report) -> Keeping<'_> {
        Box::pin(async move {
            match self.0 {
                Does::Keeps => {
                    self.1.lock().unwrap().push(report);
                    Ok(())
                }
                Does::Refuses => Err(NotKept),
                Does::Hangs => std::future::pending().await,
                Does::Panics => panic!("invented"),
            }
        })
    }
}

/// A site, and what its inbox has kept.
struct Site {
    router: Router,
    kept: Arc<Mutex<Vec<Report>>>,
}

impl Site {
    fn that(does: Does) -> Site {
        Site::of(state(), does)
    }

    fn of(state: WebState, does: Does) -> Site {
        let kept = Arc::default();
        let writing = Writing::to(Fake(does, Arc::clone(&kept)), Duration::from_millis(50));
        Site { router: crate::router(state.writing(writing)), kept }
    }

    fn kept(&self) -> Vec<Report> {
        self.kept.lock().unwrap().clone()
    }

    async fn send(&self, request: Request<Body>) -> Answered {
        let answered = answer(self.router.clone(), request).await;
        if answered.status != 303 {
            html::check(&answered.body);
        }
        answered
    }

    async fn post(&self, path: &str, body: &str) -> Answered {
        self.send(sent(path, body)).await
    }
}

fn sent(path: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// The fields of a form, encoded.
fn fields(fields: &[(&str, &str)]) -> String {
    let encoded = fields.iter().map(|(name, value)| {
        let mut out = format!("{name}=");
        crate::extract::encode(value, &mut out);
        out
    });
    encoded.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn the_form_asks_what_is_wrong_and_never_who_one_is() {
    let page = page(&format!("{FORM}?commune=92007")).await;
    assert_eq!(page.status, 200);
    for said in [
        "DAC 92 Sud",
        "action=\"/ressources/dac-92-sud-bagneux/signaler?commune=92007\" method=\"post\"",
        "N’indiquez ni nom ni information sur une personne",
        "value=\"ne-repond-plus\"",
        "Je préfère ne pas le dire",
        "href=\"/ressources/dac-92-sud-bagneux?commune=92007\"",
    ] {
        assert!(page.body.contains(said), "{said}");
    }
    assert_eq!(page.body.matches("<input type=\"radio\"").count(), 11);
    for asked in ["type=\"email\"", "type=\"tel\"", "name=\"nom\""] {
        assert!(!page.body.contains(asked), "{asked}");
    }
}

#[tokio::test]
async fn what_is_sent_is_kept_as_typed_and_leads_to_thanks() {
    let site = Site::that(Does::Keeps);
    let typed = format!("{HOSTILE}\r\n100 % faux + « là »\u{0}\u{7}");
    let body = fields(&[("motif", "horaires"), ("texte", &typed), ("qualite", "personne"), ("site_web", "")]);
    let answered = site.post(&format!("{FORM}?commune=92007"), &body).await;
    let thanks = "/ressources/dac-92-sud-bagneux/signaler/merci?commune=92007";
    assert_eq!((answered.status.as_u16(), answered.header("location")), (303, thanks));

    let kept = site.kept();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].reason, kept[0].reporter), (Reason::Hours, Some(Reporter::Concerned)));
    let expected = "<script>alert(1)</script> \"équipe\" & l'autre enver\n100 % faux + « là »";
    assert_eq!(kept[0].text.as_str(), expected);

    // Sent twice, it is the same report: the store keeps it once.
    site.post(FORM, &body).await;
    assert_eq!(site.kept()[1].id, kept[0].id);

    let page = page(thanks).await;
    for said in ["est enregistré", "La fiche ne change pas tout de suite", "href=\"/?commune=92007\""] {
        assert!(page.body.contains(said), "{said}");
    }
}

#[tokio::test]
async fn a_reason_is_enough_and_anything_unknown_beside_it_is_forgotten() {
    let site = Site::that(Does::Keeps);
    assert_eq!(site.post(FORM, "motif=ferme&qualite=licorne&inconnu=x").await.status, 303);
    let kept = site.kept();
    assert_eq!((kept[0].reason, kept[0].reporter, kept[0].text.as_str()), (Reason::Closed, None, ""));
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept() {
    let site = Site::that(Does::Keeps);
    let nothing = site.post(FORM, "").await;
    assert_eq!(nothing.status, 422);
    for said in [
        "<title>À corriger – Signaler une erreur, DAC 92 Sud",
        "tabindex=\"-1\" autofocus",
        "<a href=\"#motif-ferme\">Choisissez ce qui est faux.</a>",
        "aria-invalid=\"true\" aria-describedby=\"motif-erreur\"",
        "id=\"motif-erreur\"",
    ] {
        assert!(nothing.body.contains(said), "{said}");
    }

    let words = site.post(FORM, "motif=autre&texte=+%0D%0A&qualite=service").await;
    assert_eq!(words.status, 422);
    for said in [
        "<a href=\"#texte\">Écrivez ce qui est faux, en quelques mots.</a>",
        "aria-describedby=\"texte-erreur texte-aide texte-personne\" aria-invalid=\"true\"",
        "value=\"autre\" checked",
        "value=\"service\" checked",
    ] {
        assert!(words.body.contains(said), "{said}");
    }

    let long = format!("\r\n{} {}", HOSTILE, "é".repeat(2_000));
    let too_long = site.post(FORM, &fields(&[("motif", "ferme"), ("texte", &long)])).await;
    assert_eq!(too_long.status, 422);
    assert!(too_long.body.contains("2\u{a0}051\u{a0}caractères, 2\u{a0}000 au plus"), "{}", too_long.body);
    assert!(too_long.body.contains("&#60;script&#62;alert(1)") && !too_long.body.contains(HOSTILE));
    assert!(too_long.body.contains("\">\n\r\n&#60;script"), "an end of line at the start is kept too");

    for unreadable in ["motif=licorne", "motif=ferme&motif=autre", "motif=ferme&texte=%FF", "motif=%zz"] {
        assert_eq!(site.post(FORM, unreadable).await.status, 422, "{unreadable}");
    }
    assert!(site.kept().is_empty());
}

#[tokio::test]
async fn what_is_not_a_form_of_ours_is_refused_in_french() {
    let site = Site::that(Does::Keeps);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        let request =
            Request::post(FORM).header("content-type", kind).body(Body::from("motif=ferme")).unwrap();
        assert_eq!(site.send(request).await.status, 415, "{kind}");
    }
    let bytes = Request::post(FORM)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(b"motif=ferme&texte=\xe9".to_vec()))
        .unwrap();
    assert_eq!(site.send(bytes).await.status, 415);

    let body = |length: usize| format!("motif=ferme&inconnu={}", "x".repeat(length - 20));
    assert_eq!(site.post(FORM, &body(32 * 1024)).await.status, 303);
    for length in [32 * 1024 + 1, 100_000, 3_000_000] {
        let answered = site.post(FORM, &body(length)).await;
        assert_eq!(answered.status, 413);
        assert!(answered.body.contains("L’envoi est trop long"));
    }
    // The longest text that is admitted, each letter of it six bytes once encoded.
    let longest = fields(&[("motif", "autre"), ("texte", &"é".repeat(2_000)), ("qualite", "professionnel")]);
    assert_eq!(site.post(FORM, &longest).await.status, 303);
    assert_eq!(site.kept().len(), 2);
}

#[tokio::test]
async fn a_page_of_another_site_sends_nothing() {
    let site = Site::that(Does::Keeps);
    let told = async |headers: &[(&'static str, &'static str)]| {
        let mut request = sent(FORM, "motif=ferme");
        request.headers_mut().insert("host", "annuaire.example.org".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        site.send(request).await
    };
    for elsewhere in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "https://autre.example.org")],
        &[("origin", "https://example.org")],
        &[("origin", "null")],
    ] {
        let refused = told(elsewhere).await;
        assert_eq!(refused.status, 403, "{elsewhere:?}");
        assert!(refused.body.contains("L’envoi vient d’un autre site"));
    }
    assert!(site.kept().is_empty());
    for here in [
        &[("sec-fetch-site", "same-origin"), ("origin", "https://annuaire.example.org")][..],
        &[("origin", "https://annuaire.example.org")],
        &[],
    ] {
        assert_eq!(told(here).await.status, 303, "{here:?}");
    }
}

#[tokio::test]
async fn a_program_that_fills_every_field_is_thanked_and_nothing_is_kept() {
    let site = Site::that(Does::Keeps);
    let answered = site.post(FORM, "motif=ferme&site_web=https%3A%2F%2Fexample.org").await;
    assert_eq!(
        (answered.status.as_u16(), answered.header("location")),
        (303, "/ressources/dac-92-sud-bagneux/signaler/merci")
    );
    assert!(site.kept().is_empty());
}

#[tokio::test]
async fn what_cannot_be_kept_is_given_back_with_whom_to_call() {
    let theme = Theme {
        contact: Some(Contact {
            name: "DAC d’exemple".to_owned(),
            phone: Some("+33199000011".parse().unwrap()),
            email: None,
            hours: None,
        }),
        ..Theme::default()
    };
    for does in [Does::Refuses, Does::Hangs, Does::Panics] {
        let site = Site::of(state().theme(theme.clone()), does);
        let body = fields(&[("motif", "sature"), ("texte", HOSTILE), ("qualite", "service")]);
        let answered = site.post(&format!("{FORM}?commune=92007"), &body).await;
        assert_eq!((answered.status.as_u16(), answered.header("retry-after")), (503, "60"), "{does:?}");
        for said in [
            "<title>Non enregistré – ",
            "Votre signalement n’a pas été enregistré",
            "DAC d’exemple",
            "tel:+33199000011",
            "value=\"sature\" checked",
            "value=\"service\" checked",
            "&#60;script&#62;alert(1)&#60;/script&#62; &#34;équipe&#34; &#38; l&#39;autre \u{202e}enver</textarea>",
            "action=\"/ressources/dac-92-sud-bagneux/signaler?commune=92007\"",
        ] {
            assert!(answered.body.contains(said), "{does:?}: {said}");
        }
    }
    let nobody_to_call = Site::that(Does::Refuses).post(FORM, "motif=ferme").await;
    assert!(nobody_to_call.body.contains("dans quelques minutes.</p>"), "{}", nobody_to_call.body);
    assert_eq!(
        answer(crate::router(state()), sent(FORM, "motif=ferme")).await.status,
        503,
        "no inbox at all"
    );
}

#[tokio::test]
async fn one_requester_sends_so_much_and_what_is_too_much_is_given_back() {
    let site = Site::that(Does::Keeps);
    let from = async |peer: &str, forwarded: Option<&str>| {
        let mut request = sent(FORM, "motif=autre&texte=encore+une");
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        if let Some(forwarded) = forwarded {
            request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        site.send(request).await
    };
    for number in 0..20 {
        assert_eq!(from(&format!("192.0.2.7:{}", 40_000 + number), None).await.status, 303);
    }
    let refused = from("192.0.2.7:50000", None).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "600"));
    for said in
        ["20 signalements sont venus de votre réseau", "dans 10\u{a0}minutes", "encore une</textarea>"]
    {
        assert!(refused.body.contains(said), "{said}: {}", refused.body);
    }
    assert_eq!(from("127.0.0.1:50000", Some("192.0.2.7")).await.status, 429, "by way of a proxy");
    assert_eq!(from("127.0.0.1:50000", Some("192.0.2.8")).await.status, 303);
    assert_eq!(site.kept().len(), 21);

    // What is not sent at all does not count.
    for _ in 0..30 {
        assert_eq!(site.post(FORM, "").await.status, 422);
    }
    assert_eq!(site.post(FORM, "motif=ferme").await.status, 303);
}

#[tokio::test]
async fn only_a_sheet_of_the_directory_is_reported() {
    let site = Site::that(Does::Keeps);
    for (slug, status) in [("service-retire-bagneux", 410), ("inconnue", 404), ("%FF", 404)] {
        let form = format!("/ressources/{slug}/signaler");
        assert_eq!(page(&form).await.status, status, "{slug}");
        assert_eq!(site.post(&form, "motif=ferme").await.status, status, "{slug}");
    }
    let gone = page("/ressources/service-retire-bagneux/signaler").await;
    assert!(
        gone.body.contains("n’est plus dans l’annuaire depuis le 1er\u{a0}septembre\u{a0}2026"),
        "{}",
        gone.body
    );
    assert!(site.kept().is_empty());
}

#[tokio::test]
async fn a_hostile_sheet_is_harmless_on_every_page_of_a_report() {
    let site = Site::that(Does::Refuses);
    for path in ["/ressources/hostile/signaler", "/ressources/hostile/signaler/merci"] {
        let page = page(path).await;
        assert!(page.status == 200 && !page.body.contains(HOSTILE) && page.body.contains("<bdi>&#60;script"));
    }
    for body in ["motif=ferme", ""] {
        assert!(!site.post("/ressources/hostile/signaler", body).await.body.contains(HOSTILE));
    }
}

#[tokio::test]
async fn whatever_is_sent_has_an_answer_and_nothing_odd_is_kept() {
    let site = Site::that(Does::Keeps);
    let names = ["motif", "texte", "qualite", "site_web", "motif%00", "", "x"];
    let values = [
        "ferme",
        "autre",
        "service",
        "",
        "%",
        "%zz",
        "%FF",
        "%00%1b",
        "+",
        "%E2%80%AE",
        "é",
        "=",
        "%F0%9F%99%82",
        "a%0D%0Ab",
        "%3Cscript%3E",
    ];
    for number in 0..300 {
        let mut dice = Dice::of(92_007, number);
        let reason = dice.once_in(2).then(|| "motif=ferme".to_owned());
        let pairs = (0..dice.roll(6)).map(|_| format!("{}={}", dice.one(&names), dice.one(&values)));
        let body = reason.into_iter().chain(pairs).collect::<Vec<_>>().join(if number % 50 == 0 {
            "&&"
        } else {
            "&"
        });
        let mut request = sent(FORM, &body);
        let peer = SocketAddr::from(([192, 0, 2, (number % 250) as u8], 40_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let status = site.send(request).await.status.as_u16();
        assert!(matches!(status, 303 | 422), "{status}: {body}");
    }
    let kept = site.kept();
    assert!(kept.len() > 20, "some are good: {}", kept.len());
    let odd = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(kept.iter().all(|report| !report.text.as_str().contains(odd)));
}
