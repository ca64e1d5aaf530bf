//! What a submission asks for: a new initiative, or to take over or change one that is there.

crate::step!(
    "
    ALTER TABLE submission ADD COLUMN kind text NOT NULL DEFAULT 'initiative' CHECK (kind IN ('initiative', 'claim', 'change'));
    ALTER TABLE submission ADD COLUMN about {uuid} REFERENCES initiative (id) CHECK ((kind = 'initiative') = (about IS NULL));
    CREATE INDEX submission_about ON submission (about) WHERE about IS NOT NULL;
    ",
    "
    DROP INDEX submission_about;
    ALTER TABLE submission DROP COLUMN about;
    ALTER TABLE submission DROP COLUMN kind;
    ",
);
