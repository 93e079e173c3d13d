//! From what a person types to places: which reading of the text, before which place.

use std::sync::{Arc, PoisonError};

use crate::cues::{self, Announced};
use crate::france::{Entry, France};
use crate::names::{self, is_small, key};
use crate::place::{Found, PlaceKind};
use crate::rank::{Hit, Ranked, Tier};

/// A postal code designates a commune alone when at least three quarters of the people it serves live there.
const POSTAL_LEADER: u32 = 3;

/// How many times the people of a longer name a misspelt one must have to be preferred.
const MISSPELT_LEADER: u64 = 100;

/// Letters below which a typo may make any name of another: the answer is a question.
const SURE_TYPO_FROM: usize = 6;

/// Letters from which the name of a département is recognised in spite of a typo.
const MISSPELT_DEPARTEMENT: usize = 8;

/// Bytes of the texts whose answers are kept, once folded: there are some thirteen hundred of them.
const SHORT: usize = 2;

/// Most places of such an answer.
const MOST_OF_SHORT: usize = 50;

/// No place has a name this long: what is pasted beyond is not read.
const LONGEST: usize = 160;

impl France {
    /// What a place field accepts: names as people write them, former names, postal and COG codes, numbers of département,
    /// arrondissements, EPCI. Best first, at most `limit` of them; nothing when nothing answers.
    ///
    /// The readings are tried in this order: codes, postal code and name, arrondissement, exact name, name after a
    /// preposition, name and département, then loosely written names, prefixes, words of an EPCI, words
    /// that run into each other, and one typo; a short text with a typo is always a question.
    ///
    /// `ambiguous` says that the first is not surely what was meant. A homonym leads only with ten times the people of the
    /// next, and not when a longer name that starts with it has five times its own (Évry, Neuilly). A département given with the
    /// name settles. A postal code leads to one commune when three quarters of the people it serves live there.
    pub fn find(&self, text: &str, limit: usize) -> Found {
        let text: String = text.chars().take(LONGEST).collect();
        let (text, within) = self.bracketed_cue(&text);
        let key = key(text);
        let words = cues::without_postal_apparatus(&key);
        if words.is_empty() {
            return Found::default();
        }
        let short = key.len() <= SHORT && limit <= MOST_OF_SHORT;
        let ranked = if short {
            self.ranked_once(&key, &words, &within)
        } else {
            Arc::new(self.ranked(&words, &within))
        };
        Found {
            ambiguous: ranked.ambiguous,
            places: ranked
                .hits
                .iter()
                .take(limit)
                .map(|hit| self.place_at(hit.entry, hit.matched.clone()))
                .collect(),
        }
    }

    fn ranked(&self, words: &[&str], within: &[String]) -> Ranked {
        self.by_code(words)
            .or_else(|| self.by_postal_code(words))
            .or_else(|| self.by_arrondissement(words, within))
            .or_else(|| self.by_name(words, within))
            .or_else(|| self.by_parts(words))
            .unwrap_or_default()
    }

    /// The same of a text of a letter or two, which begins thousands of names and is typed before every place.
    fn ranked_once(&self, key: &str, words: &[&str], within: &[String]) -> Arc<Ranked> {
        if !within.is_empty() {
            return Arc::new(self.ranked(words, within));
        }
        let mut known = self.short.lock().unwrap_or_else(PoisonError::into_inner);
        let ranked = known.entry(key.to_owned()).or_insert_with(|| {
            let mut ranked = self.ranked(words, within);
            ranked.hits.truncate(MOST_OF_SHORT);
            Arc::new(ranked)
        });
        Arc::clone(ranked)
    }

