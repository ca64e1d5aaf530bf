//! Codes with which invited people register. How often one was used is counted from the registrations that name it, under
//! the lock of the event's row. Of the code only a keyed hash is kept.

crate::step!(
    "
    CREATE TABLE registration_invitation (
        id {uuid} PRIMARY KEY NOT NULL,
        event_id {uuid} NOT NULL REFERENCES event (id),
        code_hash {bytes} NOT NULL,
        uses integer NOT NULL CHECK (uses > 0),
        expires_at {time},
        revoked_at {time},
        created_by {uuid} REFERENCES account (id),
        created_at {time} NOT NULL
    );
    CREATE INDEX registration_invitation_by_event ON registration_invitation (event_id, id);
    CREATE UNIQUE INDEX registration_invitation_by_code ON registration_invitation (code_hash);
    ALTER TABLE registration ADD COLUMN invitation_id {uuid};
    CREATE INDEX registration_by_invitation ON registration (invitation_id) WHERE invitation_id IS NOT NULL;
    ",
    "
    DROP INDEX registration_by_invitation;
    ALTER TABLE registration DROP COLUMN invitation_id;
    DROP TABLE registration_invitation;
    ",
);
