//! The tables, in French like the other guides.

use std::fmt::Write;

use crate::load::Figures;
use crate::machine::Spent;
use crate::matching::Matched;
use crate::pages::Page;
use crate::queries::Kind;

/// Share of the machine beyond which a run measures the others.
const NOISY: f64 = 0.2;
const NOISE: &str = "> **Passage bruyant** : d’autres processus prenaient la machine (dernière colonne). Ces chiffres disent que la mesure \
     fonctionne, pas ce que maille peut : à refaire sur une machine calme.\n\n";

/// What was measured at one size.
pub struct Measures {
    pub listings: usize,
    /// `maille generate`, and the part of its processor time that Postgres took.
    pub generate: Spent,
    pub generate_postgres: f64,
    /// The same listings as files of registers.
    pub imports: Vec<Imported>,
    /// A second source of the same things.
    pub matched: Matched,
    pub reindex: Spent,
    pub raw_build: Spent,
    pub postgres_build: Spent,
    /// Megabytes.
    pub index_size: f64,
    pub raw_size: f64,
    pub postgres_size: f64,
    /// Seconds from the start of the server to its first answer.
    pub start: f64,
    /// Megabytes of the server after its load: anonymous, resident.
    pub memory: (f64, f64),
    pub hello: Figures,
    pub rows: Vec<Row>,
    pub pages: Vec<Shown>,
}

/// The same listings as a file of one format.
pub struct Imported {
    pub format: &'static str,
    /// Megabytes of the file.
    pub size: f64,
    pub first: Spent,
    /// Once more, without a change.
    pub again: Spent,
    /// Most megabytes that the program held.
    pub peak: f64,
}

/// One kind of query.
pub struct Row {
    pub kind: Kind,
    pub node: Figures,
    pub maille: Pair,
    pub raw: Option<Pair>,
    pub postgres: Option<Pair>,
    /// The largest share of the machine that others took during one of its blocks.
    pub others: f64,
}

/// One kind of page.
pub struct Shown {
    pub page: Page,
    pub times: Pair,
    /// The largest share of the machine that others took.
    pub others: f64,
}

/// The same queries over one connection, and over sixteen.
#[derive(Clone, Copy)]
pub struct Pair {
    pub one: Figures,
    pub sixteen: Figures,
}

