//! `/v1/me`

use serde_json::{Value, json};

use crate::house::House;

const PASSWORD: &str = "marigold tractor seventeen fog";
const OTHER: &str = "yellow bicycle under the bridge";

#[tokio::test]
async fn name_and_language_are_changed_by_merge_patch() {
    let house = House::open().await;
    let amina = house.host().await;
    let before = amina.get("/v1/me").await;
    assert_eq!((before.header("etag"), before.json()["version"].as_i64()), ("\"1\"", Some(1)));
    let changed = amina.patch("/v1/me", json!({"display_name": " Amina ", "language": "sw"})).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.text());
    let changed = changed.json();
    assert_eq!((&changed["display_name"], &changed["language"]), (&"Amina".into(), &"sw".into()));
    let cleared = amina.patch("/v1/me", json!({"language": null})).await.json();
    assert_eq!((&cleared["display_name"], &cleared["language"]), (&"Amina".into(), &Value::Null));
    let nothing = amina.patch("/v1/me", json!({})).await;
    assert_eq!((nothing.status, nothing.header("etag")), (200, "\"3\""), "nothing changed");
}

#[tokio::test]
async fn an_edit_needs_the_version_it_was_made_on() {
    let house = House::open().await;
    let amina = house.host().await;
    let edit = json!({"display_name": "Amina"});
    for (etag, status, code) in [
        ("", 428, "precondition_required"),
        ("\"7\"", 412, "precondition_failed"),
        ("W/\"1\"", 412, "precondition_failed"),
        ("1", 400, "bad_request"),
    ] {
        let answer = amina.patch_version("/v1/me", etag, edit.clone()).await;
        assert_eq!((answer.status, &*answer.code()), (status, code), "{etag}");
    }
    let twins = futures_util::future::join_all(
        (0..4).map(|n| amina.patch_version("/v1/me", "\"1\"", json!({"display_name": format!("Amina {n}")}))),
    );
    let won = twins.await.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "of four edits of one version");
    let refused =
        amina.patch("/v1/me", json!({"role": "admin", "display_name": null, "language": "x"})).await;
    let mut faults = refused.faults();
    faults.sort();
    let wanted =
        [("#/display_name", "wrong_type"), ("#/language", "invalid_format"), ("#/role", "unknown_field")];
    assert_eq!(faults, wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let house = House::open().await;
    let amina = house.host().await;
    let phone = house.sign_in(&amina.id, &amina.email).await;
    let wrong =
        amina.post("/v1/me/password", json!({"old_password": "not this one", "new_password": OTHER})).await;
    assert_eq!(
        (wrong.status, wrong.faults()),
        (422, vec![("#/old_password".into(), "wrong_password".into())])
    );
    for weak in ["passwordpassword1", "solidarity solidarity", &amina.email] {
        let refused =
            amina.post("/v1/me/password", json!({"old_password": PASSWORD, "new_password": weak})).await;
        assert_eq!(refused.faults(), [("#/new_password".into(), "too_common".into())], "{weak}");
        assert!(!refused.text().contains(weak));
    }
    let done = amina.post("/v1/me/password", json!({"old_password": PASSWORD, "new_password": OTHER})).await;
    assert_eq!(done.status, 204, "{}", done.text());
    assert_eq!(phone.get("/v1/me").await.status, 401);
    assert_eq!(amina.get("/v1/me").await.status, 200);
    let sign_in = async |password: &str| {
        house.post("/v1/sessions", json!({"email": amina.email, "password": password})).await.status
    };
    assert_eq!((sign_in(PASSWORD).await, sign_in(OTHER).await), (401, 201));
}
