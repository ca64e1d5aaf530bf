//! How the engines would answer: every question is listened to as the handlers ask it, and explained. None may read a
//! whole table that grows with the gallery.

use std::cell::RefCell;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;

use super::house::{House, THEME, open, targets};
use crate::app::App;
use crate::db::{PublicDb, open_public};

thread_local!(static HEARD: RefCell<Vec<Statement>> = const { RefCell::new(Vec::new()) });

/// Remembers a question that this thread asked.
pub fn hear(statement: &Statement) {
    HEARD.with_borrow_mut(|heard| heard.push(statement.clone()));
}

/// Documents in the tables.
const MANY: u32 = 6000;

/// The index that lists everything, the latest first, of which a page is read.
const ORDER_OF_ALL: &str = "gallery_latest";
/// Marks a node of a plan.
const WHOLE: &str = " (whole)";

/// Everything that grows with the gallery.
const GROWING: [&str; 6] = [
    "gallery_document",
    "gallery_translation",
    "gallery_theme",
    "gallery_language",
    "gallery_search",
    "gallery_search_row",
];

/// What is asked, each with a second page where there is one.
const QUESTIONS: [&str; 51] = [
    "?lang=es",
    "events",
    "events?sort=when",
    "events?sort=updated_at",
    "events?sort=-updated_at",
    "events?lang=es",
    "events?country=SS",
    "events?country=SS,FJ",
    "events?country=SS&sort=when",
    "events?kind=dialogue",
    "events?kind=dialogue,forum",
    "events?kind=dialogue&country=SS",
    "events?theme=THEME",
    "events?theme=THEME&sort=when",
    "events?language=es",
    "events?language=ja,ko",
    "events?language=es,fr&theme=THEME&country=KE",
    "events?initiative=INITIATIVE",
    "events?from=2024-01-01&to=2024-02-01",
    "events?from=2024-01-01",
    "events?upcoming=true",
    "events?upcoming=true&sort=when",
    "events?upcoming=true&country=SS",
    "events?upcoming=false",
    "events?bbox=30,0,31,1",
    "events?bbox=-180,-90,180,90",
    "events?bbox=179,-20,-179,0",
    "events?q=rare",
    "events?q=common",
    "events?q=common&country=SS",
    "events.ics",
    "events.ics?lang=es&country=SS&upcoming=true",
    "events.ics?theme=THEME&q=common",
    "initiatives",
    "quotes?event=EVENT",
    "quotes?initiative=INITIATIVE&sort=when",
    "outcomes?event=EVENT",
    "stories?country=KE&theme=THEME",
    "search?q=rare",
    "search?q=common",
    "search?q=common&kind=event,story&country=SS&theme=THEME&language=es",
    "changes",
    "changes?lang=es",
    "countries",
    "countries/SS",
    "map?zoom=3",
    "map?zoom=3&theme=THEME",
    "map?zoom=3&q=rare",
    "map?zoom=6&bbox=30,0,31,1",
    "map?zoom=12&bbox=30,0,30.5,0.5",
    "map?zoom=12&bbox=30,0,30.5,0.5&country=SS&theme=THEME&q=common",
];

#[actix_web::test]
async fn no_question_reads_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    for target in targets(folder.path()).await {
        let app = open(&target, &[]).await;
        fill(&app).await;
        let db = app.db.clone();
        let house = House::serve(app).await;
        let run = async |sql: &str| db.write(async |tx| tx.execute_unprepared(sql).await).await.unwrap();
        // PostgreSQL counts what is in a table of this size by itself within a minute; SQLite when a program ends.
        for known in if db.backend() == DbBackend::Postgres { &[true][..] } else { &[false, true] } {
            if *known {
                run("ANALYZE").await;
            }
            // Anew: on a connection of SQLite an explanation does not notice what another one has changed.
            let gallery = open_public(&target, None).await.unwrap();
            let mut wrong = Vec::new();
            for question in QUESTIONS {
                wrong.extend(whole_reads(&house, &gallery, question).await);
            }
            assert!(wrong.is_empty(), "with statistics: {known}\n{}", wrong.join("\n\n"));
        }
        run("DROP INDEX gallery_by_seq").await;
        let gallery = open_public(&target, None).await.unwrap();
        let plans = asked(&house, &gallery, "changes").await;
        let seen = plans.iter().any(|(_, plan)| !whole_tables(plan).is_empty());
        assert!(seen, "a whole read is not seen in\n{}", plans[0].1);
    }
}

/// What a question reads whole, with the plan.
async fn whole_reads(house: &House, db: &PublicDb, question: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (statement, plan) in asked(house, db, question).await {
        let all = whole_tables(&plan);
        wrong.extend(all.iter().map(|table| format!("{question} reads all of {table}: {statement}\n{plan}")));
    }
    wrong
}

