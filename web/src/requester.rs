//! How much one requester, and all together, may send: so that nobody fills the inbox of those who read it.
//!
//! Who asks is never kept nor logged. Their address is turned into a number by a key that ends with the program, and the
//! number is forgotten ten minutes later.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};

/// How long what was sent counts, in minutes.
pub const WINDOW_MINUTES: i64 = 10;
/// Most that one requester sends in that time. A whole coordination centre is one.
pub const MOST_OF_ONE: usize = 20;
/// Most that all send together in that time: more is no longer people who found an error.
pub const MOST_OF_ALL: usize = 300;

/// The address that a request comes from, if it is known.
#[derive(Debug, Clone, Copy)]
pub struct Requester(Option<IpAddr>);

impl Requester {
    /// What one subscriber has, if it is known.
    pub(crate) fn network(self) -> Option<u128> {
        self.0.map(network)
    }

    /// Whoever has this address.
    #[cfg(test)]
    pub(crate) fn at(address: &str) -> Requester {
        Requester(Some(address.parse().unwrap()))
    }
}

impl<S: Sync> FromRequestParts<S> for Requester {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Requester, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Requester(peer.map(|ConnectInfo(peer)| requester(peer.ip(), &parts.headers))))
    }
}

/// Whom `peer` asks for: itself, or, when it is a proxy of this machine, the one it says. Only the last hop is the proxy's own
/// word; what comes before is whatever the requester wrote.
fn requester(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let peer = peer.to_canonical();
    if !peer.is_loopback() {
        return peer;
    }
    let hops = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let last = hops.and_then(|hops| hops.rsplit(',').next()).map(str::trim);
    let told = last.and_then(|last| match last.parse::<SocketAddr>() {
        Ok(address) => Some(address.ip()),
        Err(_) => last.trim_start_matches('[').trim_end_matches(']').parse().ok(),
    });
    told.map_or(peer, |told: IpAddr| told.to_canonical())
}

/// What was sent in the last minutes, by whom. Never longer than [`MOST_OF_ALL`].
#[derive(Debug)]
pub struct Limits {
    key: RandomState,
    sent: Mutex<VecDeque<(DateTime<Utc>, u64)>>,
}

/// Too much was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Whether this requester alone sent it.
    pub alone: bool,
    /// After how many seconds the next one is taken.
    pub seconds: i64,
}

impl Limits {
    /// Nothing was sent yet.
    pub fn new() -> Limits {
        Limits { key: RandomState::new(), sent: Mutex::default() }
    }

    /// Counts one more, if there may be one more.
    pub fn take(&self, requester: Requester, now: DateTime<Utc>) -> Result<(), TooMany> {
        let requester = self.key.hash_one(requester.network());
        let window = TimeDelta::minutes(WINDOW_MINUTES);
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back must not hold anybody up until it is where it was.
        sent.retain(|(at, _)| *at <= now && *at > now - window);
        let mut own = sent.iter().filter(|(_, by)| *by == requester);
        let oldest = if own.clone().count() >= MOST_OF_ONE { own.next() } else { None };
        let full = sent.front().filter(|_| sent.len() >= MOST_OF_ALL);
        if let Some((at, _)) = oldest.or(full) {
            let seconds = (*at + window - now).num_seconds().max(1);
            return Err(TooMany { alone: oldest.is_some(), seconds });
        }
        sent.push_back((now, requester));
        Ok(())
    }
}

/// What one subscriber has: an address, or the 64 bits that an IPv6 subscriber is given.
fn network(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::now;

    fn of(address: &str) -> Requester {
        Requester::at(address)
    }

    #[test]
    fn a_desk_works_and_nobody_sends_more_than_their_share() {
        let limits = Limits::new();
        let at = |minutes: i64| now() + TimeDelta::minutes(minutes);
        for _ in 0..10 {
            limits.take(of("192.0.2.7"), at(0)).unwrap();
        }
        for _ in 10..MOST_OF_ONE {
            limits.take(of("192.0.2.7"), at(4)).unwrap();
        }
        assert_eq!(limits.take(of("192.0.2.7"), at(4)), Err(TooMany { alone: true, seconds: 360 }));
        limits.take(of("192.0.2.8"), at(4)).unwrap();
        limits.take(Requester(None), at(4)).unwrap();
        // The first ten are ten minutes old.
        for _ in 0..10 {
            limits.take(of("192.0.2.7"), at(10)).unwrap();
        }
        assert!(limits.take(of("192.0.2.7"), at(10)).is_err());
        limits.take(of("192.0.2.7"), at(-5)).expect("a clock that goes back forgets what is to come");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let limits = Limits::new();
        for requester in 0..100_000_u32 {
            let taken = limits.take(Requester(Some(IpAddr::from(requester.to_be_bytes()))), now());
            let expected = TooMany { alone: false, seconds: 600 };
            assert_eq!(taken, if requester < 300 { Ok(()) } else { Err(expected) });
        }
        assert_eq!(limits.sent.lock().unwrap().len(), MOST_OF_ALL);
        limits.take(of("192.0.2.7"), now() + TimeDelta::minutes(10)).unwrap();
        assert_eq!(limits.sent.lock().unwrap().len(), 1);
    }

    #[test]
    fn an_ipv6_subscriber_is_one_requester() {
        let limits = Limits::new();
        for host in 0..MOST_OF_ONE {
            limits.take(of(&format!("2001:db8:1:2::{host:x}")), now()).unwrap();
        }
        assert!(limits.take(of("2001:db8:1:2:ffff::1"), now()).is_err());
        limits.take(of("2001:db8:1:3::1"), now()).unwrap();
    }

    #[test]
    fn a_proxy_of_this_machine_says_for_whom_it_asks() {
        let asks = |peer: &str, forwarded: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            requester(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(asks("127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks("::1", &["198.51.100.1", "203.0.113.9, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(asks("::ffff:127.0.0.1", &["192.0.2.7:41234"]), "192.0.2.7");
        assert_eq!(asks("127.0.0.1", &["[2001:db8::1]:443"]), "2001:db8::1");
        for nothing in ["", "unknown", "192.0.2.7, _hidden", "é"] {
            assert_eq!(asks("127.0.0.1", &[nothing]), "127.0.0.1", "{nothing}");
        }
        assert_eq!(asks("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(asks("198.51.100.1", &["192.0.2.7"]), "198.51.100.1", "anybody may write a header");
    }
}
