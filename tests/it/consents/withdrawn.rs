//! What was withdrawn is nowhere, and who has been told is seen.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MINE, held, ledger, public, said, token};
use crate::bundle::{Bundle, event, quote};
use crate::house::{House, answer};
use crate::records::address;

fn withdrawal(quote: &Value) -> String {
    format!("/v1/withdrawals/{}", quote["id"].as_str().unwrap())
}

#[tokio::test]
async fn withdrawn_with_the_token_words_are_gone_everywhere_and_kept_nowhere() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let body = said(&held(&host).await, "Sorghum words at first");
    let record = async || {
        let request = house.request(Method::POST, "/v1/quotes").bearer_auth(&host.token);
        answer(request.header("idempotency-key", "a-key").json(&body)).await
    };
    let (made, again) = (record().await, record().await);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let (quote, token) = (made.json(), token(&made.json()));
    assert_eq!(super::token(&again.json()), token, "an answer that was lost on the way holds the token too");
    moderator.does("approve", &quote).await;
    moderator.edits(&quote, json!({"text": "Sorghum words at last"})).await;
    assert_eq!(house.renewed(&token, MINE, json!({"label": "Sorghum Nile"})).await.status, 201);
    moderator.does("approve", &quote).await;
    assert_eq!(house.items("/v1/gallery/search?q=sorghum").await.len(), 1);
    let cursor = house.get("/v1/gallery/changes").await.json()["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(host.get(&withdrawal(&quote)).await.status, 404, "not yet");

    let withdraw = async || {
        let request = house.request(Method::POST, &format!("{MINE}/withdraw")).bearer_auth(&token);
        answer(request.header("idempotency-key", "another-key")).await
    };
    let done = withdraw().await;
    assert_eq!(done.status, 200, "{}", done.text());
    let mine = done.json();
    assert_eq!((&mine["state"], &mine["quote"]["text"]), (&json!("withdrawn"), &json!("")));
    assert_eq!(
        (&mine["withdrawal"]["through"], &mine["withdrawal"]["was_public"]),
        (&json!("speaker"), &json!(true))
    );
    let replayed = withdraw().await;
    assert_eq!((replayed.header("idempotent-replayed"), replayed.text()), ("true", done.text()));
    assert_eq!(house.withdrawn(&token).await.status, 200, "and once more");

    let gone = house.gallery(&quote).await;
    assert_eq!((gone.status, &*gone.code()), (410, "gone"));
    assert!(house.items("/v1/gallery/quotes").await.is_empty());
    assert!(house.items("/v1/gallery/search?q=sorghum").await.is_empty());
    assert_eq!(house.get("/v1/gallery").await.json()["totals"]["quotes"], 0);
    let page = house.get("/v1/gallery/countries/SS").await.json();
    assert_eq!((&page["quotes"], &page["counts"]["quotes"]), (&json!([]), &json!(0)));
    let told = house.items(&format!("/v1/gallery/changes?cursor={cursor}")).await;
    let [tombstone] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&tombstone["op"], &tombstone["id"]), (&json!("delete"), &quote["id"]));
    assert!(tombstone.get("item").is_none());

    assert_eq!(record().await.status, 410, "a repetition does not tell it again");
    for table in [
        "quote",
        "revision",
        "consent",
        "gallery_document",
        "gallery_translation",
        "gallery_search",
        "outbox_fact",
        "audit_entry",
        "idempotent_answer",
    ] {
        let kept = house.dump(table).await.to_lowercase();
        assert!(!kept.contains("sorghum") && !kept.contains("blue nile"), "{table}");
    }
    let traces = "SELECT count(*) AS n FROM consent WHERE length(text_hash) > 0";
    assert_eq!(house.count(traces).await, 0, "nor is there a hash to try words on");
    let facts = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'quote_withdrawn'";
    assert_eq!(house.count(facts).await, 1);

    let seen = host.get(&withdrawal(&quote)).await.json();
    assert_eq!((&seen["id"], &seen["through"]), (&quote["id"], &json!("speaker")));
    assert_eq!((&seen["readers"], &seen["acknowledgements"]), (&json!([]), &json!([])));
    assert_eq!(moderator.get(&withdrawal(&quote)).await.json(), seen);
    assert_eq!(house.host().await.get(&withdrawal(&quote)).await.status, 404);
    assert_eq!(house.mine(&token).await.json()["withdrawal"], seen);

    // It is for good.
    assert_eq!(house.narrowed(&token, json!({"level": "anonymous"})).await.code(), "wrong_state");
    assert_eq!(house.renewed(&token, MINE, json!({})).await.code(), "wrong_state");
    let anew = json!({"method": "written"});
    assert_eq!(house.renewed(&moderator.token, &ledger(&quote), anew).await.code(), "wrong_state");
    house.run_jobs().await;
}

