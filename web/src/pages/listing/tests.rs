//! What a sheet says, in what order, of whom.

use axum::body::Body;
use axum::http::Request;
use maille_domain::clock::FixedClock;
use maille_domain::listing::Provenance;
use maille_domain::{Check, Coverage, Field, Listing, Means};

use crate::testing::{
    Answered, HOSTILE, ask, besides, decided, get, html, listing, listings, page, state_of,
};

const EMG: &str = "/ressources/equipe-mobile-de-geriatrie-sud-92-clamart";

/// The sheet of a listing of these cells, in a directory of its own.
async fn sheet(name: &str, cells: &[(Field, &str)], query: &str) -> Answered {
    sheet_among(name, &[listing(name, cells)], query).await
}

/// The sheet of the first of these listings.
async fn sheet_among(name: &str, listings: &[Listing], query: &str) -> Answered {
    let path = format!("/ressources/{}{query}", listings[0].slug);
    let answered = ask(state_of(name, listings), Request::get(path).body(Body::empty()).unwrap()).await;
    html::check(&answered.body);
    answered
}

fn in_order(body: &str, parts: &[&str]) {
    let mut at = 0;
    for part in parts {
        at += body[at..].find(part).unwrap_or_else(|| panic!("{part} is missing or too early in {body}"));
    }
}

#[tokio::test]
async fn a_sheet_reads_in_order() {
    let page = page(&format!("{EMG}?commune=92007")).await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "Équipe mobile de gériatrie (EMG)",
            "<h1>",
            "Hôpital invité de Clamart",
            "couvre ",
            "ouvert jusqu’à 17\u{a0}h",
            "tel:+33199000002",
            "Ajouter à la sélection",
            "/signaler?commune=92007",
            "Objectif et missions",
            "Elle vient en trois jours.",
            "Pour qui",
            "Personnes âgées",
            "75\u{a0}ans et plus",
            "Perte d’autonomie récente",
            "Non renseigné&#8239;: critères d’exclusion",
            "Territoire desservi",
            "DAC 92 Sud",
            "Ses 4\u{a0}communes",
            "Bagneux",
            "href=\"/dac?commune=92007\"",
            "Comment mobiliser",
            "Appel du médecin traitant",
            "<h3>Professionnels</h3>",
            "Un médecin",
            "Non renseigné&#8239;: messagerie sécurisée de santé (MSSanté)",
            "<h3>Personnes et entourage</h3>",
            "Non renseigné&#8239;: qui peut demander",
            "Intervention, délai, disponibilité",
            "À domicile et en établissement",
            "3\u{a0}jours",
            "Aucune restriction signalée",
            "Contacts et horaires",
            "mailto:emg@example.org",
            "href=\"https://example.org/emg\" rel=\"noopener nofollow\"",
            "Ouvert jusqu’à 17\u{a0}h",
            "Du lundi au vendredi",
            "9\u{a0}h\u{a0}–\u{a0}17\u{a0}h",
            "Lieu, coût, langues, accessibilité",
            "92140 Clamart",
            "Gratuit",
            "Français et arabe",
            "personnes à mobilité réduite (PMR)",
            "Vérification et sources",
            "vérifié il y a 3\u{a0}semaines",
            "Par qui",
            "demo",
            "le 30\u{a0}octobre\u{a0}2026",
            "moyen non renseigné",
        ],
    );
}

#[tokio::test]
async fn a_sheet_says_whom_it_does_not_serve() {
    let body = page(&format!("{EMG}?commune=31555")).await.body;
    assert!(body.contains("ne couvre pas Toulouse"), "{body}");
    assert_eq!(
        page("/ressources/dac-92-sud-bagneux?commune=zzzzzz").await.status,
        200,
        "an unknown place is forgotten"
    );
}

#[tokio::test]
async fn every_listing_is_a_page() {
    for listing in listings() {
        for query in ["", "?sources=1", "?commune=92007"] {
            let page = page(&format!("/ressources/{}{query}", listing.slug)).await;
            let expected = if listing.withdrawn_at.is_some() { 410 } else { 200 };
            assert_eq!(page.status, expected, "{}", listing.slug);
        }
    }
}

