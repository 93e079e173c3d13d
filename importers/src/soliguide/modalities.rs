//! How a place is entered: freely, by appointment, on referral; at what cost.

use maille_domain::field::Field;
use maille_domain::vocabulary::ReferredBy;
use serde_json::Value;

use crate::draft::Draft;
use crate::json::text;

/// Sets what the modalities say.
pub(super) fn modalities(draft: &mut Draft, modalities: &Value) {
    draft.keep(Field::Referral, "modalities", &access(modalities));
    if is(&modalities["orientation"]["checked"]) {
        draft.codes(Field::ReferredBy, [ReferredBy::Professionnel]);
    } else if is(&modalities["inconditionnel"]) {
        draft.codes(Field::ReferredBy, [ReferredBy::Tous]);
    }
    draft.keep(Field::Cost, "modalities.price", &cost(modalities));
    if is(&modalities["pmr"]["checked"]) {
        draft.codes(Field::Accessibility, ["pmr"]);
    }
    if is(&modalities["animal"]["checked"]) {
        draft.extra("animaux", "acceptés");
    }
    draft.extra("accès, précisions", &text(&modalities["other"]));
}

/// How one gets in, in words: `Sur rendez-vous : appeler le matin.`
pub(super) fn access(modalities: &Value) -> String {
    let mut words = Vec::new();
    if is(&modalities["inconditionnel"]) {
        words.push("Accès sans condition.".to_owned());
    }
    for (key, name) in [
        ("appointment", "Sur rendez-vous"),
        ("inscription", "Sur inscription"),
        ("orientation", "Sur orientation"),
    ] {
        let said = &modalities[key];
        if is(&said["checked"]) {
            words.push(match &*text(&said["precisions"]) {
                "" => format!("{name}."),
                more => format!("{name} : {}.", more.trim_end_matches('.')),
            });
        }
    }
    words.join(" ")
}

/// What it costs; empty when nothing says it.
pub(super) fn cost(modalities: &Value) -> String {
    let price = &modalities["price"];
    match (is(&price["checked"]), text(&price["precisions"])) {
        (false, _) => String::new(),
        (true, more) if more.is_empty() => "payant".to_owned(),
        (true, more) => more.into_owned(),
    }
}

fn is(value: &Value) -> bool {
    text(value) == "true"
}
