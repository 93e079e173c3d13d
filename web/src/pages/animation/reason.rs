//! Why, as the forms of the team ask for it.

use maille_domain::reason;

use crate::views::faults::Faults;

/// Reads a reason that was typed in the input of this id; as it was typed, with a fault, when it cannot be kept.
pub fn reason(typed: &str, id: &str, faults: &mut Faults) -> String {
    match reason::parse(typed) {
        Ok(reason) => return reason,
        Err(_) if typed.trim().is_empty() => {
            faults.add(id, "Dites pourquoi, en quelques mots : l’histoire le garde.");
        }
        Err(expected) => faults.add(id, format!("Raison : attendu {expected}.")),
    }
    typed.trim().to_owned()
}
