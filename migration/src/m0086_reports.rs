//! Reports that something in public endangers somebody, and what was taken off the public side because of one.

crate::step!(
    "
    CREATE TABLE report (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'quote', 'outcome', 'story')),
        record_id {uuid} NOT NULL,
        reason text NOT NULL CHECK (reason IN ('mine', 'danger', 'wrong')),
        is_known boolean NOT NULL,
        sealed_text {bytes},
        status text NOT NULL CHECK (status IN ('open', 'closed')),
        claimed_by {uuid} REFERENCES account (id),
        claimed_until {time},
        outcome text CHECK (outcome IN ('removed', 'changed', 'kept')),
        sealed_note {bytes},
        closed_by {uuid} REFERENCES account (id),
        closed_at {time},
        erased_at {time},
        version {number} NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((status = 'closed') = (closed_at IS NOT NULL))
    );
    CREATE INDEX report_queue ON report (status, created_at, id);
    CREATE INDEX report_to_erase ON report (closed_at) WHERE erased_at IS NULL;
    CREATE TABLE hidden_record (
        record_id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'quote', 'outcome', 'story')),
        hidden_at {time} NOT NULL
    );
    ",
    "
    DROP TABLE hidden_record;
    DROP TABLE report;
    ",
);
