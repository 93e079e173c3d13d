//! Where one goes back to after a form, and what is said there.

use crate::extract::{Reader, encode};
use crate::pages::login::own_address;

/// What the address of a page says that just happened.
const SAID: &str = "dit";

/// The address that a form asks to go back to (`retour`), if it is one of the team's.
pub fn back(sent: &mut Reader, otherwise: &str) -> String {
    let asked = sent.text("retour");
    if asked.is_empty() { otherwise.to_owned() } else { own_address(&asked) }
}

/// The same address, saying this and nothing else.
pub fn saying(address: &str, said: &str) -> String {
    let (address, anchor) = address.split_once('#').map_or((address, None), |(rest, to)| (rest, Some(to)));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let said_before = |pair: &&str| pair.split('=').next() == Some(SAID);
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !said_before(pair)).map(str::to_owned);
    let mut now = format!("{SAID}=");
    encode(said, &mut now);
    let query: Vec<String> = kept.chain([now]).collect();
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{path}?{}{anchor}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_to_where_one_was_and_nowhere_else() {
        let to = |form: &str| back(&mut Reader::new(form), "/animation/fiches/x");
        assert_eq!(to(""), "/animation/fiches/x");
        assert_eq!(to("retour=/animation/qualite%3Fpar%3Dsource"), "/animation/qualite?par=source");
        for foreign in ["//evil.example", "https://evil.example", "/recherche", "/animation%5C..%5C"] {
            assert_eq!(to(&format!("retour={foreign}")), "/animation", "{foreign}");
        }
    }

    #[test]
    fn what_was_said_before_is_not_said_again() {
        assert_eq!(saying("/animation", "verifiee"), "/animation?dit=verifiee");
        assert_eq!(
            saying("/animation?type=a&dit=masquee&page=2#ligne-3", "verifiees-10"),
            "/animation?type=a&page=2&dit=verifiees-10#ligne-3"
        );
    }
}
