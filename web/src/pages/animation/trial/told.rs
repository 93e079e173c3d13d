//! What a trial says: where the listing comes and why; what keeps it away, what would change that, and where to do it.

use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_domain::{Category, Listing};
use maille_index::answer::{Interpretation, PlaceUnderstood};
use maille_index::trial::{Lack, Out, Trial};
use maille_index::{Ground, Serves, UNKNOWN_WITHIN_KM, Weights};
use maille_territory::of;

use super::super::head::address;
use crate::french::{self, lower_first, typography};
use crate::parameters::{SearchLink, place_label};

/// What comes of a search, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the listing comes out.
    pub found: bool,
    /// `3e sur 12`; `Ne sort pas`, and why.
    pub said: String,
}

/// What comes of a search, in full.
#[derive(Debug)]
pub struct Detail {
    /// As the listing is.
    pub now: Verdict,
    /// As it is being edited; the rest is told of that one.
    pub drafted: Option<Verdict>,
    /// How the request was understood.
    pub understood: String,
    /// What was given up to find an answer.
    pub widened: Vec<String>,
    /// What is to be known or done.
    pub reasons: Vec<Reason>,
    /// Why it comes where it comes.
    pub why: Vec<String>,
    /// The points of each criterion.
    pub parts: Vec<PartRow>,
    /// Their sum, the listing's and the first one's.
    pub sums: (String, Option<String>),
    /// The name of the listing that comes first, when it is another.
    pub first: Option<String>,
    /// Whether it serves other places: most criteria then count for nothing.
    pub elsewhere: bool,
    /// The search itself.
    pub href: String,
}

/// Something that keeps a listing away, or puts it where it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Reason {
    /// What.
    pub said: String,
    /// What would change it.
    pub needed: String,
    /// Where.
    pub href: String,
    /// What one does there.
    pub action: &'static str,
}

/// A criterion: what it gives the listing, what it gives at most, what it gives the first one.
#[derive(Debug)]
pub struct PartRow {
    pub label: &'static str,
    pub points: String,
    pub most: String,
    pub first: Option<String>,
}

impl Verdict {
    /// What came of a trial.
    pub fn of(trial: &Trial) -> Verdict {
        let followed = &trial.followed;
        let place = trial.answer.interpretation.place.as_ref();
        let said = match (trial.out, followed.position) {
            (Some(Out::Withdrawn), _) => "Ne sort pas : hors de l’annuaire".to_owned(),
            (Some(Out::Closed), _) => "Ne sort pas : fermée".to_owned(),
            (None, Some(at)) if followed.under.is_some() => {
                format!("{}, sous une autre fiche", rank(at, trial.answer.total))
            }
            (None, Some(at)) if followed.hit.serves == Serves::No => {
                format!("{}, bien qu’elle ne couvre pas {}", rank(at, trial.answer.total), named(place))
            }
            (None, Some(at)) => rank(at, trial.answer.total),
            (None, None) => {
                let lacks: Vec<String> = followed.lacks.iter().map(|lack| briefly(lack, place)).collect();
                format!("Ne sort pas : {}", french::list(&lacks))
            }
        };
        Verdict { found: trial.out.is_none() && followed.position.is_some(), said: typography(&said) }
    }
}

/// `1re sur 12`.
fn rank(at: usize, total: u64) -> String {
    let nth = if at == 1 { "1re".to_owned() } else { format!("{}e", french::number(at as u64)) };
    format!("{nth} sur {}", french::number(total))
}

fn named(place: Option<&PlaceUnderstood>) -> String {
    place.map_or_else(|| "ce lieu".to_owned(), |place| place.place.with_article())
}

/// A lack in a few words, as they follow "Ne sort pas :".
fn briefly(lack: &Lack, place: Option<&PlaceUnderstood>) -> String {
    match lack {
        Lack::Zone => format!("ne couvre pas {}", named(place)),
        Lack::Far { .. } => "zone non renseignée, trop loin".to_owned(),
        Lack::Radius { km: Some(_) } => "trop loin".to_owned(),
        Lack::Radius { km: None } => "position non renseignée".to_owned(),
        Lack::Words { .. } => "rien de la demande ne la désigne".to_owned(),
        Lack::Category(_) => "d’un autre type".to_owned(),
        Lack::Audience(_) => "pour un autre public".to_owned(),
        Lack::Mode(_) => "intervient autrement".to_owned(),
        Lack::Theme(_) => "d’un autre parcours".to_owned(),
        Lack::Age(age) => format!("n’accueille pas à {}", years(*age)),
        Lack::Hours => "pas notée ouverte à ce moment".to_owned(),
    }
}

