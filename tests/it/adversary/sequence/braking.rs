//! Steps that make things safer, and those by which two people undo them.

use reqwest::Method;
use serde_json::{Value, json};

use super::model::{PRECISIONS, RISKS};
use super::world::{After, Change, Proposal, Who, World};

const WHY: &str = "As agreed";

impl World<'_> {
    /// Proposes something that shows more of an event or an initiative; half of the time it is decided at once.
    pub async fn propose(&mut self) -> After {
        let by = self.anybody();
        let event =
            self.random.index(&self.model.events, |e| e.locked_down || (e.status != "draft" && e.risk > 0));
        let initiative =
            self.random.index(&self.model.initiatives, |it| it.status == "published" && it.precision > 0);
        let change = match (event, initiative) {
            (Some(event), _) if self.random.often(75) => {
                let it = &self.model.events[event];
                let lower = if it.risk > 0 { Some(self.random.below(it.risk)) } else { None };
                let finer = if it.precision > 0 { Some(self.random.below(it.precision)) } else { None };
                match it.locked_down {
                    true => Change::Event { event, risk: None, precision: None, unlock: true },
                    false if self.random.often(50) => {
                        Change::Event { event, risk: lower, precision: None, unlock: false }
                    }
                    false => Change::Event { event, risk: lower, precision: finer, unlock: false },
                }
            }
            (_, Some(initiative)) => {
                let precision = self.random.below(self.model.initiatives[initiative].precision);
                Change::Initiative { initiative, precision }
            }
            _ => return After::Nothing,
        };
        self.propose_this(by, change).await;
        match self.random.often(60) {
            true => self.decide().await,
            false => After::Nothing,
        }
    }

    async fn propose_this(&mut self, by: Who, change: Change) {
        let body = match &change {
            Change::Event { event, risk, precision, unlock } => {
                let mut changes = json!({});
                if let Some(risk) = risk {
                    changes["risk"] = json!(RISKS[*risk]);
                }
                if let Some(precision) = precision {
                    changes["public_precision"] = json!(PRECISIONS[*precision]);
                }
                if *unlock {
                    changes["locked_down"] = json!(false);
                }
                json!({"subject": "event", "id": self.model.events[*event].id, "changes": changes, "reason": WHY})
            }
            Change::Initiative { initiative, precision } => {
                json!({"subject": "initiative", "id": self.model.initiatives[*initiative].id, "reason": WHY,
                    "changes": {"public_precision": PRECISIONS[*precision]}})
            }
            Change::Country { country, risk } => {
                json!({"subject": "country", "country": country, "changes": {"risk": RISKS[*risk]}, "reason": WHY})
            }
            Change::Campaign => {
                json!({"subject": "campaign", "changes": {"locked_down": false}, "reason": WHY})
            }
        };
        let answer = self.who(by).post("/v1/proposals", body.clone()).await;
        if self.did("propose", format!("by {by:?}: {body}"), &answer) {
            let path = answer.json()["links"]["self"].as_str().unwrap().to_owned();
            self.proposals.push(Proposal { path, by, change });
        }
    }

    /// Somebody decides about the newest proposal, or about an old one.
    pub async fn decide(&mut self) -> After {
        if self.proposals.is_empty() {
            return After::Nothing;
        }
        let n = match self.random.often(70) {
            true => self.proposals.len() - 1,
            false => self.random.below(self.proposals.len()),
        };
        let who = self.random.of(&[Who::Admin, Who::Second, Who::Second, Who::Moderator]);
        self.decide_by(who, n).await
    }

    async fn decide_by(&mut self, who: Who, n: usize) -> After {
        let path = format!("{}/approve", self.proposals[n].path);
        let answer = self.who(who).post(&path, json!({})).await;
        let (by, change) = (self.proposals[n].by, self.proposals[n].change.clone());
        if !self.did("decide", format!("proposal {n} of {by:?} by {who:?}"), &answer) {
            return After::Nothing;
        }
        assert!(
            who != by && [Who::Admin, Who::Second].contains(&who),
            "{who:?} decided about what {by:?} proposed"
        );
        match change {
            Change::Event { event, risk, precision, unlock } => {
                let event = &mut self.model.events[event];
                event.risk = risk.unwrap_or(event.risk);
                event.precision = precision.unwrap_or(event.precision);
                event.locked_down &= !unlock;
                After::Nothing
            }
            Change::Initiative { initiative, precision } => {
                self.model.initiatives[initiative].precision = precision;
                After::Nothing
            }
            Change::Country { country, risk } => {
                self.model.countries.get_mut(country).unwrap().risk = risk;
                After::Finer
            }
            Change::Campaign => {
                self.model.locked_down = false;
                After::Nothing
            }
        }
    }

    /// A country becomes more dangerous, or somebody says that it has become less so.
    pub async fn country_risk(&mut self) -> After {
        let (country, who, risk) = (self.random.of(&["SS", "KE"]), self.staff(), self.random.below(4));
        let before = self.model.countries[country].risk;
        let change = Change::Country { country, risk };
        if risk < before {
            self.propose_this(who, change).await;
            return self.decide().await;
        }
        let (path, body) =
            (format!("/v1/countries/{country}/risk"), json!({"risk": RISKS[risk], "reason": WHY}));
        let answer = self.who(who).send(Method::PUT, &path, Some(body)).await;
        if !self.did("raise country", format!("{country} from {before} to {risk}"), &answer) {
            return After::Nothing;
        }
        assert_eq!(answer.status, 200, "raising asks nobody");
        self.model.countries.get_mut(country).unwrap().risk = risk;
        After::Work
    }

    /// Locks down an event, or now and then everything.
    pub async fn lock_down(&mut self) {
        if self.random.often(20) {
            let answer = self.who(Who::Admin).post("/v1/lockdown", json!({})).await;
            self.model.locked_down |= self.did("lock all down", "", &answer);
            return;
        }
        let Some(n) = self.random.index(&self.model.events, |_| true) else { return };
        let path = format!("/v1/events/{}/lockdown", self.model.events[n].id);
        let who = self.anybody();
        let answer = self.who(who).post(&path, json!({})).await;
        if self.did("lock down", format!("event {n} by {who:?}"), &answer) {
            self.model.events[n].locked_down = true;
        }
    }

    /// Two people end the lockdown of everything.
    pub async fn end_lockdown(&mut self) -> After {
        self.propose_this(Who::Admin, Change::Campaign).await;
        match self.proposals.len() {
            0 => After::Nothing,
            all => self.decide_by(Who::Second, all - 1).await,
        }
    }

    /// Somebody reports something, and a moderator takes it off.
    pub async fn report(&mut self) {
        let records: Vec<_> = self.model.records().into_iter().map(|(c, id)| (c, id.to_owned())).collect();
        let fits = |(_, id): &(&str, String)| !self.model.reported.contains_key(id);
        let Some(n) = self.random.index(&records, fits) else { return };
        let (collection, id) = &records[n];
        let kind = if *collection == "stories" { "story" } else { collection.trim_end_matches('s') };
        let body = json!({"kind": kind, "id": id, "reason": "danger", "text": "They look for him"});
        assert_eq!(self.house.post("/v1/reports", body).await.status, 202);
        let queue = self.who(Who::Moderator).get("/v1/reports?limit=100").await.json();
        let mut items = queue["items"].as_array().unwrap().iter();
        let Some(report) = items.find(|report| report["record"] == id.as_str()) else { return };
        let path = report["links"]["self"].as_str().unwrap().to_owned();
        let answer = self.who(Who::Moderator).post(&format!("{path}/hide"), json!({})).await;
        if self.did("hide", format!("{kind} {id}"), &answer) {
            self.model.reported.insert(id.clone(), path);
        }
    }

    pub async fn unhide(&mut self) {
        let reported: Vec<_> = self.model.reported.clone().into_iter().collect();
        let Some(n) = self.random.index(&reported, |_| true) else { return };
        let (id, path) = &reported[n];
        let who = self.staff();
        let answer = self.who(who).post(&format!("{path}/unhide"), json!({})).await;
        if self.did("unhide", id, &answer) {
            self.model.reported.remove(id);
            let close: Value = json!({"outcome": "kept", "note": "It stays"});
            let answer = self.who(who).post(&format!("{path}/close"), close).await;
            self.did("close report", id, &answer);
        }
    }
}
