//! Logging in and out, what a session that ended leaves of a form, and the accounts of the team (in the files beside).

mod administration;
mod api;
mod links;
mod own;

use crate::support::DataDirectory;
use crate::support::team::PASSWORD;

#[test]
fn one_logs_in_and_out_and_what_was_being_sent_is_kept() {
    let directory = DataDirectory::of_two_territories();
    directory.account("animation@dac.example", "Camille Durand", "animation", Some("dac-sud"));
    let server = directory.serve(&["serve"]);

    let nobody = server.person("");
    let asked = nobody.get("/animation?x=1");
    assert_eq!((asked.status, asked.to.as_str()), (303, "/connexion?vers=%2Fanimation%3Fx%3D1"));
    assert_eq!(server.try_password("animation@dac.example", "autre chose", &[]).0.status, 422);
    assert_eq!(server.try_password("personne@dac.example", PASSWORD, &[]).0.status, 422);

    let camille = server.log_in("animation@dac.example");
    let page = camille.get("/animation");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Camille Durand"), "{}", page.body);

    assert_eq!(camille.post("/deconnexion", &[]).to, "/connexion?dit=sorti");
    assert_eq!(camille.get("/animation").status, 303, "the secret opens nothing any more");
    let late = camille.post("/animation/traiter", &[("name", "Écrit & gardé")]);
    assert_eq!(late.status, 401);
    assert!(late.body.contains("name=%C3%89crit+%26+gard%C3%A9"), "{}", late.body);
    let draft = [("brouillon_vers", "/animation/traiter"), ("brouillon", "name=%C3%89crit+%26+gard%C3%A9")];
    let (back, cookie) = server.try_password("animation@dac.example", PASSWORD, &draft);
    assert_eq!(back.status, 200);
    assert!(cookie.is_some() && back.body.contains("value=\"Écrit &#38; gardé\""), "{}", back.body);
}
