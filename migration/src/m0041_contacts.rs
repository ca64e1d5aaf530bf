//! How people can be reached, apart from the people; why an event was cancelled.

crate::step!(
    "
    CREATE TABLE person_contact (
        person_id {uuid} PRIMARY KEY NOT NULL REFERENCES person (id),
        sealed {bytes} NOT NULL
    );
    ALTER TABLE event ADD COLUMN cancel_reason text;
    ",
    "
    ALTER TABLE event DROP COLUMN cancel_reason;
    DROP TABLE person_contact;
    ",
);
