//! People who register for events, how registration for an event goes, and which contacts were looked at.
//!
//! `holds_seat` is what seats are counted by: an unverified registration holds one for a while, or none where all were
//! taken when it came. `arrival` is given under the lock of the event's row, so it is the order in which people came.

crate::step!(
    "
    CREATE TABLE registration_desk (
        event_id {uuid} PRIMARY KEY NOT NULL REFERENCES event (id),
        arrivals {number} NOT NULL CHECK (arrivals >= 0),
        seats text NOT NULL CHECK (seats IN ('open', 'few', 'waitlist')),
        offers boolean NOT NULL,
        questions {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        updated_at {time} NOT NULL
    );
    CREATE TABLE registration (
        id {uuid} PRIMARY KEY NOT NULL,
        event_id {uuid} NOT NULL REFERENCES event (id),
        arrival {number} NOT NULL CHECK (arrival > 0),
        status text NOT NULL CHECK (status IN ('unverified', 'pending', 'confirmed', 'waitlisted', 'offered', 'attended', 'absent', 'declined', 'cancelled', 'expired')),
        holds_seat boolean NOT NULL,
        role text NOT NULL CHECK (role IN ('activist', 'donor', 'ally')),
        language text NOT NULL,
        account_id {uuid} REFERENCES account (id),
        code text,
        token_hash {bytes},
        mailed_hash {bytes},
        email_hash {bytes},
        sealed_person {bytes},
        sealed_email {bytes},
        verified_at {time},
        until_at {time},
        closed_at {time},
        erased_at {time},
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK (holds_seat OR status NOT IN ('confirmed', 'offered', 'attended', 'absent')),
        CHECK (NOT holds_seat OR status IN ('unverified', 'confirmed', 'offered', 'attended', 'absent')),
        CHECK ((status IN ('unverified', 'offered')) = (until_at IS NOT NULL)),
        CHECK ((status IN ('declined', 'cancelled', 'expired')) = (closed_at IS NOT NULL)),
        CHECK ((erased_at IS NULL) = (sealed_person IS NOT NULL)),
        CHECK (erased_at IS NULL OR (code IS NULL AND token_hash IS NULL AND mailed_hash IS NULL AND email_hash IS NULL AND sealed_email IS NULL AND account_id IS NULL))
    );
    CREATE INDEX registration_by_event ON registration (event_id, arrival, id);
    CREATE INDEX registration_by_seat ON registration (event_id, holds_seat, role);
    CREATE INDEX registration_by_status ON registration (event_id, status, role, arrival);
    CREATE INDEX registration_by_email ON registration (event_id, email_hash);
    CREATE INDEX registration_by_account ON registration (account_id, event_id);
    CREATE INDEX registration_until ON registration (until_at) WHERE until_at IS NOT NULL;
    CREATE INDEX registration_closed ON registration (closed_at) WHERE closed_at IS NOT NULL AND erased_at IS NULL;
    CREATE INDEX registration_unerased ON registration (event_id) WHERE erased_at IS NULL;
    CREATE UNIQUE INDEX registration_by_token ON registration (token_hash) WHERE token_hash IS NOT NULL;
    CREATE UNIQUE INDEX registration_by_mailed ON registration (mailed_hash) WHERE mailed_hash IS NOT NULL;
    CREATE UNIQUE INDEX registration_by_code ON registration (event_id, code) WHERE code IS NOT NULL;
    CREATE TABLE registration_consent (
        id {uuid} PRIMARY KEY NOT NULL,
        registration_id {uuid} NOT NULL REFERENCES registration (id),
        purpose text NOT NULL CHECK (purpose IN ('participate', 'contact', 'publish_name', 'publish_image', 'share_with_partners', 'record_session')),
        text_version text,
        language text NOT NULL,
        given_at {time} NOT NULL,
        withdrawn_at {time}
    );
    CREATE INDEX registration_consent_by_registration ON registration_consent (registration_id, purpose);
    CREATE TABLE registration_reveal (
        id {uuid} PRIMARY KEY NOT NULL,
        registration_id {uuid} NOT NULL REFERENCES registration (id),
        account_id {uuid} NOT NULL REFERENCES account (id),
        sealed_reason {bytes},
        revealed_at {time} NOT NULL
    );
    CREATE INDEX registration_reveal_by_registration ON registration_reveal (registration_id, revealed_at);
    ",
    "
    DROP TABLE registration_reveal;
    DROP TABLE registration_consent;
    DROP TABLE registration;
    DROP TABLE registration_desk;
    ",
);
