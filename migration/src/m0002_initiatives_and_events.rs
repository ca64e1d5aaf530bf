//! What people do: continuing initiatives, and events with a time.

crate::step!(
    "
    CREATE TABLE initiative (
        id {uuid} PRIMARY KEY NOT NULL,
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        summary text,
        description text,
        country text CHECK (length(country) = 2),
        region text,
        locality text,
        sealed_place {bytes},
        public_lat {double},
        public_lon {double},
        public_precision text NOT NULL CHECK (public_precision IN ('exact', 'locality', 'region', 'country', 'hidden')),
        language text NOT NULL,
        languages {json} NOT NULL,
        url text,
        status text NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
        translations {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    );
    CREATE TABLE initiative_organisation (
        initiative_id {uuid} NOT NULL REFERENCES initiative (id),
        position integer NOT NULL CHECK (position >= 0),
        organisation_id {uuid} NOT NULL REFERENCES organisation (id),
        PRIMARY KEY (initiative_id, position)
    );
    CREATE INDEX initiative_organisation_by_organisation ON initiative_organisation (organisation_id);
    CREATE TABLE event (
        id {uuid} PRIMARY KEY NOT NULL,
        kind text NOT NULL CHECK (kind IN ('dialogue', 'jam_session', 'training', 'exchange', 'forum', 'reflection', 'drill')),
        title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
        summary text,
        description text,
        language text NOT NULL,
        languages {json} NOT NULL,
        format text NOT NULL CHECK (format IN ('in_person', 'online', 'hybrid')),
        delivery {json} NOT NULL,
        when_precision text NOT NULL CHECK (when_precision IN ('minute', 'day', 'month', 'year', 'unknown')),
        when_date text,
        starts_local {local},
        time_zone text,
        utc_offset integer,
        duration_minutes integer CHECK (duration_minutes > 0),
        starts_at {time},
        ends_at {time},
        zone_data text,
        country text CHECK (length(country) = 2),
        region text,
        locality text,
        sealed_place {bytes},
        sealed_online {bytes},
        online_platform text,
        public_lat {double},
        public_lon {double},
        public_venue text,
        public_precision text NOT NULL CHECK (public_precision IN ('exact', 'locality', 'region', 'country', 'hidden')),
        initiative_id {uuid} REFERENCES initiative (id),
        questions {json} NOT NULL,
        topics {json} NOT NULL,
        purposes {json} NOT NULL,
        accessibility {json} NOT NULL,
        capacity integer CHECK (capacity >= 0),
        composition {json} NOT NULL,
        registration text NOT NULL CHECK (registration IN ('closed', 'open', 'by_approval', 'by_invitation')),
        registration_closes_at {time},
        waitlist text NOT NULL CHECK (waitlist IN ('fifo', 'role_balanced')),
        visibility text NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private')),
        risk text NOT NULL CHECK (risk IN ('low', 'moderate', 'high', 'severe')),
        status text NOT NULL CHECK (status IN ('draft', 'in_review', 'scheduled', 'held', 'cancelled')),
        held_at {time},
        headcount {json},
        headcount_approved boolean NOT NULL,
        recording text,
        translations {json} NOT NULL,
        version {number} NOT NULL CHECK (version > 0),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CHECK ((when_precision = 'minute') = (starts_local IS NOT NULL AND time_zone IS NOT NULL AND duration_minutes IS NOT NULL AND starts_at IS NOT NULL AND ends_at IS NOT NULL AND zone_data IS NOT NULL)),
        CHECK ((when_precision IN ('day', 'month', 'year')) = (when_date IS NOT NULL))
    );
    CREATE INDEX event_by_initiative ON event (initiative_id);
    CREATE INDEX event_by_start ON event (starts_at, id);
    CREATE INDEX event_by_zone_data ON event (zone_data, id);
    CREATE TABLE event_host (
        event_id {uuid} NOT NULL REFERENCES event (id),
        part text NOT NULL CHECK (part IN ('host', 'co_host')),
        position integer NOT NULL CHECK (position >= 0),
        person_id {uuid} REFERENCES person (id),
        organisation_id {uuid} REFERENCES organisation (id),
        PRIMARY KEY (event_id, part, position),
        CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
    );
    CREATE INDEX event_host_by_person ON event_host (person_id);
    CREATE INDEX event_host_by_organisation ON event_host (organisation_id);
    ",
    "
    DROP TABLE event_host;
    DROP TABLE event;
    DROP TABLE initiative_organisation;
    DROP TABLE initiative;
    ",
);
