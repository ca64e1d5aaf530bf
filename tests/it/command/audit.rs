//! `solidarity audit`.

use serde_json::Value;

use crate::house::House;

#[tokio::test]
async fn an_empty_log_is_intact() {
    let house = House::open().await;
    let told = house.solidarity(&["audit", "verify"]).await.done();
    assert!(told.starts_with("0 entries are what they were; head 0000"), "{told}");
    let told: Value =
        serde_json::from_str(&house.solidarity(&["audit", "verify", "--json"]).await.done()).unwrap();
    assert_eq!((&told["intact"], &told["linked"], &told["unlinked"]), (&true.into(), &0.into(), &0.into()));
}

/// An entry as a statement, and its identifier as the database writes it.
fn entry(house: &House, number: u8) -> String {
    let id = match house.is_postgres() {
        true => format!("'00000000-0000-4000-8000-0000000000{number:02x}'"),
        false => format!("x'000000000000400080000000000000{number:02x}'"),
    };
    format!(
        "INSERT INTO audit_entry (id, at, actor, action, fields) VALUES ({id}, '2027-01-01T00:00:00+00:00', 'system', \
         'create', '[]'); INSERT INTO audit_pending (entry_id) VALUES ({id})"
    )
}

#[tokio::test]
async fn tampering_fails_and_names_the_entry_and_what_is_not_chained_yet_is_told() {
    let house = House::open().await;
    for number in 1..=3 {
        house.sql(&entry(&house, number)).await;
    }
    let told = house.solidarity(&["audit", "verify"]).await.done();
    assert!(told.ends_with("3 are not in the chain yet\n"), "{told}");
    house.run_jobs().await;
    let told = house.solidarity(&["audit", "verify"]).await.done();
    assert!(told.starts_with("3 entries are what they were"), "{told}");

    house.sql(house.untriggered()).await;
    let second = "(SELECT entry_id FROM audit_link WHERE seq = 2)";
    house.sql(&format!("UPDATE audit_entry SET action = 'delete' WHERE id = {second}")).await;
    let id = house.id("SELECT entry_id AS id FROM audit_link WHERE seq = 2").await.to_string();
    let outcome = house.solidarity(&["audit", "verify"]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains(&id) && outcome.stdout.contains("not what it was"), "{outcome:?}");
    let outcome = house.solidarity(&["audit", "verify", "--json"]).await;
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &told["intact"], &told["linked"]), (Some(1), &false.into(), &1.into()));
    assert_eq!((&told["broken"]["seq"], &told["broken"]["entry_id"]), (&2.into(), &id.into()));
}
