//! Export, import into an empty database, export: the same bytes.

use crate::bundle::{Bundle, SAMPLES, event};
use crate::house::House;

#[tokio::test]
async fn an_export_imported_into_an_empty_house_is_exported_as_the_same_bytes() {
    let first = House::with_samples().await;
    let exported = first.export().await;
    let second = House::open().await;
    let imported = second.import_bytes(exported.as_bytes(), &[]).await.applied();
    assert_eq!(imported.report["created"], imported.report["records"]);
    assert_eq!(second.export().await, exported);
    let again = first.import_bytes(exported.as_bytes(), &[]).await.applied();
    assert_eq!(again.report["updated"], 0, "its own export tells a house nothing new");
    // And it says the same to the public.
    for list in ["events", "initiatives", "quotes", "outcomes", "stories"] {
        let path = format!("/v1/gallery/{list}");
        let bare = |items: Vec<serde_json::Value>| {
            let mut texts: Vec<String> =
                items.iter().map(|i| format!("{}{}{}", i["title"], i["text"], i["place"])).collect();
            texts.sort();
            texts
        };
        assert_eq!(bare(first.items(&path).await), bare(second.items(&path).await), "{list}");
    }
}

#[tokio::test]
async fn records_of_several_sources_are_known_by_their_identifiers() {
    let house = House::with_samples().await;
    house.import(&Bundle::of([event("e")])).await.applied();
    let exported = house.export().await;
    assert!(exported.lines().next().unwrap().contains(r#""source":"solidarity""#));
    let second = House::open().await;
    second.import_bytes(exported.as_bytes(), &[]).await.applied();
    assert_eq!(second.export().await, exported);

    let of_test = house.solidarity(&["export", "--source", "test"]).await.done();
    assert!(of_test.contains(r#""type":"event","id":"e""#), "those of the source keep their ids");
}

#[tokio::test]
async fn every_record_of_the_samples_is_in_the_export() {
    let house = House::with_samples().await;
    let exported = house.export().await;
    assert_eq!(exported.lines().count(), SAMPLES.lines().count());
    let ids = |text: &str| {
        let id = |l: &str| serde_json::from_str::<serde_json::Value>(l).unwrap()["id"].to_string();
        let mut ids: Vec<String> = text.lines().map(id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&exported), ids(SAMPLES));
    assert!(exported.contains("Sample Boathouse"), "the operator's own copy holds the secrets");
}

#[tokio::test]
async fn an_export_to_a_file_is_readable_by_its_owner_only() {
    let house = House::with_samples().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.ndjson");
    house.solidarity(&["export", "--output", path.to_str().unwrap()]).await.done();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), house.export().await);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
