//! From an edit to its diff and back.

use std::time::Duration;

use serde_json::{Value, json};

use super::{changes, published, restored, revisions};
use crate::house::House;
use crate::initiatives::initiative;
use crate::records::address;

#[tokio::test]
async fn an_edit_is_read_as_a_diff_and_put_back() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    assert_eq!(
        revisions(&moderator, &record).await,
        [] as [Value; 0],
        "neither making nor publishing is an edit"
    );
    house.advance(Duration::from_secs(60));
    let patch = json!({"title": "Seeds of two Niles", "summary": null,
        "place": {"locality": "Morobo", "point": {"lat": 3.70123, "lon": 30.80456}},
        "translations": {"fr": {"title": "Semences", "by": "human"}}});
    moderator.edits(&record, patch).await;

    let listed = revisions(&moderator, &record).await;
    let [edit] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((&edit["version"], &edit["by"]), (&json!(3), &json!(moderator.id)));
    assert_eq!((&edit["through"], &edit["restores"]), (&json!("edit"), &json!(null)));
    assert_eq!(edit["fields"], json!(["place", "summary", "title", "translations"]));
    assert_eq!(edit["at"].as_str().unwrap()[..16], house.now().to_rfc3339()[..16]);
    assert_eq!(edit["links"]["record"], address(&record));
    assert_eq!(
        changes(edit),
        [
            ("#/place/locality", &json!("Yei River County"), &json!("Morobo")),
            ("#/summary", &json!("Sample summary"), &json!(null)),
            ("#/title", &json!("Seeds of the Nile"), &json!("Seeds of two Niles")),
            ("#/translations/fr", &json!(null), &json!({"title": "Semences", "by": "human"})),
        ]
    );
    let one = moderator.get(edit["links"]["self"].as_str().unwrap()).await.json();
    let title = one["changes"].as_array().unwrap().iter().find(|c| c["pointer"] == "#/title").unwrap();
    let pieces: Vec<_> = title["diff"].as_array().unwrap().iter().map(|p| (&p["op"], &p["text"])).collect();
    let told = ["equal", "delete", "insert", "equal", "delete", "insert"].map(|op| json!(op));
    let texts = ["Seeds of ", "the", "two", " ", "Nile", "Niles"].map(|text| json!(text));
    assert_eq!(pieces, told.iter().zip(&texts).collect::<Vec<_>>());

    let back = restored(&house, &moderator, &record, 3).await;
    assert_eq!((&back["title"], &back["summary"]), (&json!("Seeds of the Nile"), &json!("Sample summary")));
    assert_eq!((&back["version"], &back["place"]["locality"]), (&json!(4), &json!("Yei River County")));
    assert_eq!(back["translations"], record["translations"]);
    let item = house.gallery(&record).await.json();
    assert_eq!((&item["title"], &item["summary"]), (&json!("Seeds of the Nile"), &json!("Sample summary")));
    let point = json!({"lat": 3.75, "lon": 30.85});
    assert_eq!(item["place"]["point"], point, "what is sealed is no part of a revision: the new point stays");

    let listed = revisions(&moderator, &record).await;
    let told: Vec<_> = listed.iter().map(|r| (&r["version"], &r["through"], &r["restores"])).collect();
    assert_eq!(told, [(&json!(4), &json!("restore"), &json!(3)), (&json!(3), &json!("edit"), &json!(null))]);
    assert_eq!(
        restored(&house, &moderator, &record, 4).await["title"],
        "Seeds of two Niles",
        "and back again"
    );
    let entries = "SELECT count(*) AS n FROM audit_entry WHERE action = 'restore_revision' AND CAST(fields AS text) \
        LIKE '%\"title\"%'";
    assert_eq!(house.count(entries).await, 2);
    assert!(!house.dump("revision").await.contains("3.70123"));
}

