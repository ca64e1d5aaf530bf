//! What takes a second person: proposed by one, approved by another.

crate::step!(
    "
    CREATE TABLE proposal (
        id {uuid} PRIMARY KEY NOT NULL,
        subject text NOT NULL CHECK (subject IN ('event', 'initiative', 'country', 'campaign')),
        record_id {uuid},
        country text CHECK (length(country) = 2),
        record_version {number} NOT NULL,
        before {json} NOT NULL,
        after {json} NOT NULL,
        sealed_reason {bytes},
        status text NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'withdrawn', 'expired')),
        proposed_by {uuid} NOT NULL REFERENCES account (id),
        decided_by {uuid} REFERENCES account (id),
        decided_at {time},
        expires_at {time} NOT NULL,
        version {number} NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE INDEX proposal_by_age ON proposal (created_at, id);
    CREATE INDEX proposal_by_record ON proposal (record_id, status);
    CREATE INDEX proposal_open ON proposal (expires_at) WHERE status = 'open';
    ",
    "
    DROP TABLE proposal;
    ",
);
