//! Partners are told that words were withdrawn, and say that these are gone on their side, too.

use serde_json::{Value, json};

use super::{active, house, partner, told};
use crate::events::past;
use crate::house::actors::Actor;
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

#[tokio::test]
async fn who_was_handed_a_quote_by_a_feed_is_asked_to_take_it_back() {
    let house = house().await;
    let (admin, moderator) = (house.admin().await, house.moderator().await);
    let (follower, _) = partner(&house, &admin, "One", &["changes:read"]).await;
    let (late, _) = partner(&house, &admin, "Two", &["changes:read"]).await;
    let reading = ["changes:read", "quotes:read", "quotes:write", "events:read"];
    let (owner, organisation) = partner(&house, &admin, "Three", &reading).await;
    let feed = "/v1/gallery/changes?limit=100";
    // Read before there was anything to read.
    assert_eq!(late.get(feed).await.status, 200);
    let mut event = past();
    event["hosts"] = json!([organisation["id"]]);
    let event = admin.makes("events", event).await;
    let event = moderator.does("schedule", &event).await;
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    let quote = owner.makes("quotes", quote).await;
    moderator.does("approve", &quote).await;
    let read = follower.get(feed).await.json();
    assert!(read["items"].as_array().unwrap().iter().any(|change| change["id"] == quote["id"]));
    owner.get("/v1/changes").await;
    house.run_jobs().await;
    // Another place in the feed than the one that was read.
    let theme = admin.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    moderator.edits(&quote, json!({"themes": [theme["id"]]})).await;
    assert_eq!(
        (
            house.get(feed).await.status,
            house.with_key(&json!({"id": "", "secret": "sol_live_x"})).get(feed).await.status
        ),
        (200, 401)
    );

    assert_eq!(owner.does("withdraw", &quote).await["status"], "withdrawn");
    let open =
        async |by: &Actor<'_>| by.get("/v1/withdrawals?acknowledged=false").await.json()["items"].clone();
    for (reader, integration) in [(&follower, "gallery_changes"), (&owner, "changes")] {
        let asked = open(reader).await;
        assert_eq!((asked.as_array().unwrap().len(), &asked[0]["id"]), (1, &quote["id"]));
        assert_eq!(asked[0]["readers"][0]["integration"], integration);
        let ack = format!("/v1/withdrawals/{}/ack", quote["id"].as_str().unwrap());
        assert_eq!(reader.post(&ack, json!({})).await.status, 200);
        assert_eq!(open(reader).await, json!([]));
        let done = reader.get("/v1/withdrawals?acknowledged=true").await.json();
        assert_eq!(done["items"][0]["acknowledgements"].as_array().unwrap().len(), 1, "its own");
    }
    late.get(feed).await;
    assert_eq!(open(&late).await, json!([]), "it was never handed the words");
    assert_eq!(moderator.get("/v1/withdrawals").await.status, 403);
}
