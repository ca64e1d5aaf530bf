//! Series: rules that make events recur in wall time. What their events will be is sealed, as it holds places and links. An
//! occurrence has a row once something is known of it: the event it became, that it was moved, or that it is cancelled.

crate::step!(
    "
    CREATE TABLE series (
        id {uuid} PRIMARY KEY NOT NULL,
        sealed_template {bytes} NOT NULL,
        starts_local {local} NOT NULL,
        time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
        duration_minutes integer NOT NULL CHECK (duration_minutes > 0),
        rrule text NOT NULL CHECK (length(rrule) BETWEEN 1 AND 500),
        exdates {json} NOT NULL,
        events_become text NOT NULL CHECK (events_become IN ('draft', 'scheduled')),
        status text NOT NULL CHECK (status IN ('active', 'ended')),
        ends_before {local},
        previous_id {uuid} REFERENCES series (id),
        look_at {time},
        stalled_because text CHECK (stalled_because IN ('not_allowed', 'invalid_template')),
        created_by {uuid} REFERENCES account (id),
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK (status = 'active' OR (look_at IS NULL AND ends_before IS NOT NULL))
    );
    CREATE INDEX series_to_look_at ON series (look_at, id) WHERE look_at IS NOT NULL;
    CREATE INDEX series_by_creator ON series (created_by) WHERE created_by IS NOT NULL;
    CREATE TABLE series_host (
        series_id {uuid} NOT NULL REFERENCES series (id),
        position integer NOT NULL CHECK (position >= 0),
        person_id {uuid} REFERENCES person (id),
        organisation_id {uuid} REFERENCES organisation (id),
        PRIMARY KEY (series_id, position),
        CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
    );
    CREATE INDEX series_host_by_person ON series_host (person_id);
    CREATE INDEX series_host_by_organisation ON series_host (organisation_id);
    CREATE TABLE series_occurrence (
        series_id {uuid} NOT NULL REFERENCES series (id),
        recurrence {local} NOT NULL,
        event_id {uuid} REFERENCES event (id) ON DELETE SET NULL,
        event_version {number},
        made_at {time},
        starts_local {local},
        duration_minutes integer CHECK (duration_minutes > 0),
        is_cancelled boolean NOT NULL,
        PRIMARY KEY (series_id, recurrence),
        CHECK ((made_at IS NULL) = (event_version IS NULL)),
        CHECK (made_at IS NOT NULL OR event_id IS NULL),
        CHECK ((starts_local IS NULL) = (duration_minutes IS NULL))
    );
    CREATE UNIQUE INDEX series_occurrence_by_event ON series_occurrence (event_id) WHERE event_id IS NOT NULL;
    ",
    "
    DROP TABLE series_occurrence;
    DROP TABLE series_host;
    DROP TABLE series;
    ",
);
