//! Tables, by a mapping that was saved.

use reqwest::Method;
use serde_json::{Value, json};

use super::{partner, record, verdicts, words};
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};
use crate::records::address;

async fn send(house: &House, by: &Actor<'_>, query: &str, file: &str) -> Answer {
    let request = house.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&by.token);
    answer(request.header("content-type", "text/csv").body(file.to_owned())).await
}

#[tokio::test]
async fn a_table_is_read_by_the_mapping_that_was_saved_for_it() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let (_, stranger) = partner(&house, &admin).await;
    let mapping = json!({"type": "event", "source": "crm", "language": "en",
        "columns": [{"column": "No.", "member": "id"}, {"column": "Title", "member": "title"}, {"column": "Day", "member": "when.date"},
            {"column": "Seats", "member": "capacity", "as": "number"}, {"column": "Topics", "member": "topics", "as": "list"}],
        "constants": [{"member": "kind", "value": "dialogue"}, {"member": "format", "value": "in_person"},
            {"member": "when.precision", "value": "day"}, {"member": "place.country", "value": "SS"}]});
    let path = "/v1/import-mappings/our-crm";
    let saved = desk.send(Method::PUT, path, Some(mapping.clone())).await;
    assert_eq!(
        (saved.status, saved.json()["columns"].as_array().unwrap().len()),
        (200, 5),
        "{}",
        saved.text()
    );
    assert_eq!(stranger.get(path).await.status, 404);
    let mut without = mapping;
    without["columns"] = json!([{"column": "Title", "member": "title"}]);
    assert_eq!(desk.send(Method::PUT, path, Some(without)).await.status, 422);
    let list: Value = desk.get("/v1/import-mappings").await.json();
    assert_eq!(list["items"][0]["name"], "our-crm");

    let file = "\u{feff}Title;No.;Seats;Day;Left out;Topics\r\n\"Seeds; \"\"ours\"\"\";1;20;2027-03-14;x;land; water\r\n\r\n\
        Many;2;lots;2027-03-15;;\r\n\"Two\nlines\";3;;2027-03-16;;\r\nNo day;4;5;;;\r\n";
    let file = file.replace("land; water", "\"land; water\"");
    let sent = send(&house, &desk, "?mode=partial&mapping=our-crm", &file).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    house.run_jobs().await;
    let told: Value = desk.get(address(&sent.json())).await.json();
    let told = verdicts(&desk, &told, "").await;
    let lines: Vec<String> =
        words(&told).iter().map(|word| word.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines, ["2 created", "4 failed", "5 created", "7 failed"], "{told:?}");
    assert_eq!(told[1]["errors"][0]["pointer"], "#/capacity");
    let seeds = record(&desk, "events", &told, "1").await;
    assert_eq!(
        (&seeds["title"], &seeds["capacity"], &seeds["topics"]),
        (&json!("Seeds; \"ours\""), &json!(20), &json!(["land", "water"]))
    );
    assert_eq!((&seeds["status"], &seeds["when"]["date"]), (&json!("draft"), &json!("2027-03-14")));

    let none = send(&house, &desk, "?mapping=our-crm", "Title,Day\r\nx,y\r\n").await;
    house.run_jobs().await;
    assert_eq!(desk.get(none.header("location")).await.json()["failure"], "unreadable");
    for query in ["", "?mapping=other", "?mapping=our-crm&time_zone=Africa/Juba"] {
        assert_eq!(send(&house, &desk, query, "Title\r\n").await.status, 400);
    }
    let keyed = async |query: &str| {
        let request = house.request(Method::POST, &format!("/v1/imports{query}")).bearer_auth(&desk.token);
        let request = request.header("content-type", "text/csv").header("idempotency-key", "once");
        answer(request.body("Title,No.,Seats,Day,Topics\n")).await
    };
    let first = keyed("?mapping=our-crm").await;
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(desk.delete(path).await.status, 204);
    assert_eq!(desk.delete(path).await.status, 404);
    let again = keyed("?mapping=our-crm").await;
    assert_eq!(
        (again.status, again.json()["id"] == first.json()["id"]),
        (202, true),
        "what came is told again"
    );
    assert_eq!(send(&house, &desk, "?mapping=our-crm", "Title\r\n").await.status, 400);
    let imports = house.count("SELECT count(*) AS n FROM bulk_import").await;
    assert_eq!(keyed("?mapping=our-crm&mode=partial").await.status, 422, "another request with this key");
    assert_eq!(house.count("SELECT count(*) AS n FROM bulk_import").await, imports);
}

#[tokio::test]
async fn no_row_swallows_another_and_no_cell_is_lost() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let path = "/v1/import-mappings/rooms";
    let mapping = json!({"type": "event", "source": "crm", "language": "en",
        "columns": [{"column": "a", "member": "id"}, {"column": "b", "member": "title"}, {"column": "c", "member": "capacity", "as": "number"}],
        "constants": [{"member": "kind", "value": "dialogue"}, {"member": "format", "value": "in_person"},
            {"member": "when.precision", "value": "unknown"}, {"member": "place.country", "value": "SS"}]});
    assert_eq!(desk.send(Method::PUT, path, Some(mapping.clone())).await.status, 200);
    let file = "a,b,c\n7,Room 5\" wide,40.0\n8,Next,\n9,Seeds, and water,3\n10,Short\n11,\"Behind\" it,1\n12,\"Open,1\n13,Lost,1\n";
    let sent = send(&house, &desk, "?mode=partial&mapping=rooms", file).await;
    house.run_jobs().await;
    let told: Value = desk.get(address(&sent.json())).await.json();
    let told = verdicts(&desk, &told, "").await;
    let expected = [
        "2 created",
        "3 created",
        "4 failed # number_of_cells",
        "5 failed # number_of_cells",
        "6 failed # text_behind_quotes",
        "7 failed # unclosed_quotes",
    ];
    assert_eq!(words(&told), expected);
    let wide = record(&desk, "events", &told, "7").await;
    assert_eq!((&wide["title"], &wide["capacity"]), (&json!("Room 5\" wide"), &json!(40)));
    let twice = send(&house, &desk, "?mapping=rooms", "a,b,c,b\n1,x,2,y\n").await;
    house.run_jobs().await;
    assert_eq!(desk.get(twice.header("location")).await.json()["failure"], "unreadable");

    for member in ["title", "type", "id.x"] {
        let mut contradicting = mapping.clone();
        contradicting["columns"].as_array_mut().unwrap().push(json!({"column": "d", "member": member}));
        let refused = desk.send(Method::PUT, path, Some(contradicting)).await;
        assert_eq!(refused.status, 422, "{member}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "#/columns/3/member", "{member}");
    }
}
