//! A line, in words: what is wrong, since when, who said so, and what one can do.

use chrono::{DateTime, NaiveDate, Utc};
use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::matching::Reason as Likeness;
use maille_domain::{Cadence, Field};
use maille_store::inbox::{About, Line, Side};
use maille_store::overrides::ListingConflict;
use maille_territory::france;
use serde_json::Value;

use super::settle::Typed;
use crate::french::{self, date};

/// A line of the list.
#[derive(Debug)]
pub struct LineView {
    /// What its fields are named after: `l3`.
    pub id: String,
    /// What names it in forms.
    pub key: String,
    /// The listing, in forms.
    pub listing: String,
    /// The listing's name, and its page.
    pub name: String,
    /// Where its fields are.
    pub href: String,
    /// Kind, commune, sources.
    pub about: String,
    /// What is wrong, since when, who said so.
    pub wrong: String,
    /// What somebody wrote.
    pub text: String,
    /// Both sides of a conflict.
    pub sides: Vec<Told>,
    /// What following the other side is; nothing when none is *the* other side.
    pub follow: Option<&'static str>,
    /// The listing that may be the same.
    pub twin: Option<Twin>,
    /// Who set it aside, until when, why.
    pub set_aside: Option<String>,
    /// Whether one may settle it.
    pub may_settle: bool,
    /// Whether one may say that its listing was checked.
    pub may_verify: bool,
    /// Whether it is among those chosen.
    pub chosen: bool,
    /// Why one settles it, as it was typed, or as it is proposed.
    pub reason: String,
    /// The same, when it is set aside, and until when.
    pub aside_reason: String,
    /// Until when.
    pub until: String,
    /// Whether what is wrong is in the form that sets it aside.
    pub setting_aside: bool,
}

/// One side of a conflict.
#[derive(Debug)]
pub struct Told {
    /// Which.
    pub side: &'static str,
    /// The value.
    pub value: String,
    /// Who says so, when, why.
    pub by: String,
}

/// A listing that may be the same.
#[derive(Debug)]
pub struct Twin {
    /// Its name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Kind, commune, sources.
    pub about: String,
    /// Where both are compared.
    pub compare: String,
}

impl LineView {
    /// The line at this place of the page.
    pub fn of(place: usize, line: &Line, today: NaiveDate) -> LineView {
        let listing = &line.listing;
        let since = line.since.map(day_of);
        let mut view = LineView {
            id: format!("l{}", place + 1),
            key: line.key.to_string(),
            listing: listing.id.to_string(),
            name: listing.name.clone(),
            href: sheet(listing),
            about: about(listing),
            wrong: String::new(),
            text: String::new(),
            sides: Vec::new(),
            follow: None,
            twin: None,
            set_aside: line.set_aside.as_ref().map(|aside| {
                let until = aside.until.map(|until| format!(", jusqu’au {}", date::words(last_day(until))));
                let until = until.unwrap_or_default();
                let at = date::words(day_of(aside.at));
                french::typography(&format!(
                    "Mise de côté par {} le {at}{until} : {}",
                    aside.author, aside.reason
                ))
            }),
            may_settle: false,
            may_verify: false,
            chosen: false,
            reason: String::new(),
            aside_reason: String::new(),
            until: String::new(),
            setting_aside: false,
        };
        let ago = |day: NaiveDate| format!("{} ({})", date::words(day), date::ago(day, today));
        let wrong = match &line.about {
            About::Report { reason, reporter, text } => {
                view.text.clone_from(text);
                let what = reason.map_or("Quelque chose est faux", |reason| reason.label());
                let at = since.map(|day| format!("signalé le {}", ago(day))).unwrap_or_default();
                let by = match reporter {
                    Some(reporter) => format!("par {}", french::lower_first(reporter.label())),
                    None => "sans que la personne ait dit qui elle est".to_owned(),
                };
                format!("{what}, {at}, {by}.")
            }
            About::Failure { outcome, by } => {
                let at = since.map(|day| format!(" le {}", ago(day))).unwrap_or_default();
                let what = outcome.label();
                format!("{what} : l’accueil l’avait donnée, et {by} a demandé{at} si cela avait marché.")
            }
            About::Conflict { conflict, several } => {
                view.tell_conflict(conflict, *several);
                let label = conflict.conflict.field.label();
                format!("{label} : ce qui a été décidé ici et ce qui est dit maintenant diffèrent.")
            }
            About::Duplicate { other, reasons } => {
                view.twin = Some(Twin {
                    name: other.name.clone(),
                    href: sheet(other),
                    about: about(other),
                    compare: format!("/animation/doublons/{}/{}", listing.id, other.id),
                });
                let reasons: Vec<String> = reasons.iter().take(4).map(Likeness::in_words).collect();
                match reasons[..] {
                    [] => "Peut-être la même ressource.".to_owned(),
                    _ => {
                        format!("Peut-être la même ressource : {}.", french::lower_first(&reasons.join(", ")))
                    }
                }
            }
            About::Withdrawn => {
                let at = since.map(|day| format!(", depuis le {}", ago(day))).unwrap_or_default();
                let none = match &listing.sources[..] {
                    [only] => format!("La source {only} ne l’a plus"),
                    several => format!("Ses sources ({}) ne l’ont plus", several.join(", ")),
                };
                format!("{none}{at} : la fiche n’est plus trouvée.")
            }
            About::Stale { verified_on } => {
                let cadence = listing.category.map(|category| {
                    let months = u64::from(Cadence::months(category));
                    format!(
                        " Pour ce genre de ressource, c’est à refaire tous les {}.",
                        french::counted(months, "mois", "mois")
                    )
                });
                let cadence = cadence.unwrap_or_default();
                match verified_on {
                    Some(day) => format!("Vérifiée pour la dernière fois le {}.{cadence}", ago(*day)),
                    None => format!("Personne n’a dit l’avoir vérifiée.{cadence}"),
                }
            }
            About::NoCoverage => {
                format!("Personne n’a dit quelles communes elle dessert{}.", in_directory(since))
            }
            About::NoContact => {
                format!("Ni téléphone, ni courriel, ni MSSanté{}.", in_directory(since))
            }
        };
        view.wrong = french::typography(&wrong);
        view
    }

