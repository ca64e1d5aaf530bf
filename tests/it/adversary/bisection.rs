//! Whoever asks ever smaller boxes, ever nearer maps, ever shorter times, ends where everybody is sent: at the public cell.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Seen, unmoved};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::initiatives::initiative;
use crate::records::address;

/// The cell of a locality that both of these points are in, far from each other.
const HERE: (f64, f64) = (4.00123, 30.60123);
const THERE: (f64, f64) = (4.09876, 30.69876);

/// Everything that answers to a box.
const WITH_A_BOX: [&str; 7] = [
    "events?",
    "initiatives?",
    "events?sort=-updated_at&limit=1&",
    "events.ics?",
    "map?zoom=14&",
    "map?zoom=8&",
    "map?zoom=4&",
];

/// Whether an address answers with something of the record.
async fn tells_of(house: &House, path: &str, id: &str) -> bool {
    let answer = house.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text().contains(id)
}

/// Halves a box forty times, keeping the half that has the record; where that ends, and every question on the way.
async fn bisected(house: &House, list: &str, id: &str) -> ((f64, f64), Vec<String>) {
    let (mut south, mut west, mut north, mut east) = (3.0, 30.0, 5.0, 32.0);
    let mut asked = Vec::new();
    for turn in 0..40 {
        let (mut north_of, mut east_of) = (north, east);
        match turn % 2 {
            0 => north_of = f64::midpoint(south, north),
            _ => east_of = f64::midpoint(west, east),
        }
        let path = format!("/v1/gallery/{list}bbox={west},{south},{east_of},{north_of}");
        let inside = tells_of(house, &path, id).await;
        asked.push(path);
        match (turn % 2, inside) {
            (0, true) => north = north_of,
            (0, false) => south = north_of,
            (_, true) => east = east_of,
            (_, false) => west = east_of,
        }
    }
    ((f64::midpoint(south, north), f64::midpoint(west, east)), asked)
}

/// An event and an initiative at a point, in public as coarsely as a locality.
async fn placed(host: &Actor<'_>, moderator: &Actor<'_>, at: (f64, f64)) -> (Value, Value) {
    let point = json!({"lat": at.0, "lon": at.1});
    let (mut body, mut entry) = (past(), initiative());
    (body["place"]["point"], entry["place"]["point"]) = (point.clone(), point);
    let event = host.makes("events", body).await;
    let event = host.does("schedule", &event).await;
    let entry = host.makes("initiatives", entry).await;
    (event, moderator.does("publish", &entry).await)
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_box_that_is_halved_again_and_again_ends_at_the_centre_of_the_cell() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (event, entry) = placed(&host, &moderator, HERE).await;
    let mut asked = Vec::new();
    for list in WITH_A_BOX {
        let wanted = if list.starts_with("initiatives") { id(&entry) } else { id(&event) };
        // A cluster names nobody: then it is the country that says whether something is there.
        let far = house.get(&format!("/v1/gallery/{list}bbox=30,3,32,5")).await;
        if !far.text().contains(wanted) {
            continue;
        }
        let ((lat, lon), paths) = bisected(&house, list, wanted).await;
        assert!((lat - 4.05).abs() < 1e-4 && (lon - 30.65).abs() < 1e-4, "{list} ends at {lat}, {lon}");
        asked.extend(paths);
    }
    assert!(asked.len() >= 4 * 40, "too few lists answer to a box");
    // Elsewhere in the cell, nothing that was ever asked would have been answered otherwise.
    let before = house.seen(asked.clone()).await;
    let moved = json!({"place": {"point": {"lat": THERE.0, "lon": THERE.1}}});
    host.edits(&event, moved.clone()).await;
    moderator.edits(&entry, moved).await;
    unmoved(&before, &house.seen(asked).await, "where in its cell it is");
}

#[tokio::test]
async fn no_zoom_and_no_cluster_tells_points_of_a_cell_apart() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (event, _) = placed(&host, &moderator, HERE).await;
    let (other, _) = placed(&host, &moderator, THERE).await;
    let all = || {
        (0..=22).flat_map(|zoom| {
            ["", "&bbox=30.6,4,30.7,4.1", "&bbox=30.65,4.05,30.66,4.06"]
                .map(|around| format!("/v1/gallery/map?zoom={zoom}{around}"))
        })
    };
    let before = house.seen(all()).await;
    for answer in before.values() {
        let map: Value = serde_json::from_str(&answer.2).unwrap();
        for feature in map["features"].as_array().unwrap() {
            let [lon, lat] = [0, 1].map(|n| feature["geometry"]["coordinates"][n].as_f64().unwrap());
            let cell = (lat - 4.05).abs() < 1e-6 && (lon - 30.65).abs() < 1e-6;
            assert!(cell || feature["properties"]["cluster"] == true, "{feature}");
            let near = |x: f64, points: [f64; 2]| points.iter().any(|point| (x - point).abs() < 0.01);
            let hidden = near(lat, [HERE.0, THERE.0]) && near(lon, [HERE.1, THERE.1]);
            assert!(!hidden, "{feature}");
        }
    }
    for (record, at) in [(&event, THERE), (&other, HERE)] {
        host.edits(record, json!({"place": {"point": {"lat": at.0, "lon": at.1}}})).await;
    }
    unmoved(&before, &house.seen(all()).await, "who is where in the cell");
}

