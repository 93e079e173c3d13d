//! What can be measured of a running server, in Prometheus's text: `/metrics`, answered to this machine alone.
//!
//! Names are in English, as those of every exporter; `docs/exploitation.md` says what to watch.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::{
    Gauge, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
    with_local_recorder,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use crate::error::{Error, Missing};
use crate::state::WebState;

const REQUESTS: &str = "maille_http_requests_total";
const DURATION: &str = "maille_http_request_duration_seconds";
const IN_FLIGHT: &str = "maille_http_requests_in_flight";
const LISTINGS: &str = "maille_index_listings";
const CURSOR: &str = "maille_index_cursor";
const FEED_HEAD: &str = "maille_feed_head";
const FEED_AGE: &str = "maille_feed_age_seconds";
const HEALTH: &str = "maille_health_check";
const BUILD: &str = "maille_build_info";
const RESIDENT: &str = "process_resident_memory_bytes";
const ANONYMOUS: &str = "process_anonymous_memory_bytes";
const CPU: &str = "process_cpu_seconds_total";

/// Upper bounds of the durations that are counted together, in seconds.
const BOUNDS: [f64; 13] = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The measures of one server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    // Ours and not the process's: two servers of one test do not count together.
    recorder: Arc<PrometheusRecorder>,
    feed: Arc<Mutex<Option<FeedSeen>>>,
}

#[derive(Debug, Clone, Copy)]
struct FeedSeen {
    head: i64,
    at: Instant,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// Nothing has been counted yet.
    pub fn new() -> Metrics {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&BOUNDS)
            .expect("there is at least one bound")
            .build_recorder();
        with_local_recorder(&recorder, || {
            describe_counter!(REQUESTS, "Requests answered, by route, method and class of status");
            describe_histogram!(DURATION, "Seconds until the answer begins, by route");
            describe_gauge!(IN_FLIGHT, "Requests being answered");
            describe_gauge!(LISTINGS, "Listings in the index, withdrawn ones included");
            describe_gauge!(CURSOR, "Position in the change feed that searches are answered from");
            describe_gauge!(FEED_HEAD, "End of the change feed when it was last read");
            describe_gauge!(FEED_AGE, "Seconds since the end of the change feed was last read");
            describe_gauge!(HEALTH, "1 when the check of /health/ready is ok, else 0");
            describe_gauge!(BUILD, "1, for the version that runs");
            describe_gauge!(RESIDENT, "Memory in use, mapped files included");
            describe_gauge!(ANONYMOUS, "Memory in use that is not a mapped file");
            describe_counter!(CPU, "Processor time, in whole seconds");
        });
        let metrics = Metrics { recorder: Arc::new(recorder), feed: Arc::default() };
        metrics.upkeep();
        metrics
    }

    /// The end of the change feed, as the follower has just read it.
    pub fn set_feed(&self, head: i64) {
        let seen = FeedSeen { head, at: Instant::now() };
        *self.feed.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    /// Sorts the durations measured since the last time: to be called every few seconds, as each one is kept until then.
    pub fn upkeep(&self) {
        self.recorder.handle().run_upkeep();
    }

    /// Counts a request as being answered until the value is dropped.
    pub(crate) fn in_flight(&self) -> InFlight {
        let gauge = with_local_recorder(&*self.recorder, || gauge!(IN_FLIGHT));
        gauge.increment(1.0);
        InFlight(gauge)
    }

    /// Counts an answer. `route` and `method` are one of a few: each value is a series of its own, for ever.
    pub(crate) fn answered(&self, route: &str, method: &'static str, status: StatusCode, duration: Duration) {
        let class = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        with_local_recorder(&*self.recorder, || {
            counter!(REQUESTS, "route" => route.to_owned(), "method" => method, "status" => class)
                .increment(1);
            histogram!(DURATION, "route" => route.to_owned()).record(duration.as_secs_f64());
        });
    }

    fn render(&self, state: &WebState) -> String {
        let checks = state.health.report().checks;
        let feed = *self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        with_local_recorder(&*self.recorder, || {
            gauge!(LISTINGS).set(state.node.listing_count() as f64);
            gauge!(CURSOR).set(state.node.cursor() as f64);
            if let Some(FeedSeen { head, at }) = feed {
                gauge!(FEED_HEAD).set(head as f64);
                gauge!(FEED_AGE).set(at.elapsed());
            }
            for (check, found) in [("index", checks.index), ("postgres", &checks.postgres)] {
                gauge!(HEALTH, "check" => check).set(if found == "ok" { 1.0 } else { 0.0 });
            }
            gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            if let Some(process) = Process::read() {
                gauge!(RESIDENT).set(process.resident_bytes as f64);
                gauge!(ANONYMOUS).set(process.anonymous_bytes as f64);
                counter!(CPU).absolute(process.cpu_seconds);
            }
        });
        self.recorder.handle().render()
    }
}

