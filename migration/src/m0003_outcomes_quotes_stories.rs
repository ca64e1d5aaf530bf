//! What came of it: outcomes, the words of those who were there, and links to more.

crate::step!(
    "
    CREATE TABLE outcome (
        id {uuid} PRIMARY KEY NOT NULL,
        event_id {uuid} NOT NULL REFERENCES event (id),
        kind text NOT NULL CHECK (kind IN ('finding', 'barrier', 'need', 'recommendation', 'decision', 'lesson')),
        text text NOT NULL,
        language text NOT NULL,
        addressed_to {json} NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'approved', 'withdrawn')),
        translations {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK (status = 'withdrawn' OR length(text) > 0)
    );
    CREATE INDEX outcome_by_event ON outcome (event_id);
    CREATE TABLE outcome_follow_up (
        outcome_id {uuid} NOT NULL REFERENCES outcome (id),
        position integer NOT NULL CHECK (position >= 0),
        event_id {uuid} NOT NULL REFERENCES event (id),
        PRIMARY KEY (outcome_id, position)
    );
    CREATE INDEX outcome_follow_up_by_event ON outcome_follow_up (event_id);
    CREATE TABLE quote (
        id {uuid} PRIMARY KEY NOT NULL,
        event_id {uuid} REFERENCES event (id),
        initiative_id {uuid} REFERENCES initiative (id),
        person_id {uuid} REFERENCES person (id),
        text text NOT NULL,
        language text NOT NULL,
        level text NOT NULL CHECK (level IN ('name', 'pseudonym', 'role_and_country', 'anonymous')),
        label text,
        status text NOT NULL CHECK (status IN ('draft', 'approved', 'withdrawn')),
        translations {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((status = 'withdrawn') = (length(text) = 0))
    );
    CREATE INDEX quote_by_event ON quote (event_id);
    CREATE INDEX quote_by_initiative ON quote (initiative_id);
    CREATE INDEX quote_by_person ON quote (person_id);
    CREATE TABLE story (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('video', 'blog', 'document', 'audio', 'photo_essay')),
        title text NOT NULL,
        summary text,
        url text NOT NULL,
        country text CHECK (length(country) = 2),
        event_id {uuid} REFERENCES event (id),
        initiative_id {uuid} REFERENCES initiative (id),
        language text NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'approved', 'withdrawn')),
        translations {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK (status = 'withdrawn' OR length(title) > 0)
    );
    CREATE INDEX story_by_event ON story (event_id);
    CREATE INDEX story_by_initiative ON story (initiative_id);
    ",
    "
    DROP TABLE story;
    DROP TABLE quote;
    DROP TABLE outcome_follow_up;
    DROP TABLE outcome;
    ",
);