#[tokio::test]
async fn a_token_opens_its_own_consent_and_nothing_else() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (one, token) = public(&host, &moderator, "Words of one").await;
    let (other, others) = public(&host, &moderator, "Words of another").await;
    let wrong = [&token[..54], "sol_mt_", &token.replace("sol_mt_", "sol_mt-"), &host.token];
    for wrong in wrong.into_iter().chain(["sol_mt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]) {
        assert_eq!((house.mine(wrong).await.status, house.withdrawn(wrong).await.status), (401, 401));
        assert_eq!(house.renewed(wrong, MINE, json!({})).await.status, 401);
    }
    assert_eq!(house.get(MINE).await.status, 401);
    for path in ["/v1/submissions/mine", "/v1/registrations/mine"] {
        assert_eq!(house.with_token(&token, Method::GET, path, None).await.status, 401, "{path}");
    }
    assert_eq!(house.with_token(&token, Method::GET, address(&one), None).await.status, 401);
    assert_eq!(house.mine(&others).await.json()["quote"]["text"], "Words of another");
    // The same key with another token is another request.
    for token in [&token, &others] {
        let request = house.request(Method::POST, &format!("{MINE}/withdraw")).bearer_auth(token);
        let done = answer(request.header("idempotency-key", "a-key")).await;
        assert_eq!((done.status, done.header("idempotent-replayed")), (200, ""));
        if *token == *others {
            break;
        }
        assert_eq!((house.gallery(&one).await.status, house.gallery(&other).await.status), (410, 200));
    }
    assert_eq!(house.gallery(&other).await.status, 410);
    let draft = host.makes("quotes", said(&held(&host).await, "Words of a draft")).await;
    assert_eq!(host.delete(address(&draft)).await.status, 204);
    assert_eq!(house.mine(&super::token(&draft)).await.status, 401, "with the draft its token is gone");
    let without = host.makes("quotes", json!({"text": "Words", "language": "en"})).await;
    assert!(without.get("manage_token").is_none(), "nobody consented to anything");
    assert_eq!(house.count("SELECT count(*) AS n FROM consent_token").await, 2);
    assert!(!house.dump("consent_token").await.contains(&token));
}

#[tokio::test]
async fn what_a_host_or_a_file_withdraws_is_told_of_too() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (record, token) = public(&host, &moderator, "Words of one").await;
    host.does("withdraw", &record).await;
    assert_eq!(moderator.get(&withdrawal(&record)).await.json()["through"], "account");
    assert_eq!(house.mine(&token).await.json()["state"], "withdrawn", "whoever said it learns of it");

    house.import(&Bundle::of([event("e"), quote("q", "e")])).await.applied();
    let listed = moderator.get("/v1/quotes?status=approved").await.json()["items"][0].clone();
    let gone = Bundle::of([json!({"type": "quote", "id": "q", "status": "withdrawn"})]);
    house.import(&gone).await.applied();
    let seen = moderator.get(&withdrawal(&listed)).await.json();
    assert_eq!((&seen["through"], &seen["was_public"]), (&json!("source"), &json!(true)));
    house.import(&gone).await.applied();
    let facts = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'quote_withdrawn'";
    assert_eq!(house.count(facts).await, 2);
    assert_eq!(house.count("SELECT count(*) AS n FROM consent WHERE length(text_hash) > 0").await, 0);
}
