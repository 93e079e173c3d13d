//! What servers send that the profiles do not allow. It is read all the same, counted, and said once for each file and kind.

use std::collections::{BTreeMap, BTreeSet};

use maille_domain::run::{Issue, Severity};

use crate::issue::Spot;
use crate::register::Where;

/// A departure from the profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deviation {
    /// One thing where a list is due.
    NotAList,
    /// A number or a truth between quotes.
    Quoted,
    /// An extension under an older or another address.
    OtherExtension,
    /// A code of a system that is not the one of its place.
    OtherSystem,
    /// An identifier that does not say what it identifies.
    UntypedIdentifier,
    /// An identifier whose value is not of its type.
    MisshapenIdentifier,
    /// An offer without the identifier of the directory.
    NoOfferIdentifier,
    /// A resource that nothing can refer to.
    NoResourceId,
    /// No time of update, or none that can be read.
    Undated,
    /// A contact without level of confidentiality, or with one that is not known.
    NoLevel,
    /// A channel that is not the one of the value.
    OtherChannel,
    /// Two days for one opening.
    OtherDay,
    /// An age without its unit.
    NoUnit,
    /// The level of a zone is not the one of its code.
    OtherLevel,
    /// Something that is no resource.
    NotAResource,
    /// A resource of a kind that no offer refers to.
    OtherResource,
}

impl Deviation {
    /// What was found, and what was expected.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Deviation::NotAList => ("un élément seul", "une liste ; lu comme une liste d’un élément"),
            Deviation::Quoted => ("un nombre ou un booléen entre guillemets", "sa valeur seule ; lu ainsi"),
            Deviation::OtherExtension => {
                ("une extension d’une autre adresse", "l’adresse du profil en vigueur ; lue comme celle-ci")
            }
            Deviation::OtherSystem => (
                "un code d’une autre nomenclature",
                "la nomenclature que le profil prévoit à cet endroit ; lu comme un code de celle-ci",
            ),
            Deviation::UntypedIdentifier => (
                "un identifiant sans type",
                "le type de chaque identifiant ; lu d’après sa forme ou sa place",
            ),
            Deviation::MisshapenIdentifier => {
                ("un identifiant qui n’a pas la forme de son type", "un identifiant de son type")
            }
            Deviation::NoOfferIdentifier => (
                "une offre sans identifiantOffre",
                "l’identifiant national de l’offre (type 35) ; l’identifiant technique du serveur en tient lieu",
            ),
            Deviation::NoResourceId => (
                "une ressource sans identifiant",
                "un « id » ou un « fullUrl » ; aucune offre ne peut s’y rattacher, elle est laissée de côté",
            ),
            Deviation::Undated => (
                "une ressource sans date de mise à jour lisible",
                "meta.lastUpdated ; entre deux versions, la dernière lue compte",
            ),
            Deviation::NoLevel => (
                "un contact sans niveau de confidentialité connu",
                "un niveau de 1 à 3 ; le contact n’est pas publié",
            ),
            Deviation::OtherChannel => (
                "un canal de communication qui n’est pas celui de la valeur",
                "le canal de la valeur ; lu d’après la valeur",
            ),
            Deviation::OtherDay => {
                ("un numéro de jour et un nom de jour qui diffèrent", "un seul jour ; le numéro est suivi")
            }
            Deviation::NoUnit => ("un âge sans unité", "une unité UCUM (a, mo…) ; lu en années"),
            Deviation::OtherLevel => (
                "un type de zone qui n’est pas celui de son code",
                "le type de la nomenclature du code ; la nomenclature est suivie",
            ),
            Deviation::NotAResource => {
                ("un élément sans resourceType", "une ressource FHIR ; laissé de côté, et rien n’est retiré")
            }
            Deviation::OtherResource => {
                ("une ressource d’un autre type", "des ressources du ROR ; laissée de côté")
            }
        }
    }
}

/// Departures, counted by file and kind.
#[derive(Debug, Default)]
pub(super) struct Deviations(BTreeMap<String, BTreeMap<Deviation, Count>>);

#[derive(Debug)]
struct Count {
    times: u64,
    /// The first.
    line: u64,
    id: String,
    /// The elements concerned.
    elements: BTreeSet<String>,
}

impl Deviations {
    /// Counts a departure in an element of a resource.
    pub fn note(&mut self, spot: Where, id: &str, deviation: Deviation, element: &str) {
        let kinds = match self.0.get_mut(spot.file) {
            Some(kinds) => kinds,
            None => self.0.entry(spot.file.to_owned()).or_default(),
        };
        let new = || Count { times: 0, line: spot.line, id: id.to_owned(), elements: BTreeSet::new() };
        let count = kinds.entry(deviation).or_insert_with(new);
        count.times += 1;
        if !element.is_empty() && !count.elements.contains(element) {
            count.elements.insert(element.to_owned());
        }
    }

    /// One warning for each.
    pub fn issues(self) -> impl Iterator<Item = Issue> {
        self.0.into_iter().flat_map(|(file, kinds)| {
            kinds.into_iter().map(move |(deviation, count)| {
                let (found, expected) = deviation.words();
                let elements = count.elements.into_iter().collect::<Vec<_>>().join(", ");
                let spot = Spot {
                    file: &file,
                    line: count.line,
                    column: None,
                    id: Some(count.id.as_str()).filter(|id| !id.is_empty()),
                    field: Some(elements.as_str()).filter(|elements| !elements.is_empty()),
                };
                let times = match count.times {
                    1 => "une fois".to_owned(),
                    times => format!("{times} fois, la première ici"),
                };
                spot.issue(Severity::Warning, found, format!("{expected} ({times})"))
            })
        })
    }
}
