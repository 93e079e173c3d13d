//! Names: what is left of them once their kind, their commune and what says nothing are set apart, and how much two have in common.

use super::kinds::Kinds;
use super::words::{LEXICON, Word};

/// The words of a name that are compared. The order means nothing but that there is one.
#[derive(Debug, Clone, PartialEq, PartialOrd, Default)]
pub(super) struct Name {
    /// In order, without those of its kind and of its place.
    words: Vec<Word>,
    /// The naming words without spaces: "Beau Séjour" and "Beauséjour" are one.
    joined: String,
    /// The first letters of all its words, kind and place included, those of brackets left out; the same, with the sigle of its
    /// kind whole ("CHFG"); those of its organization.
    initials: [String; 3],
    /// Words that may stand for the whole: its acronym, and those of the organization and the place.
    also: Vec<Word>,
    /// The stems of its street: a place may be its name.
    street: Vec<u64>,
    /// Whether its words say that it is for children, for adults.
    children: bool,
    adults: bool,
    /// Words that exclude others.
    telling: Vec<Word>,
}

/// What two names have in common.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Overlap {
    /// What shared words are worth.
    pub shared: f32,
    /// Whether one has the acronym of words of the other.
    pub abbreviated: bool,
    /// Of what is shared, what names the thing on both sides, not what hosts it.
    pub own: f32,
    /// What words are worth that only one has.
    pub only: [Only; 2],
    /// The words shared, and those that only one has.
    pub shared_words: Vec<Box<str>>,
    pub only_words: [Vec<Box<str>>; 2],
    /// Two words exclude each other, or two numbers differ.
    pub apart: bool,
}

/// What words are worth that only one of two names has.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Only {
    /// Those that name the thing.
    pub own: f32,
    /// Those that name what hosts it.
    pub host: f32,
    /// Those that say of what sort it is.
    pub soft: f32,
    /// Those that say a speciality, or who is received.
    pub told: f32,
    /// Whether one of them says a speciality.
    pub special: bool,
    /// Whether one of them says who is received.
    pub whom: bool,
    /// Whether one of them says that it is a part.
    pub part: bool,
    /// Numbers, among its own: they say which one, but name nothing.
    pub numbers: f32,
}

/// What a shared word is worth that one name has in brackets.
const OPTIONAL: f32 = 0.7;

/// The letters of the longest sigle of a kind that an acronym takes whole.
const LONGEST_SIGLE: usize = 4;

impl Name {
    /// The words of a name: all of them, those left when its kind and place are taken out, and words that go without saying.
    pub fn new(
        all: &[Word],
        left: Vec<Word>,
        organization: &[Word],
        also: Vec<Word>,
        street: &[u64],
    ) -> Name {
        let is_sigle =
            |word: &Word| word.text.len() <= LONGEST_SIGLE && !left.iter().any(|own| own.text == word.text);
        let initials = |words: &[Word], sigles: bool| -> String {
            let letters = |word: &Word| if sigles && is_sigle(word) { word.text.len() } else { 1 };
            let kept = words.iter().filter(|word| !word.optional);
            kept.flat_map(|word| word.text.chars().take(letters(word))).collect()
        };
        let initials = [initials(all, false), initials(all, true), initials(organization, false)];
        let naming = left.iter().filter(|word| word.is_naming() && !word.optional);
        let joined = naming.map(|word| &*word.text).collect();
        let says = |is: &dyn Fn(&Word) -> bool| all.iter().any(is);
        Name {
            children: says(&|word| LEXICON.is_of_children(word)),
            adults: says(&|word| LEXICON.is_of_adults(word)),
            telling: all.iter().filter(|word| LEXICON.is_one_of_two(word)).cloned().collect(),
            street: street.to_vec(),
            words: left,
            joined,
            initials,
            also,
        }
    }

    /// The words that tell it apart.
    pub fn naming(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter(|word| word.is_naming() && !word.optional).map(|word| &*word.text)
    }

    /// Whether its words say that it is for children and not for adults, or the reverse.
    pub fn is_of_children(&self) -> Option<bool> {
        (self.children != self.adults).then_some(self.children)
    }

