use super::*;
use proptest::prelude::*;
use serde_json::json;

use crate::check::Means;

/// These corrections, and nothing else.
fn only(overrides: &[Override]) -> Curated {
    Curated { overrides: overrides.to_vec(), ..Curated::default() }
}

fn at(day: u32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
}

fn record(source: &str, format: &str, day: u32, values: &[(Field, &str)]) -> Record {
    Record {
        source: source.into(),
        format: format.into(),
        source_id: format!("{source}-1"),
        values: values.iter().map(|(field, value)| (*field, json!(value))).collect(),
        since: values.iter().map(|(field, _)| (*field, at(day))).collect(),
        last_seen: at(20),
        withdrawn_at: None,
    }
}

fn decision(value: &str, base: Option<&str>, day: u32) -> Override {
    Override {
        id: day.into(),
        field: Field::Phone,
        value: Some(json!(value)),
        base: base.map(|base| json!(base)),
        over: Vec::new(),
        author: "animation".into(),
        reason: "appelé".into(),
        at: at(day),
        until: None,
    }
}

#[test]
fn the_best_source_speaks_and_silence_lets_the_next_one_speak() {
    let csv = record("csv", "csv", 1, &[(Field::Name, "EMG Sud")]);
    let finess = record("finess", "finess", 5, &[(Field::Name, "CH ANTOINE"), (Field::Address, "1 rue X")]);
    let resolution = resolve(&[finess, csv], &Curated::default(), &Precedence::default(), at(21));
    assert_eq!(resolution.values[&Field::Name], json!("EMG Sud"));
    assert_eq!(resolution.values[&Field::Address], json!("1 rue X"));
}

#[test]
fn of_equal_sources_the_freshest_speaks() {
    let older = record("a", "csv", 1, &[(Field::Name, "ancien")]);
    let fresher = record("b", "csv", 5, &[(Field::Name, "nouveau")]);
    assert_eq!(
        resolve(&[older, fresher], &Curated::default(), &Precedence::default(), at(21)).values[&Field::Name],
        json!("nouveau")
    );
}

#[test]
fn an_override_outlives_imports_and_a_moved_source_is_a_conflict() {
    let moved = record("csv", "csv", 9, &[(Field::Phone, "03")]);
    let resolution =
        resolve(&[moved], &only(&[decision("02", Some("01"), 5)]), &Precedence::default(), at(21));
    assert_eq!(resolution.values[&Field::Phone], json!("02"));
    assert_eq!(
        resolution.conflicts,
        [Conflict {
            field: Field::Phone,
            ours: Some(json!("02")),
            base: Some(json!("01")),
            theirs: Some(json!("03")),
            their_origin: Some(Provenance::Source {
                source: "csv".into(),
                source_id: "csv-1".into(),
                at: at(9)
            }),
            against: None,
        }]
    );
}

/// Bagneux, and a neighbour.
const HERE: &str = "92007";
const THERE: &str = "92050";

fn point(precision: &str) -> Value {
    json!({ "lat": 48.9, "lon": 2.2, "precision": precision })
}

#[test]
fn a_commune_that_was_decided_governs_the_place() {
    let moved = Override { field: Field::Commune, ..decision(HERE, Some(THERE), 5) };
    let mut there = record("csv", "csv", 1, &[(Field::Commune, THERE), (Field::Address, "1 rue de Là-bas")]);
    let place = |records: &[Record], overrides: &[Override]| {
        let resolution = resolve(records, &only(overrides), &Precedence::default(), at(21));
        assert_eq!(resolution.conflicts, []);
        let of = |field| resolution.values.get(&field).cloned();
        (of(Field::Address), of(Field::Location), resolution.others)
    };
    for precision in ["commune", "adresse"] {
        there.values.insert(Field::Location, point(precision));
        let (address, location, others) = place(std::slice::from_ref(&there), std::slice::from_ref(&moved));
        let centre = location.unwrap();
        assert_eq!((address, &centre["precision"]), (None, &json!("commune")));
        assert_ne!(centre, point(precision), "the centre of the commune decided");
        assert_eq!(others[&Field::Address][0].value, json!("1 rue de Là-bas"), "told, not kept");
        assert_eq!(others[&Field::Location][0].value, point(precision));
    }
    let mut here = record("finess", "finess", 1, &[(Field::Commune, HERE), (Field::Address, "2 rue d’Ici")]);
    here.values.insert(Field::Location, point("adresse"));
    let (address, location, _) = place(&[there.clone(), here.clone()], std::slice::from_ref(&moved));
    assert_eq!((address, location), (Some(json!("2 rue d’Ici")), Some(point("adresse"))));

    // A commune that no source says completes what they say.
    let mut nowhere = here.clone();
    nowhere.values.remove(&Field::Commune);
    let completed = Override { base: None, ..moved.clone() };
    assert_eq!(place(&[nowhere], &[completed]).0, Some(json!("2 rue d’Ici")));

    // A street that was decided before the commune was is no conflict with it.
    let street =
        Override { field: Field::Address, ..decision("3 rue de Là-bas", Some("1 rue de Là-bas"), 4) };
    assert_eq!(place(&[there, here], &[street, moved]).0, Some(json!("3 rue de Là-bas")));
}

