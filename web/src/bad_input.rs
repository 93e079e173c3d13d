//! Whatever is asked, an answer or a clear problem, never an error of ours: known bad input, then random requests.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use maille_domain::Category;
use maille_domain::request::{Off, Sort};
use maille_domain::vocabulary::{Audience, Mode, Theme};
use maille_territory::{PlaceKind, france};

use crate::extract::encode;
use crate::testing::dice::Dice;
use crate::testing::{Answered, answer, get, html, state};

fn encoded(text: &str) -> String {
    let mut out = String::new();
    encode(text, &mut out);
    out
}

/// Asks the API and the page; both must answer with this status.
async fn both(query: &str, status: u16) -> (Answered, Answered) {
    let api = get(&format!("/api/v1/search?{query}")).await;
    let page = get(&format!("/recherche?{query}")).await;
    let short: String = query.chars().take(200).collect();
    assert_eq!((api.status.as_u16(), page.status.as_u16()), (status, status), "{short}");
    judge("/api/v1/search", &api).unwrap_or_else(|wrong| panic!("{wrong}: {short}"));
    judge("/recherche", &page).unwrap_or_else(|wrong| panic!("{wrong}: {short}"));
    (api, page)
}

/// What is wrong with an answer, if anything.
fn judge(path: &str, answered: &Answered) -> Result<(), String> {
    let status = answered.status.as_u16();
    if status >= 500 {
        return Err(format!("{status}"));
    }
    if path.starts_with("/api/") {
        let json: serde_json::Value =
            serde_json::from_str(&answered.body).map_err(|error| format!("{error}: {}", answered.body))?;
        let named = json["errors"].as_array().is_some_and(|errors| !errors.is_empty());
        let is_problem = answered.header("content-type") == "application/problem+json";
        return match status {
            200 if !is_problem => Ok(()),
            400 if is_problem && named => Ok(()),
            404 if is_problem => Ok(()),
            _ => Err(format!("{status} {json}")),
        };
    }
    if !matches!(status, 200 | 400) {
        return Err(format!("{status}"));
    }
    for markup in ["<script>", "<img", "<b>", "javascript:"] {
        if answered.body.contains(markup) {
            return Err(format!("{markup} got into the page"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn texts_that_say_nothing_are_answered() {
    for text in [
        "",
        "   ",
        "de la pour avec chez",
        "?!…",
        "🙂🙃👩🏽‍⚕️",
        "\u{202e}سيتي\u{202c} مساعدة في المنزل",
        "עזרה בבית",
        "\u{0}",
        "a\u{0}b\u{1}\u{7f}\u{85}\u{2028}",
        "\u{feff}\u{200b}\u{200d}",
        "e\u{301}\u{301}\u{301}\u{301}",
        "ﬁ ﬀ Ⅷ ㎏ İ ẞ",
    ] {
        both(&format!("q={}&commune=92007", encoded(text)), 200).await;
        both(&format!("q={}", encoded(text)), 200).await;
    }
    let (api, page) = both("q=&commune=92007", 200).await;
    assert_eq!(api.json()["interpretation"]["place"]["code"], "92007");
    html::check(&page.body);
    assert!(api.json()["total"].as_u64().unwrap() > 0, "an empty need in a place is everybody who serves it");
}

#[tokio::test]
async fn operators_sql_and_markup_are_words() {
    for text in [
        "\"équipe mobile\" AND (géria* OR -emg) ^2 ~",
        "category:emg +ccas NOT mdph [a TO z] {",
        "'; DROP TABLE listing; --",
        "1' OR '1'='1",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "\"><b>gras</b> &lt; &amp; {{ 7*7 }} ${7*7}",
        "..\\..\\/etc/passwd %2e%2e",
    ] {
        let (_, page) = both(&format!("q={0}&commune=92007", encoded(text)), 200).await;
        html::check(&page.body.replace(&*html_of(text), ""));
    }
    let (_, page) = both(&format!("q={}", encoded("<script>alert(1)</script>")), 200).await;
    assert!(
        page.body.contains("value=\"&#60;script&#62;alert(1)&#60;/script&#62;\""),
        "given back as it was typed"
    );
}

/// A text as the templates escape it.
fn html_of(text: &str) -> String {
    let escaped = |c: char| match c {
        '<' | '>' | '&' | '"' | '\'' => format!("&#{};", u32::from(c)),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}

#[tokio::test]
async fn long_texts_are_read_in_part() {
    for text in ["équipe mobile ".repeat(720), "a".repeat(10_000), "é".repeat(10_000), "1".repeat(10_000)] {
        assert!(text.chars().count() >= 10_000);
        both(&format!("q={}&commune=92007", encoded(&text)), 200).await;
    }
    let (api, _) = both(&format!("commune={}", "9".repeat(10_000)), 400).await;
    assert_eq!(api.wrong(), ["commune"]);
    assert!(api.body.len() < 1_000, "what was found is quoted in short");
}

#[tokio::test]
async fn numbers_out_of_range_are_named() {
    for (query, wrong) in [
        ("offset=10001", "offset"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999999999", "offset"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("age=131", "age"),
        ("age=NaN", "age"),
        ("lat=NaN&lon=2", "lat"),
        ("lat=48&lon=1e309", "lon"),
        ("radius_km=-3&commune=92007", "radius_km"),
        ("radius_km=inf&commune=92007", "radius_km"),
        ("open_at=2026-02-30T25:61:00Z", "open_at"),
        ("q=%zz", "q"),
        ("q=%ff%fe", "q"),
        ("category=%00", "category"),
        ("place=commune:", "place"),
        ("place=commune:99999", "place"),
    ] {
        let (api, page) = both(query, 400).await;
        assert_eq!(api.wrong(), [wrong], "{query}");
        html::check(&page.body);
    }
    let (api, page) = both("q=ccas&offset=10000", 200).await;
    assert_eq!(api.json()["hits"], serde_json::json!([]), "beyond the last one there is nobody");
    html::check(&page.body);
    both("open_at=9999-12-31T23:59:59Z", 200).await;
    both("open_at=0001-01-01T00:00:00Z", 200).await;
}

#[tokio::test]
async fn criteria_that_contradict_one_another_find_nobody() {
    let (api, page) =
        both("category=ccas&audience=femmes&age=0&mode=rue&theme=enfance-perinatalite&commune=92007", 200)
            .await;
    assert_eq!((&api.json()["total"], &api.json()["answered"]), (&0.into(), &false.into()));
    html::check(&page.body);
    let (api, _) = both("commune=92007&place=commune:31555", 400).await;
    assert_eq!(api.wrong(), ["place"]);
    let (api, _) = both("sort=name&sort=distance", 400).await;
    assert_eq!(api.wrong(), ["sort"]);
    both("commune=92007&off=place,category,audience,age,mode,time,correction,category:emg&category=emg", 200)
        .await;
}

#[tokio::test]
async fn communes_merged_away_and_overseas_are_places() {
    for (asked, found) in
        [("49018", "49018"), ("14712", "14712"), ("97411", "97411"), ("97502", "97502"), ("98818", "98818")]
    {
        let (api, page) = both(&format!("q=aide&place=commune:{asked}"), 200).await;
        let place = api.json()["interpretation"]["place"].clone();
        assert_eq!(place["kind"], "commune", "{asked}");
        assert_eq!(place["code"], found, "{asked}");
        html::check(&page.body);
    }
    // Clefs-Val d’Anjou is part of Baugé-en-Anjou since 2016: its code still leads there.
    for asked in ["place=commune:49101", "commune=49101"] {
        let api = both(&format!("q=aide&{asked}"), 200).await.0;
        assert_eq!(api.json()["interpretation"]["place"]["code"], "49018", "{asked}");
    }
}

/// Real-looking requests, as the thesaurus has them.
fn phrasings() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/thesaurus");
    let mut phrasings = Vec::new();
    for folder in [folder.join("kinds"), folder] {
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                phrasings.extend(text.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    // The order of a folder is not the same everywhere.
    phrasings.sort_unstable();
    phrasings.extend(Category::all().map(|kind| kind.label().to_owned()));
    phrasings
}

const ODD: [&str; 24] = [
    "\u{0}",
    "\u{7}",
    "\u{85}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{301}",
    "\u{1f469}\u{200d}\u{2695}\u{fe0f}",
    "ß",
    "İ",
    "ﬁ",
    "ǅ",
    "\u{10ffff}",
    "\u{fffd}",
    "'",
    "\"",
    "<b>",
    "&amp;",
    "%",
    "ʼ",
    "٣",
    "Ⅷ",
    "\n",
    " ",
];

/// What random requests are made of.
struct Words {
    phrasings: Vec<String>,
}

impl Words {
    fn place(dice: &mut Dice) -> String {
        let commune = dice.one(france().communes());
        match dice.roll(6) {
            0 => commune.code.to_string(),
            1 => dice.one(&["92220", "31400", "97400", "13001", "20000", "75014", "00000"]).to_string(),
            2 => dice
                .one(&["Paris", "Saint-Denis", "Lyon 3e", "la réunion", "Hauts-de-Seine", "92", "2A"])
                .to_string(),
            _ => commune.name.to_string(),
        }
    }

    fn text(&self, dice: &mut Dice) -> String {
        let mut text = dice.one(&self.phrasings).clone();
        if dice.once_in(3) {
            text = format!(
                "{text} {}",
                dice.one(&["à", "", "près de", "pour un enfant de", "ce soir", "82 ans"])
            );
        }
        if dice.once_in(3) {
            text = format!("{text} {}", Words::place(dice));
        }
        if dice.once_in(4) {
            text = format!("{text} {}", dice.one(&self.phrasings));
        }
        self.mutated(&text, dice)
    }

    /// Swaps, cuts, repeats, odd characters, and pieces of something else.
    fn mutated(&self, text: &str, dice: &mut Dice) -> String {
        let mut text: Vec<char> = text.chars().collect();
        for _ in 0..dice.roll(4) {
            let at = dice.roll(text.len() + 1);
            let to = (at + dice.roll(8)).min(text.len());
            match dice.roll(8) {
                0 if at < text.len() => text.swap(at, 0),
                1 => drop(text.drain(at..to)),
                2 => text.truncate(at),
                3 => {
                    let most = if dice.once_in(20) { 200 } else { 3 };
                    let times = 1 + dice.roll(most);
                    let piece = text[at..to].repeat(times);
                    text.splice(at..at, piece);
                }
                4 => drop(text.splice(at..at, dice.one(&ODD).chars())),
                5 => drop(text.splice(at..to, dice.one(&self.phrasings).chars())),
                6 => text[at..to].reverse(),
                _ => text = text.iter().flat_map(|c| c.to_uppercase()).collect(),
            }
        }
        text.into_iter().collect()
    }

    fn number(dice: &mut Dice) -> String {
        let odd =
            ["", "NaN", "-0", "1e309", "inf", "99999999999999999999", "0x10", "1,5", "٣", "-1", "1e-320"];
        match dice.roll(24) {
            0 => (*dice.one(&odd)).to_owned(),
            1 => dice.roll(20_000).to_string(),
            _ => (1 + dice.roll(100)).to_string(),
        }
    }

    /// Degrees, most of them French.
    fn degrees(from: usize, dice: &mut Dice) -> String {
        match dice.roll(8) {
            0 => Words::number(dice),
            _ => format!("{}.{:06}", from + dice.roll(4), dice.roll(1_000_000)),
        }
    }

    fn codes(&self, known: &[&str], dice: &mut Dice) -> String {
        let codes: Vec<&str> = (0..=dice.roll(3)).map(|_| *dice.one(known)).collect();
        let codes = codes.join(",");
        if dice.once_in(12) { self.mutated(&codes, dice) } else { codes }
    }

    fn value(&self, parameter: &str, dice: &mut Dice) -> String {
        let all = |codes: Vec<&'static str>, dice: &mut Dice| self.codes(&codes, dice);
        match parameter {
            "q" => self.text(dice),
            "commune" => {
                let place = Words::place(dice);
                if dice.once_in(8) { self.mutated(&place, dice) } else { place }
            }
            "place" => {
                let kind = *dice.one(&PlaceKind::ALL.map(PlaceKind::as_str));
                let code = ["92007", "92", "11", "243100518", "dac-92-sud", "75112", "", "97502"];
                format!("{kind}:{}", dice.one(&code))
            }
            "category" => all(Category::all().map(Category::code).collect(), dice),
            "audience" => all(Audience::ALL.iter().map(|code| code.code()).collect(), dice),
            "mode" => all(Mode::ALL.iter().map(|code| code.code()).collect(), dice),
            "theme" => all(Theme::ALL.iter().map(|code| code.code()).collect(), dice),
            "sort" => dice.one(Sort::ALL).code().to_owned(),
            "off" => all(
                Off::ALL
                    .iter()
                    .map(|code| code.code())
                    .chain(["category:emg", "category:x", "age:emg"])
                    .collect(),
                dice,
            ),
            "facets" => (*dice.one(&["true", "false", "oui"])).to_owned(),
            "total" => (*dice.one(&["exact", "estimate", "1"])).to_owned(),
            "open_at" => {
                let instants = [
                    "now",
                    "2026-11-22T03:00:00Z",
                    "2026-03-29T02:30:00+01:00",
                    "9999-12-31T23:59:59Z",
                    "hier",
                    "0000-01-01T00:00:00Z",
                ];
                (*dice.one(&instants)).to_owned()
            }
            "lat" => Words::degrees(44, dice),
            _ => Words::number(dice),
        }
    }

    /// The request of this number for this seed: a path and its query.
    fn request(&self, seed: u64, number: u64) -> (&'static str, String) {
        const OTHERS: [&str; 17] = [
            "commune",
            "commune",
            "place",
            "lat",
            "radius_km",
            "category",
            "audience",
            "age",
            "mode",
            "theme",
            "open_at",
            "sort",
            "limit",
            "offset",
            "facets",
            "total",
            "off",
        ];
        let mut dice = Dice::of(seed, number);
        let path = match dice.roll(20) {
            0..=2 => "/recherche",
            3..=4 => "/api/v1/suggest",
            5 => "/api/v1/places",
            _ => "/api/v1/search",
        };
        let mut parameters = vec!["q"];
        parameters.extend((0..dice.roll(5)).map(|_| *dice.one(&OTHERS)));
        let mut pairs = Vec::new();
        for parameter in parameters {
            pairs.push(format!("{parameter}={}", encoded(&self.value(parameter, &mut dice))));
            if parameter == "lat" {
                pairs.push(format!("lon={}", encoded(&Words::degrees(0, &mut dice))));
            }
        }
        let mut query = format!("?{}", pairs.join("&"));
        if dice.once_in(200) {
            query.push_str(dice.one::<&str>(&["%", "%zz", "&%FF=1", "%c3%28", "&&==", "&q", ";", "&q=%00"]));
        }
        (path, query)
    }
}

/// A number from the environment, so that `make soak` asks for more than `make test`.
fn asked_for(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a whole number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_at_all_is_an_error_of_ours() {
    let seed = asked_for("MAILLE_FUZZ_SEED", 92_007);
    let queries = asked_for("MAILLE_FUZZ_QUERIES", 20_000);
    println!("seed {seed}, {queries} requests");
    let words = Arc::new(Words { phrasings: phrasings() });
    let next = Arc::new(AtomicU64::new(0));
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let site = crate::router(state());
    let ask = |site: Router, words: Arc<Words>, next: Arc<AtomicU64>| async move {
        let mut answers = 0;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= queries {
                return answers;
            }
            let (path, query) = words.request(seed, number);
            let request = Request::get(format!("{path}{query}")).body(Body::empty()).unwrap();
            let answered = answer(site.clone(), request).await;
            if let Err(wrong) = judge(path, &answered) {
                panic!("seed {seed}, request {number}: {wrong}\n{path}{query}");
            }
            answers += u64::from(answered.status == 200);
        }
    };
    let workers: Vec<_> = (0..workers)
        .map(|_| tokio::spawn(ask(site.clone(), Arc::clone(&words), Arc::clone(&next))))
        .collect();
    let mut answers = 0;
    for worker in workers {
        answers += worker.await.unwrap();
    }
    println!("{answers} answers, {} problems", queries - answers);
    assert!(answers > queries / 3, "most requests look real: {answers} answers of {queries}");
}
