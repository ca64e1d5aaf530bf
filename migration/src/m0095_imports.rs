//! Files of records that were sent, until they are taken in, and what became of their lines.

crate::step!(
    "
    CREATE TABLE bulk_import (
        id {uuid} PRIMARY KEY NOT NULL,
        namespace {uuid} NOT NULL,
        organisation_id {uuid} REFERENCES organisation (id),
        key_id {uuid} REFERENCES api_key (id),
        account_id {uuid} REFERENCES account (id),
        status text NOT NULL CHECK (status IN ('receiving', 'queued', 'running', 'done', 'failed')),
        mode text NOT NULL CHECK (mode IN ('atomic', 'partial')),
        dry_run boolean NOT NULL,
        format text NOT NULL CHECK (format IN ('bundle', 'csv', 'calendar')),
        sealed_reading {bytes},
        source text,
        size {number} NOT NULL,
        chunks {number} NOT NULL,
        lines {number} NOT NULL,
        parts {number} NOT NULL,
        created {number} NOT NULL,
        updated {number} NOT NULL,
        unchanged {number} NOT NULL,
        conflict {number} NOT NULL,
        gone {number} NOT NULL,
        failed {number} NOT NULL,
        applied boolean NOT NULL,
        failure text,
        attempts {number} NOT NULL,
        due_at {time} NOT NULL,
        undo text CHECK (undo IN ('queued', 'running', 'done')),
        undo_parts {number} NOT NULL,
        removed {number} NOT NULL,
        left_alone {number} NOT NULL,
        created_at {time} NOT NULL,
        ended_at {time},
        CHECK ((organisation_id IS NULL) = (key_id IS NULL)),
        CHECK ((account_id IS NULL) <> (organisation_id IS NULL)),
        CHECK ((status IN ('done', 'failed')) = (ended_at IS NOT NULL))
    );
    CREATE INDEX bulk_import_by_namespace ON bulk_import (namespace, created_at, id);
    CREATE INDEX bulk_import_to_do ON bulk_import (due_at) WHERE status IN ('queued', 'running') OR undo IN ('queued', 'running');
    CREATE TABLE bulk_import_chunk (
        import_id {uuid} NOT NULL REFERENCES bulk_import (id),
        position {number} NOT NULL,
        sealed {bytes} NOT NULL,
        PRIMARY KEY (import_id, position)
    );
    CREATE TABLE bulk_import_told (
        import_id {uuid} NOT NULL REFERENCES bulk_import (id),
        of_undo boolean NOT NULL,
        position {number} NOT NULL,
        last_line {number} NOT NULL,
        lines text NOT NULL,
        PRIMARY KEY (import_id, of_undo, position)
    );
    ",
    "
    DROP TABLE bulk_import_told;
    DROP TABLE bulk_import_chunk;
    DROP TABLE bulk_import;
    ",
);
