//! What people allowed, and the keys that seal what must not be read.

crate::step!(
    "
    CREATE TABLE consent (
        id {uuid} PRIMARY KEY NOT NULL,
        person_id {uuid} REFERENCES person (id),
        quote_id {uuid} REFERENCES quote (id),
        purpose text NOT NULL CHECK (purpose IN ('participate', 'contact', 'publish_name', 'publish_quote', 'publish_image', 'share_with_partners', 'record_session')),
        scope {json} NOT NULL,
        level text CHECK (level IN ('name', 'pseudonym', 'role_and_country', 'anonymous')),
        text_hash {bytes},
        text_version text,
        language text,
        method text NOT NULL CHECK (method IN ('online', 'written', 'oral_witnessed', 'published_by_the_campaign')),
        given_at {time},
        given_by text,
        expires_at {time},
        withdrawn_at {time},
        withdrawn_by text CHECK (withdrawn_by IN ('source', 'here')),
        created_at {time} NOT NULL,
        CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
        CHECK ((person_id IS NULL) <> (quote_id IS NULL)),
        CHECK ((purpose = 'publish_quote') = (quote_id IS NOT NULL)),
        CHECK ((purpose = 'publish_quote') = (text_hash IS NOT NULL))
    );
    CREATE INDEX consent_by_person ON consent (person_id);
    CREATE INDEX consent_by_quote ON consent (quote_id);
    CREATE TABLE data_key (
        record_id {uuid} PRIMARY KEY NOT NULL,
        wrapped {bytes} NOT NULL,
        created_at {time} NOT NULL
    );
    CREATE TABLE setting (
        name text PRIMARY KEY NOT NULL,
        value text NOT NULL
    );
    ",
    "
    DROP TABLE setting;
    DROP TABLE data_key;
    DROP TABLE consent;
    ",
);