#[tokio::test]
async fn what_nobody_said_is_said() {
    let body = page("/ressources/hostile").await.body;
    assert!(!body.contains("javascript:") && !body.contains(HOSTILE));
    let header = body.split_once("</header>\n<section").unwrap().0;
    assert!(header.contains("Téléphone non renseigné") && header.contains("Organisme non renseigné"));
    // What one looks for on every sheet has a line of its own; the rest is one quiet line a part.
    for term in ["Zone", "Téléphone"] {
        let said = format!(
            "<dt>{term}</dt><dd class=\"quiet\"><bdi class=\"as-typed\">non renseigné</bdi></dd></div>"
        );
        assert!(body.contains(&said), "{term}");
    }
    in_order(
        &body,
        &[
            "en bref</p>",
            "public, âges, critères d’inclusion, critères d’exclusion</p>",
            "Professionnels</h3>",
            "qui peut demander, messagerie sécurisée de santé (MSSanté)</p>",
            "Personnes et entourage</h3>",
            "qui peut demander</p>",
            "mode d’intervention, délai habituel</p>",
            "courriel, site web</p>",
            "adresse, coût, langues, accessibilité</p>",
        ],
    );
    assert_eq!(body.matches("<p class=\"unsaid\">").count(), 7);
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Location, "48.80, 2.30")];
    assert!(sheet("bare-map", &cells, "").await.body.contains("class=\"bare-map\""));
    assert!(!page(EMG).await.body.contains("bare-map"));
    assert!(body.contains("date de vérification non renseignée") && !body.contains("Par qui"));
}

#[tokio::test]
async fn hours_that_no_table_says_are_said_day_by_day_and_as_coded_with_the_sources() {
    let code = "Mo[1] 10:00-12:00";
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Hours, code)];
    let usual = sheet("first-monday", &cells, "").await.body;
    in_order(&usual, &["Sept prochains jours", "Vendredi 20\u{a0}novembre"]);
    assert!(!usual.contains(code), "no code is shown to people");
    let sourced = sheet("first-monday-sources", &cells, "?sources=1").await.body;
    assert!(sourced.contains(&format!("<bdi lang=\"en\" class=\"as-typed\">{code}</bdi>")), "{sourced}");
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Hours, "Mo-Fr unknown")];
    assert!(sheet("nobody-knows", &cells, "").await.body.contains("Particuliers, à demander au service"));
}

#[tokio::test]
async fn a_season_is_said_in_french() {
    let cells = [
        (Field::Name, "Service"),
        (Field::Category, "ssiad"),
        (Field::Hours, "Mo-Fr 09:00-17:00; Jul-Aug Mo-Fr 09:00-13:00"),
    ];
    let body = sheet("season", &cells, "").await.body;
    in_order(
        &body,
        &[
            "Du lundi au vendredi",
            "En juillet et août, du lundi au vendredi",
            "9\u{a0}h\u{a0}–\u{a0}13\u{a0}h",
        ],
    );
    assert!(!body.contains("Jul-Aug") && !body.contains("Sept prochains jours"));
}

#[tokio::test]
async fn columns_of_the_source_have_names_in_words() {
    let mut listing = listing("columns", &[(Field::Name, "Service"), (Field::Category, "ssiad")]);
    listing.fields.extra.insert("source_licence".into(), "Licence Ouverte 2.0".into());
    listing.fields.extra.insert("mode_accueil".into(), "sur rendez-vous".into());
    let body = sheet_among("columns", &[listing], "").await.body;
    in_order(&body, &["<bdi>Mode accueil</bdi>", "<bdi>Licence de la source</bdi>"]);
    assert!(!body.contains("source_licence"));
}

/// The sheet of these hours, in Bagneux, at an instant.
async fn at(name: &str, hours: &str, instant: &str) -> String {
    let cells = [
        (Field::Name, "Service"),
        (Field::Category, "ssiad"),
        (Field::Commune, "92007"),
        (Field::Hours, hours),
    ];
    let listing = listing(name, &cells);
    let path = format!("/ressources/{}", listing.slug);
    let node = state_of(name, &[listing]).node;
    let health = crate::health::Health::new();
    health.set_index(true);
    health.set_postgres(true, None);
    let clock = FixedClock(instant.parse().unwrap());
    let state = crate::WebState::new(node, std::sync::Arc::new(clock), std::sync::Arc::new(health));
    let answered = ask(state, Request::get(path).body(Body::empty()).unwrap()).await;
    html::check(&answered.body);
    answered.body
}

