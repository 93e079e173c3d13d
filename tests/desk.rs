//! The reception desk: a call is answered from one screen, and its sheet is in the store at every step.

use std::cell::Cell;

use crate::support::postgres::Postgres;
use crate::support::team::{Answer, Person};
use crate::support::{DataDirectory, Server, wait_until};

/// What the desk answers with: two teams, and the DACs of both territories.
const DIRECTORY: &str = "\
id,name,category,phone,commune,coverage,modes,hours,referral
emg-1,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007,commune:92007 | commune:92002,domicile,Mo-Fr 09:00-17:00,Appel du médecin traitant
clic-1,CLIC de l’Orme,clic,01 99 00 00 03,92002,commune:92002,sur-place,,
dac-1,DAC du Sud,dac,01 99 00 00 09,92007,territory:dac-sud,telephone,,
dac-31,DAC de Toulouse,dac,05 99 00 00 09,31555,territory:dac-toulouse,telephone,Mo-Fr 09:00-19:00,
";

/// A desk in front of a call.
struct Call<'a> {
    desk: &'a Person,
    page: Answer,
    sent: Cell<u32>,
}

impl<'a> Call<'a> {
    /// A blank page.
    fn new(desk: &'a Person) -> Call<'a> {
        Call { page: shown(desk, "/accueil"), desk, sent: Cell::new(0) }
    }

    fn id(&self) -> String {
        self.hidden("appel")
    }

    fn hidden(&self, name: &str) -> String {
        self.page.between(&format!("name=\"{name}\" value=\""), "\"").to_owned()
    }

    /// Sends the form of the page, with these fields changed, as a browser does.
    fn send(&self, faire: &str, fields: &[(&str, &str)]) -> Answer {
        self.desk.post("/accueil", &borrowed(&self.form(faire, fields)))
    }

    fn form(&self, faire: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        self.sent.set(self.sent.get() + 1);
        let typed = |name: &str| {
            fields.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned())
        };
        let mut form: Vec<(String, String)> =
            ["appel", "version", "envoi", "domicile", "non_couvert", "rappeler"]
                .map(|name| (name.to_owned(), typed(name).unwrap_or_else(|| self.hidden(name))))
                .into();
        form.push(("faire".to_owned(), faire.to_owned()));
        form.push(("q".to_owned(), typed("q").unwrap_or_else(|| self.query())));
        for name in ["besoin", "note"] {
            form.push((name.to_owned(), typed(name).unwrap_or_else(|| self.area(name))));
        }
        for name in ["demandeur", "canal", "reponse", "age", "parcours"] {
            form.extend(typed(name).or_else(|| self.checked(name)).map(|value| (name.to_owned(), value)));
        }
        form
    }

    fn query(&self) -> String {
        self.page.between("<input id=\"q\" name=\"q\" type=\"search\" value=\"", "\"").to_owned()
    }

    fn area(&self, name: &str) -> String {
        self.page
            .between(&format!("<textarea id=\"{name}\""), "</textarea>")
            .split_once(">\n")
            .unwrap()
            .1
            .to_owned()
    }

    /// The value that is chosen of a list, if one is.
    fn checked(&self, name: &str) -> Option<String> {
        let mut radios = self.page.body.split("<input type=\"radio\"").skip(1);
        let radio = radios.find(|radio| {
            let tag = radio.split('>').next().unwrap();
            tag.contains(&format!("name=\"{name}\"")) && tag.contains(" checked")
        })?;
        Some(radio.split_once("value=\"").unwrap().1.split('"').next().unwrap().to_owned())
    }

    /// Sends, and follows where that leads.
    fn go(&mut self, faire: &str, fields: &[(&str, &str)]) {
        let answer = self.send(faire, fields);
        assert_eq!(answer.status, 303, "{faire}: {}", answer.body);
        self.page = shown(self.desk, &answer.to);
    }

    /// The listing of a line, by its name.
    fn listing(&self, name: &str) -> String {
        let line = self.page.body.split("<div role=\"listitem\"").skip(1).find(|line| line.contains(name));
        let line = line.unwrap_or_else(|| panic!("{name}: {}", self.page.body));
        line.split_once("data-listing=\"").unwrap().1.split('"').next().unwrap().to_owned()
    }
}

