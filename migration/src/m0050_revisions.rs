//! What records that are or were public said before they were edited. `changes` is blanked with what is withdrawn.

crate::step!(
    "
    CREATE TABLE revision (
        record_id {uuid} NOT NULL,
        version {number} NOT NULL CHECK (version > 1),
        at {time} NOT NULL,
        account_id {uuid} REFERENCES account (id),
        through text NOT NULL CHECK (through IN ('edit', 'restore', 'import', 'submission')),
        restores {number},
        fields {json} NOT NULL,
        changes {json},
        size {number} NOT NULL CHECK (size >= 0),
        PRIMARY KEY (record_id, version),
        CHECK ((through = 'restore') = (restores IS NOT NULL)),
        CHECK (changes IS NOT NULL OR size = 0)
    );
    ",
    "
    DROP TABLE revision;
    ",
);
