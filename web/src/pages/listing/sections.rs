//! The sections of an identity sheet: what is known in words, and "non renseigné" where it matters that nobody said.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use maille_domain::field::Values;
use maille_domain::hours::time_zone;
use maille_domain::listing::Provenance;
use maille_domain::vocabulary::{ReferredBy, Status};
use maille_domain::{Field, Fields, Listing};
use maille_index::Node;

use super::origin::{self, Origin};
use super::{is_web, territory};
use crate::french::hours::Line;
use crate::french::{self, codes, date, hours};
use crate::map::{self, Figure};
use crate::views::PhoneLink;
use crate::views::hit::{self, Viewpoint, modes, whom};

/// How far ahead a public holiday is said, in days.
const HOLIDAY_AHEAD: usize = 14;

/// A part of the sheet.
#[derive(Debug)]
pub struct Section {
    /// Its anchor.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it says, to whom.
    pub parts: Vec<Part>,
    /// What it shows on a map.
    pub map: Option<Figure>,
    /// Whether that map has nothing of the listing to show: then it is small.
    pub bare_map: bool,
}

/// What is said to some readers, or to all.
#[derive(Debug)]
pub struct Part {
    /// To whom, unless to all.
    pub title: Option<&'static str>,
    /// What is said.
    pub items: Vec<Item>,
    /// What nobody said, in a line.
    pub unsaid: Option<String>,
}

/// One thing said.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is about.
    pub term: &'static str,
    /// What is said, one after the other.
    pub details: Vec<Detail>,
    /// Nobody said.
    pub unknown: bool,
    /// Who said it, when that is asked for.
    pub origin: Option<Origin>,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Words, shown as typed.
    Text(String),
    /// Something to know, with its icon.
    Note(String),
    /// A link to another site.
    Link {
        /// Where it goes.
        href: String,
        /// Its words.
        label: String,
    },
    /// A link to a page of this site.
    Page {
        /// Where it goes.
        href: String,
        /// Its words.
        label: &'static str,
    },
    /// A number to call.
    Phone(PhoneLink),
    /// A text in the syntax of a program, for those who check a source.
    Code(String),
    /// Opening hours, day by day.
    Hours(Vec<Line>),
    /// A long list, to be unfolded.
    Folded {
        /// What unfolds it.
        summary: String,
        /// The list.
        names: Vec<String>,
    },
}

/// A listing being said, and to whom.
pub struct Sheet<'a> {
    /// The listing.
    pub listing: &'a Listing,
    /// From where and when it is looked at.
    pub view: &'a Viewpoint,
    /// Its values, when each thing says who said it.
    sources: Option<Values>,
}

