//! Who takes part, and what they talk about.

crate::step!(
    "
    CREATE TABLE organisation (
        id {uuid} PRIMARY KEY NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        kind text NOT NULL CHECK (kind IN ('grassroots_group', 'enabling_organisation', 'ngo', 'donor', 'university', 'medium', 'public_body', 'business')),
        formal boolean,
        country text CHECK (length(country) = 2),
        url text CHECK (length(url) <= 2000),
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE TABLE person (
        id {uuid} PRIMARY KEY NOT NULL,
        display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 200),
        role text NOT NULL CHECK (role IN ('activist', 'donor', 'ally')),
        country text CHECK (length(country) = 2),
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE INDEX person_by_role_and_country ON person (role, country);
    CREATE TABLE person_organisation (
        person_id {uuid} NOT NULL REFERENCES person (id),
        position integer NOT NULL CHECK (position >= 0),
        organisation_id {uuid} NOT NULL REFERENCES organisation (id),
        PRIMARY KEY (person_id, position)
    );
    CREATE INDEX person_organisation_by_organisation ON person_organisation (organisation_id);
    CREATE TABLE theme (
        id {uuid} PRIMARY KEY NOT NULL,
        labels {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE TABLE theme_link (
        record_id {uuid} NOT NULL,
        position integer NOT NULL CHECK (position >= 0),
        kind text NOT NULL CHECK (kind IN ('initiative', 'event', 'outcome', 'quote', 'story')),
        theme_id {uuid} NOT NULL REFERENCES theme (id),
        PRIMARY KEY (record_id, position)
    );
    CREATE INDEX theme_link_by_theme ON theme_link (theme_id, record_id);
    ",
    "
    DROP TABLE theme_link;
    DROP TABLE theme;
    DROP TABLE person_organisation;
    DROP TABLE person;
    DROP TABLE organisation;
    ",
);