fn borrowed(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn shown(person: &Person, path: &str) -> Answer {
    let page = person.get(path.split('#').next().unwrap());
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    page
}

/// A directory, its server, and the store behind them, to be recounted.
fn world() -> (Postgres, DataDirectory, Server) {
    let postgres = Postgres::new();
    let data = DataDirectory::on(Postgres::address(&[&postgres]));
    let territories = data.file("territories.csv", crate::support::team::TERRITORIES);
    data.json(&["import", "territories", &territories, "--source", "territoires", "--json"]);
    data.json(&["import", "csv", &data.file("listings.csv", DIRECTORY), "--source", "annuaire", "--json"]);
    data.account("alix@dac.example", "Alix Morel", "accueil", Some("dac-sud"));
    data.account("camille@dac.example", "Camille Roy", "accueil", Some("dac-toulouse"));
    let server = data.serve(&["serve"]);
    (postgres, data, server)
}

#[test]
fn a_call_is_answered_from_one_screen() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let ask = |query: &str| postgres.ask(query).trim().to_owned();

    // A search opens the sheet, and fills it.
    let mut call = Call::new(&alix);
    assert_eq!(ask("select count(*) from call"), "0", "a page that is looked at opens nothing");
    let id = call.id();
    call.go("chercher", &[("q", "homme 82 ans confus gériatrie à domicile Bagneux")]);
    assert_eq!(call.id(), id);
    assert_eq!(call.checked("age").as_deref(), Some("75-plus"));
    assert_eq!(call.checked("parcours").as_deref(), Some("personnes-agees"));
    assert_eq!(call.checked("canal").as_deref(), Some("telephone"));
    assert_eq!(call.checked("reponse").as_deref(), Some("information"));
    assert_eq!(call.hidden("domicile"), "92007");
    assert_eq!(call.area("besoin"), "homme 82 ans confus gériatrie à domicile Bagneux");
    for said in ["01\u{a0}99\u{a0}00\u{a0}00\u{a0}01", "Appel du médecin traitant", "DAC du Sud"] {
        assert!(call.page.body.contains(said), "{said}: {}", call.page.body);
    }

    // What is said by hand stays, whatever is searched next.
    let emg = call.listing("Équipe mobile");
    call.go(&format!("donner:{emg}"), &[("besoin", "évaluation gériatrique"), ("demandeur", "usager")]);
    assert_eq!(call.checked("reponse").as_deref(), Some("orientation"), "something was given");
    call.go("chercher", &[("q", "gériatrie 70 ans Antony")]);
    assert_eq!(call.area("besoin"), "évaluation gériatrique");
    assert_eq!(call.checked("age").as_deref(), Some("60-74"));
    assert_eq!(call.checked("demandeur").as_deref(), Some("usager"));

    // A name is refused, and nothing of it is kept; the rest is, and the contact of a resource is nobody's.
    let refused = call.send(
        &format!("donner:{emg}"),
        &[("note", "rappeler Mme Durand au 06 12 34 56 78"), ("canal", "courriel")],
    );
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Mme Durand"));
    assert!(refused.body.contains(&format!("name=\"retirer\" value=\"donner:{emg}\"")));
    assert!(refused.body.contains("Équipe mobile de gériatrie"), "the search answers all the same");
    assert_eq!(ask(&format!("select note, channel from call where id = '{id}'")), "|courriel");
    call.page = refused;
    assert_eq!(call.area("note"), "rappeler Mme Durand au 06 12 34 56 78");
    call.page = call.send("rappeler", &[]);
    assert_eq!(call.page.status, 422);
    assert_eq!(ask(&format!("select note, recall from call where id = '{id}'")), "|t");
    assert!(call.page.body.contains("name=\"retirer\" value=\"garder\""), "it is done, and not undone");
    let mut without =
        call.form("", &[("note", "rappeler Mme Durand au 06 12 34 56 78"), ("q", "équipe Bagneux")]);
    without.retain(|(name, _)| name != "faire");
    without.push(("retirer".to_owned(), "garder".to_owned()));
    let answer = alix.post("/accueil", &borrowed(&without));
    assert_eq!(answer.status, 303, "{}", answer.body);
    call.page = shown(&alix, &answer.to);
    assert_eq!(call.area("note"), "rappeler au");
    call.go("garder", &[("note", "EMG : 01 99 00 00 01")]);
    call.go("rappeler", &[]);

    // Nobody said who asks: the call does not end, and nothing is lost.
    let ended = Call::new(&alix);
    let asked = ended.send("terminer", &[("q", "clic Châtillon")]);
    assert_eq!(asked.status, 422);
    assert!(asked.body.contains("href=\"#demandeur\"") && asked.body.contains("value=\"clic Châtillon\""));
    let kept = format!("select query, answer from call where id = '{}' and closed_at is null", ended.id());
    assert_eq!(ask(&kept), "clic Châtillon|hors-territoire");

    // Sent twice, it ends once; then it is counted.
    let form = call.form("terminer", &[]);
    let once = alix.post("/accueil", &borrowed(&form));
    let twice = alix.post("/accueil", &borrowed(&form));
    assert_eq!((once.status, &once.to), (303, &format!("/accueil?dit=termine&dernier={id}")));
    assert_eq!((twice.status, &twice.to), (303, &once.to));
    let counted = ask(
        "select requester, answer, age_band, subject, home, territory from call where closed_at is not null",
    );
    assert_eq!(counted, "usager|orientation|60-74|personnes-agees|92007|dac-sud");
    let done = shown(&alix, &once.to);
    assert!(
        done.body.contains("Appel enregistré")
            && done.body.contains(&format!("/accueil/appels/{id}/reponse"))
    );
    let over = shown(&alix, &format!("/accueil?appel={id}"));
    assert!(over.body.contains("Cet appel est terminé") && !over.body.contains("name=\"q\""));

    // Another desk knows nothing of it.
    let camille = server.log_in("camille@dac.example");
    assert_eq!(camille.get(&format!("/accueil?appel={id}")).status, 404);
    assert_eq!(camille.post("/accueil", &borrowed(&form)).status, 404);

    for line in server.log() {
        for private in ["confus", "Durand", "34 56", "évaluation"] {
            assert!(!line.contains(private), "{line}");
        }
    }
}

