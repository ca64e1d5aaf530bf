//! Addresses at which accounts have their own calendars, one each. Of the address only a keyed hash is kept.

crate::step!(
    "
    CREATE TABLE calendar_feed (
        id {uuid} PRIMARY KEY NOT NULL,
        account_id {uuid} NOT NULL REFERENCES account (id),
        token_hash {bytes} NOT NULL,
        created_at {time} NOT NULL
    );
    CREATE UNIQUE INDEX calendar_feed_by_account ON calendar_feed (account_id);
    CREATE UNIQUE INDEX calendar_feed_by_token ON calendar_feed (token_hash);
    ",
    "
    DROP TABLE calendar_feed;
    ",
);
