//! Who gets letters about what is new. Where they go and what they are about is sealed under a key of each.

crate::step!(
    "
    CREATE TABLE watch (
        id {uuid} PRIMARY KEY NOT NULL,
        account_id {uuid} REFERENCES account (id),
        token_hash {bytes},
        email_hash {bytes},
        sealed {bytes} NOT NULL,
        language text NOT NULL CHECK (length(language) BETWEEN 2 AND 35),
        every text NOT NULL CHECK (every IN ('day', 'week')),
        confirmed_at {time},
        due_at {time},
        attempts integer NOT NULL,
        seen {number} NOT NULL,
        letter_id {uuid},
        letter_until {number},
        version {number} NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((account_id IS NULL) = (email_hash IS NOT NULL)),
        CHECK ((confirmed_at IS NULL) = (due_at IS NULL)),
        CHECK ((letter_id IS NULL) = (letter_until IS NULL))
    );
    CREATE UNIQUE INDEX watch_by_token ON watch (token_hash) WHERE token_hash IS NOT NULL;
    CREATE INDEX watch_by_address ON watch (email_hash) WHERE email_hash IS NOT NULL;
    CREATE INDEX watch_by_account ON watch (account_id, created_at, id) WHERE account_id IS NOT NULL;
    CREATE INDEX watch_unwritten ON watch (created_at) WHERE token_hash IS NULL;
    CREATE INDEX watch_unconfirmed ON watch (created_at) WHERE confirmed_at IS NULL;
    CREATE INDEX watch_due ON watch (due_at) WHERE due_at IS NOT NULL;
    ",
    "
    DROP TABLE watch;
    ",
);
