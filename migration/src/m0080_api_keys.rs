//! API keys of organisations, of which only keyed hashes are kept, and since when an organisation is suspended.

crate::step!(
    "
    CREATE TABLE api_key (
        id {uuid} PRIMARY KEY NOT NULL,
        organisation_id {uuid} NOT NULL REFERENCES organisation (id),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        scopes {json} NOT NULL,
        addresses {json} NOT NULL,
        secret_hash {bytes} NOT NULL,
        exposed_at {time},
        previous_hash {bytes},
        previous_until {time},
        previous_exposed_at {time},
        expires_at {time} NOT NULL,
        used_on {date},
        revoked_at {time},
        created_by {uuid} REFERENCES account (id),
        version bigint NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
    );
    CREATE INDEX api_key_by_organisation ON api_key (organisation_id, created_at, id);
    ALTER TABLE organisation ADD COLUMN suspended_at {time};
    ",
    "
    ALTER TABLE organisation DROP COLUMN suspended_at;
    DROP TABLE api_key;
    ",
);