#[test]
fn of_equal_sources_the_one_checked_last_speaks_and_only_then_the_freshest() {
    let cost = |source: &str, format: &str, day: u32, checked: Option<&str>| {
        let check = checked.map(|checked| (Field::VerifiedOn, checked));
        let values: Vec<_> = [(Field::Cost, source)].into_iter().chain(check).collect();
        record(source, format, day, &values)
    };
    let checked = cost("vérifié", "csv", 1, Some("2026-10-01"));
    let records =
        [cost("frais", "csv", 9, None), checked.clone(), cost("avant", "csv", 8, Some("2025-01-01"))];
    let said = |records: &[Record]| {
        resolve(records, &Curated::default(), &Precedence::default(), at(21)).values[&Field::Cost].clone()
    };
    assert_eq!(said(&records), json!("vérifié"));
    assert_eq!(said(&[cost("frais", "csv", 9, None), cost("vieux", "csv", 1, None)]), json!("frais"));
    let ranked = [cost("tableur", "csv", 1, None), cost("finess", "finess", 9, Some("2026-11-01"))];
    assert_eq!(said(&ranked), json!("tableur"), "a check makes nobody speak before its turn");
}

fn ages(source: &str, day: u32, min: Option<u64>, max: Option<u64>) -> Record {
    let ends = [(Field::AgeMin, min), (Field::AgeMax, max)];
    let said = ends.into_iter().filter_map(|(field, age)| Some((field, json!(age?))));
    let mut record = record(source, "csv", day, &[]);
    record.values = said.collect();
    record.since = record.values.keys().map(|field| (*field, at(day))).collect();
    record
}

fn age(field: Field, age: u64, day: u32) -> Override {
    Override { field, value: Some(json!(age)), ..decision("", None, day) }
}

fn range(resolution: &Resolution) -> (Option<u64>, Option<u64>) {
    let age = |field| resolution.values.get(&field).and_then(Value::as_u64);
    (age(Field::AgeMin), age(Field::AgeMax))
}

#[test]
fn both_ages_come_from_the_freshest_of_equals() {
    let records = [ages("a", 1, Some(60), Some(80)), ages("b", 5, Some(18), None)];
    let resolution = resolve(&records, &Curated::default(), &Precedence::default(), at(21));
    assert_eq!(range(&resolution), (Some(18), None));
    assert_eq!(resolution.others[&Field::AgeMax][0].value, json!(80));
}

#[test]
fn ages_that_contradict_each_other_are_never_shown_together() {
    let order = Precedence::default();
    let decided = [age(Field::AgeMin, 80, 5), age(Field::AgeMax, 30, 6)];
    let resolution = resolve(&[ages("a", 1, None, None)], &only(&decided), &order, at(21));
    assert_eq!(range(&resolution), (None, Some(30)), "the older decision gives way");
    let [conflict] = &resolution.conflicts[..] else { panic!("{:?}", resolution.conflicts) };
    assert_eq!(
        (conflict.field, &conflict.ours, conflict.against, &conflict.theirs),
        (Field::AgeMax, &Some(json!(30)), Some(Field::AgeMin), &Some(json!(80)))
    );

    let records = [ages("a", 9, None, Some(30))];
    let resolution = resolve(&records, &only(&decided[..1]), &order, at(21));
    assert_eq!(range(&resolution), (Some(80), None), "what is said gives way to what was decided");
    assert_eq!(resolution.others[&Field::AgeMax][0].value, json!(30));
    assert_eq!(resolution.conflicts[0].against, Some(Field::AgeMax));
}

