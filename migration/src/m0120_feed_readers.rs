//! How far organisations have read the gallery's feed of changes with their keys, and since which place a document has been in it: together they
//! say who had read what is withdrawn.
//!
//! No foreign key to organisations: what one has read it has read, also when it leaves.

crate::step!(
    "
    ALTER TABLE gallery_document ADD COLUMN first_seq {number};
    UPDATE gallery_document SET first_seq = 0 WHERE fed;
    CREATE TABLE feed_reader (
        organisation_id {uuid} PRIMARY KEY NOT NULL,
        seq {number} NOT NULL,
        read_at {time} NOT NULL
    );
    CREATE INDEX withdrawal_reader_by_organisation ON withdrawal_reader (organisation_id, quote_id);
    ",
    "
    DROP INDEX withdrawal_reader_by_organisation;
    DROP TABLE feed_reader;
    ALTER TABLE gallery_document DROP COLUMN first_seq;
    ",
);
