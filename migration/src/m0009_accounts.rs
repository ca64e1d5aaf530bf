//! Who may come in: accounts, their sessions, second factors and one-time links, and the keys that sign access tokens.

crate::step!(
    "
    CREATE TABLE account (
        id {uuid} PRIMARY KEY NOT NULL,
        display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 100),
        role text NOT NULL CHECK (role IN ('admin', 'moderator', 'host', 'member')),
        state text NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
        language text,
        email_hash {bytes} NOT NULL,
        sealed_email {bytes} NOT NULL,
        password_hash text,
        sealed_totp {bytes},
        totp_confirmed_at {time},
        totp_step {number},
        created_by {uuid} REFERENCES account (id),
        version {number} NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK (state <> 'active' OR password_hash IS NOT NULL),
        CHECK (totp_confirmed_at IS NULL OR sealed_totp IS NOT NULL)
    );
    CREATE UNIQUE INDEX account_by_email ON account (email_hash);
    CREATE INDEX account_by_role ON account (role, state);
    CREATE TABLE session (
        id {uuid} PRIMARY KEY NOT NULL,
        account_id {uuid} NOT NULL REFERENCES account (id),
        token_hash {bytes} NOT NULL,
        previous_hash {bytes},
        second_factor boolean NOT NULL,
        created_at {time} NOT NULL,
        refreshed_at {time} NOT NULL
    );
    CREATE INDEX session_by_account ON session (account_id, id);
    CREATE INDEX session_by_time ON session (refreshed_at);
    CREATE TABLE recovery_code (
        account_id {uuid} NOT NULL REFERENCES account (id),
        code_hash {bytes} NOT NULL,
        PRIMARY KEY (account_id, code_hash)
    );
    CREATE TABLE one_time_link (
        token_hash {bytes} PRIMARY KEY NOT NULL,
        account_id {uuid} NOT NULL REFERENCES account (id),
        purpose text NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL
    );
    CREATE INDEX one_time_link_by_account ON one_time_link (account_id, purpose);
    CREATE INDEX one_time_link_by_time ON one_time_link (expires_at);
    CREATE TABLE password_reset_request (
        email_hash {bytes} PRIMARY KEY NOT NULL,
        requested_at {time} NOT NULL
    );
    CREATE TABLE signing_key (
        id {uuid} PRIMARY KEY NOT NULL,
        sealed {bytes} NOT NULL,
        created_at {time} NOT NULL
    );
    ",
    "
    DROP TABLE signing_key;
    DROP TABLE password_reset_request;
    DROP TABLE one_time_link;
    DROP TABLE recovery_code;
    DROP TABLE session;
    DROP TABLE account;
    ",
);
