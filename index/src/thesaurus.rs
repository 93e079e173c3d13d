//! What the field calls things and how people ask for them: `data/thesaurus/`, embedded. Its README says what each file
//! holds; the tests of `thesaurus/check.rs` refuse collisions, orphans and what leads nowhere.

#[cfg(test)]
mod check;

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use maille_domain::Category;
use maille_domain::vocabulary::{Audience, Mode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The files of kinds, by parcours.
const KINDS: [(&str, &str); 9] = [
    ("tous", include_str!("../../data/thesaurus/kinds/tous.toml")),
    ("personnes-agees", include_str!("../../data/thesaurus/kinds/personnes-agees.toml")),
    ("soins-palliatifs", include_str!("../../data/thesaurus/kinds/soins-palliatifs.toml")),
    ("ville-hopital", include_str!("../../data/thesaurus/kinds/ville-hopital.toml")),
    ("maladies-chroniques", include_str!("../../data/thesaurus/kinds/maladies-chroniques.toml")),
    ("sante-mentale", include_str!("../../data/thesaurus/kinds/sante-mentale.toml")),
    ("precarite", include_str!("../../data/thesaurus/kinds/precarite.toml")),
    ("handicap", include_str!("../../data/thesaurus/kinds/handicap.toml")),
    ("enfance-perinatalite", include_str!("../../data/thesaurus/kinds/enfance-perinatalite.toml")),
];

/// What leads to a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Sigles, as written.
    pub acronyms: Vec<String>,
    /// Other names of the kind itself.
    pub names: Vec<String>,
    /// Names it had, or of what it replaced.
    pub old: Vec<String>,
    /// Spellings that no typo explains.
    pub misspelt: Vec<String>,
    /// Whom it is for.
    #[serde(rename = "for")]
    pub audiences: Vec<Audience>,
    /// Youngest and oldest, when it has bounds.
    #[serde(default)]
    pub ages: Option<(u8, u8)>,
    /// What people say when it is the first to call.
    pub needs: Vec<String>,
    /// What people say when it helps, after others.
    pub helps: Vec<String>,
}

/// Words that tell for whom help is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    pub audience: Audience,
    #[serde(default)]
    pub age: Option<u8>,
    pub words: Vec<String>,
}

/// Words that tell how help must be given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manner {
    pub mode: Mode,
    pub words: Vec<String>,
}

/// A day, from the day of the asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Today,
    Tomorrow,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Words that tell when help must be open.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    pub day: Day,
    /// Local time, `19:00`; the present time when none.
    #[serde(default)]
    pub from: Option<String>,
    /// Local time.
    #[serde(default)]
    pub until: Option<String>,
    pub words: Vec<String>,
}

/// A national number, and the words that raise it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Danger {
    pub number: String,
    /// Codes of the kinds that help.
    pub kinds: Vec<Category>,
    pub label: String,
    pub why: String,
    pub words: Vec<String>,
    pub unless: Vec<String>,
}

/// The senses of a sigle: words that settle each (`None`: an ordinary word), and the kinds when nothing settles.
#[derive(Debug, Clone)]
pub struct Sigle {
    pub written: String,
    pub senses: Vec<(Option<Category>, Vec<String>)>,
    pub otherwise: Vec<Category>,
}

/// All of it.
#[derive(Debug)]
pub struct Thesaurus {
    pub kinds: Vec<(Category, Entry)>,
    pub people: Vec<People>,
    pub modes: Vec<Manner>,
    pub moments: Vec<Moment>,
    pub alerts: Vec<Danger>,
    pub sigles: Vec<Sigle>,
    /// Words that say the same.
    pub groups: Vec<Vec<String>>,
    /// Expressions that say nothing of the need.
    pub fillers: Vec<&'static str>,
    /// Needs that may be proposed while one types.
    pub proposed: Vec<&'static str>,
    /// Kinds of common law.
    pub common_law: HashSet<Category>,
}

static THESAURUS: LazyLock<Thesaurus> = LazyLock::new(Thesaurus::read);

/// The thesaurus of this program.
pub fn thesaurus() -> &'static Thesaurus {
    &THESAURUS
}

/// The content of a file.
fn parsed<T: DeserializeOwned>(file: &str, text: &str) -> T {
    toml::from_str(text)
        .unwrap_or_else(|error| panic!("data/thesaurus/{file} is embedded and tested: {error}"))
}

impl Thesaurus {
    fn read() -> Thesaurus {
        #[derive(Deserialize)]
        struct PeopleFile {
            people: Vec<People>,
        }
        #[derive(Deserialize)]
        struct ModesFile {
            modes: Vec<Manner>,
        }
        #[derive(Deserialize)]
        struct MomentsFile {
            moments: Vec<Moment>,
        }
        #[derive(Deserialize)]
        struct AlertsFile {
            alerts: Vec<Danger>,
        }
        #[derive(Deserialize)]
        struct WordsFile {
            groups: Vec<Vec<String>>,
        }
        let kind =
            |code: &str| Category::from_code(code).unwrap_or_else(|| panic!("no kind has the code {code:?}"));
        let mut kinds = Vec::new();
        for (file, text) in KINDS {
            let entries: BTreeMap<String, Entry> = parsed(file, text);
            kinds.extend(entries.into_iter().map(|(code, entry)| (kind(&code), entry)));
        }
        let sigles: BTreeMap<String, toml::Table> =
            parsed("sigles.toml", include_str!("../../data/thesaurus/sigles.toml"));
        let lines = |text: &'static str| {
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
        };
        Thesaurus {
            kinds,
            people: parsed::<PeopleFile>("people.toml", include_str!("../../data/thesaurus/people.toml"))
                .people,
            modes: parsed::<ModesFile>("modes.toml", include_str!("../../data/thesaurus/modes.toml")).modes,
            moments: parsed::<MomentsFile>("moments.toml", include_str!("../../data/thesaurus/moments.toml"))
                .moments,
            alerts: parsed::<AlertsFile>("alerts.toml", include_str!("../../data/thesaurus/alerts.toml"))
                .alerts,
            sigles: sigles.into_iter().map(|(written, senses)| sigle(written, &senses, kind)).collect(),
            groups: parsed::<WordsFile>("words.toml", include_str!("../../data/thesaurus/words.toml")).groups,
            fillers: lines(include_str!("../../data/thesaurus/fillers.txt")).collect(),
            proposed: lines(include_str!("../../data/thesaurus/proposed.txt")).collect(),
            common_law: lines(include_str!("../../data/thesaurus/common-law.txt")).map(kind).collect(),
        }
    }
}

fn sigle(written: String, senses: &toml::Table, kind: impl Fn(&str) -> Category) -> Sigle {
    let texts = |value: &toml::Value| -> Vec<String> {
        let values = value.as_array().into_iter().flatten();
        values.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let mut sigle = Sigle { written, senses: Vec::new(), otherwise: Vec::new() };
    for (sense, words) in senses {
        match sense.as_str() {
            "otherwise" => sigle.otherwise = texts(words).iter().map(|code| kind(code)).collect(),
            "plain" => sigle.senses.push((None, texts(words))),
            code => sigle.senses.push((Some(kind(code)), texts(words))),
        }
    }
    sigle
}
