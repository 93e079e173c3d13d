//! What is asked of a call by the button that was pressed (`faire`).

use std::str::FromStr;

use maille_domain::ListingId;
use maille_domain::call::Home;
use uuid::Uuid;

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture {
    /// Searches, and fills the sheet.
    Search,
    /// Saves, and nothing else.
    Keep,
    /// Puts a resource on the list of the call.
    Propose(ListingId),
    /// Takes it off.
    Drop(ListingId),
    /// Gives it.
    Give(ListingId),
    /// It was not given after all.
    TakeBack(ListingId),
    /// Says where the person lives.
    Live(Home),
    /// Nobody answers the need, or somebody does after all.
    Unmet,
    /// Whoever calls is to be called back, or not after all.
    Recall,
    /// Gives the right DAC, and ends.
    Outside,
    /// Hands it to a coordinator.
    Hand,
    /// Lets it wait.
    Park,
    /// Lets it wait, and goes on with another one.
    Turn(Uuid),
    /// Ends.
    End,
    /// Saves, and sends the answer.
    Reply,
    /// Goes on after all.
    Reopen,
    /// It was none.
    Discard,
}

impl FromStr for Gesture {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Gesture, &'static str> {
        const UNKNOWN: &str = "un geste que cette page propose";
        let listing = |id: &str| id.parse::<ListingId>().map_err(|_| UNKNOWN);
        Ok(match text.split_once(':').unwrap_or((text, "")) {
            ("" | "chercher", "") => Gesture::Search,
            ("garder", "") => Gesture::Keep,
            ("proposer", id) => Gesture::Propose(listing(id)?),
            ("retirer", id) => Gesture::Drop(listing(id)?),
            ("donner", id) => Gesture::Give(listing(id)?),
            ("reprendre", id) => Gesture::TakeBack(listing(id)?),
            ("domicile", home) => Gesture::Live(home.parse()?),
            ("non-couvert", "") => Gesture::Unmet,
            ("rappeler", "") => Gesture::Recall,
            ("hors-territoire", "") => Gesture::Outside,
            ("niveau-2", "") => Gesture::Hand,
            ("attente", "") => Gesture::Park,
            ("passer", id) => Gesture::Turn(id.parse().map_err(|_| UNKNOWN)?),
            ("terminer", "") => Gesture::End,
            ("envoyer", "") => Gesture::Reply,
            ("rouvrir", "") => Gesture::Reopen,
            ("ecarter", "") => Gesture::Discard,
            _ => return Err(UNKNOWN),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_says_what_it_does() {
        let id = ListingId::founded_by("demo", "1");
        for (text, gesture) in [
            ("", Gesture::Search),
            ("chercher", Gesture::Search),
            (&*format!("donner:{id}"), Gesture::Give(id)),
            (&*format!("passer:{id}"), Gesture::Turn(id.0)),
            ("domicile:92007", Gesture::Live(Home::Commune("92007".to_owned()))),
            ("domicile:sans-domicile", Gesture::Live(Home::Homeless)),
        ] {
            assert_eq!(text.parse(), Ok(gesture), "{text}");
        }
        for none in ["donner", "donner:x", "domicile:99999", "terminer:1", "effacer"] {
            assert!(none.parse::<Gesture>().is_err(), "{none}");
        }
    }
}
