//! Places stand in the clear only of what may be shown. Lists are in the order in which records were made, which identifiers
//! tell no more.

crate::step!(
    "
    UPDATE event SET public_lat = NULL, public_lon = NULL, public_venue = NULL
    WHERE visibility = 'private' OR status IN ('draft', 'in_review');
    UPDATE initiative SET public_lat = NULL, public_lon = NULL WHERE status <> 'published';
    CREATE INDEX organisation_by_age ON organisation (created_at, id);
    CREATE INDEX initiative_by_age ON initiative (created_at, id);
    CREATE INDEX event_by_age ON event (created_at, id);
    CREATE INDEX outcome_by_age ON outcome (created_at, id);
    CREATE INDEX story_by_age ON story (created_at, id);
    ",
    "
    DROP INDEX story_by_age;
    DROP INDEX outcome_by_age;
    DROP INDEX event_by_age;
    DROP INDEX initiative_by_age;
    DROP INDEX organisation_by_age;
    ",
);