    /// "Bagneux (92)", "Vienne (Isère)": the text before, and the codes of the département. Other brackets belong to the name.
    fn bracketed_cue<'a>(&self, text: &'a str) -> (&'a str, Vec<String>) {
        let text = text.trim();
        if let Some((name, cue)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
            let cue = key(cue);
            let within = self.departements_named(&cue.split(' ').collect::<Vec<_>>());
            if !within.is_empty() && !name.trim().is_empty() {
                return (name, within);
            }
        }
        (text, Vec::new())
    }

    /// The whole text is a code: postal first, then COG, number of département, SIREN.
    fn by_code(&self, words: &[&str]) -> Option<Ranked> {
        let words = match cues::announced(words) {
            Some((Announced::Area, rest)) => rest,
            _ => words.to_vec(),
        };
        let words = words.strip_prefix(&["le"]).unwrap_or(&words);
        let joined;
        let code = match words {
            [code] => *code,
            words => {
                joined = cues::joined_digits(words)?;
                &joined
            }
        };
        if !code.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        // Spreadsheets eat the zero on the left: 1000 is 01000.
        let padded = if code.len() == 4 { format!("0{code}") } else { code.to_uppercase() };
        let matched = Some(code.to_uppercase());
        let postal = self.postal_positions(&padded);
        if !postal.is_empty() {
            return Some(self.postal(postal, &padded));
        }
        if let Some(commune) = self.current_commune(&padded) {
            let entry = Entry::commune(commune, self.commune_position(&commune.code)?);
            return Some(Ranked::clear(vec![Hit::new(entry, Tier::Code, matched)]));
        }
        if let Some(entry) = self.entry(PlaceKind::Epci, &padded) {
            return Some(Ranked::clear(vec![Hit::new(entry, Tier::Code, matched)]));
        }
        let hits = |codes: Vec<String>| -> Vec<Hit> {
            let entries = codes.iter().filter_map(|code| self.entry(PlaceKind::Departement, code));
            entries.map(|entry| Hit::new(entry, Tier::Code, matched.clone())).collect()
        };
        let departements = hits(cues::departement_codes(code));
        if !departements.is_empty() {
            return Some(Ranked { ambiguous: departements.len() > 1, hits: departements });
        }
        // CEDEX codes are in no table: the département is all they tell, and not surely.
        let departements = if cues::is_five_digits(code) {
            hits(cues::departement_codes_of_postal_code(code))
        } else {
            Vec::new()
        };
        (!departements.is_empty()).then_some(Ranked { hits: departements, ambiguous: true })
    }

    /// A postal code among words: the commune of that code that the words name. The words of a street are passed over.
    fn by_postal_code(&self, words: &[&str]) -> Option<Ranked> {
        let (at, width, postal_code) = self.postal_code_in(words)?;
        let (before, after) = (&words[..at], &words[at + width..]);
        let rest: Vec<&str> = before.iter().chain(after).copied().collect();
        let served = self.postal_positions(&postal_code);
        if served.is_empty() {
            let within = cues::departement_codes_of_postal_code(&postal_code);
            let named = if after.is_empty() { before } else { after };
            return self.by_name(named, &within);
        }
        if let Some(named) = self.by_arrondissement(&rest, &[]) {
            let mut hits = named.hits;
            if let Some(at) = hits.iter().position(|hit| served.contains(&hit.entry.position)) {
                return Some(Ranked::clear(vec![hits.swap_remove(at)]));
            }
            hits.extend(self.postal(served, &postal_code).hits);
            return Some(Ranked { hits, ambiguous: true });
        }
        for start in 0..rest.len() {
            let mut hits = self.named(&rest[start..].join(" "), &[]);
            if start > 0 {
                // Inside an address, only a whole name counts: "rue de" starts half the names of France.
                hits.retain(|hit| hit.tier <= Tier::Loose);
            }
            let mut served_hits: Vec<Hit> = Vec::new();
            for hit in hits {
                served_hits.extend(self.served_part(hit, served));
            }
            if !served_hits.is_empty() {
                return Some(self.rank(served_hits, true));
            }
        }
        let mut ranked = self.postal(served, &postal_code);
        let mut others = self.named(&rest.join(" "), &[]);
        others.retain(|hit| hit.tier <= Tier::Other);
        if !others.is_empty() {
            // The name and the code contradict each other: both are offered.
            ranked.hits.extend(self.rank(others, true).hits);
            ranked.ambiguous = true;
        }
        Some(ranked)
    }

    /// Where a postal code stands in the words, in how many words ("92220" or "92 220"), and what it is.
    fn postal_code_in(&self, words: &[&str]) -> Option<(usize, usize, String)> {
        if let Some(at) = words.iter().rposition(|word| cues::is_five_digits(word)) {
            return Some((at, 1, words[at].to_owned()));
        }
        let mut pairs = words.windows(2).enumerate();
        pairs.find_map(|(at, pair)| {
            let joined =
                cues::joined_digits(pair).filter(|joined| !self.postal_positions(joined).is_empty())?;
            Some((at, 2, joined))
        })
    }

    /// The part of a hit that a postal code serves: the commune itself, or the arrondissement of the city that was named.
    fn served_part(&self, hit: Hit, served: &[usize]) -> Vec<Hit> {
        if hit.entry.kind != PlaceKind::Commune {
            return Vec::new();
        }
        if served.contains(&hit.entry.position) {
            return vec![hit];
        }
        let city = Some(&*self.communes()[hit.entry.position].code);
        let arrondissements =
            served.iter().filter(|&&position| self.communes()[position].parent.as_deref() == city);
        arrondissements.map(|&position| self.commune_hit(position, None)).collect()
    }

    fn postal(&self, served: &[usize], postal_code: &str) -> Ranked {
        let people = |position: &usize| self.communes()[*position].population;
        let others: u32 = served.iter().skip(1).map(people).sum();
        let leads =
            served.len() == 1 || served.first().map_or(0, people) >= POSTAL_LEADER.saturating_mul(others);
        Ranked {
            hits: served
                .iter()
                .map(|&position| self.commune_hit(position, Some(postal_code.to_owned())))
                .collect(),
            ambiguous: !leads,
        }
    }

    fn commune_hit(&self, position: usize, matched: Option<String>) -> Hit {
        Hit::new(Entry::commune(&self.communes()[position], position), Tier::Code, matched)
    }

    fn by_arrondissement(&self, words: &[&str], within: &[String]) -> Option<Ranked> {
        let codes = cues::arrondissements(words)?;
        let positions = codes.iter().filter_map(|code| self.commune_position(code));
        let mut hits: Vec<Hit> = positions.map(|position| self.commune_hit(position, None)).collect();
        hits.retain(|hit| self.lies_within(hit.entry, within));
        hits.sort_by_key(|hit| std::cmp::Reverse(self.population(hit.entry)));
        (!hits.is_empty()).then_some(Ranked { ambiguous: hits.len() > 1, hits })
    }

    /// The readings of a name, most literal first; `within` when a département is already known.
    fn by_name(&self, words: &[&str], within: &[String]) -> Option<Ranked> {
        let typed = words.join(" ");
        let announced = cues::announced(words);
        let exact = |hits: &[Hit]| hits.iter().any(|hit| hit.tier <= Tier::Other);

        let hits = self.named(&typed, within);
        if exact(&hits) {
            return Some(self.rank(hits, !within.is_empty()));
        }
        let mut rest = typed.clone();
        if let Some((kind, after)) = &announced {
            rest = after.join(" ");
            if let Some(ranked) = self.announced(*kind, &rest, within) {
                return Some(ranked);
            }
        }
        let hits = self.named(&rest, within);
        if !within.is_empty() {
            let hits = if hits.is_empty() { self.misspelt(&rest, within) } else { hits };
            if !hits.is_empty() {
                return Some(self.rank(hits, true));
            }
            // The name is not where the département says it is.
            let fallback = self.by_name(words, &[])?;
            return Some(Ranked { ambiguous: true, ..fallback });
        }
        let cues = self.departement_cues(words);
        for (name, within) in &cues {
            if let Some(ranked) = self.in_departement(name, within, &hits) {
                return Some(ranked);
            }
        }
        if !hits.is_empty() {
            return Some(self.unfinished_or_misspelt(hits, &rest));
        }
        for (name, within) in &cues {
            let hits = self.misspelt(name, within);
            if !hits.is_empty() {
                return Some(self.rank(hits, true));
            }
        }
        let hits = self.misspelt(&rest, &[]);
        if !hits.is_empty() {
            let ranked = self.rank(hits, false);
            return Some(Ranked { ambiguous: ranked.ambiguous || rest.len() < SURE_TYPO_FROM, ..ranked });
        }
        let (name, _) = cues.last()?;
        let hits = self.named(name, &[]);
        (!hits.is_empty()).then(|| Ranked { ambiguous: true, ..self.rank(hits, true) })
    }

    /// "Toulouze" starts Toulouzette (300 people), and is more likely Toulouse: a place a typo away that has far more people
    /// than every one the text could be the start of goes ahead of them.
    fn unfinished_or_misspelt(&self, hits: Vec<Hit>, typed: &str) -> Ranked {
        let mut ranked = self.rank(hits, false);
        let Some(leader) =
            ranked.hits.first().cloned().filter(|hit| hit.tier >= Tier::Prefix && !hit.whole_words)
        else {
            return ranked;
        };
        let enough = u64::from(self.population(leader.entry)) * MISSPELT_LEADER;
        let mut close = self.rank(self.misspelt(typed, &[]), false).hits;
        close.retain(|hit| {
            u64::from(self.population(hit.entry)) > enough && hit.entry.kind == PlaceKind::Commune
        });
        if !close.is_empty() {
            ranked.hits.retain(|hit| close.iter().all(|known| known.entry != hit.entry));
            ranked.hits.splice(0..0, close);
            ranked.ambiguous = true;
        }
        ranked
    }

    /// "dans la Vienne" is the département and "à Vienne" the commune, when such a place exists under that exact name.
    fn announced(&self, kind: Announced, name: &str, within: &[String]) -> Option<Ranked> {
        let hits = self.named(name, within);
        let is_area = |hit: &Hit| matches!(hit.entry.kind, PlaceKind::Departement | PlaceKind::Region);
        let is_announced = |hit: &Hit| hit.tier <= Tier::Other && is_area(hit) == (kind == Announced::Area);
        // "à la Réunion", "du Gard": an article is no sign of a commune.
        let article = matches!(name.split_once(' '), Some(("le" | "la" | "les" | "l", _)));
        if !hits.iter().any(is_announced) || (kind == Announced::Commune && article) {
            return hits.iter().any(|hit| hit.tier <= Tier::Other).then(|| self.rank(hits, false));
        }
        let (announced, others): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(is_announced);
        let settled = kind == Announced::Area;
        let longer = others.iter().filter(|hit| hit.entry.kind == PlaceKind::Commune && !settled).cloned();
        let mut ranked = self.rank(announced.into_iter().chain(longer).collect(), settled);
        let others = self.rank(others, true).hits;
        for hit in others {
            if ranked.hits.iter().all(|known| known.entry != hit.entry) {
                ranked.hits.push(hit);
            }
        }
        Some(ranked)
    }

    /// The last resort, never sure: the longest current names at the start and at the end of a text that is more than a place,
    /// as "Lyon Part-Dieu" or "10 rue de la Gare, Bagneux".
    fn by_parts(&self, words: &[&str]) -> Option<Ranked> {
        let hits_of = |part: &[&str]| {
            let tells = part.iter().any(|word| !is_small(word) && !matches!(*word, "st" | "ste"));
            let mut hits = if tells { self.named(&part.join(" "), &[]) } else { Vec::new() };
            hits.retain(|hit| hit.tier <= Tier::WithoutArticle && hit.entry.kind == PlaceKind::Commune);
            hits
        };
        let ends = (1..words.len()).map(|start| &words[start..]);
        if let Some(ranked) = ends.clone().find_map(|part| self.by_arrondissement(part, &[])) {
            return Some(Ranked { ambiguous: true, ..ranked });
        }
        let starts = (1..words.len()).rev().map(|end| &words[..end]);
        let start = starts.map(hits_of).find(|hits| !hits.is_empty());
        let end = ends.map(hits_of).find(|hits| !hits.is_empty());
        let mut hits: Vec<Hit> = start.into_iter().chain(end).flatten().collect();
        hits.sort_by_key(|hit| (std::cmp::Reverse(self.population(hit.entry)), hit.entry));
        hits.dedup_by_key(|hit| hit.entry);
        (!hits.is_empty()).then_some(Ranked { hits, ambiguous: true })
    }

    /// A name within a département, unless the whole text is rather a loosely written name ("Neuilly Marne").
    fn in_departement(&self, name: &str, within: &[String], whole: &[Hit]) -> Option<Ranked> {
        let hits = self.named(name, within);
        let loose: Vec<Hit> = whole.iter().filter(|hit| hit.tier == Tier::Loose).cloned().collect();
        let exact = hits.iter().any(|hit| hit.tier <= Tier::Other);
        if hits.is_empty() || (!exact && !loose.is_empty()) {
            return None;
        }
        let mut ranked = self.rank(hits, true);
        if loose.iter().any(|hit| ranked.hits.iter().all(|known| known.entry != hit.entry)) {
            // Champigny in the Marne, or Champigny-sur-Marne.
            let mut both = self.rank(loose, true).hits;
            both.retain(|hit| ranked.hits.iter().all(|known| known.entry != hit.entry));
            both.append(&mut ranked.hits);
            return Some(Ranked { hits: both, ambiguous: true });
        }
        Some(ranked)
    }

    /// The ways to read the words as a name and its département, by number or by name, longest département first:
    /// "bagneux 92", "974 saint denis", "saint denis de la reunion".
    fn departement_cues(&self, words: &[&str]) -> Vec<(String, Vec<String>)> {
        let mut cues = Vec::new();
        for split in 1..words.len() {
            let within = self.departements_named(&words[split..]);
            let mut name = &words[..split];
            while let [rest @ .., last] = name
                && (is_small(last) || *last == "dans")
            {
                name = rest;
            }
            if !within.is_empty() && !name.is_empty() {
                let name = cues::announced(name).map_or_else(|| name.join(" "), |(_, rest)| rest.join(" "));
                cues.push((name, within));
            }
        }
        if let [code, name @ ..] = words
            && !name.is_empty()
        {
            let within = self.known_departements(code);
            if !within.is_empty() {
                cues.push((name.join(" "), within));
            }
        }
        cues
    }

    /// The départements that words designate: by number, by name, or those of the region they name.
    fn departements_named(&self, words: &[&str]) -> Vec<String> {
        if let [code] = words {
            let codes = self.known_departements(code);
            if !codes.is_empty() {
                return codes;
            }
        }
        let key = words.join(" ");
        let mut regions = Vec::new();
        for name in self.names.exact(&key) {
            match name.entry.kind {
                PlaceKind::Departement => {
                    return vec![self.departements()[name.entry.position].code.to_string()];
                }
                PlaceKind::Region => regions.push(&self.regions()[name.entry.position].code),
                _ => {}
            }
        }
        // "Haut de Seine" is common; shorter names are too close to each other.
        let near = |name: &str| {
            key.len() >= MISSPELT_DEPARTEMENT && strsim::osa_distance(&names::key(name), &key) == 1
        };
        let named = self.departements().iter().filter(|departement| {
            if regions.is_empty() { near(&departement.name) } else { regions.contains(&&departement.region) }
        });
        named.map(|departement| departement.code.to_string()).collect()
    }

    fn known_departements(&self, word: &str) -> Vec<String> {
        let mut codes = cues::departement_codes(word);
        codes.retain(|code| self.departement(code).is_some());
        codes
    }

    fn entry(&self, kind: PlaceKind, code: &str) -> Option<Entry> {
        let position = match kind {
            PlaceKind::Departement => {
                self.departements().iter().position(|departement| *departement.code == *code)
            }
            PlaceKind::Region => self.regions().iter().position(|region| *region.code == *code),
            PlaceKind::Epci => self.epcis().iter().position(|epci| *epci.code == *code),
            _ => self.commune_position(code),
        };
        Some(Entry { kind, position: position? })
    }

    /// Whether an entry lies in one of the départements; always, when none is asked.
    pub(crate) fn lies_within(&self, entry: Entry, within: &[String]) -> bool {
        within.is_empty()
            || self.departements_of(entry).iter().any(|code| within.iter().any(|asked| **asked == **code))
    }

    pub(crate) fn population(&self, entry: Entry) -> u32 {
        match entry.kind {
            PlaceKind::Departement => self.departements()[entry.position].population,
            PlaceKind::Region => self.regions()[entry.position].population,
            PlaceKind::Epci => self.epcis()[entry.position].population,
            _ => self.communes()[entry.position].population,
        }
    }
}
