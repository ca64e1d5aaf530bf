//! What has happened, what is to be done about it, and the letters that wait to be sent.
//!
//! `outbox_clock` numbers facts in the order of commits. The kinds of facts, jobs and letters are closed lists in the
//! program, not here: they grow with every room, and SQLite cannot widen a CHECK without copying the table.

crate::step!(
    "
    CREATE TABLE outbox_clock (
        id integer PRIMARY KEY NOT NULL CHECK (id = 1),
        seq {number} NOT NULL
    );
    INSERT INTO outbox_clock (id, seq) VALUES (1, 0);
    CREATE TABLE outbox_fact (
        id {uuid} PRIMARY KEY NOT NULL,
        seq {number},
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        about {json} NOT NULL,
        told_at {time} NOT NULL,
        dispatched_at {time}
    );
    CREATE UNIQUE INDEX outbox_fact_by_seq ON outbox_fact (seq) WHERE seq IS NOT NULL;
    CREATE INDEX outbox_fact_unnumbered ON outbox_fact (id) WHERE seq IS NULL;
    CREATE INDEX outbox_fact_undispatched ON outbox_fact (seq) WHERE dispatched_at IS NULL;
    CREATE INDEX outbox_fact_dispatched ON outbox_fact (dispatched_at) WHERE dispatched_at IS NOT NULL;
    CREATE TABLE outbox_job (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        subject_id {uuid} NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
        attempts integer NOT NULL CHECK (attempts >= 0),
        due_at {time} NOT NULL,
        reason text CHECK (length(reason) BETWEEN 1 AND 64),
        created_at {time} NOT NULL,
        ended_at {time},
        CHECK ((state = 'waiting') = (ended_at IS NULL))
    );
    CREATE INDEX outbox_job_due ON outbox_job (due_at, id) WHERE state = 'waiting';
    CREATE INDEX outbox_job_ended ON outbox_job (ended_at) WHERE ended_at IS NOT NULL;
    CREATE TABLE outbox_letter (
        id {uuid} PRIMARY KEY NOT NULL,
        template text NOT NULL CHECK (length(template) BETWEEN 1 AND 64),
        sealed {bytes} NOT NULL,
        created_at {time} NOT NULL
    );
    ",
    "
    DROP TABLE outbox_letter;
    DROP TABLE outbox_job;
    DROP TABLE outbox_fact;
    DROP TABLE outbox_clock;
    ",
);
