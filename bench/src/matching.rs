//! A second source that describes most of the same things, as another register would write them: what it costs to find out.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use maille_domain::Fields;
use maille_domain::clock::{Clock, SystemClock};
use maille_importers::csv::Export;
use maille_importers::synthetic::{Dice, Synthetic, Wanted};
use maille_store::Store;
use maille_store::cluster::Cluster;
use maille_store::duplicate::Asked;
use maille_store::listing::Cause;
use maille_territory::fold;

use crate::machine::{Ours, Spent};
use crate::program::Program;
use crate::{postgres, say};

/// The seed of the directory that `maille generate` makes, and that of what the second source makes of it.
const SEED: u64 = 1;
const SEED_OF_VARIATIONS: u64 = 2;
/// Of the second source's records, one in so many is of something that the first does not know.
const NEW: u64 = 10;
/// Of its records, one in so many says something else the second time.
const CHANGED: u64 = 100;

/// What was measured.
pub struct Matched {
    /// The first source, alone.
    pub first: Spent,
    /// The second, against all of the first.
    pub second: Spent,
    /// The second again, a hundredth of it changed.
    pub again: Spent,
    /// Everything found again from nothing.
    pub from_nothing: Spent,
    /// Most megabytes that the program held while it read the second.
    pub peak: f64,
    /// Pairs that are one listing.
    pub linked: usize,
    /// Pairs that wait for a person.
    pub proposed: usize,
}

/// Measures in a directory of its own.
pub async fn measure(binary: &Path, folder: &Path, listings: usize) -> Result<Matched> {
    let data = folder.join("matching");
    std::fs::create_dir_all(&data)?;
    let program = Program::new(binary, &data);
    let cluster = Cluster::start(&data).await?;
    let ours = Ours::with(&[postgres::process_of(&cluster.folder().join("data"))?]);

    say("matching: the first source");
    let watch = ours.watch()?;
    program.run(&["generate", "--listings", &listings.to_string(), "--seed", &SEED.to_string()]).await?;
    let first = watch.end()?;

    say("matching: the second source");
    let file = data.join("second.csv");
    let path = file.to_str().context("the folder of the measure has a plain name")?;
    let import = ["import", "csv", path, "--source", "autre-registre"];
    write(&file, listings as u64, false)?;
    let watch = ours.watch()?;
    let peak = program.peak(&import).await?;
    let second = watch.end()?;

    say("matching: the second source, a hundredth changed");
    write(&file, listings as u64, true)?;
    let watch = ours.watch()?;
    program.run(&import).await?;
    let again = watch.end()?;

    say("matching: from nothing");
    let store = Store::open(&[cluster.connect_options()]).await?;
    let cause =
        Cause { author: "mesure".to_owned(), reason: "mesure".to_owned(), run: None, at: SystemClock.now() };
    let watch = ours.watch()?;
    store.match_again(&cause).await?;
    let from_nothing = watch.end()?;
    let linked = store.duplicates(Asked::Linked).await?.len();
    let proposed = store.duplicates(Asked::Proposed).await?.len();
    store.close().await;
    cluster.stop().await?;
    std::fs::remove_dir_all(&data)?;
    Ok(Matched { first, second, again, from_nothing, peak, linked, proposed })
}

/// Writes the second source: the records of the first but for its first tenth, and as many that it does not have.
fn write(path: &Path, listings: u64, changed: bool) -> Result<()> {
    let new = listings / NEW;
    let all = Synthetic::new(Wanted { listings: listings + new, seed: SEED });
    let mut export = Export::default();
    for (number, record) in (0_u64..).zip(all).skip(usize::try_from(new)?) {
        let mut dice = Dice::of(SEED_OF_VARIATIONS, number);
        let mut fields = as_another_writes(Fields::from_values(record?.values)?, &mut dice);
        if changed && number % CHANGED == 0 {
            fields.phone = vec![format!("019900{:04}", dice.below(10_000)).parse()?];
            fields.referral = Some("Sur rendez-vous désormais".to_owned());
        }
        export.add(&format!("autre-{number}"), &fields)?;
    }
    let mut file = BufWriter::new(File::create(path)?);
    export.write(&mut file)?;
    file.flush().context("the file of the measure is written")
}

/// The same thing in another register: capitals, abbreviated streets, another number, and much that it does not say.
fn as_another_writes(known: Fields, dice: &mut Dice) -> Fields {
    let mut fields = Fields::new(known.name.clone(), known.category);
    if dice.chance(40) {
        fields.name = fold(&known.name).to_uppercase();
    } else if dice.chance(20)
        && let Some(commune) = known.commune()
    {
        fields.name = format!("{} – {}", known.name, commune.name);
    }
    if dice.chance(50) {
        fields.organization.clone_from(&known.organization);
    }
    if dice.chance(80) {
        let street = known.address.as_deref();
        fields.address = street.map(|street| street.replace("avenue", "AV").replace("boulevard", "BD"));
    }
    match dice.below(100) {
        0..=14 => {}
        15..=24 => fields.phone.extend(format!("019900{:04}", dice.below(10_000)).parse()),
        _ => fields.phone.clone_from(&known.phone),
    }
    if dice.chance(30) {
        fields.email.clone_from(&known.email);
    }
    if dice.chance(40) {
        fields.coverage.clone_from(&known.coverage);
    }
    if dice.chance(70) {
        fields.location = known.location;
    }
    fields.hours.clone_from(&known.hours);
    fields.commune = known.commune;
    fields.postal_code = known.postal_code;
    fields.status = known.status;
    fields
}