fn years(age: u8) -> String {
    french::counted(u64::from(age), "an", "ans")
}

impl Detail {
    /// What is said of a search tried on a listing, and of what is being edited, if anything is.
    pub fn of(
        now: &Trial,
        drafted: Option<&Trial>,
        listing: &Listing,
        search: &SearchLink,
        weights: &Weights,
    ) -> Detail {
        let trial = drafted.unwrap_or(now);
        let hit = &trial.followed.hit;
        let first = trial.answer.hits.first().filter(|first| first.listing.id != hit.listing.id);
        let parts =
            Ground::ALL.into_iter().zip(hit.points).enumerate().filter_map(|(at, (ground, points))| {
                let of_first = first.map(|first| first.points[at]);
                let (given, taken) = ground.bounds(weights);
                // What counts for nobody here says nothing.
                (points != 0.0 || of_first.is_some_and(|points| points != 0.0)).then(|| PartRow {
                    label: ground.label(),
                    points: french::decimal(points),
                    most: if taken > 0.0 {
                        format!("−{}", french::decimal(taken))
                    } else {
                        french::decimal(given)
                    },
                    first: of_first.map(french::decimal),
                })
            });
        let sum = |points: &[f64]| french::decimal(points.iter().sum());
        Detail {
            now: Verdict::of(now),
            drafted: drafted.map(Verdict::of),
            understood: typography(&understood(&trial.answer.interpretation)),
            widened: trial.answer.widened.iter().map(|step| typography(&step.label)).collect(),
            reasons: reasons(trial, listing),
            why: hit.why.iter().map(|why| typography(why)).collect(),
            parts: parts.collect(),
            sums: (sum(&hit.points), first.map(|first| sum(&first.points))),
            first: first.map(|first| first.listing.fields.name.clone()),
            elsewhere: trial.followed.position.is_some()
                && hit.serves == Serves::No
                && trial.answer.interpretation.place.is_some(),
            href: search.to_string(),
        }
    }
}

/// How a request was understood, in a line.
fn understood(read: &Interpretation) -> String {
    let items =
        read.categories.iter().chain(&read.audience).chain(&read.age).chain(&read.modes).chain(&read.time);
    let mut said: Vec<String> = items.map(|item| lower_first(&item.label)).collect();
    if !read.text.is_empty() {
        said.push(format!("les mots « {} »", read.text));
    }
    if let Some(place) = &read.place {
        let label = place_label(&place.place);
        said.push(if place.ambiguous {
            format!("un lieu à préciser : {label} ?")
        } else {
            format!("lieu : {label}")
        });
    }
    said.extend(read.corrections.iter().map(|read| format!("« {} » lu pour « {} »", read.read, read.typed)));
    if said.is_empty() { "rien de particulier".to_owned() } else { said.join(" ; ") }
}

