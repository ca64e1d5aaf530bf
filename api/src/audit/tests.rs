use ::entity::audit_link;
use sea_orm::EntityTrait as _;

use super::*;
use crate::db::testing::{Ground, on_each};

async fn note_some(ground: &Ground, count: u128) {
    for number in 0..count {
        let by = By::Account(Uuid::from_u128(number % 3));
        let entry = Entry::new(by, Action::Update).on(Kind::Account, Uuid::from_u128(number));
        ground.db.write(async |tx| note(tx, entry.clone().fields(["role", "email"])).await).await.unwrap();
    }
}

/// Does it past the triggers, as somebody with the database's own rights could.
async fn tamper(ground: &Ground, statement: &str) {
    let triggers = match ground.db.backend() {
        sea_orm::DbBackend::Postgres => vec![
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL".to_owned(),
            "ALTER TABLE audit_link DISABLE TRIGGER ALL".to_owned(),
        ],
        _ => ["audit_entry", "audit_link"]
            .iter()
            .flat_map(|table| {
                ["changed", "removed"].map(|what| format!("DROP TRIGGER {table}_is_not_{what}"))
            })
            .collect(),
    };
    for trigger in triggers {
        ground.sql(&trigger).await.unwrap();
    }
    ground.sql(statement).await.unwrap();
}

