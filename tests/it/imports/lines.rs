//! Lines that cannot be taken, and what becomes of the others.

use serde_json::{Value, json};

use super::{event, file, import, partner, send, verdicts, words};
use crate::house::House;

#[tokio::test]
async fn of_a_thousand_lines_one_that_fails_changes_nothing_or_is_left_out() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let mut lines: Vec<Value> = (0..1000).map(|n| event(&format!("e{n}"))).collect();
    lines[499]["kind"] = json!("party");
    let sent = file(lines);
    let events = "SELECT count(*) AS n FROM event";
    for (query, status, failure) in
        [("", "failed", json!("line_failed")), ("?mode=atomic&dry_run=true", "done", json!(null))]
    {
        let told = import(&house, &desk, query, sent.clone()).await;
        assert_eq!(
            (&told["status"], &told["failure"], &told["applied"]),
            (&json!(status), &failure, &json!(false))
        );
        assert_eq!((told["verdicts"]["created"].as_i64(), told["lines"].as_i64()), (Some(999), Some(1001)));
        assert_eq!(words(&verdicts(&desk, &told, "?verdict=failed").await), ["501 failed #/kind not_one_of"]);
        let told = verdicts(&desk, &told, "").await;
        assert!(told.len() == 1000 && told.iter().all(|line| line.get("record").is_none()));
        assert_eq!(house.count(events).await, 0);
    }
    let told = import(&house, &desk, "?mode=partial", sent).await;
    assert_eq!((told["applied"].as_bool(), told["verdicts"]["created"].as_i64()), (Some(true), Some(999)));
    assert_eq!(house.count(events).await, 999);
    assert_eq!(house.count("SELECT count(*) AS n FROM partner_record").await, 999);
}

#[tokio::test]
async fn whatever_stands_in_a_line_the_next_is_read() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (_, desk) = partner(&house, &admin).await;
    let mut sent = b"\xef\xbb\xbf".to_vec();
    sent.extend(file([event("first")]).replace('\n', "\r\n").into_bytes());
    sent.extend(b"{\"type\": \"event\", \"id\": \"\xff\"}\n");
    sent.extend(b"\n{not json}\n{\"type\": \"event\", \"id\": \"a\", \"id\": \"b\"}\n");
    let mut odd = event("odd");
    odd["title"] = json!("A\u{0}B");
    let mut unknown = event("unknown");
    unknown["colour"] = json!("red");
    for line in [
        odd,
        unknown,
        event("first"),
        json!([]),
        json!({"type": "bundle"}),
        json!({"type": "party", "id": "p"}),
    ] {
        sent.extend(format!("{line}\n").into_bytes());
    }
    sent.extend(vec![b'x'; 3 * 1024 * 1024]);
    sent.extend(format!("\n{}", event("last")).into_bytes());
    let told = import(&house, &desk, "?mode=partial", sent).await;
    let told = verdicts(&desk, &told, "").await;
    let codes: Vec<&str> = told
        .iter()
        .map(|told| told["errors"][0]["code"].as_str().unwrap_or(told["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(codes[0], "created", "{told:?}");
    assert_eq!(codes[1], "invalid_utf8");
    assert_eq!(codes[5], "unknown_member".replace("member", "field"));
    assert_eq!(
        codes[6..],
        ["repeated_id", "wrong_type", "repeated_header", "not_one_of", "line_too_long", "created"]
    );
    assert!(!codes[2..5].contains(&"created"), "{codes:?}");

    for (file, code) in [("", "header_expected"), ("{\"type\": \"theme\"}\n", "header_expected")] {
        let told = import(&house, &desk, "", file).await;
        assert_eq!((told["status"].as_str(), told["failure"].as_str()), (Some("failed"), Some("unreadable")));
        assert_eq!(verdicts(&desk, &told, "").await[0]["errors"][0]["code"], code);
    }
    let many = "x\n".repeat(10_001);
    let told = import(&house, &desk, "", format!("{}{many}", file([]))).await;
    assert_eq!((told["failure"].as_str(), told["lines"].as_i64()), (Some("too_many_lines"), Some(0)));
    let declared = send(&house, &desk, "", Vec::new()).await;
    assert_eq!(declared.status, 202);
    house.run_jobs().await;
}
