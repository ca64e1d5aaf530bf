//! Who asked for the links to what is theirs, until they are written to; and how their submissions and entries are found then.

crate::step!(
    "
    CREATE TABLE manage_link_request (
        email_hash {bytes} PRIMARY KEY NOT NULL,
        sealed_email {bytes},
        requested_at {time} NOT NULL,
        written_at {time}
    );
    ALTER TABLE submission ADD COLUMN email_hash {bytes};
    CREATE INDEX submission_by_address ON submission (email_hash) WHERE email_hash IS NOT NULL;
    ALTER TABLE initiative_contact ADD COLUMN email_hash {bytes};
    CREATE INDEX initiative_contact_by_address ON initiative_contact (email_hash) WHERE email_hash IS NOT NULL;
    ",
    "
    DROP INDEX initiative_contact_by_address;
    ALTER TABLE initiative_contact DROP COLUMN email_hash;
    DROP INDEX submission_by_address;
    ALTER TABLE submission DROP COLUMN email_hash;
    DROP TABLE manage_link_request;
    ",
);
