//! What changed, for those who keep a copy of what they may see.
//!
//! Triggers mark a record whenever a version of it is written, it is removed, or an organisation becomes or ceases to be one of
//! those who host or carry it: whoever writes, and however. Marks are never merged with those of others: one that was merged with
//! a mark which is being worked off at the same time would be lost. `change_entry` has what each reader has been told of each
//! record last, and nobody has entries who does not read.
//!
//! A step that makes one of these tables anew on SQLite makes its triggers anew, too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

const UP: &str = "
    CREATE TABLE change_mark (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
        record_id {uuid} NOT NULL
    );
    CREATE TABLE change_reader (
        reader {uuid} PRIMARY KEY NOT NULL,
        epoch {uuid} NOT NULL,
        seq {number} NOT NULL CHECK (seq >= 0),
        floor {number} NOT NULL CHECK (floor BETWEEN 0 AND seq),
        filling text CHECK (length(filling) BETWEEN 1 AND 40),
        filled_to {uuid},
        read_at {time} NOT NULL
    );
    CREATE TABLE change_entry (
        reader {uuid} NOT NULL REFERENCES change_reader (reader),
        record_id {uuid} NOT NULL,
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
        version {number} NOT NULL,
        seq {number} NOT NULL CHECK (seq > 0),
        at {time} NOT NULL,
        gone boolean NOT NULL,
        PRIMARY KEY (reader, record_id)
    );
    CREATE UNIQUE INDEX change_entry_by_seq ON change_entry (reader, seq);
    CREATE INDEX change_entry_by_record ON change_entry (record_id);
    CREATE INDEX change_entry_gone ON change_entry (at) WHERE gone;
    ALTER TABLE gallery_clock ADD COLUMN floor {number} NOT NULL DEFAULT 0;
    CREATE INDEX gallery_unfed ON gallery_document (kind, updated_at, id)
        WHERE fed AND (withdrawn_at IS NOT NULL OR NOT in_feeds);
";

const DOWN: &str = "
    DROP INDEX gallery_unfed;
    ALTER TABLE gallery_clock DROP COLUMN floor;
    DROP TABLE change_entry;
    DROP TABLE change_reader;
    DROP TABLE change_mark;
";

/// The tables whose records are told of, each with its word.
const RECORDS: [&str; 11] = [
    "theme",
    "organisation",
    "person",
    "initiative",
    "series",
    "event",
    "outcome",
    "quote",
    "story",
    "registration",
    "submission",
];

/// The tables that say which organisations have a part in a record.
const LINKS: [(&str, &str); 3] =
    [("initiative_organisation", "initiative"), ("series_host", "series"), ("event_host", "event")];

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::sql(manager, UP).await?;
        run(manager, triggers(manager.get_database_backend())).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let tables = RECORDS.into_iter().chain(LINKS.map(|(table, _)| table));
        let names = tables.flat_map(|table| ["made", "changed", "removed"].map(|what| (table, what)));
        let drop = |(table, what): (&str, &str)| match postgres {
            true => format!("DROP TRIGGER {table}_is_{what} ON {table}"),
            false => format!("DROP TRIGGER {table}_is_{what}"),
        };
        run(manager, names.map(drop).collect()).await?;
        if postgres {
            let functions = ["change_of_record", "change_of_link"];
            run(manager, functions.map(|name| format!("DROP FUNCTION {name}()")).into()).await?;
        }
        crate::sql(manager, DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, statements: Vec<String>) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// What has to have changed for a row that is written over to count.
const ANOTHER_VERSION: &str = "OLD.version <> NEW.version";
const ANOTHER_PART: &str = "OLD.organisation_id IS DISTINCT FROM NEW.organisation_id";

fn triggers(backend: DbBackend) -> Vec<String> {
    let mut all = Vec::new();
    if backend == DbBackend::Postgres {
        // The words and columns are arguments of the triggers.
        for (name, column) in [("change_of_record", "id"), ("change_of_link", "TG_ARGV[1]")] {
            let of = |row: &str| match column {
                "id" => format!("{row}.id"),
                _ => format!("(to_jsonb({row}) ->> TG_ARGV[1])::uuid"),
            };
            all.push(format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 IF TG_OP = 'DELETE' THEN INSERT INTO change_mark VALUES (gen_random_uuid(), TG_ARGV[0], {}); \
                 ELSE INSERT INTO change_mark VALUES (gen_random_uuid(), TG_ARGV[0], {}); END IF; \
                 RETURN NULL; END $$",
                of("OLD"),
                of("NEW"),
            ));
        }
    }
    for table in RECORDS {
        all.extend(of_table(backend, table, table, "id", ["", ANOTHER_VERSION, ""]));
    }
    for (table, kind) in LINKS {
        let part = ["NEW.organisation_id IS NOT NULL", ANOTHER_PART, "OLD.organisation_id IS NOT NULL"];
        all.extend(of_table(backend, table, kind, &format!("{kind}_id"), part));
    }
    all
}

fn of_table(backend: DbBackend, table: &str, kind: &str, id: &str, when: [&str; 3]) -> Vec<String> {
    let events = [
        ("made", "INSERT", "NEW", when[0]),
        ("changed", "UPDATE", "NEW", when[1]),
        ("removed", "DELETE", "OLD", when[2]),
    ];
    let trigger = |(what, event, row, when): (&str, &str, &str, &str)| {
        let when = if when.is_empty() { String::new() } else { format!("WHEN ({when})") };
        let head = format!("CREATE TRIGGER {table}_is_{what} AFTER {event} ON {table} FOR EACH ROW {when}");
        if backend == DbBackend::Postgres {
            let function = if id == "id" { "change_of_record" } else { "change_of_link" };
            return format!("{head} EXECUTE FUNCTION {function}('{kind}', '{id}')");
        }
        format!("{head} BEGIN INSERT INTO change_mark VALUES (randomblob(16), '{kind}', {row}.{id}); END")
    };
    events.map(trigger).into()
}
