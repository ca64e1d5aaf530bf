//! The public side: finished documents, in tables of their own.
//!
//! `gallery_clock` numbers changes in the order of commits; `gallery_unnumbered` finds the rows a transaction has yet to
//! number. The partial indexes hold what lists may show, so their condition stands in every list's query.

crate::step!(
    "
    CREATE TABLE gallery_document (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'quote', 'outcome', 'story')),
        subkind text,
        country text,
        lat {double},
        lon {double},
        occurs_from {time},
        occurs_until {time},
        sort_at {time} NOT NULL,
        cancelled boolean NOT NULL,
        event_id {uuid},
        initiative_id {uuid},
        language text NOT NULL,
        label text NOT NULL,
        body text NOT NULL,
        digest text NOT NULL,
        listed boolean NOT NULL,
        in_feeds boolean NOT NULL,
        fed boolean NOT NULL,
        version {number} NOT NULL,
        updated_at {time} NOT NULL,
        seq {number},
        withdrawn_at {time},
        withdrawn_as text CHECK (withdrawn_as IN ('gone', 'absent')),
        public_until {time},
        counted_country text,
        CHECK ((withdrawn_at IS NULL) = (withdrawn_as IS NULL)),
        CHECK (withdrawn_at IS NULL OR (body = '' AND label = '' AND NOT listed AND lat IS NULL AND lon IS NULL AND country IS NULL))
    );
    CREATE UNIQUE INDEX gallery_by_seq ON gallery_document (seq) WHERE seq IS NOT NULL;
    CREATE INDEX gallery_unnumbered ON gallery_document (id) WHERE seq IS NULL;
    CREATE INDEX gallery_by_time ON gallery_document (kind, sort_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_country ON gallery_document (country, kind, sort_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_subkind ON gallery_document (kind, subkind, sort_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_update ON gallery_document (kind, updated_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_latest ON gallery_document (updated_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_event ON gallery_document (event_id, kind, sort_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_initiative ON gallery_document (initiative_id, kind, sort_at, id) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_point ON gallery_document (lat, lon) WHERE listed AND withdrawn_at IS NULL;
    CREATE INDEX gallery_by_end ON gallery_document (public_until, id) WHERE withdrawn_at IS NULL AND public_until IS NOT NULL;
    CREATE TABLE gallery_translation (
        document_id {uuid} NOT NULL REFERENCES gallery_document (id),
        language text NOT NULL,
        label text NOT NULL,
        body text NOT NULL,
        PRIMARY KEY (document_id, language)
    );
    CREATE TABLE gallery_theme (
        document_id {uuid} NOT NULL REFERENCES gallery_document (id),
        theme_id {uuid} NOT NULL,
        PRIMARY KEY (document_id, theme_id)
    );
    CREATE INDEX gallery_theme_by_theme ON gallery_theme (theme_id, document_id);
    CREATE TABLE gallery_language (
        document_id {uuid} NOT NULL REFERENCES gallery_document (id),
        language text NOT NULL,
        PRIMARY KEY (document_id, language)
    );
    CREATE INDEX gallery_language_by_language ON gallery_language (language, document_id);
    CREATE TABLE gallery_theme_label (
        id {uuid} PRIMARY KEY NOT NULL,
        labels {json} NOT NULL
    );
    CREATE TABLE gallery_count (
        country text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'quote', 'outcome', 'story')),
        documents {number} NOT NULL,
        PRIMARY KEY (country, kind)
    );
    CREATE TABLE gallery_clock (
        id integer PRIMARY KEY NOT NULL CHECK (id = 1),
        seq {number} NOT NULL
    );
    INSERT INTO gallery_clock (id, seq) VALUES (1, 0);
    ",
    "
    DROP TABLE gallery_clock;
    DROP TABLE gallery_count;
    DROP TABLE gallery_theme_label;
    DROP TABLE gallery_language;
    DROP TABLE gallery_theme;
    DROP TABLE gallery_translation;
    DROP TABLE gallery_document;
    ",
);