impl<'a> Sheet<'a> {
    /// A listing to be said; with `sources`, each thing says who said it.
    pub fn new(listing: &'a Listing, view: &'a Viewpoint, sources: bool) -> Sheet<'a> {
        Sheet { listing, view, sources: sources.then(|| listing.fields.to_values()) }
    }

    /// The sections, in the order one reads them to somebody.
    pub fn sections(&self, node: &Node) -> Vec<Section> {
        let section = |id, title, parts| Section { id, title, parts, map: None, bare_map: false };
        let mut territory = section("territoire", "Territoire desservi", one(self.territory(node)));
        territory.map = map::of_listing(node, self.listing, &self.view.visit);
        territory.bare_map = territory.map.is_some() && self.listing.fields.coverage.is_empty();
        vec![
            section("missions", "Objectif et missions", one(self.missions())),
            section("public", "Pour qui", one(self.people())),
            territory,
            section("mobiliser", "Comment mobiliser", self.mobilising()),
            section("intervention", "Intervention, délai, disponibilité", one(self.intervention())),
            section("contacts", "Contacts et horaires", one(self.contacts())),
            section("pratique", "Lieu, coût, langues, accessibilité", one(self.practical())),
        ]
    }

    /// Where it is described, and the numbers it bears in registers.
    pub fn registers(&self) -> Vec<Item> {
        let fields = &self.listing.fields;
        let url = fields.source_url.clone().filter(|url| is_web(url));
        let url = url.map(|url| Detail::Link { href: url.clone(), label: url });
        let address = self.item("Adresse de la source", Field::SourceUrl, url.into_iter().collect());
        let numbers = [
            ("Numéro FINESS", Field::Finess, &fields.finess),
            ("Numéro SIRET", Field::Siret, &fields.siret),
            ("Identifiant ROR", Field::RorId, &fields.ror_id),
        ];
        let numbers = numbers.map(|(term, field, value)| self.said(term, field, value.clone()));
        std::iter::once(address).chain(numbers).filter(Item::is_worth_saying).collect()
    }

    /// Who said the other information, and when it was last checked, when that is asked for.
    pub fn origin(&self, field: Field) -> Option<Origin> {
        Origin::of(self.listing, self.sources.as_ref()?, field)
    }

    /// What heads the sheet, again, to say who said it.
    pub fn identity(&self) -> Vec<Item> {
        if self.sources.is_none() {
            return Vec::new();
        }
        let fields = &self.listing.fields;
        let head = [
            ("Nom", Field::Name, Some(fields.name.clone())),
            ("Sigle", Field::Acronym, fields.acronym.clone()),
            ("Type de ressource", Field::Category, Some(french::kind(fields.category).to_owned())),
            ("Organisme", Field::Organization, fields.organization.clone()),
        ];
        let head = head.into_iter().map(|(term, field, value)| self.said(term, field, value));
        head.filter(Item::is_worth_saying).collect()
    }

    fn item(&self, term: &'static str, field: Field, details: Vec<Detail>) -> Item {
        let unknown = details.is_empty();
        let details = if unknown { vec![Detail::Text("non renseigné".to_owned())] } else { details };
        let origin = self.origin(field);
        let origin = if unknown { origin.and_then(Origin::of_nothing) } else { origin };
        Item { term, details, unknown, origin }
    }

    /// A part of what is said of a field: what the other sources say is said once, elsewhere.
    fn part(&self, term: &'static str, field: Field, details: Vec<Detail>) -> Item {
        let item = self.item(term, field, details);
        Item { origin: item.origin.map(Origin::of_a_part), ..item }
    }

    /// A field by its name, its value on one line.
    fn plainly(&self, field: Field) -> Item {
        let value = self.sources.as_ref().and_then(|values| values.get(&field));
        let said = value.map(|value| Detail::Text(origin::in_words(field, value)));
        self.item(field.label(), field, said.into_iter().collect())
    }

    fn said(&self, term: &'static str, field: Field, said: Option<String>) -> Item {
        self.item(term, field, said.map(|said| text(&said)).into_iter().collect())
    }

    fn missions(&self) -> Vec<Item> {
        let Fields { summary, description, .. } = &self.listing.fields;
        let mut items = vec![self.said("En bref", Field::Summary, summary.clone())];
        let paragraphs = paragraphs(description.as_deref().unwrap_or_default());
        let description = paragraphs.map(|said| text(&said)).collect();
        let description = self.item("Description", Field::Description, description);
        items.extend(Some(description).filter(Item::is_worth_saying));
        items
    }

    fn people(&self) -> Vec<Item> {
        let fields = &self.listing.fields;
        let audiences = Fields { age_min: None, age_max: None, ..fields.clone() };
        let mut items = vec![self.said(
            "Public",
            Field::Audiences,
            whom(&audiences).map(|whom| french::upper_first(&whom)),
        )];
        if self.sources.is_some() {
            // Each end has its own story.
            items.extend([Field::AgeMin, Field::AgeMax].map(|field| self.plainly(field)));
        } else {
            let ages = french::ages(fields.age_min, fields.age_max).map(|ages| french::upper_first(&ages));
            items.push(self.said("Âges", Field::AgeMin, ages));
        }
        let themes =
            self.said("Parcours", Field::Themes, list(fields.themes.iter().map(|theme| theme.label())));
        items.extend(Some(themes).filter(Item::is_worth_saying));
        items.push(self.said("Critères d’inclusion", Field::Inclusion, fields.inclusion.clone()));
        items.push(self.said("Critères d’exclusion", Field::Exclusion, fields.exclusion.clone()));
        items
    }

    fn territory(&self, node: &Node) -> Vec<Item> {
        let levels = territory::levels(node, &self.listing.fields, &self.view.visit);
        if levels.is_empty() {
            return vec![self.said("Zone", Field::Coverage, None)];
        }
        let last = levels.len() - 1;
        let item = |(position, (level, details))| {
            let said = if position == last { Sheet::item } else { Sheet::part };
            said(self, level, Field::Coverage, details)
        };
        levels.into_iter().enumerate().map(item).collect()
    }

    /// How to ask: what is said to all, then to professionals and to persons apart.
    fn mobilising(&self) -> Vec<Part> {
        let fields = &self.listing.fields;
        let who = |said: Option<&'static str>| {
            self.said("Qui peut demander", Field::ReferredBy, said.map(str::to_owned))
        };
        let secure = "Messagerie sécurisée de santé (MSSanté)";
        vec![
            Part::new(None, vec![self.said("Démarche", Field::Referral, fields.referral.clone())]),
            Part::new(
                Some("Professionnels"),
                vec![
                    who(professionals(&fields.referred_by)),
                    self.item(secure, Field::Mssante, mail(&fields.mssante)),
                ],
            ),
            Part::new(Some("Personnes et entourage"), vec![who(persons(&fields.referred_by))]),
        ]
    }

    fn intervention(&self) -> Vec<Item> {
        let fields = &self.listing.fields;
        let modes = (!fields.modes.is_empty()).then(|| french::upper_first(&modes(&fields.modes)));
        let state = match fields.status {
            Status::Ouvert if self.listing.provenance.contains_key(&Field::Status) => "Ouvert".to_owned(),
            Status::Ouvert => "Aucune restriction signalée".to_owned(),
            Status::Sature if decided_end(self.listing, self.view.now).is_some() => {
                let until = reopening(self.listing, self.view.now).unwrap_or_default();
                format!("Saturé {until}, à vérifier avant d’orienter")
            }
            Status::Sature => "Saturé, à vérifier avant d’orienter".to_owned(),
            Status::FermeTemporairement => match reopening(self.listing, self.view.now) {
                Some(until) if decided_end(self.listing, self.view.now).is_some() => {
                    format!("Fermé {until}")
                }
                Some(until) => format!("Fermé temporairement, {until} selon ses horaires"),
                None => "Fermé temporairement, date de réouverture non renseignée".to_owned(),
            },
            Status::Ferme => "Fermé définitivement".to_owned(),
        };
        vec![
            self.said("Mode d’intervention", Field::Modes, modes),
            self.said("Délai habituel", Field::DelayDays, fields.delay_days.map(delay)),
            self.said("État", Field::Status, Some(state)),
        ]
    }

    fn contacts(&self) -> Vec<Item> {
        let fields = &self.listing.fields;
        let phones = fields.phone.iter().map(|phone| Detail::Phone(phone.into())).collect();
        let sites = fields.website.iter().filter(|url| is_web(url)).map(|url| {
            let label =
                url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
            Detail::Link { href: url.clone(), label: label.to_owned() }
        });
        let mut items = vec![
            self.item("Téléphone", Field::Phone, phones),
            self.item("Courriel", Field::Email, mail(&fields.email)),
            self.item("Site web", Field::Website, sites.collect()),
        ];
        items.extend(self.hours());
        items
    }

    /// The hours: what they say of now, of the next public holiday, and of each day.
    fn hours(&self) -> Vec<Item> {
        let Some(hours) = &self.listing.fields.hours else {
            return vec![self.said("Horaires", Field::Hours, None)];
        };
        let departement = self.listing.fields.commune().map(|commune| &*commune.departement);
        let today = self.view.now.with_timezone(&time_zone(departement)).date_naive();
        let mut items = Vec::new();
        let mut now: Vec<Detail> = Vec::new();
        let opening = hit::opening(self.listing, self.view);
        now.extend(opening.map(|fact| Detail::Text(french::upper_first(&fact.text))));
        now.extend(holiday(self.listing, self.view.now, HOLIDAY_AHEAD).map(Detail::Note));
        if self.listing.fields.status == Status::FermeTemporairement {
            now.push(Detail::Note(match reopening(self.listing, self.view.now) {
                Some(until) => format!("Fermé temporairement, {until}."),
                None => "Fermé temporairement\u{202f}: ces horaires ne valent pas en ce moment.".to_owned(),
            }));
        }
        if hours.depends_on_school_holidays() {
            now.push(Detail::Note("Les horaires dépendent des vacances scolaires.".to_owned()));
        }
        if !now.is_empty() {
            items.push(Item { term: "En ce moment", details: now, unknown: false, origin: None });
        }
        let said = match hours::table(hours.as_str()) {
            Some(lines) => Some(("Horaires", lines)),
            None => {
                hours::coming_days(hours, today, departement).map(|lines| ("Sept prochains jours", lines))
            }
        };
        let particular = || ("Horaires", Detail::Text("Particuliers, à demander au service".to_owned()));
        let (term, said) = said.map_or_else(particular, |(term, lines)| (term, Detail::Hours(lines)));
        items.push(self.part(term, Field::Hours, vec![said]));
        if self.sources.is_some() {
            let written = Detail::Code(hours.as_str().to_owned());
            items.push(self.item("Horaires, tels que la source les code", Field::Hours, vec![written]));
        }
        items
    }

    fn practical(&self) -> Vec<Item> {
        let fields = &self.listing.fields;
        let commune = fields.commune().map(|commune| commune.name.to_string());
        let city = [fields.postal_code.clone(), commune].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let lines = [fields.address.clone().unwrap_or_default(), city];
        let address = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let mut items = if self.sources.is_some() {
            // Each part of a place has its own story.
            [Field::Address, Field::PostalCode, Field::Commune, Field::Location]
                .map(|field| self.plainly(field))
                .to_vec()
        } else {
            vec![self.said("Adresse", Field::Address, (!address.is_empty()).then_some(address))]
        };
        let cost = fields.cost.as_deref().map(|cost| french::upper_first(codes::cost(cost)));
        items.extend([
            self.said("Coût", Field::Cost, cost),
            self.said(
                "Langues",
                Field::Languages,
                list(fields.languages.iter().map(|code| codes::language(code))),
            ),
            self.said(
                "Accessibilité",
                Field::Accessibility,
                list(fields.accessibility.iter().map(|code| codes::accessibility(code))),
            ),
        ]);
        items
    }
}

