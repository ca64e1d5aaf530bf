//! What moderators say of an entry, and what they do not see.

use serde_json::{Value, json};

use super::{entry, letters, pass, with_mail};
use crate::house::House;
use crate::records::{address, sorted};

#[tokio::test]
async fn a_contact_is_set_replaced_and_taken_away_and_never_answered() {
    let (mailbox, house) = with_mail().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let made = host.makes("initiatives", crate::initiatives::initiative()).await;
    assert_eq!((&made["has_contact"], &made["confirmed_on"]), (&json!(false), &Value::Null));
    let published = moderator.does("publish", &made).await;
    assert_eq!(published["confirmed_on"], house.today(), "publishing confirms");
    assert_eq!(house.gallery(&made).await.json()["confirmed_on"], house.today());

    let contact = json!({"contact": {"email": "marker-mail@example.org", "language": "fr"}});
    let edited = moderator.edits(&made, contact.clone()).await;
    assert_eq!(edited["has_contact"], true);
    let again = moderator.edits(&made, contact).await;
    let version = edited["version"].as_i64().unwrap();
    assert_eq!(again["version"], version + 1, "whether it was the same is not told");
    let listed = moderator.get("/v1/initiatives").await;
    for said in [edited.to_string(), listed.text().to_owned(), house.gallery(&made).await.text().to_owned()] {
        assert!(!said.contains("marker-mail"), "{said}");
    }
    for table in ["initiative", "initiative_contact", "audit_entry", "idempotent_answer"] {
        assert!(!house.dump(table).await.contains("marker-mail"), "{table}");
    }
    let refused =
        moderator.patch(address(&made), json!({"contact": {"email": "nothing", "phone": "1"}})).await;
    let faults = sorted(&refused).into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>();
    assert_eq!(faults, ["#/contact/email", "#/contact/phone"]);
    assert!(!refused.text().contains("nothing\""));

    let key = "SELECT count(*) AS n FROM data_key k JOIN initiative_contact c ON c.id = k.record_id";
    let before = house.id("SELECT id FROM initiative_contact").await;
    moderator.edits(&made, json!({"contact": {"email": "other@example.org"}})).await;
    assert_eq!(house.count(key).await, 1);
    assert_ne!(house.id("SELECT id FROM initiative_contact").await, before, "another has a key of their own");
    pass(&house, 366).await;
    let asked = letters(&mailbox);
    assert_eq!(
        (asked.len(), &*asked[0].to, &*asked[0].subject),
        (1, "other@example.org", "Est-ce toujours le cas ?")
    );
    let moderator = house.again(&moderator).await;
    let cleared = moderator.edits(&made, json!({"contact": null})).await;
    assert_eq!(cleared["has_contact"], false);
    assert_eq!(house.entry(&asked[0].token).await.status, 401, "the links end with the contact");
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact").await, 0);
}

#[tokio::test]
async fn a_moderator_says_that_it_is_still_so_and_a_host_does_not() {
    let (mailbox, house) = with_mail().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let made = host.makes("initiatives", crate::initiatives::initiative()).await;
    host.edits(&made, json!({"contact": {"email": "host@example.org"}})).await;
    moderator.does("publish", &made).await;
    let published_on = house.today();
    pass(&house, 200).await;
    let (host, moderator) = (house.again(&host).await, house.again(&moderator).await);
    for patch in
        [json!({"confirmed": true}), json!({"contact": {"email": "x@example.org"}}), json!({"contact": null})]
    {
        let refused = host.patch(address(&made), patch).await;
        assert_eq!((refused.status, &*refused.code()), (403, "forbidden"), "{}", refused.text());
    }
    house.moderator().await.edits(&made, json!({"summary": "Other words"})).await;
    assert_eq!(house.gallery(&made).await.json()["confirmed_on"], published_on, "an edit is no confirmation");
    let confirmed = moderator.edits(&made, json!({"confirmed": true})).await;
    assert_eq!(confirmed["confirmed_on"], house.today());
    assert_eq!(house.gallery(&made).await.json()["confirmed_on"], house.today());
    pass(&house, 364).await;
    assert_eq!(letters(&mailbox).len(), 0);
    pass(&house, 2).await;
    assert_eq!(letters(&mailbox).len(), 1);
}

#[tokio::test]
async fn a_draft_is_removed_with_its_contact() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let mut draft = crate::initiatives::initiative();
    draft["contact"] = json!({"email": "someone@example.org"});
    let keys = "SELECT count(*) AS n FROM data_key";
    let before = house.count(keys).await;
    let made = moderator.makes("initiatives", draft).await;
    assert_eq!((&made["has_contact"], house.count(keys).await), (&json!(true), before + 2));
    assert_eq!(moderator.delete(address(&made)).await.status, 204);
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact").await, 0);
    assert_eq!(house.count(keys).await, before);
}

#[tokio::test]
async fn who_is_asked_already_stays_when_something_is_merged_in() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "first@example.org").await;
    let moderator = house.moderator().await;
    let body = crate::submissions::newcomer_with(json!({"submitter": {"email": "second@example.org"}}));
    let second = crate::submissions::submit(&house, body).await;
    let merged = moderator.post(&second.at("approve"), json!({"merge_into": id})).await;
    assert_eq!(merged.status, 200, "{}", merged.text());
    house.run_jobs().await;
    letters(&mailbox);
    pass(&house, 366).await;
    let asked = letters(&mailbox);
    assert_eq!((asked.len(), &*asked[0].to), (1, "first@example.org"));
}
