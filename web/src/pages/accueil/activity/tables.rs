//! The tables of an activity: exact for whoever takes the calls, or as they may be published.

use maille_domain::call::{AgeBand, Answer, Channel, Home, Requester, Subject};
use maille_domain::small_counts::{FEWEST, shown, shown_beside, shown_total};
use maille_store::activity::{Activity, By};

use crate::views::home;

/// What a number that may not be published is replaced by.
pub const HIDDEN: &str = "masqué";

/// A table: each call is in one row, but for what a caption says.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in the file.
    pub code: &'static str,
    /// What it counts.
    pub caption: &'static str,
    /// What a row is.
    pub what: &'static str,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What shares are of.
    pub of: u64,
    /// Whether its rows also say how many needs nobody answers.
    pub unmet: bool,
}

/// A row.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The code of what it counts.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many calls; none where hidden.
    pub calls: Option<u64>,
    /// How many of those have a need that nobody answers; none where the table does not say.
    pub unmet: Option<u64>,
}

/// An activity as it is told.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// All calls; none when they are too few to be published: then there is no table either.
    pub all: Option<u64>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// What a row without a code is of.
const UNSAID: (&str, &str) = ("non-renseigne", "Non renseigné");

impl Told {
    /// All of it, for whoever takes these calls.
    pub fn exact(activity: &Activity) -> Told {
        let mut tables = lists(activity);
        tables.push(Table { unmet: true, rows: homes(activity), of: activity.all.calls, ..HOMES });
        let (due, in_time) = (activity.due, activity.in_time);
        tables.push(Table {
            rows: vec![
                row("a-temps", "Répondues en 48 heures ouvrées", in_time),
                row("hors-delai", "Pas répondues dans ce délai", due - in_time),
            ],
            of: due,
            ..DELAY
        });
        tables.push(unmet(activity));
        Told { all: Some(activity.all.calls), tables }
    }

    /// What may be published of it, by the rule of [`small_counts`](maille_domain::small_counts): the activity is that of a quarter that no longer
    /// changes, of one territory. Homes outside these communes of it, if it is one of some, are told among the others.
    pub fn published(activity: &Activity, communes: Option<&[String]>) -> Told {
        let total = activity.all.calls;
        let Some(all) = shown_total(total) else { return Told { all: None, tables: Vec::new() } };
        let mut tables = lists(activity);
        let after_lists = tables.len();
        tables.push(Table {
            rows: vec![
                row("a-temps", "Répondues en 48 heures ouvrées", activity.in_time),
                row("hors-delai", "Pas répondues dans ce délai", total - activity.in_time),
            ],
            of: total,
            ..DELAY
        });
        tables.push(unmet(activity));
        for table in &mut tables {
            let counts: Vec<u64> = table.rows.iter().filter_map(|row| row.calls).collect();
            for (row, calls) in table.rows.iter_mut().zip(shown(&counts)) {
                row.calls = calls;
            }
        }
        let answers = tables.iter().find(|table| table.code == ANSWERS).map(|table| &table.rows[..]);
        let rows =
            known_homes(homes(activity), communes, hidden_with_elsewhere(answers.unwrap_or_default(), total));
        tables.insert(after_lists, Table { rows, of: total, ..HOMES });
        Told { all: Some(all), tables }
    }
}

/// The name of the table of answers in the file.
const ANSWERS: &str = "reponse";

const HOMES: Table = Table {
    code: "lieu-de-vie",
    caption: "Par lieu de vie de la personne",
    what: "Lieu de vie",
    rows: Vec::new(),
    of: 0,
    unmet: false,
};

const DELAY: Table = Table {
    code: "delai",
    caption: "Réponse dans les 48 heures ouvrées",
    what: "Délai",
    rows: Vec::new(),
    of: 0,
    unmet: false,
};

/// The tables whose rows are the codes of a list, in its order, with what nobody said last.
fn lists(activity: &Activity) -> Vec<Table> {
    let of = activity.all.calls;
    let table = |by, code, caption, what, codes: Vec<(&'static str, &'static str)>| {
        let count = |code| activity.count(by, code).calls;
        let mut rows: Vec<Row> =
            codes.iter().map(|(code, name)| row(code, name, count(Some(*code)))).collect();
        match by {
            // No call ends without saying who asked, and what was answered.
            By::Requester | By::Answer => {}
            // The list has a code of its own for what nobody said.
            By::AgeBand => {
                let unsaid = rows.iter_mut().find(|row| row.code == AgeBand::Unsaid.code());
                unsaid.expect("it is in the list").calls =
                    Some(count(Some(AgeBand::Unsaid.code())) + count(None));
            }
            _ => rows.push(row(UNSAID.0, UNSAID.1, count(None))),
        }
        Table { code, caption, what, rows, of, unmet: false }
    };
    macro_rules! all {
        ($list:ident) => {
            $list::ALL.iter().map(|one| (one.code(), one.label())).collect()
        };
    }
    vec![
        table(By::Requester, "demandeur", "Par demandeur", "Demandeur", all!(Requester)),
        table(By::Answer, ANSWERS, "Par réponse", "Réponse", all!(Answer)),
        table(By::Subject, "parcours", "Par parcours", "Parcours", all!(Subject)),
        table(By::AgeBand, "age", "Par tranche d’âge de la personne", "Tranche d’âge", all!(AgeBand)),
        table(By::Channel, "canal", "Par canal", "Canal", all!(Channel)),
    ]
}

