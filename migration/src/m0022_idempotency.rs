//! Answers kept for callers who have to ask again. They open with the caller's key alone, which is not kept.

crate::step!(
    "
    CREATE TABLE idempotent_answer (
        id {uuid} PRIMARY KEY NOT NULL,
        body_hash {bytes} NOT NULL,
        sealed {bytes},
        about_id {uuid},
        expires_at {time} NOT NULL
    );
    CREATE INDEX idempotent_answer_by_expiry ON idempotent_answer (expires_at);
    CREATE INDEX idempotent_answer_by_record ON idempotent_answer (about_id) WHERE about_id IS NOT NULL;
    ",
    "DROP TABLE idempotent_answer",
);
