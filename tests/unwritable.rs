//! What no database keeps: a character that is none, in whatever the team sends. It is refused, or left aside; nothing breaks.

use crate::support::DataDirectory;

const ZOE: &str = "zoe.martin@dac.example";
const NUL: &str = "appelé\u{0}hier";

/// A form: where it is sent, and what it holds.
type Form = (String, Vec<(&'static str, String)>);

fn forms(ids: &[String]) -> Vec<Form> {
    let (a, b) = (&ids[0], &ids[1]);
    let own = |rest: &str, fields: &[(&'static str, &str)]| -> Form {
        let fields = fields.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        (format!("/animation/{rest}"), fields)
    };
    let listing = |rest: &str, fields: &[(&'static str, &str)]| own(&format!("fiches/{a}{rest}"), fields);
    let typed = [
        ("name", "Équipe"),
        ("vu.name", ""),
        ("phone", "01 99 00 00 71"),
        ("vu.phone", ""),
        ("summary", "Texte"),
        ("vu.summary", ""),
        ("commune", "92007"),
        ("vu.commune", ""),
        ("hours", "lundi 9h-12h"),
        ("vu.hours", ""),
        ("category", "emg"),
        ("vu.category", ""),
        ("raison", "appelé"),
        ("jusqu_au", ""),
    ];
    vec![
        own(
            "traiter",
            &[
                ("geste", "cote"),
                ("ligne", &format!("signalement:{a}:x")),
                ("fiche", a),
                ("raison", "appelé"),
                ("jusqu_au", ""),
                ("retour", "/animation"),
            ],
        ),
        listing("", &typed),
        listing("/relire", &typed),
        listing("/apercu", &typed),
        listing("/sources", &[("champ", "phone"), ("vu.phone", ""), ("raison", "appelé")]),
        listing(
            "/essai",
            &[("champ.name", "Équipe"), ("q", "emg"), ("commune", "92007"), ("essai", "q=emg")],
        ),
        listing("/etat", &[("etat", "sature"), ("vu", "ouvert"), ("jusqu_au", ""), ("raison", "appelé")]),
        listing(
            "/zone",
            &[
                ("vu", ""),
                ("plus", "92002"),
                ("moins", ""),
                ("hors", ""),
                ("ajouter", ""),
                ("rayon", ""),
                ("faire", ""),
                ("raison", "appelé"),
                ("jusqu_au", ""),
            ],
        ),
        listing(
            "/presence",
            &[("presence", "gardee"), ("raison", "appelé"), ("retour", "/animation/fiches")],
        ),
        listing(
            "/verifier",
            &[("moyen", "telephone"), ("jour", ""), ("champ", "phone"), ("retour", "/animation/fiches")],
        ),
        listing("/verifier/annuler", &[("champ", ""), ("raison", "appelé"), ("retour", "/animation/fiches")]),
        listing("/histoire/1/revenir", &[("champ", "phone"), ("raison", "appelé"), ("vu", "{}")]),
        own("verifier", &[("fiche", a), ("moyen", "telephone"), ("jour", ""), ("retour", "/animation")]),
        own("fiches/nouvelle", &typed),
        own("fiches/nouvelle/relire", &typed),
        own(&format!("doublons/{a}/{b}"), &[("decision", "distinct"), ("raison", "appelé"), ("vu", "")]),
        own(&format!("doublons/{a}/separer"), &[("fiche", a), ("raison", "appelé")]),
        own("imports/2/annuler", &[("raison", "appelé")]),
        own("territoires/dac-sud", &[("vu", ""), ("plus", "92071"), ("raison", "appelé")]),
        own(
            "comptes",
            &[("courriel", "bob@dac.example"), ("nom", "Bob"), ("role", "animation"), ("territoire", "")],
        ),
        own("compte/jetons", &[("nom", "tableur"), ("portee", "inbox"), ("jusqu_au", "")]),
        own("compte/jetons/revoquer", &[("jeton", "x")]),
        own("compte/sessions", &[("session", "x")]),
        own("compte/motdepasse", &[("ancien", "x"), ("nouveau", "y")]),
    ]
}

#[test]
fn a_character_that_is_none_breaks_nothing_wherever_it_is_sent() {
    let directory = DataDirectory::of_two_territories();
    directory.account(ZOE, "Zoé Martin", "administration", None);
    let server = directory.serve(&["serve"]);
    let zoe = server.log_in(ZOE);
    let found = server.json("/api/v1/search?q=&limit=50");
    let ids: Vec<String> =
        found["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect();
    for (address, fields) in forms(&ids) {
        for (spoilt, _) in &fields {
            let sent: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, text)| (*name, if name == spoilt { NUL } else { text.as_str() }))
                .collect();
            let answer = zoe.post(&address, &sent);
            assert!(answer.status < 500, "{address} {spoilt}: {}", answer.status);
            // Those that write nothing, or have nothing to do, do not ask why.
            let asks = !["/relire", "/apercu", "/traiter"].iter().any(|rest| address.ends_with(rest));
            if *spoilt == "raison" && asks {
                assert!((400..500).contains(&answer.status), "{address}: {}", answer.status);
            }
        }
    }
    // Nor does one in an address, nor an address that is no text.
    for name in ["q", "commune", "type", "source", "champ", "auteur", "page", "dit", "cle", "territoire"] {
        for place in [
            String::new(),
            "/fiches".to_owned(),
            format!("/fiches/{}/histoire", ids[0]),
            format!("/fiches/{}/zone", ids[0]),
            format!("/fiches/{}/essai", ids[0]),
            "/doublons".to_owned(),
            "/imports".to_owned(),
            "/qualite/fiches".to_owned(),
            "/territoires/dac-sud".to_owned(),
        ] {
            let answer = zoe.get(&format!("/animation{place}?{name}=a%00b"));
            assert!(answer.status < 500, "{place}?{name}: {}", answer.status);
        }
    }
    for id in ["%FF", "%00", "rien", "0", "00000000-0000-0000-0000-000000000000"] {
        for rest in [
            format!("fiches/{id}"),
            format!("fiches/{id}/zone"),
            format!("fiches/{id}/histoire"),
            format!("fiches/{id}/histoire/1/revenir"),
            format!("fiches/{id}/verifier"),
            format!("fiches/{id}/essai"),
            format!("doublons/{id}"),
            format!("doublons/{}/{id}", ids[0]),
            format!("imports/{id}"),
            format!("territoires/{id}"),
            format!("comptes/{id}"),
        ] {
            let answer = zoe.get(&format!("/animation/{rest}"));
            assert_eq!(answer.status, 404, "{rest}");
            assert!(answer.body.contains("n’existe pas"), "{rest}: {}", answer.body);
        }
    }
}
