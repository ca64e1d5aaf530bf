//! Everything that takes a text is called once, with success, and once so that it is refused.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::fill::{Mark, Planter};
use crate::house::collector::Collector;
use crate::house::program::Server;
use crate::house::{Answer, House, answer};

/// The program itself, which logs as much as it can, and whoever calls it.
pub struct Story<'a> {
    pub house: &'a House,
    pub server: Server,
    address: String,
    pub metrics: String,
    /// Who is told of every request.
    pub collector: Collector,
    client: reqwest::Client,
    planter: Planter,
    /// The calls that were made.
    pub called: BTreeSet<String>,
    /// Tokens and keys that were given out.
    pub secrets: Vec<String>,
}

impl<'a> Story<'a> {
    pub async fn begin(house: &'a House) -> Self {
        let collector = Collector::open();
        let traces = collector.address();
        let mut further = vec![
            ("SOLIDARITY_LOG", "trace"),
            ("SOLIDARITY_REQUIRE_TOTP", "false"),
            ("SOLIDARITY_RATE_LIMITS", "off"),
            ("SOLIDARITY_MAIL", "file"),
            ("SOLIDARITY_METRICS_LISTEN", "127.0.0.1:0"),
        ];
        if cfg!(feature = "otlp") {
            further.push(("SOLIDARITY_OTLP_ENDPOINT", traces.as_str()));
        }
        let mut server = Server::start(&house.variables(&further), &["serve", "--listen", "127.0.0.1:0"]);
        let (address, metrics) = (server.address(), server.metrics());
        let planter = Planter::new(house.get("/openapi.json").await.json());
        let (client, called, secrets) = (reqwest::Client::new(), BTreeSet::new(), Vec::new());
        Self { house, server, address, metrics, collector, client, planter, called, secrets }
    }

    pub fn marks(&self) -> &[Mark] {
        &self.planter.marks
    }

    pub fn operations(&self) -> Vec<String> {
        self.planter.operations()
    }

