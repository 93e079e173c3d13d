//! Names have no form: what follows a civility is taken for one, unless it is a word of the language.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use maille_territory::{fold, france};

use super::{Found, Identity, Known, words};

/// A civility, folded: what it stands for, and whether only a capital makes a name of what follows ("pr" is also "pour").
const CIVILITIES: [(&str, &str, bool); 17] = [
    ("m", "monsieur", false),
    ("mr", "monsieur", false),
    ("mm", "messieurs", true),
    ("mme", "madame", false),
    ("mmes", "mesdames", false),
    ("mlle", "mademoiselle", false),
    ("melle", "mademoiselle", false),
    ("mrs", "madame", false),
    ("monsieur", "monsieur", false),
    ("messieurs", "messieurs", false),
    ("madame", "madame", false),
    ("mesdames", "mesdames", false),
    ("mademoiselle", "mademoiselle", false),
    ("dr", "docteur", false),
    ("docteur", "docteur", false),
    ("pr", "professeur", true),
    ("professeur", "professeur", true),
];

/// What a name may begin with, folded: words of the language before others of it.
const PARTICLES: [&str; 21] = [
    "al", "ben", "d", "da", "de", "del", "della", "den", "der", "des", "di", "dos", "du", "el", "l", "la",
    "le", "les", "o", "van", "von",
];

/// What loses its vowel before another word: no name, unless a capital or a consonant follows (N'Diaye).
const ELIDED: [&str; 9] = ["c", "j", "jusqu", "lorsqu", "m", "n", "puisqu", "qu", "s"];

/// What stands between two names of one person, folded.
const BETWEEN_NAMES: [&str; 6] = ["ep", "epouse", "ne", "nee", "veuve", "vve"];

/// What a name with a capital follows, folded.
const ANNOUNCING: [&str; 8] = ["s appelle", "nomme", "nommee", "prenomme", "prenommee", "ne", "nee", "nes"];

/// How words end that are no names, as they are written: participles, conditionals, what is learned.
const FORMS: [&str; 21] = [
    "ée",
    "ées",
    "és",
    "rait",
    "raient",
    "tion",
    "tions",
    "sion",
    "euse",
    "euses",
    "ible",
    "iste",
    "isme",
    "ité",
    "pathie",
    "algie",
    "ique",
    "iques",
    "able",
    "ables",
    "thérapie",
];

/// First names that end so.
const FIRST_NAMES: [&str; 15] = [
    "aimée",
    "andrée",
    "angélique",
    "angelique",
    "baptiste",
    "désirée",
    "dominique",
    "dorothée",
    "frédérique",
    "frederique",
    "monique",
    "ludovique",
    "renée",
    "véronique",
    "veronique",
];

/// Words that follow a civility without being a name, as they are written in the file; whether they are a name with a capital.
static ORDINARY: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/vocabulary/ordinary-words.txt").lines();
    let words = lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    words.map(|word| word.strip_suffix('*').map_or((word, false), |word| (word, true))).collect()
});

/// Towns of this many inhabitants are known by their name alone.
const TOWN: u32 = 5_000;

/// Towns of one word, folded.
static TOWNS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let towns = france().communes().iter().filter(|commune| commune.population >= TOWN);
    towns.map(|town| fold(&town.name)).filter(|name| !name.contains(' ')).collect()
});

/// A word, or what an apostrophe or a hyphen joins to another.
#[derive(Debug, Clone)]
struct Piece<'a> {
    at: Range<usize>,
    written: &'a str,
    folded: String,
    /// The word that it is in, by its rank.
    word: usize,
}

impl<'a> Piece<'a> {
    fn all(text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        for (word, (at, written)) in words(text).into_iter().enumerate() {
            let mut start = at.start;
            for part in written.split(['-', '’', '\'']) {
                let at = start..start + part.len();
                let mark = text[at.end..].chars().next().map_or(0, char::len_utf8);
                start = at.end + mark;
                if !part.is_empty() {
                    pieces.push(Piece { at, written: part, folded: fold(part), word });
                }
            }
        }
        pieces
    }

    fn has_capital(&self) -> bool {
        self.written.chars().next().is_some_and(char::is_uppercase)
    }

