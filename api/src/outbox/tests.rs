use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::*;
use crate::db::testing::{Ground, on_each};
use crate::ids;
use crate::problem::Problem;

fn post(ground: &Ground, mail: &str) -> Post {
    Post::new(&Mail::parse(mail).unwrap(), None, &ground.folder, ground.vault.clone()).unwrap()
}

fn letter(to: &str) -> Letter {
    let message = Message::Invitation { link: "https://example.org/i#a-token".to_owned() };
    Letter { to: to.to_owned(), language: Language::En, message }
}

#[tokio::test]
async fn facts_are_numbered_without_gaps_and_only_if_their_command_succeeds() {
    on_each(async |ground| {
        let tell_two = || {
            ground.db.write(async |tx| {
                for _ in 0..2 {
                    tell(tx, Fact::AccountInvited { account_id: ids::v4() }).await?;
                }
                Ok::<_, sea_orm::DbErr>(())
            })
        };
        for told in join_all((0..8).map(|_| tell_two())).await {
            told.unwrap();
        }
        let failed = ground.db.write(async |tx| {
            tell(tx, Fact::AccountInvited { account_id: ids::v4() }).await?;
            Err::<(), _>(sea_orm::DbErr::Custom("no".to_owned()))
        });
        assert!(failed.await.is_err());
        let facts = ::entity::outbox_fact::Entity::find()
            .order_by_asc(::entity::outbox_fact::Column::Seq)
            .all(ground.db.reader())
            .await
            .unwrap();
        let numbers: Vec<_> = facts.iter().filter_map(|fact| fact.seq).collect();
        assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    })
    .await;
}

/// How often [`listen`] was called. Tests run in processes of their own, or share it at least in order.
static HEARD: AtomicU64 = AtomicU64::new(0);

fn listen<'a>(tx: &'a crate::db::Tx, post: &'a Post, told: &'a Told) -> dispatch::Heard<'a> {
    Box::pin(async move {
        HEARD.fetch_add(1, Ordering::Relaxed);
        match told.fact {
            Fact::AccountInvited { .. } => mail(tx, post, letter("someone@example.org")).await,
            _ => Err(Problem::internal(anyhow::anyhow!("deaf"))),
        }
    })
}

#[tokio::test]
async fn a_fact_becomes_jobs_once_and_one_that_fails_is_heard_again() {
    on_each(async |ground| {
        let post = post(ground, "file");
        let told = async |fact| ground.db.write(async |tx| tell(tx, fact).await).await.unwrap();
        for _ in 0..3 {
            told(Fact::AccountInvited { account_id: ids::v4() }).await;
        }
        let rounds = (0..4).map(|_| dispatch(&ground.db, &post, &[listen]));
        let heard: u64 = join_all(rounds).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(heard, 3);
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job").await, 3);
        told(Fact::AccountInvited { account_id: ids::v4() }).await;
        told(Fact::AccountSuspended { account_id: ids::v4() }).await;
        assert!(dispatch(&ground.db, &post, &[listen]).await.is_err());
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job").await, 3, "all of a portion or nothing");
        assert_eq!(lengths(&ground.db).await.unwrap().facts, 2);
    })
    .await;
}

