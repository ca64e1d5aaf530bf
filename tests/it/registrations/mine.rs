//! What somebody does with their manage token.

use reqwest::Method;
use serde_json::{Value, json};

use super::{comer, register, scheduled};
use crate::house::House;

#[tokio::test]
async fn a_registration_is_changed_by_whoever_has_its_token() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({})).await;
    let mut body = comer("activist");
    body["access_needs"] = json!("A ramp");
    body["consents"] = json!([{"purpose": "participate"}, {"purpose": "publish_image"}]);
    let (amina, _) = register(&house, &event, body).await;
    let (bo, _) = register(&house, &event, comer("activist")).await;
    let patch = json!({"display_name": "A.", "access_needs": null, "consents": [{"purpose": "participate"}]});
    let changed = amina.patch(1, patch).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.text());
    let changed = changed.json();
    assert_eq!((&changed["display_name"], &changed["access_needs"]), (&json!("A."), &Value::Null));
    assert_eq!(changed["consents"].as_array().unwrap().len(), 1);
    let withdrawn = "SELECT count(*) AS n FROM registration_consent WHERE withdrawn_at IS NOT NULL";
    assert_eq!(house.count(withdrawn).await, 1, "it stays in the ledger");
    assert_eq!(amina.patch(1, json!({"display_name": "B."})).await.status, 412);
    let refused = amina.patch(2, json!({"role": "donor"})).await;
    assert_eq!((refused.status, &refused.faults()[0].0[..]), (422, "#/role"));
    assert_eq!(bo.read().await["display_name"], "Amina", "another one's stays");
    assert_eq!(amina.post("accept").await.code(), "wrong_state");
    for token in ["sol_mt_AAAA", &amina.token.replace("sol_mt_", "sol_mt_A")] {
        let refused = house.with_token(token, Method::GET, "/v1/registrations/mine", None).await;
        assert_eq!((refused.status, &*refused.code()), (401, "unauthenticated"));
    }
    assert_eq!(amina.post("cancel").await.status, 200);
    assert_eq!(amina.patch(3, json!({"display_name": "C."})).await.code(), "wrong_state");
}
