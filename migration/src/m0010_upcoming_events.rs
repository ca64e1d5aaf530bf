//! What is yet to come, the next first: along the order of time it stands behind all that was.

crate::step!(
    "
    CREATE INDEX gallery_upcoming ON gallery_document (kind, occurs_until)
        WHERE listed AND withdrawn_at IS NULL AND occurs_until IS NOT NULL;
    ",
    "
    DROP INDEX gallery_upcoming;
    ",
);
