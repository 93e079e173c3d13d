//! What one would do without an engine: PostgreSQL's full text over the same listings, asked by pgbench with prepared
//! statements over the socket, without a server in front: it flatters it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use maille_domain::Listing;

use crate::load::{Figures, SECONDS};
use crate::queries::{Kind, Query};
use crate::raw;
use crate::tokens::Tokens;

const BEFORE: &str = "
drop table if exists listing;
create extension if not exists unaccent;
create extension if not exists pg_trgm;
do $$ begin
    create text search configuration fr (copy = french);
    alter text search configuration fr
        alter mapping for hword, hword_part, word, asciihword, hword_asciipart, asciiword with unaccent, french_stem;
exception when unique_violation then null; end $$;
create table listing (
    id uuid not null, name text not null, organization text, body text not null, coverage text[] not null,
    lat float8, lon float8, card text not null,
    tsv tsvector generated always as (
        setweight(to_tsvector('fr', name), 'A') || setweight(to_tsvector('fr', coalesce(organization, '')), 'B')
        || setweight(to_tsvector('fr', body), 'C')) stored
);
";

const COLUMNS: &str = "id, name, organization, body, coverage, lat, lon, card";

const AFTER: &str = "
create index on listing using gin (tsv);
create index on listing using gin (coverage);
create index on listing using gin (name gin_trgm_ops);
vacuum analyze listing;
";

/// Loads the listings and builds the indexes. Returns the size of all, in megabytes.
pub fn build(folder: &Path, listings: &[Listing]) -> Result<f64> {
    let file = folder.join("listings.csv");
    let mut rows = csv::Writer::from_path(&file)?;
    for listing in listings {
        rows.write_record(row(listing))?;
    }
    rows.flush()?;
    let copy = format!(
        "\\copy listing ({COLUMNS}) from '{}' with (format csv, force_not_null (body, name))\n",
        file.display()
    );
    psql(&format!("{BEFORE}{copy}{AFTER}"))?;
    let size = psql("select pg_total_relation_size('listing')")?;
    Ok(size.trim().parse::<f64>().context("a size in bytes")? / 1e6)
}

/// A listing, in the order of `COLUMNS`.
fn row(listing: &Listing) -> [String; 8] {
    let fields = &listing.fields;
    let site = fields.location.map(|site| site.point()).or(fields.commune().map(|commune| commune.point));
    let degrees = |degrees: Option<f64>| degrees.map(|degrees| degrees.to_string()).unwrap_or_default();
    let texts: Vec<&str> =
        [&fields.summary, &fields.description].into_iter().flatten().map(String::as_str).collect();
    [
        listing.id.to_string(),
        format!(
            "{} {} {}",
            fields.name,
            fields.category.acronym().unwrap_or_default(),
            fields.category.label()
        ),
        fields.organization.clone().unwrap_or_default(),
        texts.join(" "),
        format!("{{{}}}", Tokens::of_listing(listing).join(",")),
        degrees(site.map(|site| site.lat)),
        degrees(site.map(|site| site.lon)),
        raw::card(listing) + "}",
    ]
}

/// The version of the server.
pub fn version() -> Result<String> {
    Ok(psql("show server_version")?.trim().to_owned())
}

/// The process of the server of this run.
pub fn process() -> Result<u32> {
    let folder = psql("show data_directory")?;
    process_of(Path::new(folder.trim()))
}

/// The process of the server of a folder.
pub fn process_of(folder: &Path) -> Result<u32> {
    let text = std::fs::read_to_string(folder.join("postmaster.pid"))?;
    text.lines()
        .next()
        .and_then(|line| line.trim().parse().ok())
        .context("postmaster.pid begins with a number")
}

fn psql(script: &str) -> Result<String> {
    let mut child = Command::new("psql")
        .args(["--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"])
        .env("PGOPTIONS", "-c client_min_messages=warning")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("psql did not start: scripts/setup bench")?;
    child.stdin.take().context("psql reads its script")?.write_all(script.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "psql failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Asks these queries at random over so many connections.
pub fn pgbench(
    folder: &Path,
    kind: Kind,
    queries: &[Query],
    tokens: &Tokens,
    connections: usize,
) -> Result<Figures> {
    let folder = tempfile::tempdir_in(folder)?;
    let mut command = Command::new("pgbench");
    command.args(["--no-vacuum", "--protocol", "prepared", "--random-seed", "1", "--log"]);
    command.args(["--client", &connections.to_string(), "--jobs", &connections.min(2).to_string()]);
    command.args(["--time", &SECONDS.to_string(), "--log-prefix"]).arg(folder.path().join("times"));
    for (number, query) in queries.iter().enumerate() {
        let file = folder.path().join(format!("{number}.sql"));
        std::fs::write(&file, statement(kind, query, tokens))?;
        command.arg("--file").arg(file);
    }
    let output = command.output().context("pgbench did not start: scripts/setup bench")?;
    ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut times = Vec::new();
    for entry in std::fs::read_dir(folder.path())?.flatten() {
        if entry.file_name().to_string_lossy().starts_with("times") {
            let text = std::fs::read_to_string(entry.path())?;
            // client, transaction, microseconds, …
            let column = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok());
            times.extend(column.map(|microseconds| microseconds / 1e3));
        }
    }
    Ok(Figures::of(times, SECONDS as f64))
}

fn statement(kind: Kind, query: &Query, tokens: &Tokens) -> String {
    let words = query.words.replace('\'', "''");
    let asked = match kind {
        Kind::Prefix => format!("to_tsquery('fr', '{words}:*')"),
        _ => format!("plainto_tsquery('fr', '{words}')"),
    };
    let Some(commune) = query.commune else {
        return format!(
            "select card from listing, {asked} as asked where tsv @@ asked order by ts_rank(tsv, asked) desc limit 20;"
        );
    };
    let here: Vec<String> =
        tokens.of_commune(commune).into_iter().map(|token| format!("'{token}'")).collect();
    let point = commune.point;
    format!(
        "select card, km from (select card, ts_rank(tsv, asked) as fit, \
         sqrt(((lat - {lat}) * 111.2) ^ 2 + ((lon - {lon}) * 111.2 * cos(radians({lat}))) ^ 2) as km \
         from listing, {asked} as asked where tsv @@ asked and coverage && array[{here}]) as found \
         order by fit / (1 + coalesce(km, 100) / 30) desc limit 20;",
        lat = point.lat,
        lon = point.lon,
        here = here.join(", "),
    )
}
