//! Passwords tried in vain: how many, on which account, by whom. Kept in memory, as numbers that a key of this program makes,
//! and forgotten a quarter of an hour later.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::requester::Requester;

/// How long what was tried counts.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Most failures of one requester on one account: a forgotten password, and a keyboard in another language.
const MOST_HERE: u32 = 10;
/// Most failures of one requester on all accounts: a whole coordination centre is one.
const MOST_OF_ONE: u32 = 60;
/// Most failures of all on one account. Higher, so that nobody locks somebody else out in passing.
const MOST_ON_ONE: u32 = 100;
/// Most mails that one requester asks for one address.
const MOST_MAILS_HERE: u32 = 3;
/// Most mails that one requester asks for.
const MOST_MAILS_OF_ONE: u32 = 20;
/// Most mails that all ask for one address: nobody fills the box of somebody else.
const MOST_MAILS_ON_ONE: u32 = 6;
/// Most answers of the desk that one account mails: more is no longer a desk that is called often.
const MOST_ANSWERS_OF_ONE: u32 = 20;
/// Most of them that one network mails: a whole coordination centre is one.
const MOST_ANSWERS_HERE: u32 = 100;
/// How long a network where somebody logged in is theirs: what others try does not keep them out.
const KNOWN: TimeDelta = TimeDelta::days(30);
/// Most that is remembered; beyond, what was tried least and longest ago is forgotten.
const MOST: usize = 100_000;

/// What was tried in vain in the last minutes.
#[derive(Debug)]
pub struct Attempts {
    key: RandomState,
    /// Most of one requester on one account, of one requester, on one account.
    most: [u32; 3],
    failed: Mutex<HashMap<u64, (DateTime<Utc>, u32)>>,
    /// Where which account was logged in to, and when.
    known: Mutex<HashMap<u64, DateTime<Utc>>>,
}

impl Attempts {
    /// Nothing was tried yet.
    pub fn new() -> Attempts {
        Attempts::at_most([MOST_HERE, MOST_OF_ONE, MOST_ON_ONE])
    }

    /// No mail was asked for yet.
    pub fn of_mails() -> Attempts {
        Attempts::at_most([MOST_MAILS_HERE, MOST_MAILS_OF_ONE, MOST_MAILS_ON_ONE])
    }

    /// No answer of the desk was mailed yet.
    pub fn of_answers() -> Attempts {
        Attempts::at_most([MOST_ANSWERS_OF_ONE, MOST_ANSWERS_HERE, MOST_ANSWERS_OF_ONE])
    }

    fn at_most(most: [u32; 3]) -> Attempts {
        Attempts { key: RandomState::new(), most, failed: Mutex::default(), known: Mutex::default() }
    }