#[test]
fn the_latest_decision_stands_and_those_it_was_made_over_are_no_conflict() {
    let decided = [decision("11", None, 1), decision("12", None, 2), decision("13", None, 3)];
    let theirs = |decided: &[Override]| -> Vec<Value> {
        let resolution = resolve(&[], &only(decided), &Precedence::default(), at(21));
        let latest = decided.iter().max_by_key(|decision| (decision.at, decision.id)).unwrap();
        assert_eq!(resolution.values.get(&Field::Phone), latest.value.as_ref());
        resolution.conflicts.into_iter().filter_map(|conflict| conflict.theirs).collect()
    };
    assert_eq!(theirs(&decided), ["12", "11"]);
    let [eleven, twelve, thirteen] = decided;
    let over = |decision: &Override, over: &[i64]| Override { over: over.to_vec(), ..decision.clone() };
    assert_eq!(theirs(&[eleven.clone(), twelve.clone(), over(&thirteen, &[1, 2])]), [""; 0]);
    assert_eq!(theirs(&[eleven.clone(), over(&twelve, &[1]), thirteen]), ["12"], "11 was settled");
    let together = Override { at: eleven.at, ..twelve };
    assert_eq!(theirs(&[together, eleven]), ["11"], "of one instant, the higher number");
}

#[test]
fn a_source_that_comes_to_agree_is_no_conflict() {
    let agreed = record("csv", "csv", 9, &[(Field::Phone, "02")]);
    assert_eq!(
        resolve(&[agreed], &only(&[decision("02", Some("01"), 5)]), &Precedence::default(), at(21)).conflicts,
        []
    );
}

#[test]
fn an_override_that_has_ended_lets_the_source_speak_again() {
    let mut ended = decision("02", Some("01"), 5);
    ended.until = Some(at(10));
    let resolution = resolve(
        &[record("csv", "csv", 1, &[(Field::Phone, "01")])],
        &only(&[ended]),
        &Precedence::default(),
        at(21),
    );
    assert_eq!(resolution.values[&Field::Phone], json!("01"));
}

#[test]
fn a_listing_is_withdrawn_when_every_source_has_let_it_go() {
    let mut gone = record("csv", "csv", 1, &[(Field::Name, "EMG")]);
    gone.withdrawn_at = Some(at(9));
    let still_there = record("finess", "finess", 1, &[(Field::Name, "CH")]);
    let resolution =
        resolve(&[gone.clone(), still_there], &Curated::default(), &Precedence::default(), at(21));
    assert_eq!((resolution.withdrawn_at, &resolution.values[&Field::Name]), (None, &json!("CH")));
    let resolution = resolve(&[gone], &Curated::default(), &Precedence::default(), at(21));
    assert_eq!((resolution.withdrawn_at, &resolution.values[&Field::Name]), (Some(at(9)), &json!("EMG")));
}

fn presence(presence: Presence, day: u32) -> PresenceDecision {
    PresenceDecision { id: day.into(), presence, at: at(day) }
}

/// A check by phone on that day, written down a day later.
fn checked(field: Option<Field>, value: Option<&str>, day: u32) -> CheckMade {
    CheckMade {
        id: day.into(),
        check: Check { field, day: at(day).date_naive(), means: Means::Phone },
        value: value.map(Value::from),
        author: "accueil".into(),
        at: at(day + 1),
    }
}

#[test]
fn the_latest_decision_of_a_presence_holds_whatever_sources_know() {
    let mut record = record("csv", "csv", 1, &[(Field::Name, "EMG")]);
    let decided = |record: &Record, decided: &[PresenceDecision]| {
        let curated = Curated { presence: decided.to_vec(), ..Curated::default() };
        let resolution = resolve(std::slice::from_ref(record), &curated, &Precedence::default(), at(21));
        assert_eq!(resolution.values[&Field::Name], json!("EMG"), "what it says is known, there or not");
        (resolution.withdrawn_at, resolution.presence)
    };
    let (hidden, kept) = (presence(Presence::Hidden, 5), presence(Presence::Kept, 6));
    assert_eq!(decided(&record, &[hidden]), (Some(at(5)), Some(Presence::Hidden)));
    assert_eq!(decided(&record, &[kept, hidden]), (None, Some(Presence::Kept)));
    record.withdrawn_at = Some(at(9));
    assert_eq!(decided(&record, &[hidden]), (Some(at(5)), Some(Presence::Hidden)));
    assert_eq!(decided(&record, &[hidden, kept]), (None, Some(Presence::Kept)));
    assert_eq!(decided(&record, &[]), (Some(at(9)), None));
}