impl Item {
    /// Whether somebody says something of it, were it that there is nothing to say.
    fn is_worth_saying(&self) -> bool {
        !self.unknown || self.origin.is_some()
    }
}

/// What the next public holiday does to the hours, when it is within so many days. A service that is closed has none.
pub fn holiday(listing: &Listing, now: DateTime<Utc>, days: usize) -> Option<String> {
    if matches!(listing.fields.status, Status::Ferme | Status::FermeTemporairement) {
        return None;
    }
    let departement = listing.fields.commune().map(|commune| &*commune.departement);
    let today = now.with_timezone(&time_zone(departement)).date_naive();
    let ahead = listing.fields.hours.as_ref()?.next_holiday(today, days, departement)?;
    Some(hours::holiday(&ahead, today))
}

/// The last day of the state that somebody decided here, when it ends.
fn decided_end(listing: &Listing, now: DateTime<Utc>) -> Option<NaiveDate> {
    let Some(Provenance::Override { until: Some(until), .. }) = listing.provenance.get(&Field::Status) else {
        return None;
    };
    let last = (*until - TimeDelta::seconds(1)).with_timezone(&time_zone(None)).date_naive();
    (*until > now).then_some(last)
}

/// Until when a service closed for a time is: as somebody decided here, or as it says by its hours that it is: `jusqu’au 4 janvier 2027 à 9 h`. Usual hours, which
/// begin again within days, say nothing of it.
pub fn reopening(listing: &Listing, now: DateTime<Utc>) -> Option<String> {
    if let Some(day) = decided_end(listing, now) {
        return Some(format!("jusqu’au {}", date::words(day)));
    }
    let departement = listing.fields.commune().map(|commune| &*commune.departement);
    let state = listing.fields.hours.as_ref()?.state(now, departement);
    let local = now.with_timezone(&time_zone(departement)).naive_local();
    hours::state(state, local)?
        .strip_prefix("fermé ")
        .filter(|until| until.starts_with("jusqu’"))
        .map(str::to_owned)
}