    fn is_all_capitals(&self) -> bool {
        !self.written.chars().any(char::is_lowercase)
    }

    fn civility(&self) -> Option<&'static (&'static str, &'static str, bool)> {
        CIVILITIES.iter().find(|(civility, ..)| *civility == self.folded)
    }

    fn is_particle(&self) -> bool {
        PARTICLES.contains(&&*self.folded)
    }

    /// Whether it may be a name: letters that are no word of the language.
    fn may_name(&self) -> bool {
        self.written.chars().count() > 1
            && !self.written.chars().any(char::is_numeric)
            && self.civility().is_none()
            && !self.is_ordinary()
            && !self.is_town()
    }

    /// Whether it is a town rather than somebody: "ssiad pour mme bagneux" is typed as one hears it.
    fn is_town(&self) -> bool {
        !self.has_capital() && TOWNS.contains(&self.folded)
    }

    fn is_ordinary(&self) -> bool {
        let title = self.has_capital() && !self.is_all_capitals();
        let lower = self.written.to_lowercase();
        let listed = |word: &str| ORDINARY.get(word).is_some_and(|name_too| !(title && *name_too));
        // Short words have no endings, or "Parent" would be a form of "par".
        let formed = |word: &str, from: &str, to: &str| {
            word.strip_suffix(from)
                .is_some_and(|stem| stem.len() + to.len() > 3 && listed(&format!("{stem}{to}")))
        };
        let agrees = ["e", "s", "es"].iter().any(|ending| formed(&self.folded, ending, ""));
        let conjugated =
            [("nt", ""), ("r", ""), ("ait", "e"), ("aient", "e"), ("ant", "e"), ("era", "e"), ("erait", "e")];
        let conjugated = || conjugated.iter().any(|(from, to)| formed(&self.folded, from, to));
        let formed = || FORMS.iter().any(|form| lower.ends_with(form)) && !FIRST_NAMES.contains(&&*lower);
        listed(&lower) || listed(&self.folded) || agrees || (!title && (conjugated() || formed()))
    }
}

/// What people put between a civility and a name, or between two names.
fn is_space(between: &str) -> bool {
    between.chars().all(|c| c == '.' || (c.is_whitespace() && c != '\n'))
}

/// Finds the names of a text.
pub(super) fn names(text: &str, known: &Known, found: &mut Vec<Found>) {
    let pieces = Piece::all(text);
    let mut from = 0;
    while from < pieces.len() {
        let named = called(text, &pieces, from, known).or_else(|| announced(text, &pieces, from));
        let Some((named, is_known)) = named else {
            from += 1;
            continue;
        };
        from = named.end;
        if !is_known {
            let end = word_end(&pieces, named.end - 1);
            found.push(Found { kind: Identity::Name, span: pieces[named.start].at.start..end });
        }
    }
}

