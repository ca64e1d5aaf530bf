//! What each process gave away of allowances that all have in common. Rows live for minutes.

crate::step!(
    "
    CREATE TABLE allowance_use (
        process_id {uuid} NOT NULL,
        pool text NOT NULL CHECK (length(pool) BETWEEN 1 AND 64),
        bucket {number} NOT NULL,
        total {number} NOT NULL CHECK (total > 0),
        used_at {time} NOT NULL,
        PRIMARY KEY (process_id, pool, bucket)
    );
    CREATE INDEX allowance_use_by_time ON allowance_use (used_at);
    ",
    "
    DROP TABLE allowance_use;
    ",
);
