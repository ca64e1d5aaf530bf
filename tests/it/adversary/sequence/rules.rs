//! The rules of the door written down once more: from what is promised to people, not from the code that keeps the promise.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Duration, Months, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

use super::model::{Consent, Event, Initiative, LEVELS, Model, Outcome, PRECISIONS, Quote, Story};

const HIGH: usize = 2;
const SEVERE: usize = 3;
const HIDDEN: usize = 4;
/// From so many people on a role in a country is a crowd.
const CROWD: usize = 11;

impl Consent {
    fn allows(&self, channel: &str, now: DateTime<Utc>) -> bool {
        let begun = self.from.is_none_or(|from| from <= now);
        begun && self.channels.contains(channel) && self.ends.is_none_or(|end| end > now)
    }
}

/// A document that everybody may read.
#[derive(Debug)]
pub struct Shown {
    pub collection: &'static str,
    /// Whether lists have it, or its address alone leads to it.
    pub listed: bool,
    pub fed: bool,
    pub what: Value,
}

/// The first instant after a month.
fn month_after(day: NaiveDate) -> DateTime<Utc> {
    (day.with_day(1).unwrap() + Months::new(1)).and_time(NaiveTime::MIN).and_utc()
}

impl Model {
    fn risk_of(&self, event: &Event) -> usize {
        event.risk.max(self.countries[event.country].risk)
    }

    /// The coarsest of what was chosen and what the risk caps.
    fn precision(chosen: usize, risk: usize) -> usize {
        chosen.max([0, 1, 2, 3][risk])
    }

    fn hides(&self, event: &Event) -> bool {
        Self::precision(event.precision, self.risk_of(event)) == HIDDEN
    }

    fn initiative_is_public(&self, it: &Initiative) -> bool {
        it.status == "published"
            && !self.reported.contains_key(&it.id)
            && self.countries[it.country].risk < SEVERE
    }

    fn event_is_public(&self, event: &Event) -> bool {
        let announced = ["scheduled", "held", "cancelled"].contains(&&*event.status);
        let known = announced && event.visibility < 2 && !event.locked_down;
        let calm = match self.risk_of(event) {
            0 | 1 => true,
            HIGH => {
                let recorded = event.held_at.map(|at| month_after(at.date_naive()));
                let ends = recorded.into_iter().chain([month_after(event.date)]).max().unwrap();
                event.status == "held" && self.now >= ends + Duration::days(14)
            }
            _ => false,
        };
        known && calm && !self.reported.contains_key(&event.id)
    }

    /// Whether a contribution may stand beside what it belongs to, and whether lists may have it.
    fn beside(&self, event: Option<usize>, initiative: Option<usize>) -> Option<bool> {
        let event = event.map(|n| &self.events[n]);
        let initiative = initiative.map(|n| &self.initiatives[n]);
        let so = event.is_none_or(|e| self.event_is_public(e))
            && initiative.is_none_or(|i| self.initiative_is_public(i));
        so.then(|| event.is_none_or(|e| e.visibility == 0))
    }

    /// The initiative that an event names. Neither places the other where that one hides.
    fn initiative_of(&self, event: &Event) -> Option<usize> {
        event.initiative.filter(|&n| {
            let it = &self.initiatives[n];
            let both_tell = !self.hides(event) && it.precision != HIDDEN;
            self.initiative_is_public(it) && both_tell
        })
    }

    /// Country, event and initiative as a contribution tells them.
    fn context(
        &self,
        event: Option<usize>,
        initiative: Option<usize>,
        country: Option<&'static str>,
    ) -> Value {
        let event = event.map(|n| &self.events[n]);
        let hidden = event.is_some_and(|e| self.hides(e));
        let of_event = event.and_then(|e| self.initiative_of(e));
        let named = if hidden { of_event } else { initiative.or(of_event) }.map(|n| &self.initiatives[n]);
        let of_initiative = named.filter(|i| i.precision != HIDDEN).map(|i| i.country);
        let country = country.or(event.map(|e| e.country)).or(of_initiative).filter(|_| !hidden);
        let tells_a_place = !hidden && (country.is_some() || event.is_some());
        let named = named.filter(|i| !tells_a_place || i.precision != HIDDEN);
        json!({
            "country": country,
            "event": event.map(|e| &e.title),
            "initiative": named.map(|i| &i.title),
            "when": event.map_or(json!({"precision": "unknown"}), |e| self.when(e)),
        })
    }

    fn when(&self, event: &Event) -> Value {
        match self.risk_of(event) >= HIGH {
            true => json!({"precision": "month", "date": event.date.format("%Y-%m").to_string()}),
            false => json!({"precision": "day", "date": event.date.format("%Y-%m-%d").to_string()}),
        }
    }

