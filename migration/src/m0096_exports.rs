//! Exports that somebody asked for. Nothing of their content is kept: it is made while it is read.

crate::step!(
    "
    CREATE TABLE bulk_export (
        id {uuid} PRIMARY KEY NOT NULL,
        organisation_id {uuid} REFERENCES organisation (id),
        account_id {uuid} REFERENCES account (id),
        format text NOT NULL CHECK (format IN ('bundle', 'csv', 'geojson')),
        kinds {json} NOT NULL,
        country text,
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        read_at {time},
        CHECK ((account_id IS NULL) <> (organisation_id IS NULL))
    );
    CREATE INDEX bulk_export_by_end ON bulk_export (expires_at);
    ",
    "
    DROP TABLE bulk_export;
    ",
);
