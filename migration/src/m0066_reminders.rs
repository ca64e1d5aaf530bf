//! Reminders of events: when the host has people reminded, who wants it, and which letters were written.
//!
//! The key of `registration_reminder` is what makes a reminder one: the registration, the beginning that it tells of, and
//! how long before it is. `remind_at` is when an event's desk is looked at next.

crate::step!(
    "
    ALTER TABLE registration_desk ADD COLUMN reminders {json} NOT NULL DEFAULT '[10080, 1440, 120]';
    ALTER TABLE registration_desk ADD COLUMN remind_at {time};
    UPDATE registration_desk SET remind_at = updated_at;
    CREATE INDEX registration_desk_remind ON registration_desk (remind_at) WHERE remind_at IS NOT NULL;
    ALTER TABLE registration ADD COLUMN reminders boolean NOT NULL DEFAULT true;
    CREATE TABLE registration_reminder (
        registration_id {uuid} NOT NULL REFERENCES registration (id),
        begins_at {time} NOT NULL,
        minutes integer NOT NULL CHECK (minutes > 0),
        event_id {uuid} NOT NULL REFERENCES event (id),
        letter_id {uuid} NOT NULL,
        written_at {time} NOT NULL,
        PRIMARY KEY (registration_id, begins_at, minutes)
    );
    CREATE INDEX registration_reminder_by_event ON registration_reminder (event_id);
    ",
    "
    DROP TABLE registration_reminder;
    ALTER TABLE registration DROP COLUMN reminders;
    DROP INDEX registration_desk_remind;
    ALTER TABLE registration_desk DROP COLUMN remind_at;
    ALTER TABLE registration_desk DROP COLUMN reminders;
    ",
);