#[tokio::test]
async fn a_public_holiday_is_said_where_it_changes_the_hours() {
    let usual = "Mo-Fr 09:00-17:00; PH off";
    let eve = at("eve", usual, "2026-12-24T10:00:00Z").await;
    in_order(
        &eve,
        &["fermé demain, jour férié (Noël)<", "Objectif et missions", "Fermé demain, jour férié (Noël)."],
    );
    let christmas = at("christmas", usual, "2026-12-25T10:00:00Z").await;
    in_order(&christmas, &["fermé, ouvre lundi à 9\u{a0}h", "fermé aujourd’hui, jour férié (Noël)<"]);
    let nobody_said = at("nobody", "Mo-Fr 09:00-17:00", "2026-12-21T10:00:00Z").await;
    assert!(nobody_said.contains("les horaires de ce jour ne sont pas renseignés"), "{nobody_said}");
    let closed = [
        (Field::Name, "Service"),
        (Field::Category, "ssiad"),
        (Field::Hours, "Mo-Su 09:00-17:00"),
        (Field::Status, "ferme-temporairement"),
    ];
    let closed = sheet("closed-for-a-time", &closed, "").await.body;
    assert!(closed.contains("ces horaires ne valent pas en ce moment") && !closed.contains("hoursAvailable"));
    assert!(!at("far", usual, "2026-11-20T10:00:00Z").await.contains("férié ("));
}

#[tokio::test]
async fn a_long_closure_is_said_as_one() {
    let hours = "Mo-Fr 09:00-17:00; 2026 Dec 21-2027 Jan 03 off";
    let body = at("closure", hours, "2026-12-21T10:00:00Z").await;
    in_order(
        &body,
        &[
            "fermé jusqu’au 4\u{a0}janvier\u{a0}2027 à 9\u{a0}h",
            "Du 21\u{a0}décembre\u{a0}2026 au 3\u{a0}janvier\u{a0}2027",
            "fermé",
        ],
    );
}

#[tokio::test]
async fn closed_for_a_time_says_until_when_its_hours_tell() {
    let cells = |hours: &'static str| {
        [
            (Field::Name, "Service"),
            (Field::Category, "ssiad"),
            (Field::Status, "ferme-temporairement"),
            (Field::Hours, hours),
        ]
    };
    let until = "jusqu’au 28\u{a0}décembre\u{a0}2026 à 9\u{a0}h";
    let body = sheet("reopening", &cells("Mo-Fr 09:00-17:00; Nov 01-Dec 25 off"), "").await.body;
    in_order(
        &body,
        &[
            &format!("fermé temporairement, {until}<"),
            &format!("Fermé temporairement, {until} selon ses horaires<"),
            &format!("Fermé temporairement, {until}.<"),
        ],
    );
    // What somebody decided until a day says that day.
    let mut closed = decided(
        listing("reopening-decided", &cells("Mo-Fr 09:00-17:00")),
        Field::Status,
        "ferme-temporairement",
    );
    if let Some(Provenance::Override { until, .. }) = closed.provenance.get_mut(&Field::Status) {
        *until = Some("2026-12-31T23:00:00Z".parse().unwrap());
    }
    let body = sheet_among("reopening-decided", &[closed], "").await.body;
    in_order(&body, &["fermé temporairement, jusqu’au 31", "Fermé jusqu’au 31\u{a0}décembre\u{a0}2026<"]);
    assert!(!body.contains("réouverture non renseignée"), "{body}");
    // Usual hours do not tell when it opens again.
    let body = sheet("reopening-unknown", &cells("Mo-Fr 09:00-17:00"), "").await.body;
    in_order(
        &body,
        &["fermé temporairement<", "date de réouverture non renseignée", "ne valent pas en ce moment"],
    );
}

#[tokio::test]
async fn the_source_of_each_thing_is_said_on_demand() {
    let usual = page(EMG).await.body;
    assert!(!usual.contains("d’après") && usual.contains(&format!("{EMG}?sources=1")));
    let body = page(&format!("{EMG}?sources=1&commune=92007")).await.body;
    in_order(
        &body,
        &[
            "Masquer les sources",
            "Perte d’autonomie récente",
            "d’après <bdi>demo</bdi>, le 1er\u{a0}novembre\u{a0}2026",
        ],
    );
    assert!(body.contains(&format!("href=\"{EMG}?commune=92007\"")), "the switch keeps the visit");
    // Every field that the listing has says who said it; the hours twice, day by day and as they are coded.
    let expected = listings().remove(0).provenance.len() + 1;
    assert_eq!(body.matches("<dd class=\"origin\">").count(), expected);
}

