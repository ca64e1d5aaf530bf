//! Webhooks of organisations, and what they are told. Secrets are sealed; a delivery names a fact and a record, and says nothing of it.
//!
//! No foreign key from deliveries: whoever writes a thousand of them would wait on PostgreSQL for everybody who notes how one ended.

crate::step!(
    "
    CREATE TABLE webhook_endpoint (
        id {uuid} PRIMARY KEY NOT NULL,
        organisation_id {uuid} NOT NULL REFERENCES organisation (id),
        url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
        kinds {json} NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'active', 'disabled')),
        disabled_because text CHECK (length(disabled_because) BETWEEN 1 AND 40),
        sealed_secret {bytes} NOT NULL,
        sealed_previous {bytes},
        previous_until {time},
        verified_at {time},
        delivered_at {time},
        failing_since {time},
        failed_because text CHECK (length(failed_because) BETWEEN 1 AND 40),
        busy_until {time} NOT NULL,
        replay_after bigint,
        replay_until bigint,
        created_by {uuid} REFERENCES account (id),
        version bigint NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((state = 'disabled') = (disabled_because IS NOT NULL)),
        CHECK ((sealed_previous IS NULL) = (previous_until IS NULL)),
        CHECK ((replay_after IS NULL) = (replay_until IS NULL))
    );
    CREATE INDEX webhook_endpoint_by_organisation ON webhook_endpoint (organisation_id, created_at, id);
    CREATE INDEX webhook_endpoint_by_time ON webhook_endpoint (created_at, id);
    CREATE TABLE webhook_delivery (
        endpoint_id {uuid} NOT NULL,
        message_id {uuid} NOT NULL,
        kind text CHECK (length(kind) BETWEEN 1 AND 40),
        record_id {uuid} NOT NULL,
        record_version bigint NOT NULL,
        happened_at {time} NOT NULL,
        fact_seq bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'dropped')),
        attempts integer NOT NULL,
        due_at {time} NOT NULL,
        tried_at {time},
        took_ms integer,
        status integer,
        reason text CHECK (length(reason) BETWEEN 1 AND 40),
        created_at {time} NOT NULL,
        ended_at {time},
        PRIMARY KEY (endpoint_id, message_id)
    );
    CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint_id, due_at, fact_seq) WHERE state = 'waiting';
    CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint_id, created_at, message_id);
    CREATE INDEX webhook_delivery_by_time ON webhook_delivery (created_at);
    ",
    "
    DROP TABLE webhook_delivery;
    DROP TABLE webhook_endpoint;
    ",
);