/// All that keeps a listing away, or puts it where it is for another reason than its merits.
fn reasons(trial: &Trial, listing: &Listing) -> Vec<Reason> {
    let followed = &trial.followed;
    let place = trial.answer.interpretation.place.as_ref();
    let at = |rest: &str| address(listing, rest);
    let mut reasons = Vec::new();
    let reason = |said: String, needed: String, href: String, action| Reason {
        said: typography(&said),
        needed: typography(&needed),
        href,
        action,
    };
    let back = match followed.position {
        Some(position) => format!("elle serait {}", rank(position, trial.answer.total)),
        None => "elle ne sortirait pas non plus".to_owned(),
    };
    match trial.out {
        Some(Out::Withdrawn) => reasons.push(reason(
            "Elle est hors de l’annuaire : masquée, ou plus connue de ses sources. Aucune recherche ne la trouve.".to_owned(),
            format!("Remise dans l’annuaire, {back} pour cette recherche."),
            at(""),
            "La remettre dans l’annuaire",
        )),
        Some(Out::Closed) => reasons.push(reason(
            "Elle est fermée définitivement. Aucune recherche ne la trouve.".to_owned(),
            format!("Rouverte, {back} pour cette recherche."),
            at(""),
            "La rouvrir",
        )),
        None => {}
    }
    if let Some(under) = &followed.under {
        reasons.push(reason(
            format!("Elle est montrée sous « {} » : les deux sont peut-être la même chose, et personne n’a décidé.", under.fields.name),
            "Pour qu’elle ait sa propre ligne : dire que ce n’est pas un doublon.".to_owned(),
            format!("/animation/doublons/{}/{}", listing.id, under.id),
            "Comparer les deux fiches",
        ));
    }
    if followed.position.is_some() && followed.hit.serves == Serves::No && place.is_some() {
        reasons.push(reason(
            format!("Elle ne couvre pas {} : elle ne sort que parce qu’aucune fiche qui couvre ce lieu ne répond.", named(place)),
            format!("Si elle y intervient, ajouter {} à sa zone.", named(place)),
            at("/zone"),
            "Revoir sa zone",
        ));
    }
    for lack in &followed.lacks {
        let (said, needed, rest, action) = lacking(lack, &followed.hit.listing, place);
        reasons.push(reason(said, needed, at(rest), action));
    }
    reasons
}

fn labels<T: Copy>(codes: &[T], label: impl Fn(T) -> &'static str) -> String {
    let labels: Vec<String> = codes.iter().map(|code| lower_first(label(*code))).collect();
    if labels.is_empty() { "non renseigné".to_owned() } else { french::either(&labels) }
}

/// A lack: what is so, what would change it, where, and what one does there.
fn lacking(
    lack: &Lack,
    listing: &Listing,
    place: Option<&PlaceUnderstood>,
) -> (String, String, &'static str, &'static str) {
    let fields = &listing.fields;
    let own_kind = lower_first(french::kind(fields.category));
    let kinds = |kinds: &[Category]| labels(kinds, french::kind);
    match lack {
        Lack::Zone => (
            format!("Elle ne couvre pas {}, et d’autres fiches y répondent.", named(place)),
            format!("Si elle y intervient, ajouter {} à sa zone.", named(place)),
            "/zone",
            "Revoir sa zone",
        ),
        Lack::Far { km } => (
            format!(
                "Sa zone n’est pas renseignée et elle est à {} {} : au-delà de {} km, elle n’est pas proposée.",
                french::distance(*km, false),
                of(&named(place)),
                french::decimal(UNKNOWN_WITHIN_KM),
            ),
            "Dire quelles communes elle dessert.".to_owned(),
            "/zone",
            "Renseigner sa zone",
        ),
        Lack::Radius { km: Some(km) } => (
            format!("Elle est à {}, plus loin que la distance demandée.", french::distance(*km, true)),
            "Vérifier son adresse et sa position.".to_owned(),
            "#location",
            "Vérifier sa position",
        ),
        Lack::Radius { km: None } => (
            "Sa position n’est pas renseignée, et une distance est demandée.".to_owned(),
            "Donner son adresse.".to_owned(),
            "#address",
            "Donner son adresse",
        ),
        Lack::Words { words, kinds: asked } => {
            let words: Vec<String> = words.iter().map(|word| format!("« {word} »")).collect();
            let without = (!words.is_empty()).then(|| format!("elle n’a pas {}", french::either(&words)));
            let other = (!asked.is_empty())
                .then(|| format!("le type cherché est {} ; elle est de type {own_kind}", kinds(asked)));
            let said: Vec<String> = other.into_iter().chain(without).collect();
            (
                format!("Rien de la demande ne la désigne : {}.", said.join(", et ")),
                if asked.is_empty() {
                    "Si ces mots la décrivent, les écrire dans son nom, son résumé ou sa description."
                        .to_owned()
                } else {
                    "Si c’est bien ce qu’elle fait, corriger son type, ou l’écrire dans son nom, son résumé ou sa description.".to_owned()
                },
                if asked.is_empty() { "#summary" } else { "#category" },
                if asked.is_empty() { "Corriger ses textes" } else { "Corriger son type" },
            )
        }
        Lack::Category(asked) => (
            format!("Le type choisi est {} ; elle est de type {own_kind}.", kinds(asked)),
            "Si son type est faux, le corriger.".to_owned(),
            "#category",
            "Corriger son type",
        ),
        Lack::Audience(asked) => (
            format!(
                "Le public choisi est {} ; le sien est {}.",
                labels(asked, Audience::label),
                labels(&fields.audiences, Audience::label)
            ),
            "Si elle est aussi pour ce public, l’ajouter.".to_owned(),
            "#audiences",
            "Corriger son public",
        ),
        Lack::Mode(asked) => (
            format!(
                "Le mode choisi est {} ; le sien est {}.",
                labels(asked, Mode::label),
                labels(&fields.modes, Mode::label)
            ),
            "Si elle intervient aussi ainsi, l’ajouter.".to_owned(),
            "#modes",
            "Corriger ses modes d’intervention",
        ),
        Lack::Theme(asked) => (
            format!(
                "Le parcours choisi est {} ; le sien est {}.",
                labels(asked, Theme::label),
                labels(&fields.themes, Theme::label)
            ),
            "Si elle relève aussi de ce parcours, l’ajouter.".to_owned(),
            "#themes",
            "Corriger ses parcours",
        ),
        Lack::Age(age) => (
            format!(
                "Elle n’accueille pas à {} : sa fiche dit « {} ».",
                years(*age),
                french::ages(fields.age_min, fields.age_max).unwrap_or_default()
            ),
            "Si ses âges sont faux, les corriger.".to_owned(),
            if fields.age_min.is_some_and(|min| *age < min) { "#age_min" } else { "#age_max" },
            "Corriger ses âges",
        ),
        Lack::Hours => (
            "Elle n’est pas notée ouverte au moment demandé.".to_owned(),
            "Vérifier ses horaires.".to_owned(),
            "#hours",
            "Corriger ses horaires",
        ),
    }
}