#[tokio::test]
async fn a_correction_is_the_team_s_without_names() {
    let said = listing(
        "corrected",
        &[(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Cost, "payant")],
    );
    let corrected = decided(decided(said, Field::Cost, "gratuit"), Field::Summary, "");
    let body = sheet_among("corrected", &[corrected], "?sources=1").await.body;
    in_order(
        &body,
        &[
            "<dt>En bref</dt>",
            "non renseigné",
            "effacé ici par l’équipe de l’annuaire, le 2\u{a0}novembre\u{a0}2026</dd>",
            "<dt>Coût</dt>",
            "Gratuit",
            "corrigé ici par l’équipe de l’annuaire, le 2\u{a0}novembre\u{a0}2026</dd>",
            "selon <bdi>demo</bdi>, le 1er\u{a0}novembre\u{a0}2026&#8239;: <bdi>payant</bdi>",
        ],
    );
    assert!(!body.contains("Camille") && !body.contains("appelé ce matin"));
}

#[tokio::test]
async fn each_thing_says_what_the_other_sources_say() {
    let kept = listing(
        "several",
        &[
            (Field::Name, "Équipe mobile"),
            (Field::Category, "emg"),
            (Field::Phone, "01 99 00 00 01"),
            (Field::Address, "1 rue de l’Exemple"),
            (Field::Commune, "92023"),
            (Field::AgeMin, "75"),
            (Field::Coverage, "commune:92007 | departement:75"),
        ],
    );
    let long = "Une équipe de deux. ".repeat(20);
    let several = besides(
        kept,
        "920000001",
        &[
            (Field::Name, "EQUIPE MOBILE"),
            (Field::Phone, "01 99 00 00 09"),
            (Field::Commune, "92007"),
            (Field::AgeMax, "99"),
            (Field::Coverage, "departement:92"),
            (Field::Languages, "fr | ar"),
            (Field::Description, &long),
        ],
    );
    let usual = sheet_among("several", std::slice::from_ref(&several), "").await.body;
    assert!(!usual.contains("d’après") && !usual.contains("selon") && !usual.contains("Âge maximum"));
    in_order(&usual, &["fiche <bdi>several</bdi>", "<bdi>finess</bdi>, fiche <bdi>920000001</bdi>"]);
    let body = sheet_among("several-sources", &[several], "?sources=1").await.body;
    let on = "le 3\u{a0}mai\u{a0}2026";
    in_order(
        &body,
        &[
            "<dt>Description</dt>",
            &format!("<details><summary>selon <bdi>finess</bdi>, {on}</summary><bdi>Une équipe"),
            "<dt>Âge minimum</dt>",
            "75\u{a0}ans",
            "d’après <bdi>demo</bdi>, le 1er\u{a0}novembre\u{a0}2026</dd></div>",
            "<dt>Âge maximum</dt>",
            &format!("selon <bdi>finess</bdi>, {on}&#8239;: <bdi>99\u{a0}ans</bdi> (non repris"),
            "<dt>Département</dt>",
            "<dt>Commune</dt>",
            &format!("selon <bdi>finess</bdi>, {on}&#8239;: <bdi>Hauts-de-Seine"),
            "<dt>Téléphone</dt>",
            "d’après <bdi>demo</bdi>",
            &format!("selon <bdi>finess</bdi>, {on}&#8239;: <bdi>01 99 00 00 09</bdi>"),
            "<dt>Adresse</dt>",
            "<dt>Commune</dt>",
            "Clamart (92023)",
            &format!("selon <bdi>finess</bdi>, {on}&#8239;: <bdi>Bagneux (92007)</bdi>"),
            "<dt>Langues</dt>",
            &format!("selon <bdi>finess</bdi>, {on}&#8239;: <bdi>français, arabe</bdi>"),
            "<dt>Nom</dt>",
            "d’après <bdi>demo</bdi>, le 1er\u{a0}novembre\u{a0}2026, comme <bdi>finess</bdi></dd></div>",
        ],
    );
    assert_eq!(
        body.matches("<bdi>Hauts-de-Seine").count(),
        1,
        "a coverage is said once, whatever its levels"
    );
}