impl Measures {
    /// The tables of one size.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let thousands = self.listings / 1_000;
        let _ = writeln!(text, "## {thousands} 000 fiches\n");
        let others = self.rows.iter().map(|row| row.others).chain(self.pages.iter().map(|page| page.others));
        if others.fold(0.0, f64::max) > NOISY {
            text.push_str(NOISE);
        }
        text.push_str("| requête | maille dans le processus p50 / p95 / p99 | HTTP, 1 connexion p50 / p95 / p99 | HTTP, 16 connexions p50 / p95 / p99 | par seconde | part de bonjour | tantivy nu | part du nu | PostgreSQL | × PostgreSQL | autres |\n");
        text.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for row in &self.rows {
            let qps = row.maille.sixteen.per_second;
            let rival = |pair: Option<Pair>| pair.map(|pair| pair.sixteen.per_second);
            let (raw, postgres) = (rival(row.raw), rival(row.postgres));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | **{qps:.0}** | {:.1} % | {} | {} | {} | {} | {:.0} % |",
                row.kind.label(),
                times(row.node),
                times(row.maille.one),
                times(row.maille.sixteen),
                qps / self.hello.per_second * 100.0,
                or_dash(raw, |raw| format!("{raw:.0}")),
                or_dash(raw, |raw| format!("{:.0} %", qps / raw * 100.0)),
                or_dash(postgres, |postgres| format!("{postgres:.0}")),
                or_dash(postgres, |postgres| format!("× {:.1}", qps / postgres)),
                row.others * 100.0,
            );
        }
        let _ = writeln!(
            text,
            "| bonjour (axum) | – | – | {} | {:.0} | 100 % | – | – | – | – | – |\n",
            times(self.hello),
            self.hello.per_second
        );
        text.push_str("Une connexion, p50 / p95 / p99 en ms :\n\n| requête | maille | tantivy nu | PostgreSQL |\n| --- | --- | --- | --- |\n");
        for row in &self.rows {
            let one = |pair: Option<Pair>| or_dash(pair, |pair| times(pair.one));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                row.kind.label(),
                times(row.maille.one),
                one(row.raw),
                one(row.postgres)
            );
        }
        text.push_str("\n| page | 1 connexion p50 / p95 / p99 | 16 connexions p50 / p95 / p99 | par seconde | autres |\n| --- | --- | --- | --- | --- |\n");
        for Shown { page, times: pair, others } in &self.pages {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {:.0} | {:.0} % |",
                page.label(),
                times(pair.one),
                times(pair.sixteen),
                pair.sixteen.per_second,
                others * 100.0,
            );
        }
        let count = self.listings as f64;
        text.push_str("\n| construire | durée | processeur | fiches par seconde | disque | autres |\n| --- | --- | --- | --- | --- | --- |\n");
        let postgres_share = self.generate_postgres / self.generate.cpu * 100.0;
        for (what, spent, size) in [
            (
                format!(
                    "maille generate : inventer, comparer, écrire (Postgres : {postgres_share:.0} % du processeur)"
                ),
                self.generate,
                None,
            ),
            ("maille reindex : de Postgres à l’index".to_owned(), self.reindex, Some(self.index_size)),
            ("tantivy nu : depuis la mémoire".to_owned(), self.raw_build, Some(self.raw_size)),
            ("PostgreSQL : COPY et index".to_owned(), self.postgres_build, Some(self.postgres_size)),
        ] {
            let _ = writeln!(
                text,
                "| {what} | {:.1} s | {:.1} s | {:.0} | {} | {:.0} % |",
                spent.wall,
                spent.cpu,
                count / spent.wall,
                or_dash(size, |megabytes| format!("{megabytes:.0} Mo")),
                spent.others * 100.0,
            );
        }
        text.push_str("\n| importer | fichier | la première fois | processeur | sans changement | rapport | mémoire au plus | autres |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for Imported { format, size, first, again, peak } in &self.imports {
            let _ = writeln!(
                text,
                "| {format} | {size:.0} Mo | **{:.1} s** | {:.1} s | {:.1} s | × {:.1} | {peak:.0} Mo | {:.0} % |",
                first.wall,
                first.cpu,
                again.wall,
                first.wall / again.wall,
                first.others.max(again.others) * 100.0,
            );
        }
        let _ = writeln!(text, "\n{}", self.matched.table());
        let (anonymous, resident) = self.memory;
        let _ = writeln!(
            text,
            "Le nœud après la charge : {anonymous:.0} Mo de mémoire anonyme, {resident:.0} Mo en tout (le reste est le fichier \
             d’index, projeté). Du lancement à la première réponse, index déjà là : {:.2} s.\n",
            self.start
        );
        text
    }
}

impl Matched {
    /// What each step costs.
    pub fn table(&self) -> String {
        let mut text = "| rapprocher | durée | processeur | autres |\n| --- | --- | --- | --- |\n".to_owned();
        for (what, spent) in [
            ("la première source, seule", self.first),
            ("la seconde, face à la première", self.second),
            ("la seconde encore, un centième changé", self.again),
            ("tout, de rien", self.from_nothing),
        ] {
            let Spent { wall, cpu, others } = spent;
            let _ = writeln!(text, "| {what} | **{wall:.1} s** | {cpu:.1} s | {:.0} % |", others * 100.0);
        }
        let Matched { linked, proposed, peak, .. } = self;
        let _ = writeln!(
            text,
            "\n{linked} paires font une fiche, {proposed} attendent quelqu’un ; l’import de la seconde a tenu {peak:.0} Mo au plus, \
             Postgres à part."
        );
        text
    }
}

fn times(figures: Figures) -> String {
    format!("{:.2} / {:.2} / {:.2}", figures.p50, figures.p95, figures.p99)
}

fn or_dash<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), write)
}

/// What surrounds the tables in `docs/benchmarks.md`.
pub fn page(date: &str, machine: &str, versions: &str, tables: &str) -> String {
    format!(
        "# Mesures\n\n\
         Écrit par `make bench` (`FULL=1` : le million aussi). Mesuré le {date}.\n\n\
         - Machine : {machine} ; le client et le serveur se partagent les mêmes cœurs.\n\
         - Versions : {versions}.\n\n\
         {tables}\
         {METHOD}"
    )
}

const METHOD: &str = include_str!("method.md");
