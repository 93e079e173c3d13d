//! `make bench`: maille beside a server that only says hello, a bare tantivy, and PostgreSQL's own full text, on the same
//! listings and queries, in one run: `maille-bench PROGRAM DATE LISTINGS…`. `maille-bench matching PROGRAM LISTINGS` measures
//! that alone, and prints it.

mod hello;
mod load;
mod machine;
mod matching;
mod pages;
mod postgres;
mod program;
mod queries;
mod raw;
mod registers;
mod report;
mod tokens;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use maille_domain::Listing;
use maille_index::Node;
use maille_store::Store;
use maille_store::cluster::Cluster;
use maille_store::feed::Change;
use tempfile::TempDir;
use tokio::net::TcpListener;

use load::wrk;
use machine::Ours;
use pages::Page;
use program::Program;
use queries::{Kind, Sampler};
use registers::Register;
use report::{Imported, Measures, Pair, Row, Shown};
use tokens::Tokens;

/// Listings read of the store at once.
const PIECE: i64 = 2_000;
/// Connections of a throughput measure.
const MANY: usize = 16;

#[tokio::main]
async fn main() -> Result<()> {
    let usage = "usage: maille-bench PROGRAM DATE LISTINGS…, or maille-bench matching PROGRAM LISTINGS, under scripts/with-postgres";
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|argument| argument == "matching").is_some() {
        let program = PathBuf::from(arguments.next().context(usage)?);
        let listings = arguments.next().context(usage)?.parse().context(usage)?;
        let folder = folder()?;
        println!("{}", matching::measure(&program, folder.path(), listings).await?.table());
        return Ok(());
    }
    let program = PathBuf::from(arguments.next().context(usage)?);
    let date = arguments.next().context(usage)?;
    let mut tables = String::new();
    for listings in arguments {
        let measures = measure(&program, listings.parse().context(usage)?).await?;
        tables += &measures.table();
    }
    let page = report::page(&date, &machine::description()?, &versions()?, &tables);
    std::fs::write("docs/benchmarks.md", page)?;
    println!("{tables}");
    Ok(())
}

fn versions() -> Result<String> {
    let lock = include_str!("../../Cargo.lock");
    let of = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split_once('"')?.0))
    };
    let crates: Vec<String> = ["maille", "tantivy", "axum"].into_iter().filter_map(of).collect();
    Ok(format!("{}, PostgreSQL {}, wrk 4.1", crates.join(", "), postgres::version()?))
}

/// Says on standard error what comes next: a measure takes minutes.
fn say(what: &str) {
    eprintln!("bench: {what}");
}

fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("maille-bench").tempdir()?)
}