#[test]
fn a_check_dates_the_listing_until_a_later_date_is_said() {
    let dated = |said: Option<&str>, checks: &[CheckMade]| {
        let said = said.map(|day| (Field::VerifiedOn, day));
        let record = record("csv", "csv", 1, &said.into_iter().collect::<Vec<_>>());
        let curated = Curated { checks: checks.to_vec(), ..Curated::default() };
        let resolution = resolve(&[record], &curated, &Precedence::default(), at(21));
        assert_eq!(resolution.conflicts, []);
        let by_hand = matches!(resolution.provenance[&Field::VerifiedOn], Provenance::Override { .. });
        (resolution.values[&Field::VerifiedOn].clone(), by_hand, resolution.others)
    };
    let checks = [checked(None, None, 12), checked(None, None, 4)];
    assert_eq!(dated(None, &checks), (json!("2026-11-12"), true, BTreeMap::new()));
    let (day, by_hand, others) = dated(Some("2026-11-11"), &checks);
    assert_eq!((day, by_hand), (json!("2026-11-12"), true));
    assert_eq!(others[&Field::VerifiedOn][0].value, json!("2026-11-11"), "told, not kept");
    for later in ["2026-11-12", "2026-11-13"] {
        assert_eq!(dated(Some(later), &checks), (json!(later), false, BTreeMap::new()));
    }

    let curated = Curated { checks: checks.to_vec(), ..Curated::default() };
    let resolution = resolve(&[record("csv", "csv", 1, &[])], &curated, &Precedence::default(), at(21));
    assert_eq!(
        resolution.provenance[&Field::VerifiedOn],
        Provenance::Override {
            author: "accueil".into(),
            reason: "vérifié par téléphone".into(),
            at: at(13),
            until: None
        }
    );
}

#[test]
fn what_a_field_says_since_its_check_was_not_checked() {
    let told = |cost: &str, checks: &[CheckMade]| {
        let curated = Curated { checks: checks.to_vec(), ..Curated::default() };
        let record = record("csv", "csv", 1, &[(Field::Cost, cost)]);
        resolve(&[record], &curated, &Precedence::default(), at(21)).checks
    };
    let (free, paid) =
        (checked(Some(Field::Cost), Some("gratuit"), 4), checked(Some(Field::Cost), Some("payant"), 8));
    let email = checked(Some(Field::Email), None, 5);
    let whole = checked(None, None, 6);
    assert_eq!(
        told("gratuit", &[email.clone(), free.clone(), whole.clone()]),
        [whole.check, email.check, free.check]
    );
    assert_eq!(told("payant", std::slice::from_ref(&free)), []);
    assert_eq!(told("gratuit", &[free.clone(), paid.clone()]), [], "the last check found otherwise");
    assert_eq!(told("payant", &[free, paid.clone()]), [paid.check]);
}

/// Records that say a few things of a few values, so that they meet.
fn some_records() -> impl Strategy<Value = Vec<Record>> {
    let format = prop::sample::select(vec!["csv", "ror-fhir", "?"]);
    let commune = prop::option::of(prop::sample::select(vec![HERE, THERE]));
    let precision = prop::option::of(prop::sample::select(vec!["commune", "adresse"]));
    let checked = prop::option::of(prop::sample::select(vec!["2025-01-01", "2026-10-01"]));
    let age = || prop::option::of(prop::sample::select(vec![10_u64, 30, 80]));
    let said = (format, 1..4u32, "[ab]", "[xyz]", commune, precision, checked, (age(), age()));
    prop::collection::vec(said, 1..6).prop_map(|records| {
        let numbered = (0..).zip(records);
        numbered
            .map(|(i, (format, day, source, name, commune, precision, checked, (min, max)))| {
                let mut record =
                    record(&source, format, day, &[(Field::Name, &name), (Field::Address, &name)]);
                record.source_id = u32::to_string(&i);
                let said = [
                    (Field::Commune, commune.map(Value::from)),
                    (Field::Location, precision.map(point)),
                    (Field::VerifiedOn, checked.map(Value::from)),
                    (Field::AgeMin, min.map(Value::from)),
                    (Field::AgeMax, max.map(Value::from)),
                ];
                for (field, value) in said.into_iter().filter_map(|(field, value)| Some((field, value?))) {
                    record.values.insert(field, value);
                    record.since.insert(field, at(day));
                }
                record
            })
            .collect()
    })
}

