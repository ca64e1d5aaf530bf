//! That words were withdrawn, who had read them by an integration, and who says that they are gone from their side.
//!
//! No foreign key to organisations: who was told, and who acknowledged, stays known when one of them leaves.

crate::step!(
    "
    CREATE TABLE withdrawal (
        quote_id {uuid} PRIMARY KEY NOT NULL REFERENCES quote (id),
        withdrawn_at {time} NOT NULL,
        through text NOT NULL CHECK (length(through) BETWEEN 1 AND 40),
        was_public boolean NOT NULL
    );
    INSERT INTO withdrawal (quote_id, withdrawn_at, through, was_public)
    SELECT quote.id, quote.updated_at,
        CASE WHEN EXISTS (SELECT 1 FROM consent WHERE consent.quote_id = quote.id AND consent.withdrawn_by = 'source')
            THEN 'source' ELSE 'account' END,
        EXISTS (SELECT 1 FROM gallery_document WHERE gallery_document.id = quote.id)
    FROM quote WHERE quote.status = 'withdrawn';
    CREATE TABLE withdrawal_reader (
        quote_id {uuid} NOT NULL REFERENCES withdrawal (quote_id),
        organisation_id {uuid} NOT NULL,
        integration text NOT NULL CHECK (length(integration) BETWEEN 1 AND 40),
        read_at {time} NOT NULL,
        PRIMARY KEY (quote_id, organisation_id, integration)
    );
    CREATE TABLE withdrawal_acknowledgement (
        quote_id {uuid} NOT NULL REFERENCES withdrawal (quote_id),
        organisation_id {uuid} NOT NULL,
        acknowledged_at {time} NOT NULL,
        PRIMARY KEY (quote_id, organisation_id)
    );
    ",
    "
    DROP TABLE withdrawal_acknowledgement;
    DROP TABLE withdrawal_reader;
    DROP TABLE withdrawal;
    ",
);
