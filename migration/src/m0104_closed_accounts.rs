//! Accounts that were closed for good: nothing tells whose they were.

crate::step!(
    "
    ALTER TABLE account ADD COLUMN closed_at {time};
    ",
    "
    ALTER TABLE account DROP COLUMN closed_at;
    ",
);
