//! What somebody may have meant.

use maille_territory::fold;

/// How alike two names are at least, from 0 to 1, for one to be offered in the place of the other.
const ALIKE: f64 = 0.8;

/// The candidate most like a name, if one is.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let scored = candidates.map(|candidate| (strsim::jaro_winkler(&folded, &fold(candidate)), candidate));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = ["phone", "postal_code", "commune"];
        for (name, near) in [
            ("phones", Some("phone")),
            ("Postal code", Some("postal_code")),
            ("comune", Some("commune")),
            ("horaires", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, names.into_iter()), near, "{name}");
        }
    }
}