#[test]
fn where_the_person_lives_is_a_choice_and_never_an_end() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let ask = |query: &str| postgres.ask(query).trim().to_owned();

    // Elsewhere: the right DAC, and the end.
    let mut call = Call::new(&alix);
    let outside = call.id();
    call.go("chercher", &[("q", "dossier mdph Toulouse")]);
    assert!(call.page.body.contains("est hors de votre territoire"), "{}", call.page.body);
    let gate = call.page.between("<section class=\"gate outside\"", "</section>").to_owned();
    assert!(
        gate.contains("05\u{a0}99\u{a0}00\u{a0}00\u{a0}09") && gate.contains("DAC de Toulouse"),
        "{gate}"
    );
    assert_eq!(call.checked("reponse").as_deref(), Some("hors-territoire"));
    let ended = call.send("hors-territoire", &[("demandeur", "social")]);
    assert_eq!(ended.to, format!("/accueil?dit=hors-territoire&dernier={outside}"), "{}", ended.body);
    let given = "select listing.name from call_listing join listing on listing.id = call_listing.listing where given_at is not null";
    assert_eq!(ask(given), "DAC de Toulouse");

    // Here: it is not another desk's.
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "équipe mobile Bagneux")]);
    assert!(!call.page.body.contains("value=\"hors-territoire\" data-key"), "not offered");
    let refused = call.send("hors-territoire", &[("demandeur", "social")]);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Bagneux (92) est de votre territoire"), "{}", refused.body);
    let kept = format!("select requester, answer, closed_at from call where id = '{}'", call.id());
    assert_eq!(ask(&kept), "social|information|");

    // Nobody said where: nothing is given.
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "portage de repas")]);
    call.go("hors-territoire", &[("demandeur", "social")]);
    assert_eq!(ask("select count(*) from call where answer = 'hors-territoire'"), "2");
    assert_eq!(ask("select count(*) from call_listing where given_at is not null"), "1");

    // Nowhere.
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "homme à la rue ce soir")]);
    assert_eq!(call.hidden("domicile"), "sans-domicile");
    assert!(call.page.body.contains("115"), "the national number");

    // A name that several communes share.
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "infirmier Saint-Denis")]);
    let chosen = call.page.between("value=\"domicile:", "\"").to_owned();
    call.go(&format!("domicile:{chosen}"), &[]);
    assert_eq!(call.hidden("domicile"), chosen);
    call.go("domicile:inconnu", &[]);
    assert_eq!(call.hidden("domicile"), "inconnu");

    // Nothing answers: it is proposed to note so.
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "xylophoniste zzzyx")]);
    assert!(call.page.body.contains("id=\"r-rien\""), "{}", call.page.body);
    call.go("non-couvert", &[]);
    assert_eq!(call.hidden("non_couvert"), "oui");
    assert_eq!(
        ask(&format!("select need, unmet from call where id = '{}'", call.id())),
        "xylophoniste zzzyx|t"
    );
    call.go("non-couvert", &[]);
    assert_eq!(call.hidden("non_couvert"), "", "once more takes it back");
}

