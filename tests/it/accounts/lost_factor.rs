//! `/v1/accounts/{account_id}/totp/remove`: somebody has lost authenticator and recovery codes.

use std::time::Duration;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::{Value, json};

use crate::house::{Actor, Answer, House};
use crate::sessions::second_factor::{code, enrol, enrolled, sign_in};

const REASON: &str = "Her phone was taken; we met and spoke.";

async fn take(admin: &Actor<'_>, id: &str, body: Value) -> Answer {
    admin.post(&format!("/v1/accounts/{id}/totp/remove"), body).await
}

#[tokio::test]
async fn an_admin_takes_it_away_and_its_owner_is_told() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&MAIL, "file")]).await;
    let admin = house.admin().await;
    let (amina, secret, codes) = enrolled(&house).await;
    assert_eq!(amina.patch("/v1/me", json!({"language": "es"})).await.status, 200);
    let none = take(&admin, &amina.id, json!({})).await;
    assert_eq!(none.faults(), [("#/reason".into(), "required".into())]);
    let blank = take(&admin, &amina.id, json!({"reason": "  "})).await;
    assert_eq!(blank.faults(), [("#/reason".into(), "invalid_format".into())]);
    assert_eq!(amina.get("/v1/me").await.json()["second_factor"], true, "nothing has happened yet");

    let taken = take(&admin, &amina.id, json!({"reason": format!(" {REASON} ")})).await;
    assert_eq!((taken.status, &taken.json()["second_factor"]), (200, &json!(false)), "{}", taken.text());
    let removed = &taken.json()["second_factor_removed"];
    assert_eq!((&removed["by"], &removed["reason"]), (&json!(admin.id), &json!(REASON)));
    assert_eq!(amina.get("/v1/me").await.status, 401, "its sessions have ended");
    let refresh = json!({"refresh_token": amina.refresh_token});
    assert_eq!(house.post("/v1/sessions/refresh", refresh).await.status, 401);
    assert_eq!(house.count("SELECT count(*) AS n FROM recovery_code").await, 0);
    let twice = take(&admin, &amina.id, json!({"reason": REASON})).await;
    assert_eq!((twice.status, &*twice.code()), (409, "wrong_state"));

    house.run_jobs().await;
    let letters = house.filed_letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].header("to"), letters[0].header("subject")),
        (&*amina.email, "Un cambio que debe conocer")
    );
    assert!(letters[0].text.contains("segundo factor") && !letters[0].text.contains(REASON));

    house.advance(Duration::from_secs(30));
    let old = json!({"totp": code(&house, &secret), "recovery_code": codes[0]});
    assert_eq!(sign_in(&house, &amina.email, old).await.status, 201, "they count for nothing any more");
    let amina = house.sign_in(&amina.id, &amina.email).await;
    let me = amina.get("/v1/me").await.json();
    assert_eq!(me["second_factor_removed"]["reason"], REASON, "the owner reads why");
    assert!(!admin.get("/v1/accounts").await.text().contains(REASON));

    let noted = "SELECT count(*) AS n FROM audit_entry WHERE action = 'remove_second_factor' AND actor = 'account' \
                 AND record_kind = 'account' AND request_id IS NOT NULL";
    assert_eq!(house.count(noted).await, 1);
    for table in ["second_factor_removal", "audit_entry", "idempotent_answer", "outbox_letter"] {
        assert!(!house.dump(table).await.contains("Her phone was taken"), "{table}");
    }
}

#[tokio::test]
async fn a_moderator_sets_up_another_at_the_next_sign_in() {
    let house = House::open_with(&[(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "true")]).await;
    let mut secrets = Vec::new();
    for role in ["admin", "moderator"] {
        let email = format!("{role}@example.org");
        let id = house.account(&email, role).await;
        let refused = sign_in(&house, &email, json!({})).await;
        let (secret, _) = enrol(&house, refused.json()["enrolment_token"].as_str().unwrap()).await;
        secrets.push((id, email, secret));
    }
    house.advance(Duration::from_secs(30));
    let [(_, admin, secret), (moderator, email, lost)] = &secrets[..] else { unreachable!() };
    let token = sign_in(&house, admin, json!({"totp": code(&house, secret)})).await.json();
    let token = token["access_token"].as_str().unwrap();
    let path = format!("/v1/accounts/{moderator}/totp/remove");
    let body = Some(json!({"reason": REASON}));
    assert_eq!(house.with_token(token, reqwest::Method::POST, &path, body).await.status, 200);

    let refused = sign_in(&house, email, json!({"totp": code(&house, lost)})).await;
    assert_eq!((refused.status, &*refused.code()), (403, "second_factor_enrolment"));
    let (secret, _) = enrol(&house, refused.json()["enrolment_token"].as_str().unwrap()).await;
    assert_ne!(&secret, lost);
    house.advance(Duration::from_secs(30));
    assert_eq!(sign_in(&house, email, json!({"totp": code(&house, lost)})).await.status, 401);
    assert_eq!(sign_in(&house, email, json!({"totp": code(&house, &secret)})).await.status, 201);
}

#[tokio::test]
async fn nobody_takes_away_their_own_like_this_nor_what_is_not_there() {
    let house = House::open().await;
    let (admin, other, host) = (house.admin().await, house.admin().await, house.host().await);
    let (secret, _) = enrol(&house, &admin.token).await;
    let own = take(&admin, &admin.id, json!({"reason": REASON})).await;
    assert_eq!((own.status, &*own.code()), (403, "forbidden"));
    assert_eq!(take(&host, &admin.id, json!({"reason": REASON})).await.status, 403);
    let absent = take(&admin, "00000000-0000-4000-8000-000000000000", json!({"reason": REASON})).await;
    assert_eq!((absent.status, &*absent.code()), (404, "not_found"));
    let without = take(&admin, &host.id, json!({"reason": REASON})).await;
    assert_eq!((without.code(), &without.json()["allowed"]), ("wrong_state".into(), &json!(["suspend"])));
    house.advance(Duration::from_secs(30));
    assert_eq!(sign_in(&house, &admin.email, json!({"totp": code(&house, &secret)})).await.status, 201);
    assert_eq!(take(&other, &admin.id, json!({"reason": REASON})).await.status, 200, "another admin does");
    assert_eq!(sign_in(&house, &admin.email, json!({})).await.status, 201);
}

#[tokio::test]
async fn a_password_that_was_only_good_beside_it_does_not_let_in_alone() {
    let house = House::open().await;
    let admin = house.admin().await;
    let (amina, _, _) = enrolled(&house).await;
    let short = "kq8#Vz!m2Lp0";
    let change = json!({"old_password": crate::house::actors::PASSWORD, "new_password": short});
    assert_eq!(amina.post("/v1/me/password", change).await.status, 204);
    assert_eq!(take(&admin, &amina.id, json!({"reason": REASON})).await.status, 200);
    let refused = house.post("/v1/sessions", json!({"email": amina.email, "password": short})).await;
    assert_eq!((refused.status, &*refused.code()), (403, "second_factor_enrolment"));
    let (secret, _) = enrol(&house, refused.json()["enrolment_token"].as_str().unwrap()).await;
    house.advance(Duration::from_secs(30));
    let body = json!({"email": amina.email, "password": short, "totp": code(&house, &secret)});
    assert_eq!(house.post("/v1/sessions", body).await.status, 201);
}
