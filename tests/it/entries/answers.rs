//! What a contact answers: it is still so, it has ended, it is otherwise.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{a_year_later, entry, letters, pass, with_mail};

#[tokio::test]
async fn who_confirms_is_believed_and_the_day_is_public() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    assert_eq!(house.public(&id).await.json()["confirmed_on"], house.today(), "approval confirms");
    let token = a_year_later(&house, &mailbox).await;
    let mine = house.entry(&token).await;
    assert_eq!((mine.status, mine.header("cache-control")), (200, "no-store"), "{}", mine.text());
    let mine = mine.json();
    assert_eq!(mine["allowed"], json!(["confirm", "changes", "retire"]));
    assert_eq!((&mine["id"], &mine["entry"]["title"]), (&json!(id), &json!("Semillas del valle")));
    assert!(!mine.to_string().contains("itzel@"));

    let confirmed = house.answered(&token, "confirm", json!({})).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let confirmed = confirmed.json();
    assert_eq!(confirmed["confirmed_on"], house.today());
    assert_eq!((&confirmed["allowed"], &confirmed["expires_at"]), (&json!([]), &Value::Null));
    let public = house.public(&id).await.json();
    assert_eq!(public["confirmed_on"], house.today());
    assert_eq!(confirmed["entry"]["confirmed_on"], house.today());
    let changes = house.get("/v1/gallery/changes").await;
    assert!(
        changes.text().contains(&format!("\"confirmed_on\":\"{}\"", house.today())),
        "{}",
        changes.text()
    );
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'confirm' AND actor = 'token' AND token = 'manage'";
    assert_eq!(house.count(noted).await, 1);

    for again in [house.entry(&token).await, house.answered(&token, "confirm", json!({})).await] {
        assert_eq!((again.status, &*again.code()), (401, "unauthenticated"), "it works once");
    }
    let next = a_year_later(&house, &mailbox).await;
    assert_ne!(next, token);
    assert_eq!(house.entry(&next).await.status, 200);
}

#[tokio::test]
async fn who_retires_an_entry_takes_it_off_the_map_at_once_and_is_left_in_peace() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let token = a_year_later(&house, &mailbox).await;
    let retired = house.answered(&token, "retire", json!({})).await;
    assert_eq!(retired.status, 200, "{}", retired.text());
    let retired = retired.json();
    assert_eq!((&retired["status"], &retired["entry"]), (&json!("archived"), &Value::Null));
    assert_eq!(house.public(&id).await.status, 410);
    for path in ["/v1/gallery/initiatives", "/v1/gallery/search?q=semillas"] {
        assert_eq!(house.get(path).await.json()["items"], json!([]), "{path}");
    }
    for table in ["initiative_contact", "initiative_link"] {
        assert_eq!(house.count(&format!("SELECT count(*) AS n FROM {table}")).await, 0, "{table}");
    }
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'initiative_archived'";
    assert_eq!(house.count(told).await, 1);
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'archive' AND actor = 'token'";
    assert_eq!(house.count(noted).await, 1);
    assert_eq!(house.answered(&token, "retire", json!({})).await.status, 401);
    pass(&house, 800).await;
    assert_eq!(letters(&mailbox).len(), 0);
}

