//! Letters: what the team is sent by mail. The command carries them; here they are written.

use std::pin::Pin;

/// A letter: plain text, to one address.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The mail address.
    pub to: String,
    /// What it is about; nothing that anybody typed.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Carries letters.
pub trait Post: Send + Sync + 'static {
    /// Sends a letter: once this says so, somebody else has it.
    fn send(&self, letter: Letter) -> Sending<'_>;

    /// Whether letters leave this machine: whoever sends one is told when they do not.
    fn leaves(&self) -> bool;
}

/// What comes of sending something.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

/// It could not be sent; whoever tried has logged why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSent;

/// Carries nothing.
pub(crate) struct Nowhere;

impl Post for Nowhere {
    fn send(&self, _: Letter) -> Sending<'_> {
        Box::pin(std::future::ready(Err(NotSent)))
    }

    fn leaves(&self) -> bool {
        false
    }
}

impl Letter {
    /// To somebody who is invited by somebody, or who was and asks for it again.
    pub(crate) fn invitation(to: &str, name: &str, by: Option<&str>, site: &str, link: &str) -> Letter {
        let invited = by.map_or_else(|| "Vous êtes invité".to_owned(), |by| format!("{by} vous invite"));
        Letter {
            to: to.to_owned(),
            subject: format!("Votre compte sur {site}"),
            text: format!(
                "Bonjour {name},\n\n{invited} à tenir à jour l’annuaire {site}.\n\nChoisissez votre mot de passe à \
                 cette adresse, dans les 7 jours :\n\n{link}\n\nElle ne sert qu’une fois. Ne la transmettez à \
                 personne : qui l’ouvre choisit le mot de passe de votre compte.\n\nSi vous n’attendiez pas ce courriel, \
                 vous pouvez l’ignorer.\n"
            ),
        }
    }

    /// To whoever called the desk, or on whose behalf somebody did: nothing of the call but what was answered.
    pub(crate) fn answer(to: &str, subject: &str, answer: &str) -> Letter {
        Letter {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: format!(
                "Bonjour,\n\nVoici les ressources données en réponse à votre demande.\n\n{answer}\nCe courriel part d’une \
                 adresse qui ne reçoit pas de réponse.\n"
            ),
        }
    }

    /// To somebody who chooses a password anew.
    pub(crate) fn reset(to: &str, name: &str, site: &str, link: &str) -> Letter {
        Letter {
            to: to.to_owned(),
            subject: format!("Choisir un nouveau mot de passe sur {site}"),
            text: format!(
                "Bonjour {name},\n\nUn nouveau mot de passe a été demandé pour votre compte sur l’annuaire {site}.\n\n\
                 Choisissez-le à cette adresse, dans l’heure :\n\n{link}\n\nElle ne sert qu’une fois. Ne la \
                 transmettez à personne.\n\nSi vous n’avez rien demandé, ignorez ce courriel : votre mot de passe \
                 ne change pas.\n"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_who_where_and_until_when() {
        let link = "https://annuaire.example.org/connexion/lien?secret=00ff";
        let letter =
            Letter::invitation("a@b.fr", "Camille Durand", Some("Zoé Martin"), "Annuaire du Sud", link);
        for said in ["Bonjour Camille Durand,", "Zoé Martin vous invite", link, "7 jours"] {
            assert!(letter.text.contains(said), "{said}: {}", letter.text);
        }
        let reset = Letter::reset("a@b.fr", "Camille Durand", "Annuaire du Sud", link);
        assert!(reset.text.contains(link) && reset.text.contains("dans l’heure"), "{}", reset.text);
        let answer = Letter::answer("a@b.fr", "Réponse à votre demande", "1. CLIC\n");
        assert!(answer.text.contains("\n\n1. CLIC\n\n"), "{}", answer.text);
        assert!(
            !format!("{}{}", letter.subject, reset.subject).contains("Camille"),
            "subjects are seen in passing"
        );
    }
}