#[cfg(test)]
mod tests {
    use maille_domain::Field;

    use super::*;
    use crate::testing::listing;

    #[test]
    fn whatever_keeps_a_listing_away_is_said_with_what_to_do_and_where() {
        let listing = listing(
            "a",
            &[
                (Field::Name, "SSIAD"),
                (Field::Category, "ssiad"),
                (Field::AgeMin, "60"),
                (Field::Modes, "domicile"),
            ],
        );
        let ccas = Category::from_code("ccas").unwrap();
        let lacks = [
            Lack::Zone,
            Lack::Far { km: 180.0 },
            Lack::Radius { km: Some(12.0) },
            Lack::Radius { km: None },
            Lack::Words { words: vec!["répit".to_owned()], kinds: Vec::new() },
            Lack::Words { words: Vec::new(), kinds: vec![ccas] },
            Lack::Category(vec![ccas]),
            Lack::Audience(vec![Audience::Enfants]),
            Lack::Mode(vec![Mode::Telephone]),
            Lack::Theme(vec![Theme::Tous]),
            Lack::Age(40),
            Lack::Hours,
        ];
        for lack in lacks {
            let (said, needed, rest, action) = lacking(&lack, &listing, None);
            for sentence in [&said, &needed] {
                assert!(sentence.ends_with('.') && !sentence.contains(".."), "{lack:?}: {sentence}");
            }
            let leads =
                rest == "/zone" || rest.strip_prefix('#').is_some_and(|id| id.parse::<Field>().is_ok());
            assert!(leads && !action.is_empty(), "{lack:?}: {rest}");
            assert!(!briefly(&lack, None).ends_with('.'), "{lack:?}");
        }
        let said = lacking(&Lack::Age(40), &listing, None).0;
        assert_eq!(said, "Elle n’accueille pas à 40\u{a0}ans : sa fiche dit « 60\u{a0}ans et plus ».");
        assert_eq!(rank(1, 1), "1re sur 1");
        assert_eq!(rank(12, 1_204), "12e sur 1\u{a0}204");
    }
}