    fn tell_conflict(&mut self, found: &ListingConflict, several: bool) {
        let ListingConflict { conflict, decision, .. } = found;
        let until = decision.until.map(|until| format!(", jusqu’au {}", date::words(last_day(until))));
        self.sides.push(Told {
            side: "Ici",
            value: written(conflict.field, conflict.ours.as_ref()),
            by: french::typography(&format!(
                "décidé par {} le {}{} : {}",
                decision.author,
                date::words(day_of(decision.at)),
                until.unwrap_or_default(),
                decision.reason
            )),
        });
        let of = conflict.against.unwrap_or(conflict.field);
        let before = match &conflict.base {
            Some(base) => format!(
                " ; quand la correction a été faite, les sources disaient {}",
                written(conflict.field, Some(base))
            ),
            None => String::new(),
        };
        let (side, by, follow) = match (&conflict.their_origin, conflict.against) {
            (Some(Provenance::Source { source, at, .. }), None) => (
                "La source",
                format!("{source}, depuis le {}{before}", date::words(day_of(*at))),
                "Suivre la source",
            ),
            (Some(Provenance::Override { author, reason, at, .. }), None) => (
                "Autre décision",
                format!("par {author} le {} : {reason}", date::words(day_of(*at))),
                "Suivre l’autre décision",
            ),
            (None, None) => {
                ("Les sources", format!("n’en disent plus rien{before}"), "Retirer la correction")
            }
            (origin, Some(against)) => {
                let by = match origin {
                    Some(Provenance::Source { source, .. }) => source.as_str(),
                    Some(Provenance::Override { author, .. }) => author.as_str(),
                    None => "les sources",
                };
                (
                    against.label(),
                    format!("dit par {by}, contredit la correction, et n’est pas montré"),
                    "Retirer la correction",
                )
            }
        };
        self.sides.push(Told {
            side,
            value: written(of, conflict.theirs.as_ref()),
            by: french::typography(&by),
        });
        self.follow = (!several).then_some(follow);
    }

    /// Where it is compared with the other one.
    pub fn compare(&self) -> &str {
        self.twin.as_ref().map_or("", |twin| &twin.compare)
    }

    /// Where one says why it is settled.
    pub fn reason_id(&self) -> String {
        format!("{}-raison", self.id)
    }

    /// Where one says why it is set aside.
    pub fn aside_id(&self) -> String {
        format!("{}-cote", self.id)
    }

    /// Where one says until when.
    pub fn until_id(&self) -> String {
        format!("{}-jusqu_au", self.id)
    }

    /// Keeps what was typed for this line and could not be taken.
    pub fn keep(&mut self, typed: &Typed) {
        self.setting_aside = typed.sets_aside();
        let reason = if self.setting_aside { &mut self.aside_reason } else { &mut self.reason };
        reason.clone_from(&typed.reason);
        self.until.clone_from(&typed.until);
    }
}

fn sheet(listing: &Side) -> String {
    format!("/animation/fiches/{}", listing.id)
}

/// Kind, commune, sources.
fn about(listing: &Side) -> String {
    let kind = listing.category.map(|category| french::kind(category).to_owned());
    let commune = listing.commune.as_deref().map(|code| {
        france().commune(code).map_or_else(|| code.to_owned(), |commune| commune.name.to_string())
    });
    let sources = (!listing.sources.is_empty()).then(|| listing.sources.join(", "));
    kind.into_iter().chain(commune).chain(sources).collect::<Vec<_>>().join(" · ")
}

fn in_directory(since: Option<NaiveDate>) -> String {
    since.map(|day| format!(" ; dans l’annuaire depuis le {}", date::words(day))).unwrap_or_default()
}

/// A value, or that there is none.
fn written(field: Field, value: Option<&Value>) -> String {
    value.map_or_else(|| "rien".to_owned(), |value| crate::pages::animation::told::in_words(field, value))
}

fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&time_zone(None)).date_naive()
}

/// The last day of what holds until an instant.
fn last_day(until: DateTime<Utc>) -> NaiveDate {
    day_of(until - chrono::TimeDelta::seconds(1))
}