    fn place(&self, country: &str, at: (f64, f64), precision: usize, venue: bool) -> Value {
        let country = &self.countries[country];
        let name = match precision {
            0 if venue => "The hall",
            0 | 1 => "The town",
            2 => "The province",
            3 => &country.name,
            _ => return json!({"precision": "hidden", "name": null, "point": null}),
        };
        let centre = |x: f64, per: f64| (((x * per).floor() + 0.5) / per * 100.0).round() / 100.0;
        let of = |per: f64| json!({"lat": centre(at.0, per), "lon": centre(at.1, per)});
        let point = match precision {
            0 => json!({"lat": at.0, "lon": at.1}),
            1 => of(10.0),
            2 => of(1.0),
            _ => country.point.clone(),
        };
        json!({"precision": PRECISIONS[precision], "name": name, "point": point})
    }

    /// A name, if its bearer lets it be read wherever the document is.
    fn name_of(&self, person: usize) -> Option<&str> {
        let person = &self.people[person];
        let naming = person.naming.as_ref().filter(|_| !person.erased)?;
        ["gallery", "feeds"].iter().all(|c| naming.allows(c, self.now)).then_some(&*person.name)
    }

    /// How a quote names its speaker: no more finely than it says, than was allowed, and than the crowd is large.
    fn attribution(&self, quote: &Quote, consent: &Consent) -> Value {
        let level = quote.level.max(consent.level);
        let hidden = quote.event.is_some_and(|n| self.hides(&self.events[n]));
        let alive = || self.people.iter().filter(|person| !person.erased).count();
        let label = match level {
            0 => quote.person.and_then(|n| self.name_of(n)).map(str::to_owned),
            1 => quote.label.clone(),
            2 => (quote.person.is_some() && !hidden && alive() >= CROWD)
                .then(|| format!("activist, {}", self.countries["SS"].name)),
            _ => None,
        };
        match label {
            Some(label) => json!({"level": LEVELS[level], "label": label}),
            None => json!({"level": "anonymous", "label": null}),
        }
    }

    fn quote(&self, quote: &Quote) -> Option<Shown> {
        let listed = self.beside(quote.event, quote.initiative)?;
        let dangerous = quote.event.is_some_and(|n| self.risk_of(&self.events[n]) >= HIGH)
            || quote.initiative.is_some_and(|n| self.countries[self.initiatives[n].country].risk >= HIGH);
        let consent = quote.consent.as_ref()?;
        let allowed = consent.allows("gallery", self.now) && consent.words.as_ref() == Some(&quote.words);
        let shown = quote.status == "approved" && allowed && !dangerous;
        let mut what = self.context(quote.event, quote.initiative, None);
        what["text"] = json!(quote.words.text);
        what["es"] = json!(quote.words.spanish);
        what["attribution"] = self.attribution(quote, consent);
        let fed = listed && consent.channels.contains("feeds");
        let reported = self.reported.contains_key(&quote.id);
        (shown && !reported).then_some(Shown { collection: "quotes", listed, fed, what })
    }

    fn event(&self, event: &Event) -> Option<Shown> {
        let risk = self.risk_of(event);
        let precision = Self::precision(event.precision, risk);
        let listed = event.visibility == 0;
        let hosts: Vec<_> = event.hosts.iter().filter_map(|&n| self.name_of(n)).collect();
        let what = json!({
            "title": event.title,
            "status": event.status,
            "country": (precision != HIDDEN).then_some(event.country),
            "place": self.place(event.country, event.at, precision, true),
            "when": self.when(event),
            "hosts": if risk >= HIGH { Vec::new() } else { hosts },
            "initiative": self.initiative_of(event).map(|n| &self.initiatives[n].title),
        });
        self.event_is_public(event).then_some(Shown { collection: "events", listed, fed: listed, what })
    }

    fn initiative(&self, it: &Initiative) -> Option<Shown> {
        let precision = Self::precision(it.precision, self.countries[it.country].risk);
        let what = json!({
            "title": it.title,
            "country": (precision != HIDDEN).then_some(it.country),
            "place": self.place(it.country, it.at, precision, false),
        });
        let shown = Shown { collection: "initiatives", listed: true, fed: true, what };
        self.initiative_is_public(it).then_some(shown)
    }

    fn outcome(&self, outcome: &Outcome) -> Option<Shown> {
        let listed = self.beside(Some(outcome.event), None)?;
        let mut what = self.context(Some(outcome.event), None, None);
        let hidden = self.hides(&self.events[outcome.event]);
        let next = outcome.followed_by.map(|n| &self.events[n]);
        let next = next.filter(|e| !hidden && e.visibility == 0 && self.event_is_public(e) && !self.hides(e));
        what["text"] = json!(outcome.text);
        what["followed_by"] = json!(next.map(|e| &e.title));
        let approved = outcome.status == "approved" && !self.reported.contains_key(&outcome.id);
        approved.then_some(Shown { collection: "outcomes", listed, fed: listed, what })
    }