/// The statements of a question and its second page, with the plan of each.
async fn asked(house: &House, db: &PublicDb, question: &str) -> Vec<(String, Plan)> {
    let question = question
        .replace("THEME", &THEME.to_string())
        .replace("INITIATIVE", &id(7))
        .replace("EVENT", &id(101));
    HEARD.take();
    let path = format!("/v1/gallery/{question}").replace("/?", "?");
    let first = house.get(&path).await;
    assert_eq!(first.status, 200, "{question}: {}", first.body);
    if let Some(cursor) = first.body["next_cursor"].as_str() {
        let join = if question.contains('?') { '&' } else { '?' };
        assert_eq!(house.get(&format!("{path}{join}cursor={cursor}")).await.status, 200);
    }
    let mut plans = Vec::new();
    for statement in HEARD.take() {
        plans.push((statement.sql.clone(), explain(db, statement).await));
    }
    assert!(!plans.is_empty(), "{question} asks nothing");
    plans
}

/// A plan: of PostgreSQL its nodes, of SQLite its lines.
struct Plan(DbBackend, Vec<String>);

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1.join("\n"))
    }
}

async fn explain(db: &PublicDb, mut statement: Statement) -> Plan {
    let backend = db.get_database_backend();
    let postgres = backend == DbBackend::Postgres;
    let explain = if postgres { "EXPLAIN (FORMAT JSON) " } else { "EXPLAIN QUERY PLAN " };
    statement.sql.insert_str(0, explain);
    let rows = db.query_all_raw(statement).await.unwrap();
    let mut lines = Vec::new();
    for row in rows {
        if postgres {
            nodes(&row.try_get_by_index::<Value>(0).unwrap()[0]["Plan"], 0, &mut lines);
        } else {
            lines.push(row.try_get::<String>("", "detail").unwrap());
        }
    }
    Plan(backend, lines)
}

fn nodes(node: &Value, depth: usize, lines: &mut Vec<String>) {
    let text = |name: &str| node[name].as_str().unwrap_or_default();
    let (kind, table) = (text("Node Type"), text("Relation Name"));
    let scan = matches!(kind, "Seq Scan" | "Index Scan" | "Index Only Scan") && node["Index Cond"].is_null();
    let whole = if scan && text("Index Name") != ORDER_OF_ALL { WHOLE } else { "" };
    lines.push(format!("{}{kind} {table} {}{whole}", " ".repeat(depth), text("Index Name")));
    for inner in node["Plans"].as_array().into_iter().flatten() {
        nodes(inner, depth + 1, lines);
    }
}

/// The growing tables that a plan reads from one end to the other, be it along an index.
fn whole_tables(plan: &Plan) -> Vec<&'static str> {
    let Plan(backend, lines) = plan;
    let whole = |table: &&str| {
        lines.iter().any(|line| match backend {
            DbBackend::Postgres => {
                line.ends_with(WHOLE) && line.split_whitespace().any(|word| word == *table)
            }
            _ => whole_on_sqlite(lines, line, table),
        })
    };
    GROWING.into_iter().filter(whole).collect()
}

