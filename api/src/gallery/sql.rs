//! A question to the gallery tables, written by hand: the text and its values grow together, so every value has its place
//! (`$1`, `$2` … in order, which both engines read) and none ever becomes text.
//!
//! Limits stand in the text: bound, they would make PostgreSQL plan for an unknown number of rows.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, ConnectionTrait, DbBackend, DbErr, QueryResult, RuntimeErr, Statement, Value};
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::db::PublicDb;
use crate::publishing;

/// A statement in the making. In all of them `d` is a row of `gallery_document`.
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Begins a statement.
    pub fn new(db: &PublicDb) -> Self {
        Self { backend: db.get_database_backend(), text: String::with_capacity(512), values: Vec::new() }
    }

    /// Whether the engine is PostgreSQL.
    pub fn on_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Goes on with a text of our own, never one that a caller sent.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a number of our own, such as a limit.
    pub fn number(&mut self, number: usize) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{number}");
        self
    }

    /// Goes on with a value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let place = self.values.len();
        self.push("$").number(place)
    }

    /// Goes on with ` = $1`, or with ` IN ($1, $2)` where there are several values.
    pub fn one_of<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut values = values.into_iter();
        let (Some(first), second) = (values.next(), values.next()) else { return self.push(" IS NULL") };
        let Some(second) = second else { return self.push(" = ").bind(first) };
        self.push(" IN (").bind(first).push(", ").bind(second);
        for value in values {
            self.push(", ").bind(value);
        }
        self.push(")")
    }

    /// Goes on with what everything but a look-up by id demands of `d`. The first two terms are, word for word, the
    /// condition of the partial indexes.
    pub fn listed(&mut self, now: DateTime<Utc>) -> &mut Self {
        self.lasting(now).push(" AND ").unhidden()
    }

    /// The same, whatever switches hide: these have to be asked about elsewhere in the statement ([`unhidden`](Self::unhidden)).
    pub fn lasting(&mut self, now: DateTime<Utc>) -> &mut Self {
        self.push("d.listed AND d.withdrawn_at IS NULL AND (d.public_until IS NULL OR d.public_until > ");
        self.bind(now).push(")")
    }

    /// Goes on with the condition that no switch hides `d`.
    pub fn unhidden(&mut self) -> &mut Self {
        self.push(publishing::UNHIDDEN)
    }

    /// Goes on with the table and the condition of those `d` that a switch for their guard hides.
    pub fn guarded(&mut self) -> &mut Self {
        self.push(publishing::guarded(self.backend))
    }

    /// Asks.
    ///
    /// # Errors
    /// The database's.
    pub async fn all(self, db: &PublicDb) -> Result<Vec<Row>, DbErr> {
        Ok(db.query_all_raw(self.finish()).await?.into_iter().map(Row).collect())
    }

    /// Asks for one row at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn one(self, db: &PublicDb) -> Result<Option<Row>, DbErr> {
        Ok(db.query_one_raw(self.finish()).await?.map(Row))
    }

    fn finish(self) -> Statement {
        let statement = Statement::from_sql_and_values(self.backend, self.text, self.values);
        #[cfg(test)]
        super::tests::plans::hear(&statement);
        statement
    }
}

/// A row of an answer. Its columns are read by their places, from 0: looked up by name, they cost more than what they hold.
pub struct Row(QueryResult);

/// What a column can be read as, whichever the engine. A text can be read in place (`&str`), and need not be copied.
pub trait Column<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl<'r, T> Column<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{}

impl Row {
    /// The value at a place.
    ///
    /// # Errors
    /// There is no such place, or what it holds is something else.
    pub fn get<'r, T: Column<'r>>(&'r self, place: usize) -> Result<T, DbErr> {
        let value = match (self.0.try_as_sqlite_row(), self.0.try_as_pg_row()) {
            (Some(row), _) => row.try_get(place),
            (_, Some(row)) => row.try_get(place),
            (None, None) => Err(sqlx::Error::RowNotFound),
        };
        value.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }

    /// The word at a place, one of a fixed list.
    ///
    /// # Errors
    /// As [`get`](Self::get); it is none of them.
    pub fn word<T: ActiveEnum<Value = String>>(&self, place: usize) -> Result<T, DbErr> {
        T::try_from_value(&self.get(place)?)
    }
}
