//! `POST /animation/traiter`: what one does of one line or of many. Each is looked at again before it is touched: whether it is
//! theirs, and whether it is still so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Days, NaiveDate, Utc};
use maille_domain::hours::time_zone;
use maille_domain::{Act, Field, LineKey, ListingId, Matter, Reach};
use maille_store::Store;
use maille_store::inbox::Line;
use maille_store::listing::Cause;
use maille_store::overrides::Settlement;
use uuid::Uuid;

use super::InboxPage;
use super::asked::{Asked, Done};
use crate::error::{Error, Missing, WrongParameter};
use crate::extract::{LONGEST_OF_THE_TEAM, Reader, Sent};
use crate::french;
use crate::page::respond_with;
use crate::pages::animation::reason::reason;
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;

/// A line, in forms.
pub const LINE: &str = "ligne";
/// A listing whose check went stale: the name that `/animation/verifier` knows it by.
pub const LISTING: &str = "fiche";
const GESTURE: &str = "geste";
const REASON: &str = "raison";
/// Until when, in forms.
pub const UNTIL: &str = "jusqu_au";
/// The form of the lines that were chosen, and the field that says that it is the one.
pub const MANY: &str = "lot";
const BACK: &str = "retour";

/// Most lines at once: more than a page has.
const MOST: usize = 100;
/// For how many days a line is put off at most.
const LONGEST_PUT_OFF: u64 = 3_660;

/// What is done of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// What was reported is done with.
    Report,
    /// What was decided here holds.
    KeepOurs,
    /// What is said against it is right.
    FollowTheirs,
    /// Two listings are not the same.
    Distinct,
    /// The sheet of what failed says so by now, or need not.
    Failure,
    /// What its source withdrew is gone indeed.
    Confirm,
    /// It is not for now, or not at all.
    SetAside,
    /// It is to be looked at again.
    PutBack,
}

impl Gesture {
    const ALL: [Gesture; 8] = [
        Gesture::Report,
        Gesture::Failure,
        Gesture::KeepOurs,
        Gesture::FollowTheirs,
        Gesture::Distinct,
        Gesture::Confirm,
        Gesture::SetAside,
        Gesture::PutBack,
    ];

    /// In forms and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Gesture::Report => "traite",
            Gesture::Failure => "echec-traite",
            Gesture::KeepOurs => "garder",
            Gesture::FollowTheirs => "suivre",
            Gesture::Distinct => "distinct",
            Gesture::Confirm => "confirmer",
            Gesture::SetAside => "cote",
            Gesture::PutBack => "reprendre",
        }
    }

    /// What its button says, when it is for several lines.
    pub const fn label(self) -> &'static str {
        match self {
            Gesture::Report | Gesture::Failure => "Marquer comme traités",
            Gesture::KeepOurs => "Garder les nôtres",
            Gesture::FollowTheirs => "Suivre les sources",
            Gesture::Distinct => "Ce ne sont pas des doublons",
            Gesture::Confirm => "Confirmer les retraits",
            Gesture::SetAside => "Mettre de côté",
            Gesture::PutBack => "Remettre dans la liste",
        }
    }

    /// The only lines that it is for; none for all.
    const fn matter(self) -> Option<Matter> {
        match self {
            Gesture::Report => Some(Matter::Report),
            Gesture::Failure => Some(Matter::Failure),
            Gesture::KeepOurs | Gesture::FollowTheirs => Some(Matter::Conflict),
            Gesture::Distinct => Some(Matter::Duplicate),
            Gesture::Confirm => Some(Matter::Withdrawn),
            Gesture::SetAside | Gesture::PutBack => None,
        }
    }

    const fn act(self) -> Act {
        match self {
            Gesture::KeepOurs | Gesture::FollowTheirs => Act::Correct,
            Gesture::Distinct => Act::Match,
            Gesture::Report | Gesture::Failure | Gesture::Confirm | Gesture::SetAside | Gesture::PutBack => {
                Act::Settle
            }
        }
    }

    /// Those for several lines of a matter at once.
    pub fn of_many(matter: Matter, set_aside: bool) -> Vec<Gesture> {
        if set_aside {
            return vec![Gesture::PutBack];
        }
        let own = Gesture::ALL.into_iter().filter(|gesture| gesture.matter() == Some(matter));
        own.chain([Gesture::SetAside]).collect()
    }

    /// What was done, in words.
    pub fn told(self, count: usize) -> String {
        let (one, several) = match self {
            Gesture::Report => ("signalement traité", "signalements traités"),
            Gesture::Failure => ("échec traité", "échecs traités"),
            Gesture::KeepOurs => ("correction gardée", "corrections gardées"),
            Gesture::FollowTheirs => ("correction retirée", "corrections retirées"),
            Gesture::Distinct => ("paire séparée", "paires séparées"),
            Gesture::Confirm => ("retrait confirmé", "retraits confirmés"),
            Gesture::SetAside => ("ligne mise de côté", "lignes mises de côté"),
            Gesture::PutBack => ("ligne remise dans la liste", "lignes remises dans la liste"),
        };
        format!("{}.", french::counted(count as u64, one, several))
    }
}

