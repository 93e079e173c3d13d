//! What falls due: corrections that hold until a day end by themselves, and what was found to be alike by the rules of another
//! version is found again; sessions and links that ended long ago are forgotten. Beside the follower, on every node; whichever comes first does it, and the others find nothing left to do.

use std::sync::Arc;
use std::time::Duration;

use maille_domain::clock::Clock;
use maille_store::Store;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{debug, info};

use crate::sentence::sentence;

/// How often one looks.
pub const EVERY: Duration = Duration::from_mins(1);
/// What is not done in this time waits for the next look: Postgres may be silent, and the follower about to leave it.
const SILENCE: Duration = Duration::from_secs(30);

/// Ends what is due, as long as there is a database to do it in.
pub struct Scheduler {
    /// The store that the follower holds at present.
    pub store: watch::Receiver<Option<Store>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How often to look.
    pub every: Duration,
}

impl Scheduler {
    /// Looks again and again until told to stop. An absence of Postgres is the follower's to say: here, what is due is still
    /// due when it is back.
    pub async fn keep(self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            _ = async { tokio::join!(self.look_on(), self.match_by_rules()) } => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Once, as soon as it can be done. It may take long, and then whoever leaves the database goes first.
    async fn match_by_rules(&self) {
        let mut stores = self.store.clone();
        let mut tick = interval(self.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let store = stores.borrow_and_update().clone();
            let Some(store) = store else { continue };
            let found = tokio::select! {
                found = store.match_by_rules(self.clock.now()) => found,
                _ = stores.changed() => continue,
            };
            match found {
                Ok(found) => {
                    if found {
                        info!(
                            "les fiches qui se ressemblent ont été cherchées de nouveau, selon les règles de cette version"
                        );
                    }
                    return;
                }
                Err(error) => debug!(error.message = sentence(&error.into()), "le rapprochement attend"),
            }
        }
    }

    async fn look_on(&self) {
        let mut tick = interval(self.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let store = self.store.borrow().clone();
            let Some(store) = store else { continue };
            if let Ok(Err(error)) = timeout(SILENCE, store.forget_ended(self.clock.now())).await {
                debug!(error.message = sentence(&error.into()), "ce qui a pris fin n’est pas encore oublié");
            }
            match timeout(SILENCE, store.end_overrides_due(self.clock.now())).await {
                Ok(Ok(0)) => {}
                Ok(Ok(ended)) => info!(
                    overrides.ended = ended,
                    "des corrections sont arrivées à leur terme : les sources parlent de nouveau"
                ),
                Ok(Err(error)) => {
                    debug!(error.message = sentence(&error.into()), "ce qui est dû attend");
                }
                Err(_) => debug!(database.seconds = SILENCE.as_secs(), "ce qui est dû attend"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Mutex;

    use chrono::{DateTime, Utc};
    use maille_domain::run::Scope;
    use maille_domain::{Field, ListingId};
    use maille_importers::format::Format;
    use maille_importers::parts::Part;
    use maille_importers::pipeline::{ImportOptions, Unwatched, import_parts};
    use maille_store::overrides::NewOverride;

    use super::*;
    use crate::cli::Settings;
    use crate::database::Database;
    use crate::log::Form;

    /// A clock that is put forward by hand.
    struct HandClock(Mutex<DateTime<Utc>>);

    impl Clock for HandClock {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A data directory that goes away with its owner.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_correction_ends_when_its_day_is_over_and_not_before() {
        let folder = Folder(std::env::temp_dir().join(format!("maille-scheduler-{}", std::process::id())));
        std::fs::create_dir_all(&folder.0).unwrap();
        let settings = Settings { data_dir: folder.0.clone(), database_url: None, log: Form::Text };
        let database = Database::open(&settings).await.unwrap();
        let store = &database.store;
        let clock = Arc::new(HandClock(Mutex::new(at("2026-11-28T09:00:00Z"))));

        let options = ImportOptions {
            location: "essai.csv".to_owned(),
            source: "essai".to_owned(),
            dry_run: false,
            partial: false,
            force: false,
            scope: Scope::default(),
            mapping: None,
        };
        let parts = Part::bytes("essai.csv", &b"id,name,category,delay_days\n1,Equipe,emg,3\n"[..]).into();
        import_parts(store, Format::Csv, &options, &parts, &*clock, &mut Unwatched).await.unwrap();
        let listing = ListingId::founded_by("essai", "1");
        let until = at("2026-11-30T23:00:00Z");
        let new = NewOverride {
            listing,
            field: Field::DelayDays,
            value: Some(30.into()),
            author: "Zoé".to_owned(),
            reason: "congés".to_owned(),
            until: Some(until),
        };
        store.set_override(new, clock.now()).await.unwrap();
        let delay = async || store.listing(listing).await.unwrap().unwrap().fields.delay_days;

        // No database yet: nothing is due, and nothing breaks.
        let (present, seen) = watch::channel(None);
        let (stop, stopping) = watch::channel(false);
        let asked: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let scheduler = Scheduler { store: seen, clock: asked, every: Duration::from_millis(5) };
        let running = tokio::spawn(scheduler.keep(stopping));
        let mut wake = store.wake().await.unwrap();
        present.send_replace(Some(store.clone()));
        assert_eq!(delay().await, Some(30));

        *clock.0.lock().unwrap() = until;
        wake.wait().await.unwrap();
        assert_eq!(delay().await, Some(3), "the source speaks again");

        stop.send_replace(true);
        running.await.unwrap();
        drop(wake);
        database.close().await.unwrap();
    }
}