fn one(items: Vec<Item>) -> Vec<Part> {
    vec![Part::new(None, items)]
}

impl Part {
    /// What nobody said makes one line, but for what one looks for on every sheet: the number to call, and the zone.
    fn new(title: Option<&'static str>, items: Vec<Item>) -> Part {
        let (unsaid, items): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .partition(|item| !item.is_worth_saying() && !matches!(item.term, "Téléphone" | "Zone"));
        let terms: Vec<String> = unsaid.iter().map(|item| french::lower_first(item.term)).collect();
        Part { title, items, unsaid: (!terms.is_empty()).then(|| terms.join(", ")) }
    }
}

/// What a source wrote, with the spaces of French.
fn text(said: &str) -> Detail {
    Detail::Text(french::typography(said))
}

fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace("\r\n", "\n");
    let paragraphs: Vec<String> = text.split("\n\n").map(|paragraph| paragraph.trim().to_owned()).collect();
    paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty())
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Option<String> {
    let items: Vec<String> = items.map(french::lower_first).collect();
    (!items.is_empty()).then(|| french::upper_first(&french::list(&items)))
}

fn mail(addresses: &[String]) -> Vec<Detail> {
    let link = |address: &String| Detail::Link { href: format!("mailto:{address}"), label: address.clone() };
    addresses.iter().map(link).collect()
}

