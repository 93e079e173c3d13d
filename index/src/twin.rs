//! Near-identical listings: one thing that two sources describe. Until somebody links them they stay two listings, and a
//! search shows the better one, with the sources of both.

use maille_domain::Fields;

use crate::analysis::words;
use crate::schema::hash;

/// What tells a thing from another: its kind, the words of its name, and its first phone, else its address. `None` when
/// nothing does: a name alone may be borne by many.
pub fn thing(fields: &Fields) -> Option<u64> {
    let place = match (fields.phone.first(), &fields.address, &fields.commune) {
        (Some(phone), ..) => phone.to_string(),
        (None, Some(address), Some(commune)) => format!("{} {commune}", said(address)),
        _ => return None,
    };
    Some(hash(format!("{}\u{1}{}\u{1}{place}", fields.category.code(), said(&fields.name)).as_bytes()))
}

fn said(text: &str) -> String {
    words(text).into_iter().map(|word| word.plain).collect::<Vec<_>>().join(" ")
}

/// The things that stand more than once in lists of things.
pub fn repeated(mut things: Vec<u64>) -> Vec<u64> {
    // Runs that are sorted already: what this sort is quick with.
    things.sort_by_key(|thing| *thing);
    let mut repeated: Vec<u64> =
        things.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    repeated
}

#[cfg(test)]
mod tests {
    use super::*;
    use maille_domain::Category;

    #[test]
    fn one_name_and_one_phone_are_one_thing() {
        let listing = |name: &str, phone: Option<&str>| {
            let mut fields = Fields::new(name, Category::from_code("ccas").unwrap());
            fields.phone = phone.into_iter().map(|phone| phone.parse().unwrap()).collect();
            thing(&fields)
        };
        let bagneux = listing("CCAS de Bagneux", Some("01 99 00 00 11"));
        assert_eq!(bagneux, listing("C.C.A.S. BAGNEUX", Some("+33 1 99 00 00 11")));
        assert_ne!(bagneux, listing("CCAS de Bagneux", Some("01 99 00 00 12")));
        assert_eq!(listing("Infirmier libéral", None), None);
    }

    #[test]
    fn what_stands_twice_is_repeated_once() {
        assert_eq!(repeated(vec![3, 1, 3, 2, 3, 1]), [1, 3]);
    }
}
