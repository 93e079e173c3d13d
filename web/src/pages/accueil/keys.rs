//! The keys of the desk: what each does, said once, for the controls of the page and for its help.

use maille_domain::call::{Answer, Channel};

/// A key, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// What is pressed, as it is printed on a keyboard.
    pub key: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn key(key: &'static str, does: &'static str) -> Key {
    Key { key, does }
}

/// Gives the resource of the line.
pub const GIVE: Key =
    key("d", "Donner la ressource, et passer à la suivante\u{202f}; de nouveau\u{202f}: ne plus la donner");
/// Puts it on the list of the call.
pub const PROPOSE: Key = key("a", "Ajouter la ressource à la liste de l’appel, ou l’en retirer");
/// Copies the line.
pub const COPY: Key = key("c", "Copier la ressource");
/// The person lives nowhere.
pub const HOMELESS: Key = key("s", "Sans domicile");
/// Nobody knows where.
pub const UNKNOWN: Key = key("l", "Lieu inconnu");
/// Nobody answers the need.
pub const UNMET: Key = key("b", "Besoin non couvert");
/// Whoever calls is to be called back.
pub const RECALL: Key = key("r", "À rappeler");
/// Another desk answers.
pub const OUTSIDE: Key = key("h", "Réorienter hors territoire et terminer");
/// A coordinator goes on with it.
pub const HAND: Key = key("n", "Confier au niveau\u{a0}2");
/// To the note, where one writes.
pub const NOTE: Key = key("k", "Écrire une note\u{202f}; Échap revient à la liste");
/// Sends the answer.
pub const SEND: Key = key("e", "Envoyer la réponse");
/// The call waits.
pub const PARK: Key = key("x", "Mettre l’appel en attente");
/// The one that waits goes on.
pub const RESUME: Key = key("y", "Reprendre l’appel en attente");
/// The call ends.
pub const END: Key = key("f", "Terminer l’appel");
/// Shows the keys.
pub const KEYS: Key = key("?", "Voir les touches");

/// Who asks, in the order of the sheet.
pub const REQUESTERS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

/// How the request came.
pub const fn of_channel(channel: Channel) -> Key {
    match channel {
        Channel::Phone => key("t", "Téléphone"),
        Channel::Mail => key("m", "Courriel"),
        Channel::SecureMail => key("v", "Messagerie sécurisée"),
        Channel::Visit => key("p", "Accueil physique"),
        Channel::Site => key("w", "Site"),
    }
}

/// What was answered; level 2 and outside are more than an answer: each has a button of its own.
pub const fn of_answer(answer: Answer) -> Option<Key> {
    Some(match answer {
        Answer::Information => key("i", "Information"),
        Answer::Orientation => key("o", "Orientation"),
        Answer::Organisation => key("g", "Appui à l’organisation territoriale"),
        Answer::Coordination | Answer::Outside => return None,
    })
}

/// All that the help says, in groups.
pub fn help() -> Vec<(&'static str, Vec<Key>)> {
    let list = vec![
        key("↑ ↓", "Ressource précédente, suivante\u{202f}; Début et Fin\u{202f}: la première, la dernière"),
        key("Entrée", "Déplier ou replier tout ce qui est dit de la ressource"),
        GIVE,
        PROPOSE,
        COPY,
        key("Échap", "Revenir à la recherche, sans rien perdre"),
    ];
    let sheet = [key("1 à 8", "Qui demande, dans l’ordre de la fiche")]
        .into_iter()
        .chain(Channel::ALL.iter().copied().map(of_channel))
        .chain(Answer::ALL.iter().copied().filter_map(of_answer))
        .chain([HOMELESS, UNKNOWN, UNMET, RECALL, NOTE]);
    vec![
        ("Dans la liste des réponses", list),
        ("La fiche", sheet.collect()),
        ("L’appel", vec![HAND, OUTSIDE, SEND, PARK, RESUME, END, KEYS]),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use maille_domain::call::Requester;

    use super::*;

    #[test]
    fn no_key_does_two_things() {
        let help = help();
        let said = help.iter().flat_map(|(_, keys)| keys).map(|key| key.key);
        let keys: Vec<&str> = said.chain(REQUESTERS).collect();
        let once: BTreeSet<&str> = keys.iter().copied().collect();
        assert_eq!(keys.len(), once.len(), "{keys:?}");
        assert_eq!(REQUESTERS.len(), Requester::ALL.len());
    }

    /// Letters and digits alone: neither a browser nor a reader of screens owns them without a modifier in a list of its own.
    #[test]
    fn what_controls_carry_is_one_character() {
        let sheet = help().into_iter().skip(1).flat_map(|(_, keys)| keys);
        for key in sheet.filter(|key| key.key != "1 à 8") {
            assert_eq!(key.key.chars().count(), 1, "{}", key.key);
        }
    }
}
