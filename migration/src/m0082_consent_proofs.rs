//! How a consent was given that somebody else took down: partners register people with a proof.

crate::step!(
    "
    ALTER TABLE registration_consent ADD COLUMN method text;
    ",
    "
    ALTER TABLE registration_consent DROP COLUMN method;
    ",
);