#[tokio::test]
async fn what_is_proposed_is_public_when_it_is_approved_and_confirms() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let moderator = house.moderator().await;
    let token = a_year_later(&house, &mailbox).await;
    let before = house.public(&id).await.json();
    let body = json!({
        "changes": {"summary": "Ahora en tres aldeas.", "url": null, "links": ["https://prueba.example/"]},
        "message": "We have moved."
    });
    let proposed = house.answered(&token, "changes", body).await;
    assert_eq!(
        (proposed.status, proposed.header("location")),
        (201, "/v1/submissions/mine"),
        "{}",
        proposed.text()
    );
    let proposed = proposed.json();
    assert_eq!(house.entry(&token).await.status, 401, "the link is used up");
    assert_eq!(house.public(&id).await.json(), before, "nothing is public before it is approved");

    let moderator = house.again(&moderator).await;
    let queue = moderator.get("/v1/submissions?kind=change").await.json();
    let item = &queue["items"][0];
    assert_eq!((&item["id"], &item["about"]), (&proposed["id"], &json!(id)));
    assert_eq!((&item["kind"], &item["title"]), (&json!("change"), &json!("Semillas del valle")));
    assert_eq!(moderator.get("/v1/submissions?kind=claim").await.json()["items"], json!([]));
    let at = format!("/v1/submissions/{}", proposed["id"].as_str().unwrap());
    let read = moderator.get(&at).await.json();
    assert_eq!(read["changes"]["summary"], "Ahora en tres aldeas.");
    assert_eq!(read["changes"].get("url"), Some(&Value::Null), "what is cleared is told from what stays");
    assert_eq!((&read["initiative"], &read["submitter"]), (&Value::Null, &Value::Null));
    assert_eq!(read["messages"][0]["text"], "We have moved.");
    assert_eq!(moderator.get(&format!("{at}/duplicates")).await.json()["items"], json!([]));

    let tracking = proposed["tracking_token"].as_str().unwrap();
    let mine = house.with_token(tracking, reqwest::Method::GET, "/v1/submissions/mine", None).await.json();
    assert_eq!((&mine["kind"], &mine["status"]), (&json!("change"), &json!("received")));

    let merge = moderator.post(&format!("{at}/approve"), json!({"merge_into": id})).await;
    assert_eq!(merge.faults(), [("#/merge_into".into(), "not_applicable".into())]);
    let body = json!({"changes": {"title": "Semillas del Valle"}});
    let approved = moderator.post(&format!("{at}/approve"), body).await;
    assert_eq!(
        (approved.status, &approved.json()["initiative_id"]),
        (200, &json!(id)),
        "{}",
        approved.text()
    );
    let public = house.public(&id).await.json();
    assert_eq!(public["summary"], "Ahora en tres aldeas.");
    assert_eq!((&public["title"], &public["url"]), (&json!("Semillas del Valle"), &Value::Null));
    assert_eq!(public["confirmed_on"], house.today());
    assert_eq!(public["organisations"], before["organisations"]);
    assert!(!public.to_string().contains("prueba"));
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative").await, 1);
    house.run_jobs().await;
    letters(&mailbox);
    pass(&house, 300).await;
    assert_eq!(letters(&mailbox).len(), 0, "it is confirmed");
}

#[tokio::test]
async fn changes_that_do_not_fit_are_refused_and_use_nothing_up() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let token = a_year_later(&house, &mailbox).await;
    for (changes, pointer, code) in [
        (json!({"country": "ZZ"}), "#/changes/country", "unknown_country"),
        (json!({"title": null}), "#/changes/title", "wrong_type"),
        (json!({"organisations": []}), "#/changes/organisations", "unknown_field"),
        (
            json!({"themes": ["01890a5d-ac96-774b-bcce-b302099a8057"]}),
            "#/changes/themes/0",
            "unknown_reference",
        ),
    ] {
        let refused = house.answered(&token, "changes", json!({"changes": changes})).await;
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())], "{}", refused.text());
    }
    assert_eq!(house.entry(&token).await.status, 200);
    // What is proposed is edited like what is submitted.
    let proposed = house.answered(&token, "changes", json!({"changes": {"summary": "one"}})).await.json();
    let tracking = proposed["tracking_token"].as_str().unwrap();
    let patch = |body: Value| {
        let request = house.request(reqwest::Method::PATCH, "/v1/submissions/mine").bearer_auth(tracking);
        crate::house::answer(request.header("if-match", "\"1\"").json(&body))
    };
    let refused = patch(json!({"submitter": {"email": "other@example.org"}})).await;
    assert_eq!(refused.faults(), [("#/submitter".into(), "not_applicable".into())]);
    let edited = patch(json!({"initiative": {"summary": "two", "locality": null}})).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    assert_eq!(edited.json()["changes"], json!({"summary": "two", "locality": null}));
    // Turned down, the entry stays, and its contact is asked again.
    let moderator = house.moderator().await;
    let at = format!("/v1/submissions/{}/reject", proposed["id"].as_str().unwrap());
    let why = json!({"reason_code": "unverifiable", "message": "Which villages?"});
    assert_eq!(moderator.post(&at, why).await.status, 200);
    house.run_jobs().await;
    letters(&mailbox);
    pass(&house, 61).await;
    assert_eq!(letters(&mailbox).iter().filter(|letter| !letter.token.is_empty()).count(), 1);
    assert_eq!(house.public(&id).await.json()["summary"], "Familias que guardan y cambian semillas.");
}

