//! The wall times of events in a zone that the reader asks for.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::params::Zone;
use crate::problem::Problem;
use crate::publishing::documents::LocalTimes;

/// Where `when` begins in a document. Inside a text its quotation marks would be escaped.
const WHEN: &str = "\"when\":{";

/// The zone that is asked for.
///
/// # Errors
/// 400 if there is no such zone.
pub fn zone(asked: Zone) -> Result<Option<Tz>, Problem> {
    let detail = "must be a time zone of the IANA database, such as `Africa/Juba`";
    let refused = |_| Problem::invalid_parameter("tz", "unknown_time_zone", detail);
    asked.tz.map(|name| name.0.parse().map_err(refused)).transpose()
}

/// The instants of a `when` that is known to the minute.
#[derive(Deserialize)]
struct Instants {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// Adds `when.local` to an event's document, if its time is known to the minute.
pub fn add(mut body: String, zone: Tz) -> String {
    let Some(from) = body.find(WHEN).map(|at| at + WHEN.len() - 1) else { return body };
    // No value inside has a brace: dates, and the name of a zone.
    let Some(until) = body[from..].find('}').map(|length| from + length) else { return body };
    let Ok(Instants { starts_at, ends_at }) = serde_json::from_str(&body[from..=until]) else { return body };
    let wall = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S").to_string();
    let local = LocalTimes {
        time_zone: zone.name().to_owned(),
        starts_local: wall(starts_at),
        ends_local: wall(ends_at),
    };
    if let Ok(local) = serde_json::to_string(&local) {
        body.insert_str(until, &format!(",\"local\":{local}"));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::ZoneName;

    #[test]
    fn wall_times_are_added_to_what_is_known_to_the_minute() {
        let body = r#"{"title":"\"when\":{","when":{"precision":"minute","starts_at":"2027-03-14T16:00:00Z","ends_at":"2027-03-14T18:00:00Z"},"x":{}}"#;
        let added: serde_json::Value =
            serde_json::from_str(&add(body.to_owned(), Tz::Asia__Kathmandu)).unwrap();
        assert_eq!(
            added["when"]["local"],
            serde_json::json!({"time_zone": "Asia/Kathmandu", "starts_local": "2027-03-14T21:45:00", "ends_local": "2027-03-14T23:45:00"})
        );
        assert_eq!(added["x"], serde_json::json!({}));
        for other in
            [r#"{"when":{"precision":"day","date":"2021-06-12"}}"#, r#"{"when":{"precision":"unknown"}}"#, ""]
        {
            assert_eq!(add(other.to_owned(), Tz::UTC), other);
        }
    }

    #[test]
    fn a_zone_has_to_exist() {
        assert_eq!(zone(Zone { tz: Some(ZoneName("Africa/Juba".into())) }).unwrap(), Some(Tz::Africa__Juba));
        assert_eq!(zone(Zone { tz: None }).unwrap(), None);
        assert_eq!(
            zone(Zone { tz: Some(ZoneName("Africa/Yei".into())) }).unwrap_err().faults()[0].code,
            "unknown_time_zone"
        );
    }
}