#[test]
fn two_calls_two_windows_and_no_store() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let ask = |query: &str| postgres.ask(query).trim().to_owned();

    // One waits beside the other, with its numbers.
    let mut first = Call::new(&alix);
    first.go("chercher", &[("q", "équipe mobile Bagneux")]);
    let emg = first.listing("Équipe mobile");
    let (waiting, id) = (first.send(&format!("proposer:{emg}"), &[]), first.id());
    first.page = shown(&alix, &waiting.to);
    first.go("attente", &[]);
    assert_ne!(first.id(), id, "a blank page");
    let beside = first.page.between("<section class=\"waiting\"", "</section>").to_owned();
    assert!(
        beside.contains("Bagneux (92)") && beside.contains("01\u{a0}99\u{a0}00\u{a0}00\u{a0}01"),
        "{beside}"
    );
    assert_eq!(ask(&format!("select parked from call where id = '{id}'")), "t");
    shown(&alix, &format!("/accueil?appel={id}"));
    assert_eq!(
        ask(&format!("select parked from call where id = '{id}'")),
        "t",
        "a page that is looked at changes nothing"
    );
    let mut second = first;
    second.go("chercher", &[("q", "clic Châtillon")]);
    let other = second.id();
    second.go(&format!("passer:{id}"), &[]);
    assert_eq!(second.id(), id);
    assert_eq!(ask("select count(*) from call where parked"), "1");
    assert_eq!(ask(&format!("select parked from call where id = '{other}'")), "t");

    // Two windows on one call: the second one is told.
    let window = Call::new(&alix);
    let mut window = Call { page: shown(&alix, &format!("/accueil?appel={id}")), ..window };
    second.go("garder", &[("note", "de la première")]);
    let told = window.send("garder", &[("note", "de la seconde")]);
    assert_eq!(told.status, 409);
    assert!(told.body.contains("de la première") && told.body.contains("de la seconde"), "{}", told.body);
    window.page = told;
    second.go("chercher", &[("note", "encore de la première")]);
    let told = window.send(&format!("passer:{other}"), &[("note", "encore de la seconde")]);
    assert_eq!(told.status, 409);
    assert!(told.body.contains("encore de la première") && told.body.contains("encore de la seconde"));
    assert_eq!(ask("select count(*) from call where parked"), "1", "the other still waits");
    window.page = told;
    window.go("ecarter", &[]);
    assert_eq!(ask(&format!("select discarded_at is not null from call where id = '{id}'")), "t");

    // Without the store nothing typed is lost, and the search answers.
    let call = Call::new(&alix);
    let form = call.form(
        "chercher",
        &[("q", "équipe mobile Bagneux"), ("note", "seule chez elle"), ("demandeur", "usager")],
    );
    postgres.stop();
    let away = alix.post("/accueil", &borrowed(&form));
    assert_eq!(away.status, 503, "{}", away.body);
    assert!(away.body.contains("seule chez elle</textarea>") && away.body.contains("rien n’est enregistré"));
    assert!(away.body.contains("Équipe mobile de gériatrie des Coteaux"), "{}", away.body);
    postgres.start();
    let again = Call { page: away, desk: &alix, sent: Cell::new(0) };
    wait_until("the store is back", || again.send("chercher", &[]).status == 303);
    assert_eq!(
        ask(&format!("select note, requester from call where id = '{}'", again.id())),
        "seule chez elle|usager"
    );
}