#[tokio::test]
async fn a_repetition_with_its_key_gets_the_same_answer_although_the_token_is_used_up() {
    let (mailbox, house) = with_mail().await;
    let key = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84";
    for (verb, status) in [("confirm", 200), ("changes", 201), ("retire", 200)] {
        entry(&house, &mailbox, "itzel@example.org").await;
        pass(&house, 366).await;
        let token = letters(&mailbox).pop().unwrap().token;
        let body = if verb == "changes" { json!({"changes": {"summary": "x"}}) } else { json!({}) };
        let first = house.answered_with_key(&token, verb, body.clone(), key).await;
        let second = house.answered_with_key(&token, verb, body.clone(), key).await;
        assert_eq!((first.status, second.status), (status, status), "{verb}: {}", second.text());
        assert_eq!((second.header("idempotent-replayed"), second.json()), ("true", first.json()));
        let other = house.answered_with_key(&token, verb, body, "another-key-0b5c3c0e-6d0f").await;
        assert_eq!(other.status, 401, "{verb}");
        let clear = "UPDATE initiative_contact SET ask_at = NULL";
        house.sql(clear).await;
    }
}

#[tokio::test]
async fn a_token_opens_its_own_entry_for_ninety_days_and_nothing_else() {
    let (mailbox, house) = with_mail().await;
    let submission = crate::submissions::submit(&house, crate::submissions::newcomer()).await;
    for token in [&*submission.token, "sol_mt_AAAA", "nothing"] {
        for refused in [house.entry(token).await, house.answered(token, "retire", json!({})).await] {
            assert_eq!((refused.status, &*refused.code()), (401, "unauthenticated"));
            assert!(!refused.header("www-authenticate").is_empty());
        }
    }
    house.run_jobs().await;
    letters(&mailbox);
    let one = entry(&house, &mailbox, "one@example.org").await;
    let other = entry(&house, &mailbox, "other@example.org").await;
    pass(&house, 366).await;
    let asked = letters(&mailbox);
    let of = |to: &str| asked.iter().find(|letter| letter.to == to).unwrap().token.clone();
    assert_eq!(house.entry(&of("one@example.org")).await.json()["id"], one);
    assert_eq!(house.answered(&of("other@example.org"), "retire", json!({})).await.status, 200);
    assert_eq!((house.public(&one).await.status, house.public(&other).await.status), (200, 410));
    let read =
        house.with_token(&of("one@example.org"), reqwest::Method::GET, "/v1/submissions/mine", None).await;
    assert_eq!(read.status, 401, "nor a submission");
    pass(&house, 91).await;
    assert_eq!(house.entry(&of("one@example.org")).await.status, 401);
    assert_eq!(house.answered(&of("one@example.org"), "confirm", json!({})).await.status, 401);
    assert!(
        house.count("SELECT count(*) AS n FROM initiative_link").await <= 2,
        "what has expired is removed"
    );
}

#[tokio::test]
async fn of_many_answers_at_once_one_counts() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let token = a_year_later(&house, &mailbox).await;
    let answers = join_all((0..12).map(|n| {
        let (house, token) = (&house, &token);
        async move {
            match n % 3 {
                0 => house.answered(token, "confirm", json!({})).await,
                1 => house.answered(token, "retire", json!({})).await,
                _ => house.answered(token, "changes", json!({"changes": {"summary": "x"}})).await,
            }
        }
    }))
    .await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status < 300).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 11, "{statuses:?}");
    let (retired, gone) = (statuses.iter().position(|s| *s == 200), house.public(&id).await.status == 410);
    assert_eq!(retired.is_some_and(|n| n % 3 == 1), gone);
}