    /// What two names have in common.
    pub fn overlap(&self, other: &Name, kinds: &Kinds, others: &Kinds) -> Overlap {
        let mut overlap = Overlap::default();
        let mut taken = vec![false; other.words.len()];
        let mut only: Vec<&Word> = Vec::new();
        let one_word = self.joined == other.joined;
        let mut formerly = [false; 2];
        let mut presently = false;
        for word in &self.words {
            let found =
                other.words.iter().enumerate().position(|(at, other)| !taken[at] && word.is_like(other));
            if let Some(at) = found {
                taken[at] = true;
                let other = &other.words[at];
                let known = if word.optional || other.optional { OPTIONAL } else { 1.0 };
                let worth = word.weight.min(other.weight) * known;
                overlap.shared += worth;
                if word.is_naming() && other.is_naming() {
                    if !word.of_host && !other.of_host {
                        overlap.own += worth;
                    }
                    formerly[0] |= word.former;
                    formerly[1] |= other.former;
                    presently |= !word.optional && !other.optional;
                }
                overlap.shared_words.push(word.text.clone().min(other.text.clone()));
            } else if one_word && word.is_naming() {
                overlap.shared += word.weight;
                overlap.own += word.weight;
                presently = true;
                overlap.shared_words.push(word.text.clone());
            } else {
                only.push(word);
            }
        }
        let others_only: Vec<&Word> = other
            .words
            .iter()
            .zip(taken)
            .filter(|(word, taken)| !(*taken || one_word && word.is_naming()))
            .map(|(word, _)| word)
            .collect();
        let sides = [(self, other, others, only), (other, self, kinds, others_only)];
        for (side, (own, another, kinds, only)) in sides.into_iter().enumerate() {
            for word in only.iter().filter(|word| !word.optional && !another.has(word, kinds)) {
                // Who knows it by its former name does not know the present one.
                if formerly[side] && !presently && word.is_naming() {
                    continue;
                }
                if another.abbreviates(word) || own.is_abbreviated(word, another) {
                    overlap.abbreviated = true;
                    overlap.shared += word.weight;
                    overlap.own += word.weight;
                    overlap.shared_words.push(word.text.clone());
                    continue;
                }
                let only = &mut overlap.only[side];
                let of_children = LEXICON.is_of_children(word);
                if of_children && (self.children && other.children || kinds.is_of_children()) {
                    continue;
                }
                let told = [LEXICON.is_special(word), LEXICON.is_of_whom(word), of_children];
                if told.contains(&true) && !kinds.says(word) {
                    only.special |= told[0] || told[2];
                    only.whom |= told[1] || (told[2] && kinds.is_of_everybody() && !kinds.is_large());
                    overlap.only_words[side].push(word.text.clone());
                    only.told += word.weight;
                    continue;
                }
                only.part |= LEXICON.is_of_part(word);
                match word {
                    word if word.is_number() => only.numbers += word.weight,
                    word if !word.is_naming() => only.soft += word.weight,
                    word if word.of_host || own.street.contains(&word.stem) => only.host += word.weight,
                    word => only.own += word.weight,
                }
                overlap.only_words[side].push(word.text.clone());
            }
        }
        overlap.shared_words.sort_unstable();
        overlap.shared_words.dedup();
        overlap.apart = self.is_apart(other);
        overlap
    }

    /// Whether nothing tells it apart.
    pub fn is_bare(&self) -> bool {
        self.naming().next().is_none()
    }

    /// Whether a word of another name is known here otherwise: said by the kind, the place, the organization.
    fn has(&self, word: &Word, kinds: &Kinds) -> bool {
        self.words.iter().chain(&self.also).any(|own| own.is_like(word))
            || self.street.contains(&word.stem)
            || self.words.iter().any(|own| own.is_initial_of(word) || word.is_initial_of(own))
            || (!word.is_naming() && kinds.says(word))
    }

    /// Whether a word is the acronym of words here.
    fn abbreviates(&self, word: &Word) -> bool {
        // "Association" is left out of names, not of acronyms.
        let without = word.text.strip_prefix('a').filter(|rest| rest.len() >= 3);
        let is_in = |letters: &str| self.initials.iter().any(|initials| initials.contains(letters));
        (3..=7).contains(&word.text.len())
            && word.is_naming()
            && (is_in(&word.text) || without.is_some_and(is_in))
    }

    /// Whether a word is one of those whose acronym the other name has.
    fn is_abbreviated(&self, word: &Word, other: &Name) -> bool {
        let Some(first) = word.text.chars().next() else { return false };
        other.words.iter().any(|acronym| self.abbreviates(acronym) && acronym.text.contains(first))
    }

    /// Whether words exclude each other, or both have numbers and none in common.
    fn is_apart(&self, other: &Name) -> bool {
        let says = |name: &Name, word: &Word| name.telling.iter().any(|own| own.stem == word.stem);
        let excludes = self.telling.iter().filter(|one| !says(other, one)).any(|one| {
            other.telling.iter().any(|another| LEXICON.are_apart(one, another) && !says(self, another))
        });
        let numbers = |name: &Name| -> Vec<u64> {
            name.words.iter().filter(|word| word.is_number()).map(|word| word.stem).collect()
        };
        let (one, another) = (numbers(self), numbers(other));
        let other_numbers =
            !one.is_empty() && !another.is_empty() && !one.iter().any(|number| another.contains(number));
        excludes || other_numbers
    }
}