    /// Counts one attempt as failed before it is made; [`succeeded`](Attempts::succeeded) takes it back.
    ///
    /// # Errors
    /// After how many minutes another is admitted.
    pub fn take(&self, account: &str, requester: Requester, now: DateTime<Utc>) -> Result<(), i64> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let in_window = |since: DateTime<Utc>| since <= now && now - since < WINDOW;
        if failed.len() >= MOST {
            failed.retain(|_, (since, _)| in_window(*since));
        }
        if failed.len() >= MOST {
            let mut least: Vec<_> =
                failed.iter().map(|(key, (since, count))| (*count, *since, *key)).collect();
            least.sort_unstable();
            for (.., key) in &least[..MOST / 10] {
                failed.remove(key);
            }
        }
        let keys = self.counted(account, requester, now);
        let mut wait = 0;
        for &(key, most) in &keys {
            if let Some((since, count)) = failed.get(&key)
                && in_window(*since)
                && *count >= most
            {
                wait = wait.max((*since + WINDOW - now).num_seconds().max(1));
            }
        }
        if wait > 0 {
            return Err((wait + 59) / 60);
        }
        for (key, _) in keys {
            let (since, count) = failed.entry(key).or_insert((now, 0));
            if in_window(*since) {
                *count += 1;
            } else {
                (*since, *count) = (now, 1);
            }
        }
        Ok(())
    }

    /// The attempt that was taken was the right one: those of this requester on this account are forgotten, and those of others
    /// do not keep them out any more.
    pub fn succeeded(&self, account: &str, requester: Requester, now: DateTime<Utc>) {
        let keys = self.counted(account, requester, now);
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let here = keys[0].0;
        failed.remove(&here);
        for (key, _) in &keys[1..] {
            if let Some((_, count)) = failed.get_mut(key) {
                *count = count.saturating_sub(1);
            }
        }
        drop(failed);
        if requester.network().is_some() {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.retain(|_, at| now - *at < KNOWN);
            }
            if known.len() < MOST {
                known.insert(here, now);
            }
        }
    }

    /// What an attempt counts for: where somebody logged in to the account, what all others try there is nothing to them.
    fn counted(&self, account: &str, requester: Requester, now: DateTime<Utc>) -> Vec<(u64, u32)> {
        let mut keys = self.keys(account, requester).to_vec();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(&keys[0].0).is_some_and(|at| now - *at < KNOWN) {
            keys.truncate(2);
        }
        keys
    }

    fn keys(&self, account: &str, requester: Requester) -> [(u64, u32); 3] {
        let account = account.trim().to_lowercase();
        let number = |what: &dyn Fn(&mut std::hash::DefaultHasher)| {
            let mut hasher = self.key.build_hasher();
            what(&mut hasher);
            std::hash::Hasher::finish(&hasher)
        };
        let [here, of_one, on_one] = self.most;
        [
            (number(&|hasher| (0, &account, requester.network()).hash(hasher)), here),
            (number(&|hasher| (1, requester.network()).hash(hasher)), of_one),
            (number(&|hasher| (2, &account).hash(hasher)), on_one),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::now;

    #[test]
    fn a_password_is_not_tried_for_ever() {
        let attempts = Attempts::new();
        let (here, there) = (Requester::at("192.0.2.1"), Requester::at("192.0.2.2"));
        for _ in 0..MOST_HERE {
            assert_eq!(attempts.take("a@b.fr", here, now()), Ok(()));
        }
        assert_eq!(attempts.take(" A@b.fr", here, now()), Err(15));
        assert_eq!(attempts.take("a@b.fr", there, now()), Ok(()), "nobody locks somebody else out");
        assert_eq!(attempts.take("c@b.fr", here, now()), Ok(()));
        assert_eq!(attempts.take("a@b.fr", here, now() + WINDOW), Ok(()));
    }

    #[test]
    fn nobody_fills_the_mailbox_of_somebody_else() {
        let mails = Attempts::of_mails();
        let sent = (0..50).filter(|asked| {
            let requester = Requester::at(&format!("192.0.2.{}", asked / 5));
            mails.take("a@b.fr", requester, now()).is_ok()
        });
        assert_eq!(sent.count(), MOST_MAILS_ON_ONE as usize);
    }

    #[test]
    fn an_account_does_not_flood_mailboxes_from_anywhere() {
        let answers = Attempts::of_answers();
        let sent = (0..200).filter(|sent| {
            let requester = Requester::at(&format!("192.0.2.{}", sent / 10));
            answers.take("00000000-0000-0000-0000-000000000001", requester, now()).is_ok()
        });
        assert_eq!(sent.count(), MOST_ANSWERS_OF_ONE as usize);
        let colleague =
            answers.take("00000000-0000-0000-0000-000000000002", Requester::at("192.0.2.1"), now());
        assert_eq!(colleague, Ok(()));
    }

    #[test]
    fn whoever_remembers_starts_afresh() {
        let attempts = Attempts::new();
        let here = Requester::at("192.0.2.1");
        for _ in 0..100 {
            assert_eq!(attempts.take("a@b.fr", here, now()), Ok(()));
            attempts.succeeded("a@b.fr", here, now());
        }
    }

    #[test]
    fn whoever_came_before_is_not_kept_out_by_others() {
        let attempts = Attempts::new();
        let (home, elsewhere) = (Requester::at("192.0.2.250"), Requester::at("192.0.2.251"));
        assert_eq!(attempts.take("a@b.fr", home, now()), Ok(()));
        attempts.succeeded("a@b.fr", home, now());
        let later = now() + TimeDelta::days(2);
        for machine in 0..200 {
            let _ = attempts.take("a@b.fr", Requester::at(&format!("192.0.2.{machine}")), later);
        }
        assert!(attempts.take("a@b.fr", elsewhere, later).is_err());
        for _ in 0..MOST_HERE {
            assert_eq!(attempts.take("a@b.fr", home, later), Ok(()));
        }
        assert!(attempts.take("a@b.fr", home, later).is_err(), "nor does it guess for ever");
    }

    #[test]
    fn a_full_table_refuses_nobody_and_forgets_no_guesser() {
        let attempts = Attempts::new();
        let guesser = Requester::at("192.0.2.1");
        for _ in 0..MOST_HERE {
            attempts.take("a@b.fr", guesser, now()).unwrap();
        }
        let flood = (0..MOST).map(|n| Requester::at(&format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255)));
        for (n, requester) in flood.enumerate() {
            attempts.take(&format!("{n}@b.fr"), requester, now()).unwrap();
        }
        assert_eq!(attempts.take("z@b.fr", Requester::at("192.0.2.9"), now()), Ok(()));
        assert!(attempts.take("a@b.fr", guesser, now()).is_err());
        assert!(attempts.failed.lock().unwrap().len() <= MOST + 3);
    }

    #[test]
    fn many_machines_together_do_not_try_for_ever_either() {
        let attempts = Attempts::new();
        let taken = (0..200).filter(|machine| {
            let requester = Requester::at(&format!("192.0.2.{machine}"));
            attempts.take("a@b.fr", requester, now()).is_ok()
        });
        assert_eq!(taken.count(), MOST_ON_ONE as usize);
    }
}
