//! Where imported records came from, and what the door must look at again.

crate::step!(
    "
    CREATE TABLE bundle_source (
        namespace {uuid} NOT NULL,
        source text NOT NULL CHECK (length(source) BETWEEN 1 AND 100),
        language text,
        note text,
        updated_at {time} NOT NULL,
        PRIMARY KEY (namespace, source)
    );
    CREATE TABLE origin (
        namespace {uuid} NOT NULL,
        source text NOT NULL,
        external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
        kind text NOT NULL CHECK (kind IN ('theme', 'organisation', 'person', 'initiative', 'event', 'outcome', 'quote', 'story')),
        record_id {uuid} NOT NULL,
        line_hash {bytes} NOT NULL,
        record_version {number} NOT NULL,
        run {uuid} NOT NULL,
        gone boolean NOT NULL,
        PRIMARY KEY (namespace, source, external_id)
    );
    CREATE INDEX origin_by_record ON origin (record_id);
    CREATE TABLE publication_due (
        record_id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'outcome', 'quote', 'story')),
        due_at {time} NOT NULL
    );
    CREATE INDEX publication_due_by_time ON publication_due (due_at, record_id);
    ",
    "
    DROP TABLE publication_due;
    DROP TABLE origin;
    DROP TABLE bundle_source;
    ",
);