/// Where people live, most calls first; then those who live nowhere, and of whom nobody knows or said.
fn homes(activity: &Activity) -> Vec<Row> {
    let of_home = activity.by.iter().filter(|((by, _), _)| *by == By::Home);
    let mut rows: Vec<Row> = of_home
        .map(|((_, code), count)| {
            let (code, name) = match code.as_deref() {
                None => (UNSAID.0, UNSAID.1.to_owned()),
                Some(code) => (code, home::words(&Home::kept(code.to_owned()))),
            };
            Row { unmet: Some(count.unmet), ..row(code, &name, count.calls) }
        })
        .collect();
    rows.sort_by(|one, other| {
        let order = |row: &Row| (!row.is_commune(), std::cmp::Reverse(row.calls));
        order(one).cmp(&order(other)).then_with(|| one.name.cmp(&other.name))
    });
    rows
}

/// How many calls the hidden answers are, when the count of those led elsewhere is one of them.
fn hidden_with_elsewhere(answers: &[Row], total: u64) -> Option<u64> {
    let elsewhere = answers.iter().find(|row| row.code == Answer::Outside.code())?;
    elsewhere.calls.is_none().then(|| total - answers.iter().filter_map(|row| row.calls).sum::<u64>())
}

/// The homes that may be told; the others together, with all that are outside the territory. Every commune is a row, and those that
/// are not named are hidden among all that nobody calls about. `hidden` is how many calls are of hidden answers that depend on homes.
fn known_homes(rows: Vec<Row>, communes: Option<&[String]>, hidden: Option<u64>) -> Vec<Row> {
    let is_inside = |row: &Row| communes.is_none_or(|own| !row.is_commune() || own.contains(&row.code));
    let (inside, outside): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(is_inside);
    let counts: Vec<u64> = inside.iter().filter_map(|row| row.calls).chain([0]).collect();
    let elsewhere = outside.iter().filter_map(|row| row.calls).sum();
    let least = hidden.filter(|_| communes.is_some()).map_or(0, |hidden| hidden + FEWEST);
    let seen = shown_beside(&counts, elsewhere, least);
    let others = elsewhere + counts.iter().sum::<u64>() - seen.iter().flatten().sum::<u64>();
    let named = inside.into_iter().zip(seen).filter(|(_, calls)| calls.is_some());
    let named = named.map(|(row, calls)| Row { calls, unmet: None, ..row });
    let others =
        (others > 0).then(|| row("autres", "Autres lieux, hors du territoire ou non renseignés", others));
    named.chain(others).collect()
}

fn unmet(activity: &Activity) -> Table {
    let all = activity.all;
    Table {
        code: "besoin-non-couvert",
        caption: "Besoins non couverts",
        what: "Besoin",
        rows: vec![
            row("oui", "Signalé comme non couvert", all.unmet),
            row("non", "Non signalé", all.calls - all.unmet),
        ],
        of: all.calls,
        unmet: false,
    }
}

fn row(code: &str, name: &str, calls: u64) -> Row {
    Row { code: code.to_owned(), name: name.to_owned(), calls: Some(calls), unmet: None }
}

impl Row {
    /// Whether it is of a commune, in the table of homes.
    fn is_commune(&self) -> bool {
        self.code.starts_with(|c: char| c.is_ascii_digit())
    }
}

impl Table {
    /// What share of the calls a row is, in tenths of a hundredth; none where hidden, and of no call.
    pub fn share(&self, row: &Row) -> Option<u64> {
        row.calls.filter(|_| self.of > 0).map(|calls| (calls * 1000 + self.of / 2) / self.of)
    }
}

#[cfg(test)]
mod tests {
    use maille_store::activity::Count;

    use super::*;

    /// The activity of so many calls of each requester and home, answered by information on the phone.
    fn activity(calls: &[(Requester, &str, u64)], in_time: u64, unmet: u64) -> Activity {
        let mut activity = Activity::default();
        for (requester, home, calls) in calls {
            let count = Count { calls: *calls, unmet: 0 };
            activity.all += count;
            let by = [
                (By::Requester, Some(requester.code())),
                (By::Answer, Some(Answer::Information.code())),
                (By::Channel, Some(Channel::Phone.code())),
                (By::Subject, None),
                (By::AgeBand, None),
                (By::Home, Some(*home)),
            ];
            for (by, code) in by {
                *activity.by.entry((by, code.map(str::to_owned))).or_default() += count;
            }
        }
        activity.all.unmet = unmet;
        (activity.due, activity.in_time) = (activity.all.calls, in_time);
        activity
    }