#[tokio::test]
async fn what_else_was_edited_since_stays() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    moderator.edits(&record, json!({"title": "Second"})).await;
    moderator
        .edits(
            &record,
            json!({"summary": "Later", "translations": {"es": {"title": "Semillas", "by": "human"}}}),
        )
        .await;
    moderator.edits(&record, json!({"title": "Third"})).await;
    let back = restored(&house, &moderator, &record, 3).await;
    assert_eq!((&back["title"], &back["summary"]), (&json!("Seeds of the Nile"), &json!("Later")));
    let back = restored(&house, &moderator, &record, 4).await;
    assert_eq!((&back["title"], &back["summary"]), (&json!("Seeds of the Nile"), &json!("Sample summary")));
    assert_eq!(back["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["ar"]);
    let same = restored(&house, &moderator, &record, 4).await;
    assert_eq!(same["version"], back["version"], "it is what it was already");
    assert_eq!(revisions(&moderator, &record).await.len(), 5);
}

#[tokio::test]
async fn what_was_never_public_is_not_kept() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("initiatives", initiative()).await;
    host.edits(&draft, json!({"title": "Words of a draft"})).await;
    host.edits(&draft, json!({"title": "Seeds"})).await;
    moderator.does("publish", &draft).await;
    assert!(revisions(&host, &draft).await.is_empty());
    moderator.does("archive", &draft).await;
    host.edits(&draft, json!({"title": "Seeds that were"})).await;
    assert_eq!(revisions(&host, &draft).await.len(), 1, "it was public");
    assert!(!house.dump("revision").await.contains("Words of a draft"));
}

#[tokio::test]
async fn odd_texts_come_back_as_they_were() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    let odd = [
        "👩🏾‍🌾 \u{200f}sows\u{2028}and\u{a0}reaps",
        "e\u{301} is not é",
        "𝔖𝔢𝔢𝔡𝔰 \"'; DROP TABLE revision; -- \\u0000 %s {}",
        "بذور\tالنيل\nمن جديد",
        "\u{feff}~0/~1/#/title",
    ];
    for text in odd {
        let before = moderator.get(address(&record)).await.json();
        let edited = moderator.edits(&record, json!({"title": text})).await;
        let version = edited["version"].as_i64().unwrap();
        let one = moderator.get(&format!("{}/revisions/{version}", address(&record))).await.json();
        assert_eq!(changes(&one), [("#/title", &before["title"], &json!(text))]);
        let pieces = one["changes"][0]["diff"].as_array().unwrap().iter();
        let after: String =
            pieces.filter(|p| p["op"] != "delete").map(|p| p["text"].as_str().unwrap()).collect();
        assert_eq!(after, text);
        restored(&house, &moderator, &record, version).await;
        assert_eq!(restored(&house, &moderator, &record, version + 1).await["title"], text);
    }
}

#[tokio::test]
async fn pages_are_walked_and_those_of_long_texts_are_short() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    for title in ["A", "B", "C"] {
        moderator.edits(&record, json!({"title": title})).await;
    }
    let mut next = format!("{}/revisions?limit=2", address(&record));
    let mut versions = Vec::new();
    let path = next.clone();
    loop {
        let page = moderator.get(&next).await;
        versions
            .extend(page.json()["items"].as_array().unwrap().iter().map(|r| r["version"].as_i64().unwrap()));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
        next = format!("{path}&cursor={cursor}");
    }
    assert_eq!(versions, [5, 4, 3]);
    let (_, other) = published(&house).await;
    let cursor = next.rsplit('=').next().unwrap();
    let elsewhere = moderator.get(&format!("{}/revisions?limit=2&cursor={cursor}", address(&other))).await;
    assert_eq!(elsewhere.status, 400, "a cursor is bound to its record");

    let long = |letter: &str| {
        let text = letter.repeat(19_999);
        let translation = |tag| (tag, json!({"description": text, "by": "human"}));
        let tags = ["es", "fr", "pt", "sw", "am", "so", "ha", "yo", "ig", "zu"];
        Value::Object(tags.map(translation).map(|(tag, text)| (tag.to_owned(), text)).into_iter().collect())
    };
    for letter in ["w", "x", "y", "z"] {
        moderator.edits(&record, json!({"translations": long(letter)})).await;
    }
    let page = moderator.get(&path.replace("limit=2", "limit=100")).await.json();
    let read = page["items"].as_array().unwrap().len();
    assert!((1..7).contains(&read) && page["next_cursor"].is_string(), "{read}");
}

#[tokio::test]
async fn two_edits_at_once_are_two_revisions() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    let path = address(&record);
    let (one, other) = tokio::join!(
        moderator.patch_version(path, "*", json!({"title": "One"})),
        moderator.patch_version(path, "*", json!({"title": "Other"})),
    );
    assert_eq!((one.status, other.status), (200, 200));
    let listed = revisions(&moderator, &record).await;
    let versions: Vec<_> = listed.iter().map(|r| r["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [4, 3]);
    assert_eq!(changes(&listed[0])[0].1, changes(&listed[1])[0].2, "each begins where the one before ended");
}