#[tokio::test]
async fn several_workers_never_take_the_same_job() {
    on_each(async |ground| {
        let post = post(ground, "file");
        for number in 0..40 {
            let letter = letter(&format!("someone{number}@example.org"));
            ground.db.write(async |tx| mail(tx, &post, letter.clone()).await).await.unwrap();
        }
        let worker = async || {
            let mut done = 0;
            loop {
                match work(&ground.db, &post).await.unwrap() {
                    0 => return done,
                    some => done += some,
                }
            }
        };
        let done: usize = join_all((0..4).map(|_| worker())).await.into_iter().sum();
        assert_eq!(done, 40);
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job WHERE attempts = 1").await, 40);
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job WHERE state = 'done'").await, 40);
        for table in ["outbox_letter", "data_key"] {
            assert_eq!(ground.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        }
        let files = std::fs::read_dir(ground.folder.join("mail")).unwrap();
        assert!(
            files.map(|file| file.unwrap().file_name()).all(|name| name.to_str().unwrap().ends_with(".eml"))
        );
        std::fs::remove_dir_all(ground.folder.join("mail")).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_worker_died_is_done_by_another_and_a_letter_stays_the_same_letter() {
    on_each(async |ground| {
        let post = post(ground, "file");
        ground.db.write(async |tx| mail(tx, &post, letter("someone@example.org")).await).await.unwrap();
        // Taken, and then nothing: as if the process had been killed.
        let taken = ground.db.write(async |tx| jobs::take(tx).await).await.unwrap();
        assert_eq!(taken.len(), 1);
        assert_eq!(work(&ground.db, &post).await.unwrap(), 0, "somebody seems to be at it");
        ground.clock.advance(Duration::from_secs(181));
        assert_eq!(work(&ground.db, &post).await.unwrap(), 1);
        assert_eq!(lengths(&ground.db).await.unwrap(), Lengths { facts: 0, waiting: 0, dead: 0 });
        assert_eq!(std::fs::read_dir(ground.folder.join("mail")).unwrap().count(), 1);
        std::fs::remove_dir_all(ground.folder.join("mail")).unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_hopeless_is_given_up_forgotten_and_counted() {
    on_each(async |ground| {
        let post = post(ground, "file");
        let bad = ["", "nobody", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org"];
        for to in bad {
            ground.db.write(async |tx| mail(tx, &post, letter(to)).await).await.unwrap();
        }
        assert_eq!(work(&ground.db, &post).await.unwrap(), bad.len());
        assert_eq!(lengths(&ground.db).await.unwrap().dead, bad.len() as u64);
        assert_eq!(ground.count("SELECT count(*) FROM outbox_letter").await, 0);
        assert!(!ground.folder.join("mail").exists());
        ground.clock.advance(Duration::from_secs(91 * 24 * 3600));
        tidy_up(&ground.db).await.unwrap();
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_with_growing_pauses_until_it_is_given_up() {
    on_each(async |ground| {
        // A file stands where the folder should be.
        std::fs::write(ground.folder.join("mail"), "").unwrap();
        let post = post(ground, "file");
        ground.db.write(async |tx| mail(tx, &post, letter("someone@example.org")).await).await.unwrap();
        assert_eq!(work(&ground.db, &post).await.unwrap(), 1);
        assert_eq!(work(&ground.db, &post).await.unwrap(), 0);
        ground.clock.advance(Duration::from_secs(29));
        assert_eq!(work(&ground.db, &post).await.unwrap(), 0);
        ground.clock.advance(Duration::from_secs(1));
        assert_eq!(work(&ground.db, &post).await.unwrap(), 1);
        let mut attempts = 2;
        while lengths(&ground.db).await.unwrap().waiting > 0 {
            ground.clock.advance(Duration::from_secs(6 * 3600));
            attempts += work(&ground.db, &post).await.unwrap();
        }
        assert_eq!(attempts, 14);
        assert_eq!(
            ground.count("SELECT count(*) FROM outbox_job WHERE state = 'dead' AND reason = 'file'").await,
            1
        );
        assert_eq!(ground.count("SELECT count(*) FROM data_key").await, 0);
        std::fs::remove_file(ground.folder.join("mail")).unwrap();
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_letter_can_be_read_from_the_database_and_off_means_off() {
    on_each(async |ground| {
        let off = post(ground, "off");
        assert!(off.is_off());
        ground.db.write(async |tx| mail(tx, &off, letter("someone@example.org")).await).await.unwrap();
        assert_eq!(ground.count("SELECT count(*) FROM outbox_job").await, 0);
        let on = post(ground, "file");
        assert!(!on.is_off());
        ground.db.write(async |tx| mail(tx, &on, letter("someone@example.org")).await).await.unwrap();
        let row = ::entity::outbox_letter::Entity::find().one(ground.db.reader()).await.unwrap().unwrap();
        for told in [&b"someone"[..], b"a-token", b"example"] {
            assert!(!row.sealed.windows(told.len()).any(|window| window == told));
        }
    })
    .await;
}
