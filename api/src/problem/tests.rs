use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use serde_json::json;

use super::*;

fn rendered(problem: Problem) -> serde_json::Value {
    serde_json::to_value(problem.body(Uuid::nil())).unwrap()
}

#[test]
fn a_problem_has_the_members_of_rfc_9457() {
    let problem = Problem::invalid_parameter("limit", "out_of_range", "must be between 1 and 100");
    assert_eq!(
        rendered(problem),
        json!({
            "type": "/problems/invalid_parameter", "title": "Invalid query parameter", "status": 400,
            "detail": "One or more query parameters are unknown, repeated or outside their limits.",
            "instance": "urn:uuid:00000000-0000-0000-0000-000000000000", "code": "invalid_parameter",
            "errors": [{"parameter": "limit", "code": "out_of_range", "detail": "must be between 1 and 100"}],
        })
    );
    assert_eq!(rendered(Problem::gone()).get("errors"), None);
}

#[test]
fn every_kind_is_listed_once_with_an_error_status() {
    let codes: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.row().code).collect();
    assert_eq!(codes.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        assert!(kind.row().status.is_client_error() || kind.row().status.is_server_error());
        assert_eq!(Kind::from_code(kind.row().code), Some(kind));
    }
    assert!(Kind::ALL.is_sorted_by_key(|kind| kind.row().status.as_u16()));
    assert_eq!(Kind::from_status(StatusCode::IM_A_TEAPOT), Kind::BadRequest);
}

#[test]
fn a_lost_connection_is_unavailable_and_any_other_failure_is_internal() {
    let lost = Problem::from(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
    assert_eq!((lost.kind(), lost.retry_after), (Kind::Unavailable, Some(2)));
    let pool = sea_orm::SqlxError::PoolTimedOut;
    let pool = Problem::from(DbErr::Query(RuntimeErr::SqlxError(Arc::new(pool))));
    assert_eq!(pool.kind(), Kind::Unavailable);
    assert_eq!(Problem::from(DbErr::Custom("x".into())).kind(), Kind::Internal);
}

#[test]
fn logs_keep_the_message_and_lose_the_values() {
    assert_eq!(
        unquoted("invalid type: string \"a secret\", expected u8"),
        "invalid type: string …, expected u8"
    );
}
