//! Who facilitates, interprets and takes notes, in a table of its own: the door reads hosts alone, so these are never public.
//! And why an event was moved.

crate::step!(
    "
    CREATE TABLE event_helper (
        event_id {uuid} NOT NULL REFERENCES event (id),
        part text NOT NULL CHECK (part IN ('facilitator', 'interpreter', 'note_taker')),
        position integer NOT NULL CHECK (position >= 0),
        person_id {uuid} REFERENCES person (id),
        organisation_id {uuid} REFERENCES organisation (id),
        PRIMARY KEY (event_id, part, position),
        CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
    );
    CREATE INDEX event_helper_by_person ON event_helper (person_id);
    CREATE INDEX event_helper_by_organisation ON event_helper (organisation_id);
    ALTER TABLE event ADD COLUMN reschedule_reason text;
    ",
    "
    ALTER TABLE event DROP COLUMN reschedule_reason;
    DROP TABLE event_helper;
    ",
);
