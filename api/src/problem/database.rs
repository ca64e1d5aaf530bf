//! What a failure of the database means to the caller.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use super::{Kind, Problem};

/// Seconds after which a pool or a restarted database has usually recovered.
const RECOVERY_SECONDS: u32 = 2;

impl From<DbErr> for Problem {
    fn from(err: DbErr) -> Self {
        let code = code(&err);
        match code.as_deref() {
            // PostgreSQL: U+0000 or an unpaired surrogate, in text (22021) or in jsonb (22P05).
            Some("22021" | "22P05") => {
                return Problem::of(Kind::BadRequest)
                    .with_detail("A text contains a character that cannot be stored.");
            }
            Some(code) if is_passing(code) => return Problem::unavailable(RECOVERY_SECONDS, err),
            None if is_lost(&err) => return Problem::unavailable(RECOVERY_SECONDS, err),
            _ => {}
        }
        let code = code.unwrap_or_default();
        Problem::internal(anyhow::Error::new(err).context(format!("database error {code}")))
    }
}

impl Problem {
    /// What the database calls its error: the SQLSTATE of PostgreSQL or the extended result code of SQLite.
    pub(crate) fn database_code(err: &DbErr) -> Option<String> {
        code(err)
    }
}

fn driver(err: &DbErr) -> Option<&SqlxError> {
    match err {
        DbErr::Conn(RuntimeErr::SqlxError(err))
        | DbErr::Exec(RuntimeErr::SqlxError(err))
        | DbErr::Query(RuntimeErr::SqlxError(err)) => Some(err),
        _ => None,
    }
}

/// The SQLSTATE of PostgreSQL or the extended result code of SQLite.
fn code(err: &DbErr) -> Option<String> {
    driver(err)?.as_database_error()?.code().map(|code| code.into_owned())
}

/// Whether the same statement may succeed a little later.
///
/// SQLite: busy or locked (5, 6, 261, 517). PostgreSQL: connection (class 08), resources (53),
/// shutdown (57P), serialization and deadlock (40001, 40P01), statement time-out (57014).
fn is_passing(code: &str) -> bool {
    matches!(code, "5" | "6" | "261" | "517" | "40001" | "40P01" | "57014")
        || code.len() == 5 && ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
}

/// Whether no connection could be had, or it broke.
fn is_lost(err: &DbErr) -> bool {
    match driver(err) {
        Some(err) => matches!(
            err,
            SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed
        ),
        None => matches!(err, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)),
    }
}

/// What went wrong further down: a problem stays what it is, a database's failure means what it always means, and the rest
/// is ours.
impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        let error = match error.downcast::<Problem>() {
            Ok(problem) => return problem,
            Err(error) => error,
        };
        match error.downcast::<DbErr>() {
            Ok(error) => error.into(),
            Err(error) => Problem::internal(error),
        }
    }
}
