//! What must be found nowhere: neither in the log nor in the database.

use serde_json::json;

use crate::house::House;
use crate::house::program::Server;

const PASSWORD: &str = "marigold tractor seventeen fog";

#[tokio::test]
async fn neither_addresses_nor_passwords_nor_tokens_are_in_the_database() {
    let house = House::open().await;
    let admin = house.admin().await;
    let body = json!({"email": "marker-amina@example.org", "role": "host", "display_name": "Amina"});
    let invited = admin.post("/v1/accounts/invite", body).await.json();
    let secret = admin.post("/v1/me/totp", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let refreshed =
        house.post("/v1/sessions/refresh", json!({"refresh_token": admin.refresh_token})).await.json();
    assert_eq!(house.post("/v1/password-resets", json!({"email": admin.email})).await.status, 202);
    let mut dump = String::new();
    for table in
        ["account", "session", "one_time_link", "password_reset_request", "recovery_code", "signing_key"]
    {
        dump += &house.dump(table).await;
    }
    let bytes = dump.replace("\\x", "");
    let secrets = [
        PASSWORD,
        "marker-amina",
        &admin.email,
        &admin.token,
        &admin.refresh_token,
        refreshed["refresh_token"].as_str().unwrap(),
        invited["token"].as_str().unwrap(),
        &secret,
    ];
    for secret in secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(secret) && !bytes.contains(&hex), "{secret} is in the database");
    }
}

#[tokio::test]
async fn neither_addresses_nor_passwords_nor_tokens_are_in_the_log() {
    let house = House::open().await;
    house.account("marker-amina@example.org", "host").await;
    let variables = house.variables(&[("SOLIDARITY_LOG", "debug"), ("SOLIDARITY_REQUIRE_TOTP", "false")]);
    let mut server = Server::start(&variables, &["serve", "--listen", "127.0.0.1:0"]);
    let address = server.address();
    let client = reqwest::Client::new();
    let post = async |path: &str, body: serde_json::Value| {
        let request = client.post(format!("{address}{path}")).json(&body);
        crate::house::answer(request).await
    };
    let sign_in = json!({"email": "marker-amina@example.org", "password": PASSWORD});
    let tokens = post("/v1/sessions", sign_in).await.json();
    let wrong = json!({"email": "marker-amina@example.org", "password": "marker wrong password"});
    assert_eq!(post("/v1/sessions", wrong).await.status, 401);
    assert_eq!(post("/v1/sessions", json!({"email": "marker-amina@example.org"})).await.status, 422);
    assert_eq!(post("/v1/password-resets", json!({"email": "marker-amina@example.org"})).await.status, 202);
    let (token, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let me = client.get(format!("{address}/v1/me")).bearer_auth(token);
    assert_eq!(crate::house::answer(me).await.status, 200);
    assert_eq!(post("/v1/sessions/refresh", json!({"refresh_token": refresh})).await.status, 200);
    server.signal("TERM");
    let said = server.outcome().stderr;
    assert!(said.contains("/v1/sessions"), "{said}");
    for secret in ["marker", "marigold", token, refresh, &refresh[10..40]] {
        assert!(!said.contains(secret), "{secret} is in the log");
    }
}
