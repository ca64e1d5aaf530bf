//! When an initiative was last confirmed, and whom to ask whether it is still so.
//!
//! A contact is a row and a key of its own: whoever hands an entry on leaves nothing behind that opens. Its links go with it.

crate::step!(
    "
    ALTER TABLE initiative ADD COLUMN confirmed_on {date};
    CREATE TABLE initiative_contact (
        id {uuid} PRIMARY KEY NOT NULL,
        initiative_id {uuid} NOT NULL UNIQUE REFERENCES initiative (id),
        sealed {bytes} NOT NULL,
        letters integer NOT NULL CHECK (letters BETWEEN 0 AND 3),
        ask_at {time}
    );
    CREATE INDEX initiative_contact_to_ask ON initiative_contact (ask_at) WHERE ask_at IS NOT NULL;
    CREATE TABLE initiative_link (
        token_hash {bytes} PRIMARY KEY NOT NULL,
        contact_id {uuid} NOT NULL REFERENCES initiative_contact (id),
        expires_at {time} NOT NULL
    );
    CREATE INDEX initiative_link_by_contact ON initiative_link (contact_id);
    CREATE INDEX initiative_link_by_end ON initiative_link (expires_at);
    ",
    "
    DROP TABLE initiative_link;
    DROP TABLE initiative_contact;
    ALTER TABLE initiative DROP COLUMN confirmed_on;
    ",
);
