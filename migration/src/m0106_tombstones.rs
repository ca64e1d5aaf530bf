//! Where tombstones are that say that there was something: few among many documents.

crate::step!(
    "
    CREATE INDEX gallery_gone ON gallery_document (id) WHERE withdrawn_as = 'gone';
    ",
    "
    DROP INDEX gallery_gone;
    ",
);