#[tokio::test]
async fn two_records_of_one_source_are_told_apart() {
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad")];
    let mut both = besides(listing("both", &cells), "b", &[(Field::Name, "Le service")]);
    both.sources[1].source = "demo".into();
    both.others.get_mut(&Field::Name).unwrap()[0].source = "demo".into();
    let body = sheet_among("both", &[both], "?sources=1").await.body;
    in_order(&body, &["d’après <bdi>demo (fiche both)</bdi>", "selon <bdi>demo (fiche b)</bdi>"]);
}

#[tokio::test]
async fn what_may_be_the_same_is_said_and_is_nobody_s_neighbour() {
    let cells = |name: &'static str| {
        [
            (Field::Name, name),
            (Field::Category, "ssiad"),
            (Field::Commune, "92007"),
            (Field::Coverage, "commune:92007"),
        ]
    };
    let mut all = [
        listing("one", &cells("Soins du parc")),
        listing("other", &cells("Soins infirmiers du parc")),
        listing("third", &cells("Soins de la gare")),
    ];
    let first = all[0].id;
    for listing in all.iter_mut().take(2) {
        listing.twin = Some(first);
    }
    let body = sheet_among("twins", &all, "?commune=92007").await.body;
    let link = "<a href=\"/ressources/soins-infirmiers-du-parc-bagneux?commune=92007\"><bdi>Soins infirmiers du parc</bdi></a> (<bdi>demo</bdi>)";
    in_order(
        &body,
        &["Peut-être la même ressource, décrite aussi ici&#8239;: ", link, "</header>", "Soins de la gare"],
    );
    let (_, related) = body.split_once("Répond au même besoin").unwrap();
    assert!(!related.contains("Soins infirmiers du parc"), "{related}");
    let alone = sheet_among("twins-third", &all[2..], "").await.body;
    assert!(!alone.contains("Peut-être la même ressource"));
}

#[tokio::test]
async fn a_long_list_of_communes_is_unfolded() {
    let communes: Vec<String> = maille_territory::france()
        .communes_of(maille_territory::PlaceKind::Departement, "92")
        .iter()
        .map(|commune| format!("commune:{}", commune.code))
        .collect();
    let coverage = communes.join(" | ");
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Coverage, coverage.as_str())];
    let body = sheet("communes", &cells, "").await.body;
    in_order(
        &body,
        &[
            "<dt>Communes</dt>",
            "Antony, ",
            "et 16\u{a0}autres",
            "<summary>Lire les 36</summary>",
            "<li><bdi>Vanves</bdi></li>",
        ],
    );
}

#[tokio::test]
async fn what_serves_the_same_need_here_follows() {
    let cells = |name: &'static str, coverage: &'static str| {
        vec![
            (Field::Name, name),
            (Field::Category, "ssiad"),
            (Field::Commune, "92007"),
            (Field::Coverage, coverage),
        ]
    };
    let others = [
        listing("own", &cells("Soins du parc", "commune:92007")),
        listing("here", &cells("Soins de la gare", "commune:92007")),
        listing("elsewhere", &cells("Soins du port", "commune:13055")),
        listing(
            "other",
            &[
                (Field::Name, "Accueil du parc"),
                (Field::Category, "accueil-jour"),
                (Field::Coverage, "commune:92007"),
            ],
        ),
    ];
    let body = sheet_among("nearby", &others, "").await.body;
    let (_, related) = body.split_once("Répond au même besoin, près d’ici").unwrap();
    in_order(
        related,
        &["Soins de la gare", "Bagneux", "téléphone non renseigné", "category=ssiad&#38;commune=92007"],
    );
    for wrong in ["Soins du parc", "Soins du port", "Accueil du parc"] {
        assert!(!related.contains(wrong), "{wrong}");
    }
    let alone = sheet_among("nearby-alone", &others[2..3], "").await.body;
    assert!(!alone.contains("Répond au même besoin"), "nothing to lead to");
}

