//! When series take place, held against an independent calculation (`scripts/recurrences`).

use serde_json::{Value, json};

use super::{occurrences, weekly};
use crate::house::House;

#[tokio::test]
async fn series_across_clock_changes_agree_with_an_independent_calculation() {
    let house = House::open().await;
    let host = house.host().await;
    let cases: Value = serde_json::from_str(include_str!("recurrences.json")).unwrap();
    let zones =
        ["America/Mexico_City", "Africa/Lusaka", "America/Santiago", "Asia/Tehran", "Australia/Lord_Howe"];
    let cases = cases["cases"].as_array().unwrap();
    for zone in zones {
        assert!(cases.iter().any(|case| case["time_zone"] == zone), "{zone}");
    }
    for case in cases {
        let mut body = weekly(&house);
        for member in ["time_zone", "starts_local", "rrule"] {
            body[member] = case[member].clone();
        }
        let series = host.makes("series", body).await;
        let date = |member: &str| case[member].as_str().unwrap()[..10].to_owned();
        // Ten years are asked for at once: what lies further is in the next period.
        let last: i32 = date("last")[..4].parse().unwrap();
        let first: i32 = date("starts_local")[..4].parse().unwrap();
        let mut found = Vec::new();
        for year in (first..=last).step_by(5) {
            let from = if year == first { date("starts_local") } else { format!("{year}-01-01") };
            let to = if year + 4 >= last { date("last") } else { format!("{}-12-31", year + 4) };
            found.extend(occurrences(&host, &series, &format!("&from={from}&to={to}")).await);
        }
        let told: Vec<_> = found
            .iter()
            .map(|one| json!({"recurrence": one["recurrence"], "starts_at": one["starts_at"]}))
            .collect();
        assert_eq!(json!(told), case["occurrences"], "{} {}", case["time_zone"], case["rrule"]);
        for one in found {
            let (status, candidates) = match one["starts_at"].is_null() {
                true => ("skipped", 2),
                false => ("planned", 0),
            };
            assert_eq!((&one["status"], one["starts_local"] == one["recurrence"]), (&json!(status), true));
            assert_eq!(one["candidates"].as_array().map_or(0, Vec::len), candidates, "{one}");
        }
    }
}
