//! How the tables of a partner are read: which column is which member.

crate::step!(
    "
    CREATE TABLE bulk_mapping (
        namespace {uuid} NOT NULL,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
        reading text NOT NULL,
        updated_at {time} NOT NULL,
        PRIMARY KEY (namespace, name)
    );
    ",
    "
    DROP TABLE bulk_mapping;
    ",
);