/// Where the word that a piece is in ends.
fn word_end(pieces: &[Piece<'_>], piece: usize) -> usize {
    let word = pieces[piece].word;
    pieces[piece..].iter().take_while(|piece| piece.word == word).last().map_or(0, |last| last.at.end)
}

/// A civility and the name after it; whether it is that of a resource.
fn called(text: &str, pieces: &[Piece<'_>], from: usize, known: &Known) -> Option<(Range<usize>, bool)> {
    let piece = &pieces[from];
    let (civility, _, capital) = piece.civility()?;
    let after = pieces.get(from + 1)?;
    let between = &text[piece.at.end..after.at.start];
    let titled = between.chars().all(|c| matches!(c, ':' | '/' | ' ')) && after.has_capital();
    if !is_space(between) && !titled {
        return None;
    }
    let measured = text[..piece.at.start].trim_end().ends_with(|c: char| c.is_ascii_digit());
    let m = piece.written == "m" && !between.starts_with('.');
    if measured && matches!(*civility, "m" | "mm") {
        return None;
    }
    let mut end = name(text, pieces, from + 1, *capital || m)?;
    let mut is_known = known.names(&text[piece.at.start..word_end(pieces, end - 1)]);
    // First name and name, name and name of birth: whoever takes one out takes out the other.
    for _ in 0..3 {
        let Some(next) =
            pieces.get(end).filter(|next| is_space(&text[pieces[end - 1].at.end..next.at.start]))
        else {
            break;
        };
        let other = BETWEEN_NAMES.contains(&&*next.folded);
        let Some(last) = name(text, pieces, end + usize::from(other), !other) else { break };
        end = last;
        is_known |= known.names(&text[piece.at.start..word_end(pieces, end - 1)]);
    }
    Some((from..end, is_known))
}

/// Where the name that begins at a piece ends, when one does; `capital`: only with a capital.
fn name(text: &str, pieces: &[Piece<'_>], from: usize, capital: bool) -> Option<usize> {
    let first = pieces.get(from)?;
    let mut at = from;
    let initial = |piece: &Piece<'_>| {
        piece.written.chars().count() == 1 && piece.has_capital() && text[piece.at.end..].starts_with('.')
    };
    while pieces.get(at).is_some_and(|piece| piece.is_particle() || initial(piece)) {
        at += 1;
    }
    let piece = pieces.get(at)?;
    if at > from
        && !is_space(&text[pieces[at - 1].at.end..piece.at.start])
        && piece.word != pieces[at - 1].word
    {
        return None;
    }
    let elided = at == from && ELIDED.contains(&&*first.folded);
    if elided && let Some(next) = pieces.get(at + 1).filter(|next| next.word == first.word) {
        let consonant = !next.folded.starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'h']);
        return (next.may_name() && (next.has_capital() || consonant)).then_some(at + 2);
    }
    // A particle with a capital before a word without one is a name as well: "Le goff".
    let has_capital = piece.has_capital() || (at > from && first.has_capital());
    let is_name = piece.may_name() && (has_capital || !capital);
    // The rest of a compound name is of it.
    is_name.then(|| at + pieces[at..].iter().take_while(|next| next.word == piece.word).count())
}