    fn table<'a>(told: &'a Told, code: &str) -> Vec<(&'a str, Option<u64>)> {
        let table = told.tables.iter().find(|table| table.code == code).unwrap();
        table.rows.iter().map(|row| (&*row.code, row.calls)).collect()
    }

    fn sixty() -> Activity {
        activity(
            &[
                (Requester::Gp, "92007", 40),
                (Requester::Hospital, "92002", 18),
                (Requester::Person, "sans-domicile", 2),
            ],
            57,
            0,
        )
    }

    #[test]
    fn the_team_sees_every_code_and_every_number() {
        let told = Told::exact(&sixty());
        assert_eq!(told.all, Some(60));
        let requesters = table(&told, "demandeur");
        assert_eq!(requesters.len(), Requester::ALL.len());
        assert_eq!((requesters[0], requesters[6]), (("medecin-generaliste", Some(40)), ("usager", Some(2))));
        assert_eq!(table(&told, "parcours").last(), Some(&("non-renseigne", Some(60))));
        assert_eq!(
            table(&told, "lieu-de-vie"),
            [("92007", Some(40)), ("92002", Some(18)), ("sans-domicile", Some(2))]
        );
        assert_eq!(table(&told, "delai"), [("a-temps", Some(57)), ("hors-delai", Some(3))]);
        let delay = told.tables.iter().find(|table| table.code == "delai").unwrap();
        assert_eq!(delay.share(&delay.rows[0]), Some(950));
        for table in &told.tables {
            assert_eq!(table.of, 60, "{}", table.code);
            assert_eq!(table.rows.iter().filter_map(|row| row.calls).sum::<u64>(), 60, "{}", table.code);
        }
        assert_eq!(Told::exact(&Activity::default()).tables[0].share(&row("a", "A", 0)), None);
    }

    #[test]
    fn what_is_published_hides_small_numbers_and_what_would_tell_them() {
        let told = Told::published(&sixty(), None);
        assert_eq!(told.all, Some(60));
        let requesters = table(&told, "demandeur");
        assert_eq!((requesters[0].1, requesters[2].1, requesters[6].1), (Some(40), None, None));
        assert_eq!(table(&told, "reponse")[0].1, Some(60), "nothing small: all is told");
        assert_eq!(table(&told, "lieu-de-vie"), [("92007", Some(40)), ("autres", Some(20))]);
        assert_eq!(table(&told, "delai"), [("a-temps", None), ("hors-delai", None)]);
        assert_eq!(table(&told, "besoin-non-couvert"), [("oui", Some(0)), ("non", Some(60))]);
        assert!(
            told.tables.iter().all(|table| !table.unmet && table.rows.iter().all(|row| row.unmet.is_none()))
        );
    }

    #[test]
    fn homes_do_not_tell_how_many_were_led_elsewhere() {
        let own = ["92007".to_owned(), "92002".to_owned()];
        let homes = [("92007", 40), ("92002", 12), ("78646", 6)];
        let led = |elsewhere: u64, organisation: u64| {
            let calls = homes.map(|(home, calls)| (Requester::Gp, home, calls));
            let mut activity = activity(&calls, 58, 0);
            for (answer, calls) in [
                (Answer::Information, 58 - elsewhere - organisation),
                (Answer::Outside, elsewhere),
                (Answer::Organisation, organisation),
            ] {
                activity.by.insert((By::Answer, Some(answer.code().to_owned())), Count { calls, unmet: 0 });
            }
            table(&Told::published(&activity, Some(&own)), "lieu-de-vie")
                .into_iter()
                .map(|(code, calls)| (code.to_owned(), calls))
                .collect::<Vec<_>>()
        };
        let named = |code: &str, calls| (code.to_owned(), Some(calls));
        assert_eq!(led(6, 0), [named("92007", 40), named("92002", 12), named("autres", 6)], "all is shown");
        assert_eq!(led(6, 3), [named("92007", 40), named("autres", 18)], "9 are hidden: 6 would be told");
    }

    #[test]
    fn too_few_calls_are_not_published_at_all() {
        let few = activity(&[(Requester::Gp, "92007", 4)], 4, 0);
        assert_eq!(Told::published(&few, None), Told { all: None, tables: Vec::new() });
        assert_eq!(Told::published(&Activity::default(), None).all, Some(0));
        let five = Told::published(
            &activity(&[(Requester::Gp, "92007", 3), (Requester::Gp, "92002", 2)], 5, 5),
            None,
        );
        assert_eq!(table(&five, "lieu-de-vie"), [("autres", Some(5))]);
    }
}
