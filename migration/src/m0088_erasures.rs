//! Whom nothing tells of any more: their identifiers, so that erasing them again does nothing.

crate::step!(
    "
    CREATE TABLE erasure (
        record_id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        erased_at {time} NOT NULL
    );
    ",
    "
    DROP TABLE erasure;
    ",
);
