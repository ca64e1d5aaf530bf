//! When what had served its purpose was last looked for, and how much of it was erased.

crate::step!(
    "
    CREATE TABLE retention_round (
        kind text PRIMARY KEY NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        ran_at {time} NOT NULL,
        erased_at {time},
        erased {number} NOT NULL CHECK (erased >= 0),
        total {number} NOT NULL CHECK (total >= erased)
    );
    ",
    "
    DROP TABLE retention_round;
    ",
);