    async fn send(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, format!("{}{path}", self.address)).json(body);
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let request = match path.starts_with("/v1/sessions") {
            true => request,
            false => request.header("if-match", "*"),
        };
        answer(request).await
    }

    /// Makes a call whose free texts are all planted; whatever comes back. Before, the same call is refused, which tells nothing
    /// of what was sent.
    async fn tries(&mut self, token: &str, call: &str, id: &str, given: Value) -> Answer {
        let (method, template) = call.split_once(' ').unwrap();
        let named = template.find('{').map(|at| (at, template.find('}').unwrap()));
        let path = named.map_or(template.to_owned(), |(from, to)| {
            format!("{}{id}{}", &template[..from], &template[to + 1..])
        });
        let mut wrong = self.planter.filled(method, template, &given);
        wrong["zq0x"] = json!({"zq0x": "zq0x"});
        let refused = self.send(token, method, &path, &wrong).await;
        assert!((400..500).contains(&refused.status), "{call}: {}", refused.text());
        self.tells_nothing(call, &refused);
        let body = self.planter.filled(method, template, &given);
        let done = self.send(token, method, &path, &body).await;
        self.called.insert(call.to_owned());
        if done.status >= 400 {
            self.tells_nothing(call, &done);
        }
        done
    }

    /// What is refused tells nothing of what was sent, but for the names of members.
    fn tells_nothing(&self, call: &str, refused: &Answer) {
        let text = refused.text().replace("zq0x", "");
        for Mark { at, word } in self.marks() {
            assert!(!text.contains(word), "{call} tells {at}: {text}");
        }
    }

    /// The same with success.
    async fn calls(&mut self, token: &str, call: &str, id: &str, given: Value) -> Value {
        let done = self.tries(token, call, id, given).await;
        assert!(done.status < 300, "{call}: {} {}", done.status, done.text());
        let said: Value = serde_json::from_slice(&done.body).unwrap_or_default();
        for name in ["manage_token", "tracking_token", "token", "secret", "access_token", "refresh_token"] {
            self.secrets.extend(said[name].as_str().map(str::to_owned));
        }
        said
    }

    /// A verb that takes no text.
    async fn does(&self, token: &str, path: &str) {
        let done = self.send(token, "POST", path, &json!({})).await;
        assert!(done.status < 300, "{path}: {}", done.text());
    }

    pub async fn everything(&mut self) {
        let house = self.house;
        let (admin, second) = (house.admin().await, house.admin().await);
        let moderator = house.moderator().await;
        self.secrets.extend([&admin, &second, &moderator].map(|actor| actor.token.clone()));
        self.accounts(&admin.token).await;
        let group = self.organisations(&admin.token).await;
        let person = self.people(&admin.token).await;
        let event = self.events(&admin.token, &second.token, &person).await;
        self.registrations(&admin.token, &event).await;
        self.contributions(&admin.token, &moderator.token, &event, &person).await;
        self.series(&admin.token).await;
        self.initiatives(&admin.token, &moderator.token, &group).await;
        self.submissions(&moderator.token).await;
        self.brakes(&admin.token, &moderator.token, &event).await;
    }

    async fn accounts(&mut self, admin: &str) {
        let invited = self
            .calls(admin, "POST /v1/accounts/invite", "", json!({"role": "host", "language": "en"}))
            .await;
        let token = invited["token"].clone();
        let path = "POST /v1/invitations/accept";
        self.calls("", path, "", json!({"token": token})).await;
        let password = self.last_of(path).to_owned() + " marigold tractor fog";
        let email = invited["account"]["email"].as_str().map_or_else(|| self.email(), str::to_owned);
        let login = json!({"email": email, "password": password, "totp": null, "recovery_code": null});
        let tokens = self.calls("", "POST /v1/sessions", "", login).await;
        let own = tokens["access_token"].as_str().unwrap().to_owned();
        self.calls(&own, "PATCH /v1/me", "", json!({"language": "en"})).await;
        self.calls(&own, "POST /v1/me/password", "", json!({"old_password": password})).await;
        self.calls("", "POST /v1/password-resets", "", json!({})).await;
        let account = invited["account"]["id"].as_str().unwrap();
        self.tries(admin, "POST /v1/accounts/{account_id}/totp/remove", account, json!({})).await;
        self.tries(&own, "POST /v1/me/totp/remove", "", json!({"totp": "123456", "recovery_code": null}))
            .await;
        self.tries(&own, "POST /v1/me/erase", "", json!({})).await;
        self.tries("", "POST /v1/password-resets/complete", "", json!({})).await;
        self.tries("", "POST /v1/sessions/refresh", "", json!({})).await;
    }

    /// The word that a call planted last.
    fn last_of(&self, call: &str) -> &str {
        &self.marks().iter().rev().find(|mark| mark.at.starts_with(call)).unwrap().word
    }

    fn email(&self) -> String {
        let invited = self.marks().iter().rev().find(|mark| mark.at == "POST /v1/accounts/invite /email");
        format!("{}@example.org", invited.unwrap().word)
    }

    async fn organisations(&mut self, admin: &str) -> String {
        let group = self.calls(admin, "POST /v1/organisations", "", json!({"kind": "ngo"})).await;
        let id = group["id"].as_str().unwrap().to_owned();
        self.calls(admin, "PATCH /v1/organisations/{organisation_id}", &id, json!({})).await;
        let key = json!({"scopes": ["events:read"], "addresses": ["127.0.0.1"]});
        self.calls(admin, "POST /v1/organisations/{organisation_id}/keys", &id, key).await;
        let theme =
            self.calls(admin, "POST /v1/themes", "", json!({"labels": {"en": null, "es": null}})).await;
        let theme = theme["id"].as_str().unwrap().to_owned();
        self.calls(admin, "PATCH /v1/themes/{theme_id}", &theme, json!({"labels": {"en": null}})).await;
        let spanish = json!({"es": {"by": "human", "questions": ["¿Qué?"]}});
        let guide = json!({"language": "en", "translations": spanish});
        let made = self.calls(admin, "POST /v1/guides", "", guide).await;
        let made = made["id"].as_str().unwrap().to_owned();
        let patch = json!({"translations": spanish});
        self.calls(admin, "PATCH /v1/guides/{guide_id}", &made, patch).await;
        id
    }

    async fn people(&mut self, admin: &str) -> String {
        let person = self
            .calls(admin, "POST /v1/people", "", json!({"role": "activist", "country": "SS", "contact": {}}))
            .await;
        let id = person["id"].as_str().unwrap().to_owned();
        self.calls(admin, "PATCH /v1/people/{person_id}", &id, json!({"contact": {}})).await;
        let named = json!({"purpose": "participate", "method": "written"});
        self.calls(admin, "POST /v1/people/{person_id}/consents", &id, named).await;
        id
    }

    async fn events(&mut self, admin: &str, second: &str, person: &str) -> String {
        let when = |day: u32| {
            json!({"precision": "minute", "starts_local": format!("2099-03-{day:02}T18:00:00"), "time_zone": "Africa/Juba",
                "duration_minutes": 120})
        };
        let spanish = json!({"es": {"by": "human", "text": null}});
        let body = json!({"kind": "dialogue", "language": "en", "format": "hybrid", "when": when(14), "visibility": "public",
            "place": {"country": "SS", "point": {"lat": 4.09512, "lon": 30.67834}}, "online": {"platform": "jitsi"},
            "hosts": [person], "registration": "open", "translations": spanish, "guide": null});
        let mut ids = Vec::new();
        for _ in 0..2 {
            let event = self.calls(admin, "POST /v1/events", "", body.clone()).await;
            ids.push(event["id"].as_str().unwrap().to_owned());
        }
        let patch = json!({"place": {}, "online": {"platform": "jitsi"}, "translations": spanish, "guide": null, "when": null});
        self.calls(admin, "PATCH /v1/events/{event_id}", &ids[0], patch).await;
        for id in &ids {
            self.does(second, &format!("/v1/events/{id}/schedule")).await;
        }
        self.calls(admin, "POST /v1/events/{event_id}/reschedule", &ids[0], json!({"when": when(15)})).await;
        self.calls(admin, "POST /v1/events/{event_id}/cancel", &ids[1], json!({})).await;
        ids.remove(0)
    }

    async fn registrations(&mut self, admin: &str, event: &str) {
        let settings = json!({"offers": false, "questions": [{"id": "meals"}]});
        self.calls(admin, "PUT /v1/events/{event_id}/registration-settings", event, settings).await;
        let consents = json!([{"purpose": "participate", "text_version": "1", "given_by": null}]);
        let comer = json!({"role": "activist", "language": "en", "time_zone": "Africa/Juba", "invitation": null,
            "answers": {"meals": null}, "consents": consents});
        let answer = self.calls("", "POST /v1/events/{event_id}/registrations", event, comer).await;
        let token = answer["manage_token"].as_str().unwrap().to_owned();
        let patch = json!({"answers": {"meals": null}, "time_zone": null, "consents": consents});
        self.calls(&token, "PATCH /v1/registrations/mine", "", patch).await;
        let id = answer["registration"]["id"].as_str().unwrap();
        self.calls(admin, "POST /v1/registrations/{registration_id}/contact", id, json!({})).await;
        self.tries(admin, "POST /v1/events/{event_id}/check-in", event, json!({})).await;
    }

    async fn contributions(&mut self, admin: &str, moderator: &str, event: &str, person: &str) {
        let spanish = json!({"es": {"by": "human", "title": null, "summary": null, "description": null}});
        let mut said = json!({"event": event, "person": person, "language": "en", "attribution": {"level": "pseudonym"},
            "translations": spanish, "consent": {"purpose": "publish_quote", "method": "written"}});
        let quote = self.calls(admin, "POST /v1/quotes", "", said.clone()).await;
        let (id, token) = (quote["id"].as_str().unwrap(), quote["manage_token"].as_str().unwrap());
        self.does(moderator, &format!("/v1/quotes/{id}/approve")).await;
        let patch = json!({"attribution": null, "translations": spanish});
        self.calls(admin, "PATCH /v1/quotes/{quote_id}", id, patch).await;
        let anew = json!({"method": "written", "attribution": {"level": "pseudonym"}});
        self.calls(admin, "POST /v1/quotes/{quote_id}/consents", id, anew).await;
        self.calls(token, "POST /v1/consents/mine", "", json!({"level": "pseudonym"})).await;
        said = json!({"event": event, "kind": "need", "language": "en", "translations": spanish});
        let outcome = self.calls(admin, "POST /v1/outcomes", "", said).await;
        let id = outcome["id"].as_str().unwrap();
        self.calls(admin, "PATCH /v1/outcomes/{outcome_id}", id, json!({"translations": spanish})).await;
        let told = json!({"es": {"by": "human", "text": null, "description": null}});
        said = json!({"event": event, "kind": "blog", "language": "en", "translations": told});
        let story = self.calls(admin, "POST /v1/stories", "", said).await;
        let id = story["id"].as_str().unwrap();
        self.calls(admin, "PATCH /v1/stories/{story_id}", id, json!({"translations": told})).await;
    }

    async fn series(&mut self, admin: &str) {
        let spanish = json!({"es": {"by": "human", "text": null}});
        // Years ahead, so that no worker makes events of it, whose texts are not sealed.
        let mut series = crate::series::weekly(self.house);
        series["starts_local"] = json!(crate::series::later(&series["starts_local"], 3 * 52 * 7));
        let template = json!({"kind": "jam_session", "language": "en", "format": "online", "visibility": "public",
            "place": {"country": "CL"}, "online": {"platform": "jitsi"}, "translations": spanish, "guide": null});
        let mut body = series.clone();
        body["template"] = template.clone();
        let made = self.calls(admin, "POST /v1/series", "", body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let patch = json!({"template": {"place": {}, "online": {"platform": "jitsi"}, "translations": spanish, "guide": null},
            "time_zone": null});
        self.calls(admin, "PATCH /v1/series/{series_id}", &id, patch.clone()).await;
        let from = crate::series::later(&series["starts_local"], 7);
        self.calls(admin, "POST /v1/series/{series_id}/split", &id, json!({"from": from, "changes": patch}))
            .await;
        let span = json!({"duration_minutes": 60, "from": "2099-01-01", "to": "2099-01-07",
            "participants": [{"country": "SS", "time_zone": null}]});
        self.tries(admin, "POST /v1/scheduling/suggest", "", span).await;
    }

    async fn initiatives(&mut self, admin: &str, moderator: &str, group: &str) {
        let told = json!({"es": {"by": "human", "text": null}});
        let body = json!({"language": "en", "country": "SS", "organisations": [group], "translations": told,
            "contact": {"language": "en"}, "place": {}});
        let made = self.calls(admin, "POST /v1/initiatives", "", body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.does(moderator, &format!("/v1/initiatives/{id}/publish")).await;
        let patch = json!({"translations": told, "contact": {"language": "en"}, "place": {}});
        self.calls(admin, "PATCH /v1/initiatives/{initiative_id}", &id, patch).await;
    }

    async fn submissions(&mut self, moderator: &str) {
        let told = json!({"es": {"by": "human", "text": null}});
        let asked =
            json!({"country": "SS", "language": "en", "translations": told, "locality": null, "place": {}});
        let body = json!({"initiative": asked, "submitter": {}, "claim": null, "about": null});
        let sent = self.calls("", "POST /v1/submissions", "", body.clone()).await;
        let (id, token) = (sent["id"].as_str().unwrap(), sent["tracking_token"].as_str().unwrap());
        self.calls(moderator, "POST /v1/submissions/{submission_id}/messages", id, json!({})).await;
        self.calls(moderator, "POST /v1/submissions/{submission_id}/request-changes", id, json!({})).await;
        let patch =
            json!({"initiative": {"translations": told, "locality": null, "place": {}}, "submitter": {}});
        self.calls(token, "PATCH /v1/submissions/mine", "", patch).await;
        self.calls(token, "POST /v1/submissions/mine/messages", "", json!({})).await;
        self.tries(moderator, "POST /v1/submissions/duplicates", "", json!({"initiative": asked})).await;
        let approve =
            json!({"changes": {"translations": told, "locality": null, "place": {}}, "organisation": null});
        self.calls(moderator, "POST /v1/submissions/{submission_id}/approve", id, approve).await;
        let other = self.calls("", "POST /v1/submissions", "", body).await;
        let id = other["id"].as_str().unwrap();
        let reject = json!({"reason_code": "other"});
        self.calls(moderator, "POST /v1/submissions/{submission_id}/reject", id, reject).await;
    }

    async fn brakes(&mut self, admin: &str, moderator: &str, event: &str) {
        let report = json!({"kind": "event", "id": event, "reason": "danger"});
        self.calls("", "POST /v1/reports", "", report).await;
        let queue = self.client.get(format!("{}/v1/reports", self.address)).bearer_auth(moderator);
        let queue = answer(queue).await.json();
        let id = queue["items"][0]["id"].as_str().unwrap().to_owned();
        let close = json!({"outcome": "kept"});
        self.calls(moderator, "POST /v1/reports/{report_id}/close", &id, close).await;
        self.calls("", "POST /v1/manage-links", "", json!({})).await;
        let watch = json!({"every": "day", "language": "en", "countries": ["SS"]});
        self.calls("", "POST /v1/watches", "", watch).await;
        let risk = json!({"risk": "moderate"});
        self.calls(moderator, "PUT /v1/countries/{code}/risk", "KE", risk).await;
        let lower = json!({"subject": "country", "country": "KE", "changes": {"risk": "low"}});
        self.calls(admin, "POST /v1/proposals", "", lower).await;
    }
}
