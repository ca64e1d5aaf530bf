//! Steps of those who are spoken of: what they allow, narrow, renew and withdraw, and that they are forgotten.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::model::{Consent, LEVELS};
use super::world::{Who, World};
use crate::house::{Answer, answer};

const MINE: &str = "/v1/consents/mine";
const CHANNELS: [&str; 4] = ["gallery", "feeds", "partners", "press"];

impl World<'_> {
    /// A call with a manage token, about the newest version.
    async fn mine(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.house.request(method, path).bearer_auth(token).header("if-match", "*");
        answer(request.json(body)).await
    }

    /// A quote that is there with a token of its speaker.
    fn speaker(&mut self) -> Option<(usize, String)> {
        let fits = |quote: &super::model::Quote| quote.status != "withdrawn" && !quote.tokens.is_empty();
        let n = self.random.index(&self.model.quotes, fits)?;
        let token = self.random.of(&self.model.quotes[n].tokens);
        Some((n, token))
    }

    /// Reads where a quote stands after somebody consented: that lets nothing through.
    pub async fn settle(&mut self, n: usize) {
        let record =
            self.who(Who::Admin).get(&format!("/v1/quotes/{}", self.model.quotes[n].id)).await.json();
        let quote = &mut self.model.quotes[n];
        let status = record["status"].as_str().unwrap();
        assert!(status == quote.status || status == "draft", "a consent approved");
        quote.status = status.to_owned();
        if let Some(consent) = &mut quote.consent {
            let row = record["consent"]["id"].as_str().map(str::to_owned);
            self.ended.extend(
                std::mem::replace(&mut consent.row, row.clone()).filter(|was| Some(was) != row.as_ref()),
            );
        }
    }

    /// The same of what somebody allows of their name.
    pub async fn settle_name(&mut self, n: usize) {
        let path = format!("/v1/people/{}/consents", self.model.people[n].id);
        let ledger = self.who(Who::Admin).get(&path).await.json();
        let stands = |item: &&Value| {
            item["purpose"] == "publish_name"
                && item["withdrawn_at"].is_null()
                && item["replaced_by"].is_null()
        };
        let row = ledger["items"].as_array().unwrap().iter().find(stands).map(super::world::id);
        if let Some(naming) = &mut self.model.people[n].naming {
            self.ended.extend(
                std::mem::replace(&mut naming.row, row.clone()).filter(|was| Some(was) != row.as_ref()),
            );
        }
    }

    /// What somebody takes away of a consent: the wish, and the consent that is left, if it allows no more than before.
    fn less(&mut self, before: &Consent, of_quote: bool) -> (Value, Option<Consent>) {
        let mut after = before.clone();
        match self.random.below(if of_quote { 3 } else { 2 }) {
            0 => {
                let one = self.random.of(&CHANNELS);
                let other = self.random.of(&CHANNELS);
                let wished = BTreeSet::from([one, other]);
                let body = json!({"scope": wished});
                let fewer = wished.is_subset(&before.channels);
                after.channels = wished;
                (body, fewer.then_some(after))
            }
            1 => {
                let end = self.model.now + chrono::Duration::hours(1 + self.random.below(600) as i64);
                let end = chrono::SubsecRound::trunc_subsecs(end, 6);
                after.ends = Some(end);
                (json!({"expires_at": end}), before.ends.is_none_or(|was| end <= was).then_some(after))
            }
            _ => {
                let level = self.random.below(4);
                after.level = level;
                (json!({"level": LEVELS[level]}), (level >= before.level).then_some(after))
            }
        }
    }

    pub async fn narrow(&mut self) {
        let Some((n, token)) = self.speaker() else { return };
        let Some(before) = self.model.quotes[n].consent.clone() else { return };
        let (wish, after) = self.less(&before, true);
        let answer = self.mine(&token, Method::PATCH, MINE, &wish).await;
        if !self.did("narrow", format!("quote {n}: {wish}"), &answer) {
            return;
        }
        let after = after.expect("what allows more takes a new consent");
        let quote = &mut self.model.quotes[n];
        if after.level > quote.level {
            quote.level = after.level;
            quote.label = quote.label.take().filter(|_| after.level <= 1);
        }
        quote.consent = Some(after);
        self.settle(n).await;
    }

    pub async fn renew(&mut self) {
        let Some((n, token)) = self.speaker() else { return };
        let (level, label, _) = self.naming();
        let (mut body, consent) = self.consent(level);
        for told_by_others in ["method", "given_at"] {
            body.as_object_mut().unwrap().remove(told_by_others);
        }
        body["level"] = json!(LEVELS[level]);
        if let Some(label) = &label {
            body["label"] = json!(label);
        }
        let answer = self.mine(&token, Method::POST, MINE, &body).await;
        if self.did("renew", format!("quote {n}: {body}"), &answer) {
            let quote = &mut self.model.quotes[n];
            let row = quote.consent.take().and_then(|before| before.row);
            quote.consent = Some(Consent { row, words: Some(quote.words.clone()), from: None, ..consent });
            (quote.level, quote.label) = (level, label);
            self.settle(n).await;
        }
    }

    pub async fn record_consent(&mut self) {
        let Some(n) = self.random.index(&self.model.quotes, |quote| quote.status != "withdrawn") else {
            return;
        };
        let who = self.anybody();
        let quote = &self.model.quotes[n];
        let as_before = quote.consent.as_ref().map_or(quote.level, |consent| consent.level.max(quote.level));
        let naming = self.random.often(50).then(|| self.naming());
        let level = naming.as_ref().map_or(as_before, |(level, ..)| *level);
        let (mut body, consent) = self.consent(level);
        if let Some((_, _, attribution)) = &naming {
            body["attribution"] = attribution.clone();
        }
        let path = format!("/v1/quotes/{}/consents", self.model.quotes[n].id);
        let token = self.who(who).token.clone();
        let answer = self.mine(&token, Method::POST, &path, &body).await;
        if !self.did("record consent", format!("quote {n} by {who:?}: {body}"), &answer) {
            return;
        }
        let quote = &mut self.model.quotes[n];
        let row = quote.consent.take().and_then(|before| before.row);
        quote.consent = Some(Consent { row, words: Some(quote.words.clone()), ..consent });
        if let Some((level, label, _)) = naming {
            (quote.level, quote.label) = (level, label);
            if who.lets_through(quote.by_host) && quote.status == "approved" {
                quote.let_through = Some((level, quote.label.clone()));
            }
        }
        quote.tokens.extend(answer.json()["manage_token"].as_str().map(str::to_owned));
        self.settle(n).await;
    }

    pub async fn withdraw_consent(&mut self) {
        let Some((n, token)) = self.speaker() else { return };
        let answer = self.mine(&token, Method::POST, &format!("{MINE}/withdraw"), &json!({})).await;
        assert!(self.did("withdraw consent", format!("quote {n}"), &answer), "{}", answer.text());
        self.withdrawn(n);
    }

    pub async fn allow_name(&mut self) {
        let Some(n) = self.random.index(&self.model.people, |person| !person.erased) else { return };
        let (mut body, consent) = self.consent(0);
        body["purpose"] = json!("publish_name");
        let path = format!("/v1/people/{}/consents", self.model.people[n].id);
        let answer = self.who(Who::Host).post(&path, body.clone()).await;
        if self.did("allow name", format!("person {n}: {body}"), &answer) {
            let person = &mut self.model.people[n];
            let row = person.naming.take().and_then(|before| before.row);
            person.naming = Some(Consent { row, ..consent });
            person.tokens.extend(answer.json()["manage_token"].as_str().map(str::to_owned));
            self.settle_name(n).await;
        }
    }

    pub async fn narrow_name(&mut self) {
        let fits = |person: &super::model::Person| {
            !person.erased && person.naming.is_some() && !person.tokens.is_empty()
        };
        let Some(n) = self.random.index(&self.model.people, fits) else { return };
        let (token, before) =
            (self.random.of(&self.model.people[n].tokens), self.model.people[n].naming.clone().unwrap());
        if self.random.often(50) {
            let answer = self.mine(&token, Method::POST, &format!("{MINE}/withdraw"), &json!({})).await;
            assert!(self.did("withdraw name", format!("person {n}"), &answer), "{}", answer.text());
            let ended = self.model.people[n].naming.take();
            self.ended.extend(ended.and_then(|naming| naming.row));
            return;
        }
        let (wish, after) = self.less(&before, false);
        let answer = self.mine(&token, Method::PATCH, MINE, &wish).await;
        if self.did("narrow name", format!("person {n}: {wish}"), &answer) {
            self.model.people[n].naming = Some(after.expect("what allows more takes a new consent"));
            self.settle_name(n).await;
        }
    }

    pub async fn rename(&mut self) {
        let Some(n) = self.random.index(&self.model.people, |person| !person.erased) else { return };
        let name = self.word();
        let path = format!("/v1/people/{}", self.model.people[n].id);
        let answer = self.who(Who::Admin).patch(&path, json!({"display_name": name})).await;
        if self.did("rename", format!("person {n}"), &answer) {
            self.retired.push(std::mem::replace(&mut self.model.people[n].name, name).to_lowercase());
        }
    }

    pub async fn erase(&mut self) {
        let Some(n) = self.random.index(&self.model.people, |person| !person.erased) else { return };
        let answer = self.who(Who::Admin).delete(&format!("/v1/people/{}", self.model.people[n].id)).await;
        assert!(self.did("erase", format!("person {n}"), &answer), "{}", answer.text());
        self.forgotten(n);
    }

    /// A person is erased, with what they said.
    pub fn forgotten(&mut self, n: usize) {
        self.model.people[n].erased = true;
        self.gone_for_good.insert(self.model.people[n].id.clone());
        self.retired.push(self.model.people[n].name.to_lowercase());
        for event in &mut self.model.events {
            event.hosts.retain(|&host| host != n);
        }
        for quote in 0..self.model.quotes.len() {
            if self.model.quotes[quote].person == Some(n) && self.model.quotes[quote].status != "withdrawn" {
                self.withdrawn(quote);
            }
        }
    }
}
