//! Where a service is: of its addresses, the one where people go.

use maille_domain::field::Field;
use maille_territory::Commune;
use serde_json::Value;

use crate::draft::{Draft, ForeignCode, Said};
use crate::json::{each, nested, text, texts};

/// Sets the address, the commune and the point; gives back the commune.
pub(super) fn place(draft: &mut Draft, service: &Value) -> Option<&'static Commune> {
    let addresses = nested(&service["adresse"]);
    let addresses = each(&addresses);
    let to_go_to = |address: &&Value| match &*text(&address["type_adresse"]) {
        "Adresse" => 0,
        "Adresse postale" => 2,
        _ => 1,
    };
    let none = Value::Null;
    let main = addresses.iter().min_by_key(to_go_to).unwrap_or(&none);
    draft.keep(Field::Address, "adresse", &line(main));
    for other in addresses.iter().filter(|other| *other != main) {
        let town = [text(&other["code_postal"]), text(&other["nom_commune"])].join(" ");
        let written = [line(other), town.trim().to_owned()];
        let written: Vec<String> = written.into_iter().filter(|part| !part.is_empty()).collect();
        let kind = text(&other["type_adresse"]).to_lowercase();
        let kind = if kind.is_empty() || kind == "adresse" { "autre adresse" } else { &*kind };
        draft.extra(kind, &written.join(", "));
    }
    accessibility(draft, main);
    let code = texts(&nested(&service["code_insee_commune"])).into_iter().next().unwrap_or_default();
    draft.place(Said {
        code: ("code_insee_commune", &code),
        town: ("adresse.nom_commune", &text(&main["nom_commune"])),
        postal_code: ("adresse.code_postal", &text(&main["code_postal"])),
        lat: ("adresse.latitude", &text(&main["latitude"])),
        lon: ("adresse.longitude", &text(&main["longitude"])),
        sure: true,
    })
}

/// The lines of an address above its town.
fn line(address: &Value) -> String {
    let lines = ["complement1", "complement2", "numero_voie", "service_distribution"];
    let lines = lines.map(|key| text(&address[key]).into_owned());
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

fn accessibility(draft: &mut Draft, address: &Value) {
    let code = text(&address["accessibilite"]);
    match &*code {
        "" => {}
        "ACC" => draft.codes(Field::Accessibility, ["pmr"]),
        _ => {
            let code = ForeignCode {
                system: "lannuaire accessibilite",
                code: code.clone().into_owned(),
                label: None,
            };
            draft.unknown("accessibilité", code);
        }
    }
    draft.extra("accessibilité, précisions", &text(&address["note_accessibilite"]));
}
