//! Which pairs are worth comparing: records that may be the same have a key in common, and few others have it.

use super::Traits;

/// The naming words that make keys, the longest first.
const WORDS: usize = 3;
/// The phone numbers that make keys.
const PHONES: usize = 2;

/// FNV-1a, 64 bits: the same on every machine and for ever (<http://www.isthe.com/chongo/tech/comp/fnv/>).
pub(super) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn keys(traits: &Traits) -> Vec<i64> {
    let mut keys: Vec<u64> = Vec::with_capacity(10);
    let mut key = |parts: &[&str]| keys.push(hash(&parts.join("\0")));
    let family = traits.kinds.family().unwrap_or_default();
    let city = traits.place.city.unwrap_or_default();

    if let Some(finess) = &traits.finess {
        key(&["finess", finess, family]);
    }
    for phone in traits.phones.iter().take(PHONES) {
        key(&["phone", phone, city]);
    }
    if let Some(email) = traits.emails.first() {
        key(&["email", email, city]);
    }
    let mut naming: Vec<&str> = traits.name.naming().collect();
    naming.sort_unstable();
    naming.dedup();
    if !naming.is_empty() && !traits.place.departement.is_empty() {
        key(&["name", traits.place.departement, &naming.join(" ")]);
    }
    if city.is_empty() {
        if !family.is_empty() && !traits.place.departement.is_empty() {
            key(&["kind", family, traits.place.departement]);
        }
    } else {
        if let Some(address) = traits.address.key() {
            key(&["address", &address, city]);
        }
        if !family.is_empty() {
            key(&["kind", family, city]);
        }
        naming.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in naming.into_iter().take(WORDS) {
            key(&["word", word, city]);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().map(u64::cast_signed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_definition() {
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
