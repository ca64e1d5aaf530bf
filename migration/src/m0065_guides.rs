//! Dialogue guides: sets of questions in several languages, whose published versions never change. An event keeps the guide
//! and version that it had its questions of, also where a bundle brought it without the guide.

crate::step!(
    "
    CREATE TABLE guide (
        id {uuid} PRIMARY KEY NOT NULL,
        texts {json} NOT NULL,
        is_changed boolean NOT NULL,
        created_by {uuid} REFERENCES account (id),
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE TABLE guide_version (
        guide_id {uuid} NOT NULL REFERENCES guide (id),
        number integer NOT NULL CHECK (number > 0),
        texts {json} NOT NULL,
        published_at {time} NOT NULL,
        PRIMARY KEY (guide_id, number)
    );
    ALTER TABLE event ADD COLUMN guide_id {uuid};
    ALTER TABLE event ADD COLUMN guide_version integer;
    ",
    "
    ALTER TABLE event DROP COLUMN guide_version;
    ALTER TABLE event DROP COLUMN guide_id;
    DROP TABLE guide_version;
    DROP TABLE guide;
    ",
);