#[tokio::test]
async fn what_the_organization_runs_follows_nearest_first() {
    let run = |id: &str, organization: &str, site: &str| {
        listing(
            id,
            &[
                (Field::Name, id),
                (Field::Category, "ccas"),
                (Field::Organization, organization),
                (Field::Location, site),
            ],
        )
    };
    let all = [
        run("Ici", "Association d’essai", "48.80, 2.30"),
        run("Loin", "Association d’essai", "43.30, 5.37"),
        run("Proche", "Association d’essai", "48.81, 2.31"),
        run("Autre", "Association d’essais", "48.80, 2.30"),
    ];
    let body = sheet_among("organization", &all, "").await.body;
    let (_, related) = body.split_once("Du même organisme").unwrap();
    in_order(related, &["Proche", "Loin"]);
    assert!(!related.contains("Autre") && !related.contains(">Ici<"));
}

#[tokio::test]
async fn a_sheet_is_put_aside_and_taken_back() {
    let body = page(EMG).await.body;
    let (_, after) = body.split_once(&format!("href=\"{EMG}?selection=")).unwrap();
    let id = &after[..12];
    let body = page(&format!("{EMG}?selection={id}")).await.body;
    assert!(body.contains("Retirer de la sélection") && body.contains("Sélection <span class=\"count\">(1)"));
    let full: Vec<String> = (0..12).map(|number| format!("{number:012x}")).collect();
    let body = page(&format!("{EMG}?selection={}", full.join("."))).await.body;
    assert!(body.contains("Sélection complète"), "{body}");
}

#[tokio::test]
async fn a_former_slug_leads_to_the_present_one() {
    let mut renamed = listing("renamed", &[(Field::Name, "Équipe du Sud"), (Field::Category, "emg")]);
    renamed.former_slugs = vec!["equipe-mobile".into()];
    let state = state_of("renamed", &[renamed]);
    let asked = |path: &'static str| ask(state.clone(), Request::get(path).body(Body::empty()).unwrap());
    let answered = asked("/ressources/equipe-mobile?commune=92007&selection=0123456789ab").await;
    assert_eq!(answered.status, 301);
    assert_eq!(answered.header("location"), "/ressources/equipe-du-sud?commune=92007&selection=0123456789ab");
    assert_eq!(answered.header("cache-control"), "no-cache", "the old name may be taken back");
    assert_eq!(asked("/ressources/equipe-mobile").await.header("location"), "/ressources/equipe-du-sud");
    assert_eq!(asked("/ressources/equipe-du-sud").await.status, 200);
}

#[tokio::test]
async fn a_withdrawn_listing_names_what_may_be_the_same() {
    let cells = |name: &'static str| {
        [(Field::Name, name), (Field::Category, "ssiad"), (Field::Coverage, "commune:92007")]
    };
    let mut both =
        [listing("gone", &cells("Soins du parc")), listing("left", &cells("Soins du Parc et du Lac"))];
    both[0].withdrawn_at = Some(crate::testing::now());
    let first = both[0].id;
    for listing in &mut both {
        listing.twin = Some(first);
    }
    let page = sheet_among("gone-twin", &both, "").await;
    assert_eq!(page.status, 410);
    in_order(
        &page.body,
        &["Peut-être la même ressource, décrite aussi ici", "Soins du Parc et du Lac</bdi></a>"],
    );
    let left = sheet_among("left-twin", &[both[1].clone(), both[0].clone()], "").await.body;
    assert!(!left.contains("Peut-être la même ressource"), "what no source knows any more is nobody");
}

#[tokio::test]
async fn a_listing_merged_into_one_that_is_withdrawn_is_gone_too() {
    let mut kept = listing("kept", &[(Field::Name, "Équipe du Sud"), (Field::Category, "emg")]);
    kept.former_slugs = vec!["equipe-fusionnee".into()];
    kept.withdrawn_at = Some(crate::testing::now());
    let state = state_of("merged-withdrawn", &[kept]);
    let asked = |path: &'static str| ask(state.clone(), Request::get(path).body(Body::empty()).unwrap());
    assert_eq!(asked("/ressources/equipe-fusionnee").await.header("location"), "/ressources/equipe-du-sud");
    assert_eq!(asked("/ressources/equipe-du-sud").await.status, 410);
}

