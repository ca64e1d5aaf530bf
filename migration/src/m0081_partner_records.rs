//! What was made with an organisation's API key: it is the organisation's own, whichever of its keys asks.

crate::step!(
    "
    CREATE TABLE partner_record (
        record_id {uuid} PRIMARY KEY NOT NULL,
        organisation_id {uuid} NOT NULL REFERENCES organisation (id),
        key_id {uuid} NOT NULL REFERENCES api_key (id)
    );
    CREATE INDEX partner_record_by_organisation ON partner_record (organisation_id, record_id);
    CREATE INDEX partner_record_by_key ON partner_record (key_id);
    ",
    "
    DROP TABLE partner_record;
    ",
);
