//! Deferred work, done beside the requests or in a process of its own.
//!
//! Five tasks: one works on the database (publishing what is due, the audit log's chain, from facts to jobs, tidying up), one
//! does the jobs, which wait for servers of others, one takes in files, which takes long, one delivers to webhooks, which are
//! told soon, and one sends letters with what is new. None of them holds up another.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::House;
use crate::db::{Db, PublicDb};
use crate::outbox::{self, Post, Subscriber};
use crate::problem::Problem;
use crate::rooms::{
    accounts, changes, consents, entries, events, imports, keys, manage_links, proposals, registrations,
    retention, series, watches, webhooks,
};
use crate::{access, audit, publishing, vault};

/// How often it is asked what has become due.
const PERIOD: Duration = Duration::from_secs(1);
/// How often it is asked what webhooks are to be told.
const SOON: Duration = Duration::from_millis(200);
/// How often what is old is deleted, in periods.
const TIDY: u32 = 60;
/// Portions of marks that a round works off for those who follow changes.
const MARKS: u32 = 64;
/// How long what has begun may take to end. A round that is cut off changes nothing and is done anew later; a job is tried
/// again when its time is over.
const LAST_ROUND: Duration = Duration::from_secs(5);

/// Who hears of facts.
const SUBSCRIBERS: &[Subscriber] = &[registrations::hear, keys::hear, webhooks::hear];

/// Does what is due until it is told to stop.
pub(super) struct Worker {
    stop: watch::Sender<()>,
    tasks: [JoinHandle<()>; 5],
}

impl Worker {
    /// Begins. Must be called inside an actix system.
    pub(super) fn start(house: &House) -> Self {
        let (stop, told) = watch::channel(());
        let (db, post) = (house.db.clone(), house.post.clone());
        let courier = webhooks::Courier::new(db.clone(), post.clone(), house.client.clone());
        let jobs = tokio::task::spawn_local(jobs(db.clone(), post.clone(), told.clone()));
        let files = tokio::task::spawn_local(files(db.clone(), post.clone(), told.clone()));
        let tellings = tokio::task::spawn_local(tellings(db.clone(), post.clone(), courier, told.clone()));
        let news =
            tokio::task::spawn_local(news(db.clone(), house.gallery.clone(), post.clone(), told.clone()));
        Self { stop, tasks: [tokio::task::spawn_local(rounds(db, post, told)), jobs, files, tellings, news] }
    }

    /// Waits for what has begun, and ends.
    pub(super) async fn stop(self) {
        drop(self.stop);
        let end = Instant::now() + LAST_ROUND;
        for mut task in self.tasks {
            if timeout_at(end, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn rounds(db: Db, post: Post, mut told: watch::Receiver<()>) {
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u32;
    loop {
        tokio::select! {
            _ = told.changed() => return,
            _ = clock.tick() => {}
        }
        if let Err(problem) = round(&db, &post).await {
            complain(&problem);
        }
        if count.is_multiple_of(TIDY)
            && let Err(error) = tidy_up(&db, &post).await
        {
            complain(&error);
        }
        count = count.wrapping_add(1);
    }
}

async fn jobs(db: Db, post: Post, mut told: watch::Receiver<()>) {
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = told.changed() => return,
            _ = clock.tick() => {}
        }
        // As long as there is something to do it does not wait for the next period.
        loop {
            match outbox::work(&db, &post).await {
                Ok(0) => break,
                Ok(_) if told.has_changed().is_err() => return,
                Ok(_) => {}
                Err(error) => {
                    complain(&error.into());
                    break;
                }
            }
        }
    }
}

async fn news(db: Db, gallery: PublicDb, post: Post, mut told: watch::Receiver<()>) {
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = told.changed() => return,
            _ = clock.tick() => {}
        }
        loop {
            match watches::send_due(&db, &gallery, &post).await {
                Ok(0) => break,
                Ok(_) if told.has_changed().is_err() => return,
                Ok(_) => {}
                Err(problem) => {
                    complain(&problem);
                    break;
                }
            }
        }
    }
}

async fn files(db: Db, post: Post, mut told: watch::Receiver<()>) {
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = told.changed() => return,
            _ = clock.tick() => {}
        }
        // What is cut off in the middle goes on behind its last portion later.
        tokio::select! {
            _ = told.changed() => return,
            done = imports::run_due(&db, &post) => {
                if let Err(problem) = done {
                    complain(&problem);
                }
            }
        }
    }
}