#[tokio::test]
async fn the_unknown_the_full_and_the_closed_are_said_first() {
    let states = [
        ("long", "anticonstitutionnellement"),
        ("full", "saturé, à vérifier avant d’orienter"),
        ("closed", "fermé temporairement"),
    ];
    for (id, said) in states {
        let listing = listings().into_iter().find(|known| known.sources[0].source_id == id).unwrap();
        let body = page(&format!("/ressources/{}", listing.slug)).await.body.to_lowercase();
        let header = body.split_once("objectif et missions").unwrap().0;
        assert!(header.contains(said), "{id}");
    }
    let unknown = listings().into_iter().find(|known| known.fields.coverage.is_empty()).unwrap();
    let body = get(&format!("/ressources/{}?commune=92007", unknown.slug)).await.body;
    assert!(body.contains("zone non renseignée, à vérifier"));
}

#[tokio::test]
async fn every_level_of_a_territory_is_said() {
    let cells = [
        (Field::Name, "Service"),
        (Field::Category, "ssiad"),
        (
            Field::Coverage,
            "national | region:11 | departement:92 | departement:75 | territory:inconnu | commune:92007 | radius:12.5",
        ),
    ];
    let listing = listing("levels", &cells);
    assert!(listing.fields.coverage.contains(&Coverage::Radius(12.5)));
    let body = sheet_among("levels", &[listing], "").await.body;
    in_order(
        &body,
        &[
            "Toute la France",
            "<dt>Région</dt>",
            "Île-de-France",
            "<dt>Départements</dt>",
            "Hauts-de-Seine (92) et Paris (75)",
            "<dt>Territoire de coordination</dt>",
            "inconnu",
            "<dt>Commune</dt>",
            "Bagneux",
            "À 12,5\u{a0}km à la ronde",
        ],
    );
}

#[tokio::test]
async fn search_engines_and_messages_have_a_sentence() {
    let body = page(EMG).await.body;
    let expected = "<meta name=\"description\" content=\"Équipe mobile de gériatrie (EMG) à Clamart. Évaluation gériatrique";
    assert!(body.contains(expected), "{body}");
    assert!(body.contains("<meta property=\"og:title\" content=\"Équipe mobile de gériatrie Sud 92\">"));
}

#[tokio::test]
async fn a_withdrawn_listing_is_gone_and_says_where_to_look() {
    let page = page("/ressources/service-retire-bagneux").await;
    assert_eq!(page.status, 410);
    for said in [
        "retirée de l’annuaire le 1er\u{a0}septembre\u{a0}2026",
        "category=ssiad&#38;commune=92007",
        "Répond au même besoin, près d’ici",
        "Service saturé",
    ] {
        assert!(page.body.contains(said), "{said}");
    }
}

#[tokio::test]
async fn a_check_by_the_team_says_how_and_of_which_field() {
    let cells = [(Field::Name, "Service"), (Field::Category, "ssiad"), (Field::Cost, "gratuit")];
    let mut listing = decided(listing("checked", &cells), Field::VerifiedOn, "2026-10-30");
    let check = |field, day: &str, means| Check { field, day: day.parse().unwrap(), means };
    listing.checks = vec![
        check(None, "2026-10-30", Means::Phone),
        check(Some(Field::Name), "2026-10-01", Means::Visit),
        check(Some(Field::Cost), "2026-11-18", Means::Mail),
    ];
    let body = sheet_among("checked", std::slice::from_ref(&listing), "").await.body;
    in_order(
        &body,
        &[
            "vérifié il y a 3\u{a0}semaines, par téléphone",
            "l’équipe de l’annuaire, le 30\u{a0}octobre\u{a0}2026",
            "<dt>Comment</dt><dd>par téléphone</dd>",
        ],
    );
    assert!(!body.contains("vérifié à part"));
    let body = sheet_among("checked-sources", &[listing], "?sources=1").await.body;
    let of_the_cost = "vérifié à part le 18\u{a0}novembre\u{a0}2026, par courriel";
    in_order(&body, &["<dt>Coût</dt>", of_the_cost, "vérifié par l’équipe de l’annuaire"]);
    assert_eq!(body.matches("vérifié à part").count(), 1, "the name was checked with the rest since");
}

#[tokio::test]
async fn an_unknown_slug_is_a_page_to_search_from() {
    for slug in ["inconnue", "%FF", "..%2f..%2fetc%2fpasswd"] {
        let page = page(&format!("/ressources/{slug}")).await;
        assert_eq!(page.status, 404, "{slug}");
        assert!(page.body.contains("Cette fiche n’existe pas") && page.body.contains("role=\"search\""));
    }
}