/// One request being answered.
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// `/metrics`. To anybody but a program of this machine, an address that does not exist.
pub async fn metrics(State(state): State<WebState>, request: Request) -> Response {
    if !is_local(&request) {
        return Error::NotFound(Missing::Page).into_response();
    }
    let headers = [(header::CONTENT_TYPE, "text/plain; version=0.0.4"), (header::CACHE_CONTROL, "no-store")];
    (headers, state.metrics.render(&state)).into_response()
}

/// Whether a program of this machine asks for itself. A proxy of this machine asks for others: it says so in a header,
/// or keeps the name that they asked for.
fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let relayed = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    near && !relayed && host.is_some_and(|host: Authority| is_loopback(host.host()))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What the kernel says of this process (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Process {
    resident_bytes: u64,
    anonymous_bytes: u64,
    cpu_seconds: u64,
}

impl Process {
    fn read() -> Option<Process> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        Process::parse(&status, &stat)
    }

    fn parse(status: &str, stat: &str) -> Option<Process> {
        let bytes = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
        };
        // The second field, a name in brackets, may hold anything; the fourteenth and fifteenth are hundredths of seconds.
        let mut ticks = stat.rsplit_once(") ")?.1.split(' ').skip(11).map_while(|field| field.parse().ok());
        let (user, system): (u64, u64) = (ticks.next()?, ticks.next()?);
        Some(Process {
            resident_bytes: bytes("VmRSS")?,
            anonymous_bytes: bytes("RssAnon")?,
            cpu_seconds: (user + system) / 100,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::request::Builder;

    use super::*;
    use crate::testing::{Answered, ask, state};

    async fn scraped(state: &WebState, peer: &str, more: impl FnOnce(Builder) -> Builder) -> Answered {
        let mut request =
            more(Request::get("/metrics")).header("host", "127.0.0.1:8080").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        ask(state.clone(), request).await
    }

    async fn lines(state: &WebState) -> Vec<String> {
        let answered = scraped(state, "127.0.0.1:40000", |request| request).await;
        assert_eq!(answered.status, 200);
        assert_eq!(answered.header("content-type"), "text/plain; version=0.0.4");
        answered.body.lines().map(str::to_owned).collect()
    }

    #[tokio::test]
    async fn requests_are_counted_by_route_and_never_by_what_was_asked() {
        let state = state();
        for path in [
            "/recherche?q=aide",
            "/recherche?q=autre",
            "/ressources/personne",
            "/ressources/dac-92-sud-bagneux",
            "/x",
            "/y",
        ] {
            ask(state.clone(), Request::get(path).body(Body::empty()).unwrap()).await;
        }
        let odd = Request::builder().method("INVENTED").uri("/recherche").body(Body::empty()).unwrap();
        ask(state.clone(), odd).await;

        let lines = lines(&state).await;
        let mut counted: Vec<&str> =
            lines.iter().filter_map(|line| line.strip_prefix("maille_http_requests_total")).collect();
        counted.sort_unstable();
        assert_eq!(
            counted,
            [
                r#"{route="/recherche",method="GET",status="2xx"} 2"#,
                r#"{route="/recherche",method="other",status="4xx"} 1"#,
                r#"{route="/ressources/{slug}",method="GET",status="2xx"} 1"#,
                r#"{route="/ressources/{slug}",method="GET",status="4xx"} 1"#,
                r#"{route="other",method="GET",status="4xx"} 2"#,
            ]
        );
        let said = |line: &str| assert!(lines.iter().any(|found| found == line), "{line}: {lines:#?}");
        said(r#"maille_http_request_duration_seconds_count{route="/recherche"} 3"#);
        said(r#"maille_http_request_duration_seconds_bucket{route="other",le="+Inf"} 2"#);
        said("# TYPE maille_http_request_duration_seconds histogram");
        said("# HELP maille_http_requests_in_flight Requests being answered");
        said("maille_http_requests_in_flight 1");
    }

    #[tokio::test]
    async fn the_state_of_the_server_is_measured_when_asked() {
        let state = state();
        let said =
            async |line: &str| assert!(lines(&state).await.iter().any(|found| found == line), "{line}");
        assert!(
            !lines(&state).await.iter().any(|line| line.contains("maille_feed")),
            "nothing is known of it"
        );
        state.metrics.set_feed(7);
        said("maille_feed_head 7").await;
        said("maille_index_cursor 1").await;
        said(&format!("maille_index_listings {}", crate::testing::listings().len())).await;
        said(r#"maille_health_check{check="index"} 1"#).await;
        said(r#"maille_health_check{check="postgres"} 1"#).await;
        state.health.set_postgres(false, None);
        said(r#"maille_health_check{check="postgres"} 0"#).await;
        said(&format!("maille_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))).await;
        let memory =
            lines(&state).await.into_iter().find(|line| line.starts_with("process_anonymous_memory"));
        assert!(memory.is_some());
    }

    #[tokio::test]
    async fn nobody_else_learns_that_there_is_such_a_page() {
        let state = state();
        let unknown = crate::testing::get("/inconnue").await;
        let refused = |answered: Answered, why: &str| {
            assert_eq!((answered.status, answered.body), (unknown.status, unknown.body.clone()), "{why}");
        };
        refused(scraped(&state, "192.0.2.7:40000", |request| request).await, "from elsewhere");
        for name in ["forwarded", "x-forwarded-for", "x-real-ip", "via"] {
            let answered = scraped(&state, "127.0.0.1:40000", |request| request.header(name, "x")).await;
            refused(answered, name);
        }
        refused(crate::testing::get("/metrics").await, "nobody knows from where");
        let mut named =
            Request::post("/metrics").header("host", "annuaire.example.org").body(Body::empty()).unwrap();
        named.extensions_mut().insert(ConnectInfo::<SocketAddr>("[::1]:40000".parse().unwrap()));
        refused(ask(state.clone(), named).await, "a proxy that keeps the name");
        assert_eq!(scraped(&state, "[::ffff:127.0.0.1]:40000", |request| request).await.status, 200);
    }

    #[test]
    fn this_machine_has_several_names() {
        for (host, loopback) in
            [("localhost", true), ("127.0.0.1", true), ("[::1]", true), ("10.0.0.1", false), ("x.org", false)]
        {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }

    #[test]
    fn the_kernel_is_read_whatever_the_name_of_the_program() {
        let status = "Name:\tma) ille\nVmRSS:\t   51200 kB\nRssAnon:\t   20480 kB\n";
        let stat = "42 (ma) ille) S 1 42 42 0 -1 4194560 1500 0 0 0 731 269 0 0 20 0 9 0 1000";
        assert_eq!(
            Process::parse(status, stat),
            Some(Process { resident_bytes: 52_428_800, anonymous_bytes: 20_971_520, cpu_seconds: 10 })
        );
    }
}