async fn tellings(db: Db, post: Post, mut courier: webhooks::Courier, mut told: watch::Receiver<()>) {
    let mut clock = interval(SOON);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let looks = tokio::select! {
            _ = told.changed() => return courier.stop(Instant::now() + LAST_ROUND).await,
            _ = clock.tick() => true,
            () = courier.answered() => false,
        };
        // A fact that nobody can hear must not keep what was heard from being delivered.
        let heard = if looks { hear(&db, &post).await } else { Ok(()) };
        if let Err(problem) = heard.and(courier.round().await) {
            complain(&problem);
            // Not at once: the database may be away.
            tokio::time::sleep(PERIOD).await;
        }
    }
}

/// Has facts heard that nobody has heard yet, and goes on with what is told again.
async fn hear(db: &Db, post: &Post) -> Result<(), Problem> {
    if outbox::has_news(db).await? {
        outbox::dispatch(db, post, SUBSCRIBERS).await?;
    }
    webhooks::replay(db).await?;
    Ok(())
}

fn complain(problem: &Problem) {
    let cause = problem.cause();
    tracing::error!(cause, "deferred work failed and is tried again");
}

/// Does on the database what is due now.
///
/// # Errors
/// The database's; what was done before stays done.
async fn round(db: &Db, post: &Post) -> Result<(), Problem> {
    db.settle().await;
    let done = publishing::run_due(db).await?;
    if done != publishing::Done::default() {
        tracing::info!(written = done.written, removed = done.removed, "published what was due");
    }
    let moved = events::follow_zone_data(db).await?;
    if moved > 0 {
        tracing::info!(moved, "derived times anew from the time zone database");
    }
    let made = series::make_due(db, post.vault()).await?;
    if made > 0 {
        tracing::info!(made, "made events of series");
    }
    let expired = registrations::expire(db, post).await?;
    if expired > 0 {
        tracing::info!(events = expired, "gave on seats that nobody confirmed or accepted in time");
    }
    let written = accounts::answer_reset_requests(db, post).await?;
    if written > 0 {
        tracing::info!(written, "wrote to those who forgot their password");
    }
    let written = manage_links::answer(db, post).await?;
    if written > 0 {
        tracing::info!(written, "wrote to those who lost their links");
    }
    let asked = watches::ask(db, post).await?;
    if asked > 0 {
        tracing::info!(asked, "asked whether letters about what is new are wanted");
    }
    if access::rotate_keys(db, post.vault()).await? {
        tracing::info!("made a new key to sign access tokens with");
    }
    // A fact that nobody can hear, or a contact who cannot be asked, must not keep the chain from growing.
    let heard = outbox::dispatch(db, post, SUBSCRIBERS).await;
    let asked = entries::ask(db, post).await;
    let reminded = registrations::remind(db, post).await;
    let ending = consents::remind(db, post).await;
    audit::link_pending(db).await?;
    changes::settle(db, MARKS).await?;
    heard?;
    let asked = asked?;
    if asked > 0 {
        tracing::info!(asked, "asked contacts whether their entries are still so");
    }
    let reminded = reminded?;
    if reminded > 0 {
        tracing::info!(reminded, "reminded people of events");
    }
    let ending = ending?;
    if ending > 0 {
        tracing::info!(ending, "told people that a consent of theirs ends soon");
    }
    Ok(())
}

async fn tidy_up(db: &Db, post: &Post) -> Result<(), Problem> {
    proposals::expire(db).await?;
    retention::run(db).await?;
    let rewrapped = vault::rewrap(db, post.vault()).await?;
    if rewrapped > 0 {
        tracing::info!(rewrapped, "wrapped data keys with the newest wrapping key");
    }
    Ok(())
}

/// Does everything that is due now, jobs included, until nothing is.
///
/// # Errors
/// The database's; what was done before stays done.
pub(super) async fn everything(house: &House) -> Result<(), Problem> {
    let House { db, gallery, post, client, .. } = house;
    round(db, post).await?;
    while watches::send_due(db, gallery, post).await? > 0 {}
    while webhooks::replay(db).await? {}
    webhooks::Courier::new(db.clone(), post.clone(), client.clone()).everything().await?;
    while outbox::work(db, post).await? > 0 {}
    imports::run_due(db, post).await?;
    tidy_up(db, post).await?;
    Ok(())
}