/// SQLite names what it scans by its alias, and so it names subqueries, which are small, too: each of those it has announced.
fn whole_on_sqlite(lines: &[String], line: &str, table: &str) -> bool {
    let aliases: &[&str] = match table {
        "gallery_document" => &["d"],
        "gallery_translation" => &["t0", "t1"],
        "gallery_theme" | "gallery_language" => &["x"],
        "gallery_search_row" => &["r"],
        _ => &[],
    };
    let Some(scan) = line.strip_prefix("SCAN ").filter(|scan| !scan.ends_with(ORDER_OF_ALL)) else {
        return false;
    };
    let name = scan.split(' ').next().unwrap_or_default();
    let made = [format!("CO-ROUTINE {name}"), format!("MATERIALIZE {name}")];
    let scans = lines.iter().filter(|other| *other == line).count();
    (name == table || aliases.contains(&name))
        && !scan.contains("VIRTUAL TABLE")
        && scans > lines.iter().filter(|line| made.contains(line)).count()
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Puts many documents into the tables with the engine's own means: the door's renderers would take a minute here.
async fn fill(app: &App) {
    app.db
        .write(async |tx| {
            let postgres = tx.get_database_backend() == DbBackend::Postgres;
            let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})");
            let uuid = |number: &str| match postgres {
                true => format!("('00000000-0000-4000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"),
                false => format!("unhex('0000000000004000800000000000' || printf('%04x', {number}))"),
            };
            // A document every four hours from 2024 on, two years and nine months in all.
            let time = |hours: &str| match postgres {
                true => format!("(timestamptz '2024-01-01Z' + make_interval(hours => 4 * i + {hours}))"),
                false => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', '2024-01-01', (4 * i + {hours}) || ' hours')"),
            };
            let id = uuid("i");
            let body = r#"'{"place":{"precision":"locality"},"title":"Sample","summary":"' || substr('a sample summary of some length, as they have it in life, so that rows have about the size of real ones: ' , 1, 100 + i % 7) || '"}'"#;
            let flag = |value: bool| if postgres { value.to_string() } else { u8::from(value).to_string() };
            let (yes, no) = (flag(true), flag(false));
            let documents = format!(
                "{numbers} INSERT INTO gallery_document (id, kind, subkind, country, lat, lon, occurs_from, occurs_until, sort_at, \
                 cancelled, event_id, initiative_id, language, label, body, digest, listed, in_feeds, fed, version, updated_at, seq, counted_country, guard) \
                 SELECT {id}, CASE i % 5 WHEN 0 THEN 'quote' WHEN 1 THEN 'story' WHEN 2 THEN 'outcome' ELSE 'event' END, \
                 CASE WHEN i % 5 > 2 THEN CASE i % 9 WHEN 0 THEN 'forum' ELSE 'dialogue' END END, \
                 substr('SSKEFJBRCOUGSNPHMXZMNPGTMLINARMZGELBGHBO', 1 + 2 * (i % 20), 2), i % 60, i % 97, \
                 {from}, {until}, {from}, {no}, {event}, {initiative}, CASE i % 4 WHEN 0 THEN 'es' ELSE 'en' END, \
                 'Sample ' || i, {body}, '', {yes}, {yes}, {yes}, 1, {from}, i, \
                 substr('SSKEFJBRCOUGSNPHMXZMNPGTMLINARMZGELBGHBO', 1 + 2 * (i % 20), 2), \
                 substr('SSKEFJBRCOUGSNPHMXZMNPGTMLINARMZGELBGHBO', 1 + 2 * (i % 20), 2) || '/low' FROM n",
                from = time("0"), until = time("2"), event = uuid("100 + i % 500"), initiative = uuid("i % 50"),
            );
            tx.execute_unprepared(&documents).await?;
            // What is gone stays as a tombstone; of it few were called off.
            let gone = format!(
                "UPDATE gallery_document SET withdrawn_at = updated_at, withdrawn_as = 'gone', cancelled = seq % 500 = 7, \
                 listed = {no}, body = '', label = '', feature = '', lat = NULL, lon = NULL, country = NULL WHERE seq % 10 = 7"
            );
            tx.execute_unprepared(&gone).await?;
            tx.execute_unprepared(&format!("UPDATE gallery_clock SET seq = {MANY}")).await?;
            let each = format!("{numbers} INSERT INTO");
            let theme = if postgres { format!("'{THEME}'") } else { format!("unhex('{}')", THEME.simple()) };
            for sql in [
                format!("{each} gallery_theme (document_id, theme_id) SELECT {id}, {} FROM n", uuid("9000 + i % 40")),
                format!("{each} gallery_theme (document_id, theme_id) SELECT {id}, {theme} FROM n WHERE i % 50 = 0"),
                format!("{each} gallery_language (document_id, language) SELECT {id}, CASE i % 4 WHEN 0 THEN 'es' ELSE 'en' END FROM n"),
                format!("{each} gallery_translation (document_id, language, label, body) SELECT {id}, 'es', 'Ejemplo', {body} FROM n WHERE i % 4 = 1"),
                "INSERT INTO gallery_count (country, kind, documents) SELECT country, kind, count(*) FROM gallery_document WHERE country IS NOT NULL GROUP BY 1, 2".into(),
            ] {
                tx.execute_unprepared(&sql).await?;
            }
            let words = "CASE WHEN i % 400 = 0 THEN 'rare words' WHEN i % 3 = 0 THEN 'common words' ELSE 'other words' END";
            let search: &[String] = &match postgres {
                true => vec![format!("{each} gallery_search (document_id, words) SELECT {id}, setweight(to_tsvector('simple', {words}), 'B') FROM n")],
                false => vec![
                    format!("{each} gallery_search_row (number, document_id) SELECT i, {id} FROM n"),
                    format!("{each} gallery_search (rowid, title, words) SELECT i, 'sample', {words} FROM n"),
                ],
            };
            for sql in search {
                tx.execute_unprepared(sql).await?;
            }
            if postgres {
                // Tables that fit into a few dozen pages it rightly reads whole; the question is whether it has to.
                for way in ["seqscan", "hashjoin", "mergejoin"] {
                    let never = format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_{way} = off', current_database()); END $$");
                    tx.execute_unprepared(&never).await?;
                }
            }
            Ok::<_, sea_orm::DbErr>(())
        })
        .await
        .unwrap();
}
