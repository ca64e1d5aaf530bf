//! Partners are told that words were withdrawn, and say that these are gone on their side, too.

use serde_json::{Value, json};

use super::{active, house, partner, told};
use crate::events::past;
use crate::house::receiver::{Conduct, Receiver};

#[tokio::test]
async fn a_withdrawal_is_told_and_acknowledged() {
    let house = house().await;
    let (admin, moderator, host) = (house.admin().await, house.moderator().await, house.host().await);
    let (one, first) = partner(&house, &admin, "One", &["changes:read"]).await;
    let (two, second) = partner(&house, &admin, "Two", &["changes:read"]).await;
    let (without, _) = partner(&house, &admin, "Three", &["quotes:read"]).await;
    let receiver = Receiver::open(Conduct::Accept);
    active(&house, &one, &receiver, &["quote.withdrawn"]).await;
    let event = host.makes("events", past()).await;
    let event = host.does("schedule", &event).await;
    let said = |text: &str| {
        json!({"event": event["id"], "text": text, "language": "en", "attribution": {"level": "anonymous"},
            "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}})
    };
    let quote = host.makes("quotes", said("We keep the seeds")).await;
    let draft = host.makes("quotes", said("We keep them dry")).await;
    let token = quote["manage_token"].as_str().unwrap();
    moderator.does("approve", &quote).await;
    let at = format!("/v1/withdrawals/{}", quote["id"].as_str().unwrap());
    let ack = format!("{at}/ack");
    assert_eq!((one.get(&at).await.status, one.post(&ack, json!({})).await.status), (404, 404), "not yet");
    let withdraw = "/v1/consents/mine/withdraw";
    let done = house.with_token(token, reqwest::Method::POST, withdraw, Some(json!({}))).await;
    assert_eq!(done.status, 200, "{}", done.text());
    host.does("withdraw", &draft).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.withdrawn", &quote)], "once, and nothing of drafts");

    let read = host.get(&at).await.json();
    assert_eq!(read["readers"][0]["organisation"], first["id"]);
    assert_eq!(
        (&read["readers"][0]["integration"], &read["acknowledgements"]),
        (&json!("webhook"), &json!([]))
    );
    assert_eq!(read["through"], "speaker");
    let said = one.post(&ack, json!({})).await;
    assert_eq!(said.status, 200, "{}", said.text());
    assert_eq!(said.json()["acknowledgements"][0]["organisation"], first["id"]);
    assert_eq!(said.json()["through"], Value::Null, "who took it back is not theirs to know");
    house.advance(std::time::Duration::from_secs(60));
    assert_eq!(one.post(&ack, json!({})).await.json(), said.json(), "said twice it is said once");

    // Whoever knows it from the feed may say so as well, and sees nobody else.
    let other = two.get(&at).await.json();
    assert_eq!((&other["readers"], &other["acknowledgements"]), (&json!([]), &json!([])));
    let said = two.post(&ack, json!({})).await.json();
    assert_eq!(said["acknowledgements"].as_array().unwrap().len(), 1);
    assert_eq!(said["acknowledgements"][0]["organisation"], second["id"]);
    let read = moderator.get(&at).await.json();
    assert_eq!(
        (read["readers"].as_array().unwrap().len(), read["acknowledgements"].as_array().unwrap().len()),
        (1, 2)
    );

    let of_draft = format!("/v1/withdrawals/{}", draft["id"].as_str().unwrap());
    assert_eq!((host.get(&of_draft).await.status, one.get(&of_draft).await.status), (200, 404));
    assert_eq!(one.post(&format!("{of_draft}/ack"), json!({})).await.status, 404);
    let refused = without.post(&ack, json!({})).await;
    assert_eq!((refused.status, &*refused.code()), (403, "insufficient_scope"));
    assert_eq!(
        (moderator.post(&ack, json!({})).await.status, house.post(&ack, json!({})).await.status),
        (403, 401)
    );
    let log = admin.get("/v1/audit-log?limit=100").await.json();
    let entries = log["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == "acknowledge");
    assert_eq!(entries.count(), 2);
}
