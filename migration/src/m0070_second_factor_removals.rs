//! Which second factors an admin took away from somebody else, and why.

crate::step!(
    "
    CREATE TABLE second_factor_removal (
        id {uuid} PRIMARY KEY NOT NULL,
        account_id {uuid} NOT NULL REFERENCES account (id),
        removed_by {uuid} NOT NULL REFERENCES account (id),
        sealed_reason {bytes} NOT NULL,
        removed_at {time} NOT NULL
    );
    CREATE INDEX second_factor_removal_by_account ON second_factor_removal (account_id, removed_at);
    ",
    "
    DROP TABLE second_factor_removal;
    ",
);