#[test]
fn a_call_is_opened_by_its_first_search() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let calls = || postgres.ask("select count(*) from call").trim().to_owned();

    // What is said before it waits in the page.
    let mut call = Call::new(&alix);
    let id = call.id();
    for gesture in ["attente", "non-couvert", "rappeler", "garder", "domicile:sans-domicile", "chercher"] {
        call.page = call.send(gesture, &[("note", "seule"), ("demandeur", "usager")]);
        assert_eq!((call.page.status, call.id(), call.hidden("version")), (200, id.clone(), "0".to_owned()));
    }
    for gesture in ["terminer", "niveau-2", "envoyer", "hors-territoire"] {
        call.page = call.send(gesture, &[]);
        assert_eq!(call.page.status, 422);
        assert!(call.page.body.contains("Cherchez d’abord"), "{gesture}: {}", call.page.body);
    }
    let kept = alix.post_for_json("/accueil", &borrowed(&call.form("garder", &[])));
    assert_eq!((kept.status, &kept.json()["version"]), (200, &0.into()));
    assert_eq!(calls(), "0");

    // It is sent with it, as it was said.
    call.go("chercher", &[("q", "portage de repas")]);
    let sheet =
        format!("select note, requester, home, unmet, recall, answer, by_hand from call where id = '{id}'");
    assert_eq!(postgres.ask(&sheet).trim(), "seule|usager|sans-domicile|t|t|information|{domicile}");

    // A page that says nothing gives way to a call that waits.
    call.go("attente", &[]);
    call.go(&format!("passer:{id}"), &[]);
    assert_eq!((call.id(), calls()), (id, "1".to_owned()));
}

#[test]
fn what_is_counted_as_level_2_is_handed_over() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let handed = |call: &str| {
        let handed = format!("select answer, handed_at is not null from call where id = '{call}'");
        postgres.ask(&handed).trim().to_owned()
    };
    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "équipe mobile Bagneux")]);
    assert!(call.page.body.contains("value=\"niveau-2\" data-key=\"n\""));
    call.go("niveau-2", &[]);
    assert_eq!(handed(&call.id()), "appui-coordination|t");

    let mut call = Call::new(&alix);
    let id = call.id();
    call.go("chercher", &[("q", "équipe mobile Bagneux"), ("demandeur", "usager")]);
    call.go("garder", &[("reponse", "appui-coordination")]);
    assert_eq!(handed(&id), "appui-coordination|f", "it may still change");
    call.go("terminer", &[]);
    assert_eq!(handed(&id), "appui-coordination|t");
}

#[test]
fn what_is_typed_is_read_again_and_saved_by_the_script() {
    let (postgres, _data, server) = world();
    let alix = server.log_in("alix@dac.example");
    let read =
        alix.post("/accueil/relire", &[("texte", "é : Mme Durand veut mourir"), ("champ", "note")]).json();
    assert_eq!(read["found"][0]["kind"], "nom");
    assert_eq!((&read["found"][0]["start"], &read["found"][0]["end"]), (&4.into(), &14.into()));
    assert_eq!(read["alerts"][0]["number"], "3114");
    // The number of a resource that the search finds is known before anything is saved, as it is when it is.
    let found = |query: &str| {
        let fields = [("texte", "EMG : 01 99 00 00 01"), ("q", query), ("domicile", "92007")];
        alix.post("/accueil/relire", &fields).json()["found"].as_array().map(Vec::len)
    };
    assert_eq!((found("gériatrie Bagneux"), found("")), (Some(0), Some(1)));

    let mut call = Call::new(&alix);
    call.go("chercher", &[("q", "équipe mobile Bagneux")]);
    let keep =
        |fields: &[(&str, &str)]| alix.post_for_json("/accueil", &borrowed(&call.form("garder", fields)));
    let kept = keep(&[("note", "seule")]);
    assert_eq!((kept.status, &kept.json()["version"]), (200, &2.into()));
    // A text is refused; the rest is saved all the same.
    let other = "6f9619ff-8b86-4011-b42d-00c04fc964ff";
    let refused =
        keep(&[("version", "2"), ("envoi", other), ("note", "Mme Durand"), ("demandeur", "usager")]);
    assert_eq!((refused.status, &refused.json()["faults"][0]["field"]), (422, &"note".into()));
    assert_eq!(refused.json()["version"], 3);
    assert_eq!(postgres.ask("select note, requester from call").trim(), "seule|usager");
    let changed = keep(&[("version", "9"), ("envoi", "6f9619ff-8b86-4011-b42d-00c04fc964fe")]);
    assert_eq!(changed.status, 409);
    assert!(changed.json()["changed"].is_string());
}
