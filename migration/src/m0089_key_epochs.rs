//! By which wrapping key a data key is wrapped. Epoch 0 is the master key itself.

crate::step!(
    "
    ALTER TABLE data_key ADD COLUMN epoch integer NOT NULL DEFAULT 0 CHECK (epoch >= 0);
    CREATE INDEX data_key_by_epoch ON data_key (epoch);
    ",
    "
    DROP INDEX data_key_by_epoch;
    ALTER TABLE data_key DROP COLUMN epoch;
    ",
);