    fn story(&self, story: &Story) -> Option<Shown> {
        let listed = self.beside(story.event, story.initiative)?;
        let severe = story.country.is_some_and(|country| self.countries[country].risk == SEVERE);
        let mut what = self.context(story.event, story.initiative, story.country);
        what["title"] = json!(story.title);
        let approved = story.status == "approved" && !self.reported.contains_key(&story.id);
        (approved && !severe).then_some(Shown { collection: "stories", listed, fed: listed, what })
    }

    /// Everything that the rules let everybody read now, by identifier.
    pub fn shown(&self) -> BTreeMap<String, Shown> {
        if self.locked_down { BTreeMap::new() } else { self.allowed() }
    }

    /// Notes how addresses answer where something was and is not public now: 410, but for what is in danger, which nobody is told
    /// that it ever was.
    pub fn note_what_left(&mut self) {
        let allowed = self.allowed();
        let mut left = std::mem::take(&mut self.left);
        left.extend(allowed.keys().map(|id| (id.clone(), 410)));
        for id in self.in_danger() {
            if !allowed.contains_key(&id) {
                left.entry(id).and_modify(|answer| *answer = 404);
            }
        }
        self.left = left;
    }

    /// What is, or belongs to what is, at severe risk.
    fn in_danger(&self) -> Vec<String> {
        let country = |country: &str| self.countries[country].risk == SEVERE;
        let event = |n: Option<usize>| n.is_some_and(|n| self.risk_of(&self.events[n]) == SEVERE);
        let initiative = |n: Option<usize>| n.is_some_and(|n| country(self.initiatives[n].country));
        let events = self.events.iter().filter(|it| self.risk_of(it) == SEVERE).map(|it| &it.id);
        let initiatives = self.initiatives.iter().filter(|it| country(it.country)).map(|it| &it.id);
        let quotes =
            self.quotes.iter().filter(|it| event(it.event) || initiative(it.initiative)).map(|it| &it.id);
        let outcomes = self.outcomes.iter().filter(|it| event(Some(it.event))).map(|it| &it.id);
        let stories = self
            .stories
            .iter()
            .filter(|it| event(it.event) || initiative(it.initiative) || it.country.is_some_and(country));
        let all = events.chain(initiatives).chain(quotes).chain(outcomes).chain(stories.map(|it| &it.id));
        all.cloned().collect()
    }

    /// The same as if nothing were locked down.
    fn allowed(&self) -> BTreeMap<String, Shown> {
        let of = |id: &String, shown: Option<Shown>| shown.map(|shown| (id.clone(), shown));
        let events = self.events.iter().filter_map(|e| of(&e.id, self.event(e)));
        let initiatives = self.initiatives.iter().filter_map(|i| of(&i.id, self.initiative(i)));
        let quotes = self.quotes.iter().filter_map(|q| of(&q.id, self.quote(q)));
        let outcomes = self.outcomes.iter().filter_map(|o| of(&o.id, self.outcome(o)));
        let stories = self.stories.iter().filter_map(|s| of(&s.id, self.story(s)));
        events.chain(initiatives).chain(quotes).chain(outcomes).chain(stories).collect()
    }
}

/// What the model tells of a document, taken from an item of the gallery.
pub fn seen(item: &Value) -> Value {
    let title = |member: &str| item[member]["title"].clone();
    let context = json!({"country": item["country"], "event": title("event"), "initiative": title("initiative"),
        "when": item["when"]});
    let with = |members: &[(&str, Value)]| {
        let mut what = context.clone();
        for (name, value) in members {
            what[*name] = value.clone();
        }
        what
    };
    let member = |name: &'static str| (name, item[name].clone());
    match item["type"].as_str().unwrap() {
        "event" => {
            let hosts = item["hosts"].as_array().unwrap().iter().map(|host| host["name"].clone());
            json!({"title": item["title"], "status": item["status"], "country": item["country"], "place": item["place"],
                "when": item["when"], "hosts": hosts.collect::<Vec<_>>(), "initiative": title("initiative")})
        }
        "initiative" => json!({"title": item["title"], "country": item["country"], "place": item["place"]}),
        "quote" => {
            let spanish = item["translations"]["es"]["text"].clone();
            with(&[member("text"), ("es", spanish), member("attribution")])
        }
        "outcome" => with(&[member("text"), ("followed_by", item["followed_by"][0]["title"].clone())]),
        "story" => with(&[member("title")]),
        other => panic!("{other}"),
    }
}
