//! PostgreSQL: rows as `COPY` writes them, into a schema that the same steps have made.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use migration::Migrator;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::{MigratorTrait as _, SchemaManager};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::About;
use super::archive::{Reader, Writer};
use crate::db::{Target, upgrade};

/// The table that remembers which steps have run: the copy names them, and their like is made anew.
const STEPS: &str = "seaql_migrations";
/// How often it is looked whether somebody uses the database, and how long is waited between.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Writes every table as it is at one instant.
pub(super) async fn backup(url: &SecretString, to: &File, now: DateTime<Utc>) -> anyhow::Result<()> {
    let target = Target::Postgres(url.clone());
    let db = upgrade::single(&target).await?;
    let about = super::said(&db, Some(now)).await;
    db.close().await?;
    let mut out = Writer::new(to, about?)?;
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    for (table, columns) in tables(&mut connection).await? {
        out.table(&table, &columns)?;
        let mut rows =
            connection.copy_out_raw(&format!("COPY {table} ({}) TO STDOUT", columns.join(", "))).await?;
        while let Some(bytes) = rows.try_next().await? {
            out.portion(&bytes)?;
        }
        drop(rows);
        out.end_of_table()?;
    }
    connection.execute("COMMIT").await?;
    connection.close().await?;
    out.finish()
}

/// The tables with their columns, quoted. The names are our own.
async fn tables(connection: &mut PgConnection) -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let sql = "SELECT quote_ident(c.relname), array_agg(quote_ident(a.attname) ORDER BY a.attnum) \
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' \
               WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname <> $1 \
               GROUP BY c.relname ORDER BY c.relname";
    let rows = sqlx::query(sql).bind(STEPS).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Loads a copy that was checked into a database: its schema, then its rows in one transaction. What the database had is
/// thrown away. Steps that are newer than the copy are the caller's. Where something is to be hidden, it is from the first moment.
///
/// # Errors
/// If somebody uses the database, or it cannot be written; then it may be empty.
pub async fn load(url: &SecretString, from: &Path, hides: bool) -> anyhow::Result<()> {
    let (reader, about) = Reader::open(from)?;
    let db = upgrade::single(&Target::Postgres(url.clone())).await?;
    let made = alone(&db, &about).await;
    db.close().await?;
    made?;
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    connection.execute("BEGIN").await?;
    fill(&mut connection, reader, &about, hides).await?;
    connection.execute("COMMIT").await?;
    connection.close().await?;
    Ok(())
}

/// Makes the schema of a copy in a database that nobody else uses.
async fn alone(db: &DatabaseConnection, about: &About) -> anyhow::Result<()> {
    // A connection of our own that was just closed may take a moment to be gone.
    let mut looks = 0;
    while others(db).await? > 0 {
        looks += 1;
        ensure!(looks < LOOKS, "another process uses the database: stop it first");
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    let manager = SchemaManager::new(db);
    if manager.has_table(STEPS).await? {
        Migrator::down(db, None).await?;
    }
    Migrator::install(db).await?;
    for step in
        Migrator::migrations().into_iter().filter(|step| about.steps.iter().any(|name| name == step.name()))
    {
        step.up(&manager).await?;
        let note = format!(
            "INSERT INTO {STEPS} (version, applied_at) VALUES ($1, extract(epoch FROM now())::bigint)"
        );
        let note = Statement::from_sql_and_values(DbBackend::Postgres, note, [step.name().to_owned().into()]);
        db.execute_raw(note).await?;
    }
    Ok(())
}

/// How many connections other processes of ours have.
async fn others(db: &DatabaseConnection) -> anyhow::Result<i64> {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND pid <> pg_backend_pid() AND application_name LIKE 'solidarity%'";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.context("no answer")?.try_get_by_index(0)?)
}

/// Fills empty tables. References between them are left out meanwhile: some tables refer to each other.
async fn fill(
    connection: &mut PgConnection,
    mut reader: Reader,
    about: &About,
    hides: bool,
) -> anyhow::Result<()> {
    let sql = "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint \
               WHERE contype = 'f' AND connamespace = current_schema()::regnamespace";
    let mut references: Vec<(String, String, String)> = Vec::new();
    for row in sqlx::query(sql).fetch_all(&mut *connection).await? {
        references.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    }
    for (table, name, _) in &references {
        run(connection, &format!("ALTER TABLE {table} DROP CONSTRAINT {name}")).await?;
    }
    let known = tables(connection).await?;
    while let Some((table, columns)) = reader.table()? {
        let fits = known
            .iter()
            .any(|(name, all)| *name == table && columns.iter().all(|column| all.contains(column)));
        ensure!(fits, "a table of the copy is none of this program's");
        // A few have rows from the beginning.
        run(connection, &format!("DELETE FROM {table}")).await?;
        let copy = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        let mut rows = connection.copy_in_raw(&copy).await?;
        while let Some(bytes) = reader.portion()? {
            rows.send(bytes).await?;
        }
        rows.finish().await?;
    }
    for (table, name, definition) in &references {
        run(connection, &format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")).await?;
    }
    for sql in super::not_again(DbBackend::Postgres, &about.steps) {
        run(connection, sql).await?;
    }
    if hides && known.iter().any(|(name, _)| name == "gallery_switch") {
        let all =
            "INSERT INTO gallery_switch (name, since) VALUES ('all', now()) ON CONFLICT (name) DO NOTHING";
        run(connection, all).await?;
    }
    run(connection, "ANALYZE").await
}

async fn run(connection: &mut PgConnection, sql: &str) -> anyhow::Result<()> {
    connection.execute(AssertSqlSafe(sql.to_owned())).await?;
    Ok(())
}
