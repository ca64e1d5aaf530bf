//! Consents that follow one another, tokens with which whoever gave one manages it, and when their end is told.
//!
//! A narrower or a new consent is a row of its own; the one before it names it. A token is stored as a keyed hash and is for one
//! purpose of one subject, whichever row is the newest. `person_contact.email_hash` finds the tokens of somebody who has lost
//! them; contacts that were sealed before have none until they are written again.

crate::step!(
    "
    ALTER TABLE consent ADD COLUMN replaced_by {uuid};
    ALTER TABLE consent ADD COLUMN remind_at {time};
    UPDATE consent SET remind_at = created_at WHERE expires_at IS NOT NULL AND withdrawn_at IS NULL;
    CREATE INDEX consent_to_remind ON consent (remind_at) WHERE remind_at IS NOT NULL;
    CREATE TABLE consent_token (
        token_hash {bytes} PRIMARY KEY NOT NULL,
        person_id {uuid} REFERENCES person (id),
        quote_id {uuid} REFERENCES quote (id),
        purpose text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 40),
        created_at {time} NOT NULL,
        CHECK ((person_id IS NULL) <> (quote_id IS NULL))
    );
    CREATE INDEX consent_token_by_person ON consent_token (person_id);
    CREATE INDEX consent_token_by_quote ON consent_token (quote_id);
    ALTER TABLE person_contact ADD COLUMN email_hash {bytes};
    CREATE INDEX person_contact_by_email ON person_contact (email_hash) WHERE email_hash IS NOT NULL;
    ",
    "
    DROP INDEX person_contact_by_email;
    ALTER TABLE person_contact DROP COLUMN email_hash;
    DROP TABLE consent_token;
    DROP INDEX consent_to_remind;
    ALTER TABLE consent DROP COLUMN remind_at;
    ALTER TABLE consent DROP COLUMN replaced_by;
    ",
);