fn some_overrides() -> impl Strategy<Value = Vec<Override>> {
    let text = |field, value: &str| (field, Some(json!(value)));
    let decided = prop::sample::select(vec![
        text(Field::Name, "x"),
        text(Field::Name, "w"),
        text(Field::Commune, HERE),
        text(Field::Commune, THERE),
        (Field::Commune, None),
        (Field::AgeMin, Some(json!(80))),
        (Field::AgeMin, Some(json!(10))),
        (Field::AgeMax, Some(json!(30))),
        (Field::AgeMax, None),
    ]);
    let made = (decided, 1..4u32, prop::collection::vec(0..6i64, 0..3));
    prop::collection::vec(made, 0..6).prop_map(|decisions| {
        let numbered = |(id, ((field, value), day, over))| Override {
            id,
            field,
            value,
            over,
            ..decision("", Some("x"), day)
        };
        (0..).zip(decisions).map(numbered).collect()
    })
}

fn some_curated() -> impl Strategy<Value = Curated> {
    let presences = prop::collection::vec((prop::sample::select(Presence::ALL), 1..4u32), 0..3);
    let field = prop::sample::select(vec![None, Some(Field::Name), Some(Field::Commune)]);
    let means = prop::sample::select(Means::ALL);
    let checks = prop::collection::vec((field, means, prop::option::of("[xyz]"), 1..4u32), 0..4);
    (some_overrides(), presences, checks).prop_map(|(overrides, presences, checks)| Curated {
        overrides,
        presence: (0..)
            .zip(presences)
            .map(|(id, (decided, day))| PresenceDecision { id, ..presence(decided, day) })
            .collect(),
        checks: (0..)
            .zip(checks)
            .map(|(id, (field, means, value, day))| {
                let made = checked(field, value.as_deref(), day);
                CheckMade { id, check: Check { means, ..made.check }, ..made }
            })
            .collect(),
    })
}

/// The same, in another order.
fn turned(curated: Curated) -> impl Strategy<Value = Curated> {
    let Curated { overrides, presence, checks } = curated;
    let turned = (Just(overrides).prop_shuffle(), Just(presence).prop_shuffle(), Just(checks).prop_shuffle());
    turned.prop_map(|(overrides, presence, checks)| Curated { overrides, presence, checks })
}

proptest! {
    #[test]
    fn the_order_of_sources_and_decisions_never_matters(
        ((records, shuffled), (curated, turned)) in (some_records(), some_curated()).prop_flat_map(
            |(records, curated)| (
                (Just(records.clone()), Just(records).prop_shuffle()),
                (Just(curated.clone()), turned(curated)),
            )
        ),
    ) {
        let order = Precedence::default();
        let resolution = resolve(&records, &curated, &order, at(21));
        prop_assert_eq!(&resolution, &resolve(&shuffled, &turned, &order, at(21)));

        if let (Some(min), Some(max)) = range(&resolution) {
            prop_assert!(min <= max, "a contradiction");
        }
        // All that is said is told, whether it is kept or not.
        for &field in Field::ALL {
            let said = records.iter().filter(|record| record.values.contains_key(&field)).count();
            let kept = matches!(resolution.provenance.get(&field), Some(Provenance::Source { .. }));
            let others = resolution.others.get(&field).map_or(0, Vec::len);
            prop_assert_eq!(usize::from(kept) + others, said, "{}", field);
        }
    }

    /// Whether it is there, and how lately it was checked, changes nothing else of what it says.
    #[test]
    fn presence_and_checks_change_nothing_else((records, curated) in (some_records(), some_curated())) {
        let order = Precedence::default();
        let resolution = resolve(&records, &curated, &order, at(21));
        let mut without = resolve(&records, &only(&curated.overrides), &order, at(21));
        prop_assert_eq!(&resolution.conflicts, &without.conflicts);
        match resolution.presence {
            None => prop_assert_eq!(resolution.withdrawn_at, without.withdrawn_at),
            Some(Presence::Kept) => prop_assert_eq!(resolution.withdrawn_at, None),
            Some(Presence::Hidden) => {
                let hidden = curated.presence.iter().filter(|decided| decided.presence == Presence::Hidden);
                prop_assert_eq!(resolution.withdrawn_at, hidden.map(|decided| decided.at).max());
            }
        }
        // The later of the two days, whoever says it.
        let day = |resolution: &Resolution| {
            resolution.values.get(&Field::VerifiedOn).map(|day| day.as_str().unwrap().parse().unwrap())
        };
        let last = CheckMade::last(&curated.checks, None).map(|made| made.check.day);
        prop_assert_eq!(day(&resolution), day(&without).max(last));

        let mut resolution = resolution;
        for resolution in [&mut resolution, &mut without] {
            resolution.values.remove(&Field::VerifiedOn);
            resolution.provenance.remove(&Field::VerifiedOn);
        }
        prop_assert_eq!(resolution.values, without.values);
        prop_assert_eq!(resolution.provenance, without.provenance);
    }
}