async fn measure(program: &Path, listings: usize) -> Result<Measures> {
    let folder = folder()?;
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data)?;
    let program = Program::new(program, &data);
    // Held from here on, so that no measure pays for its start.
    let cluster = Cluster::start(&data).await?;
    let directory = postgres::process_of(&cluster.folder().join("data"))?;
    let ours = Ours::with(&[directory, postgres::process()?]);
    let of_directory = Ours::only(directory);

    say(&format!("{listings} listings are generated"));
    let (watch, before) = (ours.watch()?, of_directory.seconds()?);
    program.run(&["generate", "--listings", &listings.to_string(), "--seed", "1"]).await?;
    let (generate, generate_postgres) = (watch.end()?, of_directory.seconds()? - before);

    say("the index is built");
    let watch = ours.watch()?;
    program.run(&["reindex"]).await?;
    let reindex = watch.end()?;
    let index_size = program::megabytes(&program.index())?;

    say("the others are given the same listings");
    let (all, tokens) = read(&cluster).await?;
    let mut sampler = Sampler::new(all.len());
    for listing in &all {
        sampler.take(listing);
    }
    let raw_folder = folder.path().join("raw");
    let watch = ours.watch()?;
    let bare = raw::build(&raw_folder, &all)?;
    let raw_build = watch.end()?;
    let raw_size = program::megabytes(&raw_folder)?;
    let watch = ours.watch()?;
    let postgres_size = postgres::build(folder.path(), &all)?;
    let postgres_build = watch.end()?;
    let mut imports = Vec::new();
    for register in Register::ALL {
        say(&format!("import {}, twice", register.format()));
        imports.push(import(program.binary(), folder.path(), register, &all).await?);
    }
    drop(all);
    let matched = matching::measure(program.binary(), folder.path(), listings).await?;

    say("hello");
    let served = serve(hello::router()).await?;
    let hello = wrk(folder.path(), &served.address, &["/".to_owned()], MANY).await?;
    served.stop();

    let mut rows: Vec<Row> = Vec::new();
    let server = program.serve().await?;
    let start = server.seconds;
    for kind in Kind::ALL {
        say(&format!("maille: {}", kind.label()));
        let queries = sampler.queries(kind);
        let watch = ours.watch()?;
        let paths: Vec<String> = queries.iter().map(|query| query.path(kind)).collect();
        let maille = pair(folder.path(), &server.address, &paths).await?;
        let others = watch.end()?.others;
        rows.push(Row { kind, node: load::Figures::default(), maille, raw: None, postgres: None, others });
    }
    let mut pages = Vec::new();
    for page in Page::ALL {
        say(page.label());
        let paths = page.paths(&sampler);
        let watch = ours.watch()?;
        let times = pair(folder.path(), &server.address, &paths).await?;
        pages.push(Shown { page, times, others: watch.end()?.others });
    }
    let memory = machine::memory(server.process()?)?;
    server.stop().await?;

    let node = Node::open(&program.index())?.context("the index was built")?;
    let served = serve(raw::router(bare, Arc::clone(&tokens))).await?;
    for row in &mut rows {
        let (kind, queries) = (row.kind, sampler.queries(row.kind));
        say(&format!("the others: {}", kind.label()));
        let watch = ours.watch()?;
        row.node = tokio::task::block_in_place(|| program::ask(&node, kind, &queries))?;
        if !matches!(kind, Kind::Full | Kind::Nearest) {
            let paths: Vec<String> = queries.iter().map(|query| raw::path(kind, query)).collect();
            row.raw = Some(pair(folder.path(), &served.address, &paths).await?);
            let ask = |connections| postgres::pgbench(folder.path(), kind, &queries, &tokens, connections);
            row.postgres =
                Some(tokio::task::block_in_place(|| anyhow::Ok(Pair { one: ask(1)?, sixteen: ask(MANY)? }))?);
        }
        row.others = row.others.max(watch.end()?.others);
    }
    served.stop();
    cluster.stop().await?;
    Ok(Measures {
        listings,
        generate,
        generate_postgres,
        imports,
        matched,
        reindex,
        raw_build,
        postgres_build,
        index_size,
        raw_size,
        postgres_size,
        start,
        memory,
        hello,
        rows,
        pages,
    })
}

/// Imports the same listings in a directory of their own, then once more.
async fn import(binary: &Path, folder: &Path, register: Register, listings: &[Listing]) -> Result<Imported> {
    let data = folder.join(register.format());
    std::fs::create_dir_all(&data)?;
    let file = data.join("fiches");
    register.write(&file, listings)?;
    let program = Program::new(binary, &data);
    let cluster = Cluster::start(&data).await?;
    let directory = postgres::process_of(&cluster.folder().join("data"))?;
    let ours = Ours::with(&[directory]);
    let file = file.to_str().context("the folder of the measure has a plain name")?;
    let arguments = ["import", register.format(), file, "--source", "mesure"];
    let watch = ours.watch()?;
    let peak = program.peak(&arguments).await?;
    let first = watch.end()?;
    let watch = ours.watch()?;
    let peak_again = program.peak(&arguments).await?;
    let again = watch.end()?;
    let size = std::fs::metadata(file)?.len() as f64 / 1e6;
    cluster.stop().await?;
    std::fs::remove_dir_all(&data)?;
    Ok(Imported { format: register.format(), size, first, again, peak: peak.max(peak_again) })
}

async fn pair(folder: &Path, address: &str, paths: &[String]) -> Result<Pair> {
    Ok(Pair { one: wrk(folder, address, paths, 1).await?, sixteen: wrk(folder, address, paths, MANY).await? })
}

/// The listings that a search may find, and what the tokens of territories are made of.
async fn read(cluster: &Cluster) -> Result<(Vec<Listing>, Arc<Tokens>)> {
    let store = Store::open(&[cluster.connect_options()]).await?;
    let (mut listings, mut tokens) = (Vec::new(), Tokens::default());
    store
        .snapshot(PIECE, |changes| {
            for change in changes {
                match change {
                    Change::Territory(territory) => tokens.territory(&territory),
                    Change::Listing(listing) if listing.searchable() => listings.push(*listing),
                    _ => {}
                }
            }
            Ok::<(), maille_store::Error>(())
        })
        .await?;
    store.close().await;
    Ok((listings, Arc::new(tokens)))
}

/// A server of this process.
struct Served {
    address: String,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    fn stop(self) {
        self.task.abort();
    }
}

async fn serve(router: Router) -> Result<Served> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    Ok(Served { address, task: tokio::spawn(axum::serve(listener, router).into_future()) })
}