/// A country's page and a box around the country's own point say nothing of a place that is hidden.
#[tokio::test]
async fn a_hidden_place_answers_to_no_box_and_no_country() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut body = past();
    body["public_precision"] = json!("hidden");
    let event = host.makes("events", body).await;
    let event = host.does("schedule", &event).await;
    let mut entry = initiative();
    entry["public_precision"] = json!("hidden");
    let entry = host.makes("initiatives", entry).await;
    let entry = moderator.does("publish", &entry).await;
    for (list, record) in [("events", &event), ("initiatives", &entry)] {
        assert!(tells_of(&house, &format!("/v1/gallery/{list}?limit=100"), id(record)).await);
        for query in
            ["bbox=-180,-90,180,90", "bbox=30,3,32,5", "country=SS", "q=sudan", "q=equatoria", "q=yei"]
        {
            assert!(
                !tells_of(&house, &format!("/v1/gallery/{list}?{query}"), id(record)).await,
                "{list}?{query}"
            );
        }
    }
    let paths = || {
        let zooms = (0..=22).map(|zoom| format!("/v1/gallery/map?zoom={zoom}"));
        zooms.chain(["/v1/gallery/countries/SS", "/v1/gallery/countries"].map(str::to_owned))
    };
    let before: Seen = house.seen(paths()).await;
    assert!(before.values().all(|answer| !answer.2.contains(id(&event)) && !answer.2.contains(id(&entry))));
    let elsewhere = json!({"place": {"country": "KE", "region": null, "locality": "Nairobi"}});
    moderator.edits(&event, elsewhere).await;
    unmoved(&before, &house.seen(paths()).await, "the country that an event hides");
}

/// What orders, filters and cursors know of a time is what is shown of it.
#[tokio::test]
async fn neither_order_nor_filter_nor_cursor_tells_the_day_of_what_shows_its_month() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let on = |day: u32| json!({"precision": "day", "date": format!("2021-06-{day:02}")});
    let mut events = Vec::new();
    for day in [3, 12, 27] {
        let mut body = past();
        (body["risk"], body["when"]) = (json!("high"), on(day));
        let event = host.makes("events", body).await;
        moderator.does("schedule", &event).await;
        host.does("complete", &event).await;
        events.push(event);
    }
    house.advance(std::time::Duration::from_secs(60 * 86_400));
    house.run_jobs().await;
    let (host, moderator) =
        (house.sign_in(&host.id, &host.email).await, house.sign_in(&moderator.id, &moderator.email).await);
    let mut asked: Vec<String> = Vec::new();
    for sort in ["when", "-updated_at", "updated_at"] {
        let mut next = Some(format!("/v1/gallery/events?limit=1&sort={sort}"));
        while let Some(path) = next.take() {
            let page = house.get(&path).await.json();
            assert_eq!(page["items"][0]["when"]["precision"], "month");
            if let Some(cursor) = page["next_cursor"].as_str() {
                let key = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
                let key = String::from_utf8_lossy(&key[8..]).into_owned();
                for day in ["2021-06-03", "2021-06-12", "2021-06-27"] {
                    assert!(!key.contains(day), "{key}");
                }
                next = Some(format!("/v1/gallery/events?limit=1&sort={sort}&cursor={cursor}"));
            }
            asked.push(path);
        }
    }
    assert_eq!(asked.len(), 9);
    asked.extend((1..=30).map(|day| format!("/v1/gallery/events?from=2021-06-{day:02}&to=2021-06-{day:02}")));
    asked.extend((1..=30).map(|day| format!("/v1/gallery/events.ics?from=2021-06-{day:02}")));
    asked.extend(
        ["changes", "events", "search?q=seeds", "countries/SS", "map?zoom=14"]
            .map(|path| format!("/v1/gallery/{path}")),
    );
    let before = house.seen(asked.clone()).await;
    let listed = |path: &str| path.contains("events?from=") && !path.ends_with(" as text");
    let all: Vec<_> = before.iter().filter(|(path, _)| listed(path)).collect();
    assert_eq!(all.len(), 30);
    for (path, answer) in all {
        for event in &events {
            assert!(answer.2.contains(id(event)), "{path} leaves out an event of the month");
        }
    }
    for (event, day) in events.iter().zip([29, 1, 14]) {
        assert!(
            host.patch(address(event), json!({"when": on(day)})).await.status == 403,
            "a moderator corrects it"
        );
        moderator.edits(event, json!({"when": on(day)})).await;
    }
    house.run_jobs().await;
    unmoved(&before, &house.seen(asked).await, "the day in the month");
}