fn delay(days: u16) -> String {
    match days {
        0 => "Le jour même".to_owned(),
        days => french::counted(u64::from(days), "jour", "jours"),
    }
}

/// What is said to professionals of who may ask; `None` when nobody said it of them, which does not mean that they may not.
fn professionals(who: &[ReferredBy]) -> Option<&'static str> {
    let named = |whom: ReferredBy| who.contains(&whom);
    match (named(ReferredBy::Medecin), named(ReferredBy::Professionnel)) {
        _ if named(ReferredBy::Tous) => Some("Tout professionnel"),
        (true, true) => Some("Un médecin ou un autre professionnel"),
        (true, false) => Some("Un médecin"),
        (false, true) => Some("Un professionnel"),
        (false, false) => None,
    }
}

/// What is said to persons of who may ask; `None` when nobody said it of them.
fn persons(who: &[ReferredBy]) -> Option<&'static str> {
    let named = |whom: ReferredBy| who.contains(&whom);
    match (named(ReferredBy::Personne), named(ReferredBy::Entourage)) {
        _ if named(ReferredBy::Tous) => Some("La personne elle-même ou son entourage"),
        (true, true) => Some("La personne elle-même ou son entourage"),
        (true, false) => Some("La personne elle-même"),
        (false, true) => Some("L’entourage"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_ask_is_said_to_each() {
        use ReferredBy::{Entourage, Medecin, Personne, Professionnel, Tous};
        let said = |who: &[ReferredBy]| (professionals(who), persons(who));
        assert_eq!(said(&[]), (None, None), "nobody said who may");
        assert_eq!(
            said(&[Tous]),
            (Some("Tout professionnel"), Some("La personne elle-même ou son entourage"))
        );
        // Silence about somebody is no refusal.
        assert_eq!(said(&[Medecin]), (Some("Un médecin"), None));
        assert_eq!(said(&[Medecin, Professionnel]), (Some("Un médecin ou un autre professionnel"), None));
        assert_eq!(
            said(&[Professionnel, Personne]),
            (Some("Un professionnel"), Some("La personne elle-même"))
        );
        assert_eq!(said(&[Personne, Entourage]), (None, Some("La personne elle-même ou son entourage")));
        assert_eq!(said(&[Entourage]), (None, Some("L’entourage")));
    }
}