#[tokio::test]
async fn the_log_and_its_chain_refuse_to_be_changed_shortened_or_written_over() {
    on_each(async |ground| {
        note_some(ground, 2).await;
        assert_eq!(link_pending(&ground.db).await.unwrap(), 2);
        let mut statements = vec![
            "UPDATE audit_entry SET action = 'read'",
            "DELETE FROM audit_entry",
            "UPDATE audit_link SET seq = seq + 10",
            "DELETE FROM audit_link WHERE seq = 2",
        ];
        match ground.db.backend() {
            sea_orm::DbBackend::Postgres => {
                statements.extend(["TRUNCATE audit_entry", "TRUNCATE audit_link"])
            }
            _ => statements.extend([
                "INSERT OR REPLACE INTO audit_entry SELECT id, at, actor, actor_id, token, 'read', \
                 record_kind, record_id, fields, request_id FROM audit_entry",
                "REPLACE INTO audit_link SELECT seq, entry_id, zeroblob(32) FROM audit_link",
            ]),
        }
        for statement in statements {
            let refusal = ground.sql(statement).await.expect_err(statement).to_string();
            assert!(refusal.contains("only grows"), "{statement}: {refusal}");
        }
        let verdict = verify(&ground.db).await.unwrap();
        assert_eq!((verdict.linked, verdict.unlinked, verdict.broken), (2, 0, None));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_in_the_chain_yet_is_told() {
    on_each(async |ground| {
        let empty = verify(&ground.db).await.unwrap();
        assert_eq!((empty.linked, empty.unlinked, empty.broken), (0, 0, None));
        note_some(ground, 3).await;
        assert_eq!(link_pending(&ground.db).await.unwrap(), 3);
        note_some(ground, 2).await;
        let verdict = verify(&ground.db).await.unwrap();
        assert_eq!((verdict.linked, verdict.unlinked, verdict.broken.as_ref()), (3, 2, None));
        assert_eq!(link_pending(&ground.db).await.unwrap(), 2);
        assert_eq!(link_pending(&ground.db).await.unwrap(), 0);
        let later = verify(&ground.db).await.unwrap();
        assert_eq!((later.linked, later.unlinked), (5, 0));
        assert_ne!(later.head, verdict.head);
    })
    .await;
}

#[tokio::test]
async fn a_command_that_fails_leaves_no_entry() {
    on_each(async |ground| {
        let failed = ground.db.write(async |tx| {
            note(tx, Entry::new(By::System, Action::Create)).await?;
            Err::<(), _>(DbErr::Custom("no".to_owned()))
        });
        assert!(failed.await.is_err());
        assert_eq!(ground.count("SELECT count(*) FROM audit_entry").await, 0);
        assert_eq!(ground.count("SELECT count(*) FROM audit_pending").await, 0);
    })
    .await;
}

#[tokio::test]
async fn tampering_is_found_and_the_entry_named() {
    let nth = |seq: i64| format!("(SELECT entry_id FROM audit_link WHERE seq = {seq})");
    for (statement, seq, fault) in [
        (format!("UPDATE audit_entry SET action = 'read' WHERE id = {}", nth(3)), 3, Fault::Changed),
        (format!("UPDATE audit_entry SET action = 'nonsense' WHERE id = {}", nth(4)), 4, Fault::Changed),
        (format!("UPDATE audit_entry SET fields = '[\"role\"]' WHERE id = {}", nth(2)), 2, Fault::Changed),
        (
            format!("UPDATE audit_entry SET actor = 'nobody', actor_id = NULL WHERE id = {}", nth(1)),
            1,
            Fault::Changed,
        ),
        (format!("DELETE FROM audit_entry WHERE id = {}", nth(5)), 5, Fault::Missing),
        ("DELETE FROM audit_link WHERE seq = 2".to_owned(), 3, Fault::Gap),
        (
            "UPDATE audit_link SET hash = (SELECT hash FROM audit_link WHERE seq = 2) WHERE seq = 3"
                .to_owned(),
            3,
            Fault::Changed,
        ),
    ] {
        on_each(async |ground| {
            note_some(ground, 6).await;
            link_pending(&ground.db).await.unwrap();
            let link = audit_link::Entity::find_by_id(seq).one(ground.db.reader()).await.unwrap().unwrap();
            tamper(ground, &statement).await;
            let verdict = verify(&ground.db).await.unwrap();
            let broken = verdict.broken.unwrap_or_else(|| panic!("{statement} was not found"));
            assert_eq!(
                (broken.seq, broken.entry_id, broken.fault),
                (seq, link.entry_id, fault),
                "{statement}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn several_processes_may_build_the_chain_at_once() {
    on_each(async |ground| {
        note_some(ground, 20).await;
        let rounds = (0..4).map(|_| link_pending(&ground.db));
        let linked: u64 = futures_util::future::join_all(rounds).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(linked, 20);
        let verdict = verify(&ground.db).await.unwrap();
        assert_eq!((verdict.linked, verdict.unlinked, verdict.broken), (20, 0, None));
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_newest_first_page_by_page_and_by_what_it_says() {
    on_each(async |ground| {
        note_some(ground, 5).await;
        ground.clock.advance(std::time::Duration::from_secs(60));
        let later = crate::clock::Clock::now(&*ground.clock);
        note_some(ground, 4).await;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = list(&ground.db, &Filter::default(), after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.at, last.id));
            seen.extend(page);
        }
        assert_eq!(seen.len(), 9);
        assert!(seen.is_sorted_by(|one, next| (one.at, one.id) > (next.at, next.id)));
        let count = async |filter: Filter| list(&ground.db, &filter, None, 100).await.unwrap().len();
        let own = Filter { actor: Some(Uuid::from_u128(1)), ..Filter::default() };
        assert_eq!(count(own.clone()).await, 3);
        assert_eq!(count(Filter { record: Some(Uuid::from_u128(4)), ..own.clone() }).await, 1);
        assert_eq!(count(Filter { from: Some(later), ..Filter::default() }).await, 4);
        assert_eq!(count(Filter { until: Some(later), ..own }).await, 2);
        assert_eq!(
            count(Filter { actions: vec![Action::Read, Action::Create], ..Filter::default() }).await,
            0
        );
        assert_eq!(count(Filter { kind: Some(Kind::Account), ..Filter::default() }).await, 9);
        assert_eq!(count(Filter { kind: Some(Kind::Event), ..Filter::default() }).await, 0);
    })
    .await;
}