/// "née Durand", "s'appelle Jeanne Martin", "nommé(e) Martin": a capital tells the name.
fn announced(text: &str, pieces: &[Piece<'_>], from: usize) -> Option<(Range<usize>, bool)> {
    let piece = &pieces[from];
    let one = ANNOUNCING.contains(&&*piece.folded);
    let two = || {
        ANNOUNCING.contains(&&*format!(
            "{} {}",
            piece.folded,
            pieces.get(from + 1).map_or("", |next| &next.folded)
        ))
    };
    let mut at = from
        + if one {
            1
        } else if two() {
            2
        } else {
            return None;
        };
    // "(e)".
    if pieces.get(at).is_some_and(|next| next.folded == "e") {
        at += 1;
    }
    let next = pieces.get(at)?;
    let between = |from: usize, to: usize| &text[pieces[from].at.end..pieces[to].at.start];
    let open = |c: char| c != '\n' && (c.is_whitespace() || "():«\"".contains(c));
    if !between(at - 1, at).chars().all(open) {
        return None;
    }
    // Acronyms are of services, and a text may be in capitals as a whole.
    let born = piece.folded.starts_with("ne") && !piece.is_all_capitals();
    if next.is_all_capitals() && !born {
        return None;
    }
    let mut end = name(text, pieces, at, true)?;
    if pieces.get(end).is_some_and(|_| is_space(between(end - 1, end)))
        && let Some(last) = name(text, pieces, end, true)
    {
        end = last;
    }
    Some((from..end, false))
}

/// A name as it is compared: its civility in full.
pub(super) fn comparable(name: &str) -> String {
    let folded = fold(name);
    let words = folded.split(' ').map(|word| {
        CIVILITIES.iter().find(|(civility, ..)| *civility == word).map_or(word, |(_, full, _)| *full)
    });
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        names(text, &Known::default(), &mut found);
        found.into_iter().map(|found| &text[found.span]).collect()
    }

    #[test]
    fn what_follows_a_civility_is_a_name() {
        for (text, name) in [
            ("M. Dupont, 82 ans", "M. Dupont"),
            ("M.Dupont", "M.Dupont"),
            ("M Dupont", "M Dupont"),
            ("vu m. dupont hier", "m. dupont"),
            ("mr dupont", "mr dupont"),
            ("monsieur dupont", "monsieur dupont"),
            ("madame martin ne mange plus", "madame martin"),
            ("mlle nguyen", "mlle nguyen"),
            ("MME MARTIN CHUTE A DOMICILE", "MME MARTIN"),
            ("Mme Le Goff", "Mme Le Goff"),
            ("mme le goff", "mme le goff"),
            ("Monsieur LE-GOFF refuse", "Monsieur LE-GOFF"),
            ("M. de Souza", "M. de Souza"),
            ("mme de souza", "mme de souza"),
            ("Mme La Rocca", "Mme La Rocca"),
            ("Mme de La Tour", "Mme de La Tour"),
            ("M. d'Ormesson", "M. d'Ormesson"),
            ("Mme L’Hostis", "Mme L’Hostis"),
            ("M. N'Diaye", "M. N'Diaye"),
            ("mme n'diaye", "mme n'diaye"),
            ("M. Van der Meer", "M. Van der Meer"),
            ("Mme Saint-Martin", "Mme Saint-Martin"),
            ("Mme\u{202f}Martin", "Mme\u{202f}Martin"),
            ("Mme\u{a0}Martin", "Mme\u{a0}Martin"),
            ("Mme\tMartin", "Mme\tMartin"),
            ("Mme J. Martin", "Mme J. Martin"),
            ("Mme Jeanne Martin à Bagneux", "Mme Jeanne Martin"),
            ("Mme Marie Curie", "Mme Marie Curie"),
            ("Mme Parent, seule", "Mme Parent"),
            ("M. Vu, 82 ans", "M. Vu"),
            ("Mme Martin née Durand", "Mme Martin née Durand"),
            ("mme martin nee durand", "mme martin nee durand"),
            ("Mme Martin épouse Durand", "Mme Martin épouse Durand"),
            ("patiente née Durand", "née Durand"),
            ("appelée par dr martin", "dr martin"),
            ("docteur martin", "docteur martin"),
            ("Pr Martin", "Pr Martin"),
            ("M. et Mme Petit", "Mme Petit"),
            ("le fils de monsieur Dupont", "monsieur Dupont"),
            ("elle s'appelle Jeanne Martin", "s'appelle Jeanne Martin"),
            ("une nommée Martin", "nommée Martin"),
            ("nommé(e) Martin", "nommé(e) Martin"),
        ] {
            assert_eq!(found(text), [name], "{text}");
        }
    }

    #[test]
    fn the_commonest_names_are_found_without_a_capital() {
        let names = "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand \
            Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer \
            Garnier Chevalier Francois Legrand Gauthier Garcia Perrin Robin Clement Morin Nicolas Henry Roussel Mathieu Gautier Masson \
            Marchand Duval Denis Dumont Marie Lemaire Noel Meyer Dufour Meunier Brun Blanchard Giraud Joly Riviere Lucas Brunet Gaillard \
            Barbier Arnaud Martinez Gerard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas \
            Lacroix Olivier Philippe Bourgeois Pierre Benoit Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot \
            Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam \
            Paris Poirier Marty Aubry Guyot Carre Charles Renault Charpentier Menard Maillard Baron Bertin Bailly Herve Schneider \
            Fernandez Collet Leger Bouvier Julien Prevost Millet Perrot Daniel Cousin Germain Breton Besson Langlois Remy Nguyen \
            Pelletier Leveque Perrier Leblanc Barre Lebrun Marchal Weber Mallet Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard \
            Gillet Etienne Grondin Poulain Tessier Chevallier Collin Chauvin Bouchet Gay Lemaitre Benard Marechal Humbert Reynaud Antoine \
            Hoarau Perret Barthelemy Cordier Pichon Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Diallo Traore Ba Diop Sow Haddad \
            Benali Mohamed Ali Ahmed Silva Pereira Ferreira Santos Rodrigues Yilmaz Kaya Chen Wang Li Tran Pham Ly Parent Marchant Mas";
        let is_found = |text: &str| found(text).len() == 1;
        let missed = |lower: bool| {
            let written = |name: &str| if lower { name.to_lowercase() } else { name.to_owned() };
            let names = names.split_whitespace();
            names.filter(move |name| !is_found(&format!("vu mme {} hier", written(name)))).collect::<Vec<_>>()
        };
        assert_eq!(missed(false), [""; 0]);
        assert_eq!(
            missed(true),
            ["Fontaine", "Gaillard", "Paris", "Cousin", "Parent", "Marchant", "Mas"],
            "these are words or towns as well"
        );
    }

    #[test]
    fn an_ordinary_word_is_none() {
        for text in [
            "mme n'est pas sortie",
            "MADAME N'EST PAS SORTIE",
            "mme s'alimente peu",
            "mme l'a dit",
            "mme l’accepte",
            "mme sans-abri",
            "mme va-t-elle rentrer",
            "aide pr repas",
            "rdv pr bilan",
            "dr traitant injoignable",
            "docteur traitant",
            "m. traitant",
            "médecin ou dr généraliste",
            "madame habite au 3e",
            "madame fait des chutes",
            "monsieur peut marcher",
            "monsieur doit sortir lundi",
            "mme mange seule",
            "mr marche mal",
            "mme rentre demain",
            "monsieur reste au lit",
            "madame parle peu",
            "mme dort mal",
            "mr boit",
            "monsieur demande un lit",
            "mme dit non",
            "mme appelle pour sa mère",
            "madame cherche un kiné",
            "mme a besoin d'aide",
            "mme part vendredi",
            "mr arrive de Lyon",
            "mme souffre",
            "mme traitée pour un cancer",
            "madame âgée de 82 ans",
            "madame 82 ans",
            "monsieur marié, sans enfant",
            "mme d'origine portugaise",
            "mme du ssiad",
            "mme de l'APA",
            "madame la directrice de l'EHPAD",
            "monsieur le maire",
            "mme la voisine",
            "mme ne veut voir personne",
            "mme y va",
            "monsieur refusait, acceptera",
            "mme tombait souvent",
            "M. EST TOMBÉ",
            "Mme X, 82 ans",
            "Mme D., 82 ans",
            "bonjour madame, Bagneux",
            "plaie de 5 m de long",
            "monsieur\nBagneux",
            "NÉE EN MARS",
            "née à Paris",
            "s'appelle EMG",
            "monsieur madame",
            "mme très isolée",
            "madame hospitalisée",
            "mme diabétique",
            "monsieur alcoolique",
            "monsieur sous tutelle",
            "mme paniquée",
            "monsieur dormirait dehors",
            "mme cohabite avec sa fille",
            "mme quitte l'hôpital lundi",
            "monsieur crache du sang",
            "dr habituel en congés",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_words_are_listed_once_in_lower_case() {
        let mut all: Vec<&str> = ORDINARY.keys().copied().collect();
        assert!(all.iter().all(|word| *word == word.to_lowercase() && word.chars().all(char::is_alphabetic)));
        let lines = include_str!("../../../data/vocabulary/ordinary-words.txt").lines();
        let listed = lines.filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).count();
        all.sort_unstable();
        assert_eq!(all.len(), listed, "{all:?}");
    }

    proptest! {
        /// Whatever the words are, only a civility, or a word that announces a name, makes a name of them.
        #[test]
        fn a_text_without_digits_mails_and_civilities_tells_nobody(text in "([A-ZÉ]?[a-zéèç]{1,9}[ '’,.;:\n-]{1,2}){0,12}") {
            let says = |piece: &Piece<'_>| {
                piece.civility().is_some() || ANNOUNCING.contains(&&*piece.folded) || piece.folded == "appelle"
            };
            prop_assume!(!Piece::all(&text).iter().any(says));
            let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
            prop_assert_eq!(super::super::scan(&text, &Known::default(), today), []);
        }

        #[test]
        fn a_name_with_a_capital_is_found(civility in "(M\\.|Mme|mr|Madame|monsieur|Dr)", name in "[BCDFGHJKLMNPRSTVZ][bcdfghjklmnprstvz]{2,8}") {
            let text = format!("vu {civility} {name}, seul");
            prop_assume!(Piece::all(&name).iter().all(Piece::may_name));
            prop_assert_eq!(found(&text), [&text[3..text.len() - 6]]);
        }
    }
}