impl fmt::Display for Gesture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Gesture {
    type Err = ();

    fn from_str(code: &str) -> Result<Gesture, ()> {
        Gesture::ALL.into_iter().find(|gesture| gesture.code() == code).ok_or(())
    }
}

/// What was typed.
#[derive(Debug, Default)]
pub struct Typed {
    /// For which lines.
    pub keys: BTreeSet<LineKey>,
    /// Whether they were chosen in the list, rather than the form of one line be sent.
    many: bool,
    gesture: Option<Gesture>,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: String,
    /// What is to be corrected: the field, and what is wrong with it.
    pub faults: Vec<(&'static str, String)>,
}

impl Typed {
    /// The place among these lines of the one whose own form was sent.
    pub fn alone(&self, lines: &[Line]) -> Option<usize> {
        let key = self.keys.first().filter(|_| !self.many)?;
        lines.iter().position(|line| line.key == *key)
    }

    /// Whether they were to be set aside.
    pub fn sets_aside(&self) -> bool {
        self.gesture == Some(Gesture::SetAside)
    }
}

/// `POST /animation/traiter`.
pub async fn settle(
    State(state): State<WebState>,
    signed: Signed,
    Sent(mut sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    signed.reach(Act::Settle)?;
    let now = state.now();
    let wrong = |name: &str, detail: &str| Error::Parameters(vec![WrongParameter::new(name, detail)]);
    let gesture: Gesture =
        sent.text(GESTURE).parse().map_err(|()| wrong(GESTURE, "un des boutons de la liste"))?;
    let reach = signed.reach(gesture.act())?;
    let asked = Asked::of_address(&sent.text(BACK));
    let (keys, listings, many) = lines(&mut sent).map_err(|detail| wrong(LINE, detail))?;
    if keys.iter().any(|key| gesture.matter().is_some_and(|matter| matter != key.matter)) {
        return Err(wrong(GESTURE, "un bouton de cette liste"));
    }
    // Whatever is wrong with the rest of the form, nobody touches what is not theirs.
    let mut ids: Vec<ListingId> =
        listings.iter().copied().chain(keys.iter().map(|key| key.listing)).collect();
    for pair in keys.iter().filter(|key| key.matter == Matter::Duplicate) {
        ids.push(pair.mark.parse().map_err(|_| Error::NotFound(Missing::Listing))?);
    }
    let within = signed.store.within(&ids, &reach).await?;
    if within.values().any(|within| !within) {
        return Err(Error::Elsewhere);
    }
    if ids.iter().any(|id| !within.contains_key(id)) {
        return Err(Error::NotFound(Missing::Listing));
    }

    // Those that are still so.
    let mut matters: BTreeMap<Matter, Vec<ListingId>> = BTreeMap::new();
    for key in &keys {
        matters.entry(key.matter).or_default().push(key.listing);
    }
    if !listings.is_empty() {
        matters.entry(Matter::Stale).or_default().extend(&listings);
    }
    let mut standing: BTreeSet<LineKey> = BTreeSet::new();
    for (matter, of) in matters {
        let found = signed.store.lines_of(matter, &of, &reach, now).await?;
        standing.extend(
            found.into_iter().filter(|key| {
                keys.contains(key) || matter == Matter::Stale && listings.contains(&key.listing)
            }),
        );
    }
    let number = keys.len() + listings.len();
    let mut typed = Typed {
        many,
        gesture: Some(gesture),
        reason: sent.text(REASON),
        until: sent.text(UNTIL),
        keys,
        faults: Vec::new(),
    };
    let mut wrong_reason = Faults::default();
    let reason = reason(&typed.reason, REASON, &mut wrong_reason);
    let wrong_reason = wrong_reason.of(REASON).map(str::to_owned);
    let until = read_until(&typed.until, now);
    let mut fault = |field, message: String| typed.faults.push((field, message));
    if number == 0 {
        fault(MANY, "Choisissez au moins une ligne de la liste.".to_owned());
    }
    // When nothing is left to be done, nothing more is asked.
    let anything = number == 0 || !standing.is_empty();
    let reason = if gesture == Gesture::PutBack { "remis à traiter".to_owned() } else { reason };
    if let Some(message) = wrong_reason.filter(|_| anything && gesture != Gesture::PutBack) {
        fault(REASON, message);
    }
    let until = match (gesture, until) {
        (Gesture::SetAside, Ok(until)) => until,
        (Gesture::SetAside, Err(message)) if anything => {
            fault(UNTIL, message.to_owned());
            None
        }
        _ => None,
    };
    if !typed.faults.is_empty() {
        typed.keys.extend(standing);
        let page = InboxPage::of(&state, &signed, &asked, &typed).await?;
        return Ok(respond_with(&page, StatusCode::UNPROCESSABLE_ENTITY));
    }

    let mut done =
        Done { gesture, settled: 0, gone: number.saturating_sub(standing.len()), unsettled: 0, waiting: 0 };
    let cause = signed.cause(reason, now);
    for (place, key) in standing.iter().enumerate() {
        match act(&signed.store, gesture, key, until, &reach, &cause).await {
            Ok(true) => done.settled += 1,
            Ok(false) => done.gone += 1,
            Err(error) => match error {
                maille_store::Error::NoConflict(_)
                | maille_store::Error::NoOverride(_)
                | maille_store::Error::UnknownListing(_)
                | maille_store::Error::OneRecord(_) => done.gone += 1,
                // Following the others would take the listing out of reach.
                maille_store::Error::SeveralConflicts(_)
                | maille_store::Error::BeyondReach
                | maille_store::Error::Value { .. }
                | maille_store::Error::Required(_) => done.unsettled += 1,
                // Each of the others would wait as long.
                maille_store::Error::Busy { .. } => {
                    done.waiting += standing.len() - place;
                    break;
                }
                other => return Err(other.into()),
            },
        }
    }
    Ok(Redirect::to(&asked.address_saying(&done)).into_response())
}

/// Does it of one line. Whether it was still to be done.
async fn act(
    store: &Store,
    gesture: Gesture,
    key: &LineKey,
    until: Option<DateTime<Utc>>,
    reach: &Reach,
    cause: &Cause,
) -> Result<bool, maille_store::Error> {
    match gesture {
        Gesture::Report => match key.mark.parse::<Uuid>() {
            Ok(report) => store.settle_report(report, reach, cause).await,
            Err(_) => Ok(false),
        },
        Gesture::KeepOurs | Gesture::FollowTheirs => {
            let field = key.mark.split(' ').next().and_then(|name| name.parse::<Field>().ok());
            let Some(field) = field else { return Ok(false) };
            let side = if gesture == Gesture::KeepOurs { Settlement::Ours } else { Settlement::Theirs };
            store.settle(key.listing, field, side, reach, cause).await.map(|()| true)
        }
        Gesture::Distinct => match key.mark.parse::<ListingId>() {
            Ok(other) => store.decide(key.listing, other, false, reach, cause).await.map(|_| true),
            Err(_) => Ok(false),
        },
        Gesture::Failure | Gesture::Confirm | Gesture::SetAside => {
            store.set_aside(key, until, reach, cause).await
        }
        Gesture::PutBack => store.put_back(key, reach, cause).await,
    }
}

/// The lines that were sent, the listings whose checks went stale, and whether they were chosen in the list.
fn lines(sent: &mut Reader) -> Result<(BTreeSet<LineKey>, BTreeSet<ListingId>, bool), &'static str> {
    let keys = sent.several(LINE, |text| text.parse::<LineKey>().map_err(str::to_owned));
    let listings = sent
        .several(LISTING, |text| text.parse::<ListingId>().map_err(|_| "une fiche de la liste".to_owned()));
    if sent.wrong_with(LINE).is_some() || sent.wrong_with(LISTING).is_some() {
        return Err("des lignes de la liste");
    }
    if keys.len() + listings.len() > MOST {
        return Err("cent lignes au plus à la fois");
    }
    let many = sent.is_given(MANY);
    Ok((keys.into_iter().collect(), listings.into_iter().collect(), many))
}

/// The end of the day that was typed; none for good.
fn read_until(typed: &str, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let today = now.with_timezone(&time_zone(None)).date_naive();
    let wrong = "Donnez une date à venir, comme 2026-12-31, ou aucune.";
    let day: NaiveDate = typed.parse().map_err(|_| wrong)?;
    let last = today.checked_add_days(Days::new(LONGEST_PUT_OFF)).unwrap_or(NaiveDate::MAX);
    if day <= today || day > last {
        return Err(wrong);
    }
    let midnight = day.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)).ok_or(wrong)?;
    let end = midnight.and_local_timezone(time_zone(None)).earliest().ok_or(wrong)?;
    Ok(Some(end.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_put_off_until_the_end_of_a_day_to_come() {
        let now = "2026-11-28T09:00:00Z".parse().unwrap();
        let until = |typed: &str| read_until(typed, now);
        assert_eq!(until(""), Ok(None));
        assert_eq!(until("2026-12-31"), Ok(Some("2026-12-31T23:00:00Z".parse().unwrap())), "Paris");
        for refused in ["2026-11-28", "hier", "2099-01-01", "-262143-01-01", "+262142-12-31", "31/12/2026"] {
            assert!(until(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn each_gesture_is_found_by_its_code() {
        for gesture in Gesture::ALL {
            assert_eq!(gesture.code().parse(), Ok(gesture));
        }
        assert_eq!(Gesture::of_many(Matter::NoContact, false), [Gesture::SetAside]);
    }
}
