//! Reading a calendar (RFC 5545) as events: each `VEVENT` is one, and each occurrence of a rule is one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::AsyncBufRead;

use super::property::{Property, duration};
use super::reader::{RawLine, next_line};
use super::zones::zone;
use crate::http::json::fault;
use crate::problem::Fault;
use crate::rooms::series;

/// The most components that are read of a calendar, which is held whole.
const MOST: usize = 10_000;
/// The most bytes of it.
const LONGEST: usize = 16 * 1024 * 1024;

/// What a calendar does not say of its events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CalendarReading {
    /// The name of the source.
    pub source: String,
    /// The language of the texts.
    pub language: String,
    /// What the events are.
    pub kind: String,
    /// How people meet.
    pub format: String,
    /// Where they are.
    pub country: Option<String>,
    /// The zone of times that name none.
    pub time_zone: Option<String>,
}

/// A component: what it says.
#[derive(Default)]
struct Component {
    properties: Vec<Property>,
}

/// A line of a bundle that stands for an event, or what is wrong with it.
pub type Made = Result<Value, Vec<Fault>>;

/// Reads a calendar; or says why it is none.
pub async fn read(
    stream: &mut (impl AsyncBufRead + Unpin),
    reading: &CalendarReading,
) -> anyhow::Result<Result<Vec<Made>, Vec<Fault>>> {
    let refused = |code, detail| Ok(Err(vec![fault("", code, detail)]));
    let (mut components, mut open) = (Vec::new(), Vec::<String>::new());
    let (mut zone_name, mut held, mut number, mut begun) = (None, 0, 0_u64, false);
    let mut called_off = false;
    let mut current = Component::default();
    let mut pending: Option<String> = None;
    loop {
        let raw = next_line(stream).await?;
        number += 1;
        let text = match &raw {
            None => None,
            Some(RawLine::TooLong) => return refused("line_too_long", "a line has at most 1 MiB"),
            Some(RawLine::Bytes(bytes)) => {
                held += bytes.len();
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(bytes);
                match std::str::from_utf8(bytes) {
                    Ok(text) => Some(text.to_owned()),
                    Err(_) => return refused("invalid_utf8", "a calendar must be UTF-8"),
                }
            }
        };
        if held > LONGEST || components.len() > MOST {
            return refused("too_long", "a calendar has at most 10,000 entries and 16 MiB");
        }
        // Long lines are folded (§3.1): what begins with white space belongs to the line before.
        if let (Some(text), Some(before)) = (&text, &mut pending)
            && let Some(rest) = text.strip_prefix([' ', '\t'])
        {
            before.push_str(rest);
            continue;
        }
        if let Some(whole) = pending.take()
            && let Some(property) = Property::of(&whole)
        {
            match (&*property.name, property.value.to_ascii_uppercase()) {
                ("BEGIN", name) => {
                    begun |= name == "VCALENDAR";
                    if name == "VEVENT" {
                        current = Component::default();
                    }
                    open.push(name);
                }
                ("END", name) => {
                    if name == "VEVENT" {
                        components.push(std::mem::take(&mut current));
                    }
                    open.pop();
                }
                ("X-WR-TIMEZONE", _) => zone_name = Some(property.value),
                ("METHOD", method) => called_off = method.trim() == "CANCEL",
                _ if open.last().is_some_and(|name| name == "VEVENT") => current.properties.push(property),
                _ => {}
            }
        }
        match text {
            Some(text) => pending = Some(text),
            None => break,
        }
    }
    if !begun {
        return refused("calendar_expected", "the file must begin with BEGIN:VCALENDAR");
    }
    let floating = reading.time_zone.clone().or(zone_name);
    let mut made = events(&components, reading, floating.as_deref(), called_off);
    if open.iter().any(|name| name == "VEVENT") {
        made.push(Err(vec![fault("", "cut_off", "the file ends in the middle of this one")]));
    }
    Ok(Ok(made))
}

/// When something begins or ends.
#[derive(Clone, Copy)]
enum At {
    Day(NaiveDate),
    Local(NaiveDateTime, Tz),
}

impl At {
    /// The times of a property, which may be several.
    fn all(property: &Property, floating: Option<&str>) -> Result<Vec<Self>, Fault> {
        property.value.split(',').map(|text| Self::one(property, text.trim(), floating)).collect()
    }

    fn one(property: &Property, text: &str, floating: Option<&str>) -> Result<Self, Fault> {
        let pointer = format!("/{}", property.name);
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y%m%d") {
            return Ok(Self::Day(day));
        }
        let local = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y%m%dT%H%M%S");
        let local =
            local.map_err(|_| fault(&pointer, "invalid_time", "must be a date or a time of RFC 5545"))?;
        if text.ends_with('Z') {
            return Ok(Self::Local(local, Tz::UTC));
        }
        let Some(name) = property.parameter("TZID").or(floating) else {
            let detail = "names no time zone: say `time_zone`, or have the calendar say X-WR-TIMEZONE";
            return Err(fault(&pointer, "floating_time", detail));
        };
        let detail = "its TZID must be a zone of the IANA database or a Windows name of one";
        zone(name)
            .map(|zone| Self::Local(local, zone))
            .ok_or_else(|| fault(&pointer, "unknown_time_zone", detail))
    }

    /// As a wall time in a zone.
    fn local(self, zone: Tz) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(chrono::NaiveTime::MIN),
            Self::Local(local, own) if own == zone => local,
            Self::Local(local, own) => match instant(local, own) {
                Some(at) => at.with_timezone(&zone).naive_local(),
                None => local,
            },
        }
    }
}

fn instant(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    local.and_local_timezone(zone).earliest().map(|at| at.with_timezone(&Utc))
}

fn events(
    components: &[Component],
    reading: &CalendarReading,
    floating: Option<&str>,
    called_off: bool,
) -> Vec<Made> {
    let mut series = BTreeMap::new();
    for component in components.iter().filter(|component| component.get("RRULE").is_some()) {
        if let (Some(uid), Some(Ok(At::Local(_, zone)))) = (component.get("UID"), component.start(floating)) {
            series.insert(uid.text(), zone);
        }
    }
    // Which occurrences are written out by themselves.
    let mut written: Written = BTreeMap::new();
    for component in components {
        if let (Some(uid), Some(own)) = (component.get("UID"), component.get("RECURRENCE-ID")) {
            let uid = uid.text();
            let name = component.occurrence(own, series.get(&uid).copied(), floating);
            written.entry(uid).or_default().insert(own.value.trim().to_owned(), name);
        }
    }
    let mut made = Vec::new();
    for component in components {
        match component.events(reading, floating, &written, called_off) {
            Ok(lines) => made.extend(lines.into_iter().map(Ok)),
            Err(faults) => made.push(Err(faults)),
        }
    }
    made
}

/// The occurrences that are written out by themselves, by the series and what the file calls them: the names by which they are known here.
type Written = BTreeMap<String, BTreeMap<String, String>>;

impl Component {
    /// When it begins, if it says so.
    fn start(&self, floating: Option<&str>) -> Option<Result<At, Fault>> {
        let start = self.get("DTSTART")?;
        Some(At::one(start, start.value.trim(), floating))
    }

    /// The name of an occurrence: the wall time in the zone of its series that the rule gave it, however the file says it. Where the file has
    /// no series for it, the zone is the one that it begins in itself.
    fn occurrence(&self, own: &Property, series: Option<Tz>, floating: Option<&str>) -> String {
        let text = own.value.trim();
        let zone = series.or_else(|| match self.start(floating) {
            Some(Ok(At::Local(_, zone))) => Some(zone),
            _ => None,
        });
        match At::one(own, text, floating) {
            Ok(at @ At::Local(_, named)) => named_by(at.local(zone.unwrap_or(named))),
            _ => text.to_owned(),
        }
    }

    fn get(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    fn text(&self, name: &str, most: usize) -> Option<String> {
        let text = self.get(name)?.text();
        let text: String = text.trim().chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect();
        (!text.trim().is_empty()).then_some(text)
    }

    /// The events that it stands for.
    fn events(
        &self,
        reading: &CalendarReading,
        floating: Option<&str>,
        written: &Written,
        called_off: bool,
    ) -> Result<Vec<Value>, Vec<Fault>> {
        let missing = |name: &str| vec![fault(&format!("/{name}"), "required", "is required")];
        let uid = self.get("UID").ok_or_else(|| missing("UID"))?.text();
        let is_off = |status: &Property| status.value.trim().eq_ignore_ascii_case("CANCELLED");
        if called_off || self.get("STATUS").is_some_and(is_off) {
            let detail = "is called off there; if it is here, call it off here, too";
            return Err(vec![fault("/STATUS", "called_off", detail)]);
        }
        if self.get("RDATE").is_some() {
            return Err(vec![fault("/RDATE", "not_read", "further dates have to be events of their own")]);
        }
        let start = self.start(floating).ok_or_else(|| missing("DTSTART"))?.map_err(|fault| vec![fault])?;
        let (rule, own) = (self.get("RRULE"), self.get("RECURRENCE-ID"));
        if let Some(own) = own {
            if own.parameter("RANGE").is_some() {
                let detail = "what holds for all that follow has to be a series of its own";
                return Err(vec![fault("/RECURRENCE-ID", "not_read", detail)]);
            }
            let name = written.get(&uid).and_then(|written| written.get(own.value.trim()));
            let id = key(&uid, name.map_or(own.value.trim(), String::as_str));
            return Ok(vec![self.event(reading, &id, start, self.minutes(start, floating)?)]);
        }
        let Some(rule) = rule else {
            return Ok(vec![self.event(reading, &key(&uid, ""), start, self.minutes(start, floating)?)]);
        };
        let zone = if let At::Local(_, zone) = start { zone } else { Tz::UTC };
        let mut left_out = BTreeSet::new();
        for exdate in self.properties.iter().filter(|property| property.name == "EXDATE") {
            let times = At::all(exdate, floating).map_err(|fault| vec![fault])?;
            left_out.extend(times.into_iter().map(|at| at.local(zone)));
        }
        let minutes = self.minutes(start, floating)?;
        let times = series::wall_times(start.local(zone), zone, rule.value.trim(), left_out)
            .map_err(|why| vec![fault("/RRULE", "invalid_rule", why)])?;
        let one = |time: NaiveDateTime| {
            let (at, name) = match start {
                At::Day(_) => (At::Day(time.date()), time.format("%Y%m%d").to_string()),
                At::Local(_, zone) => (At::Local(time, zone), named_by(time)),
            };
            let elsewhere =
                written.get(&uid).is_some_and(|written| written.values().any(|known| *known == name));
            (!elsewhere).then(|| self.event(reading, &key(&uid, &name), at, minutes))
        };
        Ok(times.into_iter().filter_map(one).collect())
    }

    /// How long it lasts: an hour if it does not say.
    fn minutes(&self, start: At, floating: Option<&str>) -> Result<i64, Vec<Fault>> {
        let At::Local(local, zone) = start else { return Ok(0) };
        if let Some(end) = self.get("DTEND") {
            let end = At::one(end, end.value.trim(), floating).map_err(|fault| vec![fault])?.local(zone);
            return Ok((end - local).num_minutes().clamp(1, 44_640));
        }
        let lasting = self.get("DURATION").and_then(|property| duration(property.value.trim()));
        Ok(lasting.map_or(60, |lasting| lasting.num_minutes().clamp(1, 44_640)))
    }

    fn event(&self, reading: &CalendarReading, id: &str, at: At, minutes: i64) -> Value {
        let when = match at {
            At::Day(day) => json!({"precision": "day", "date": day.format("%Y-%m-%d").to_string()}),
            At::Local(local, zone) => json!({"precision": "minute", "time_zone": zone.name(),
                "starts_local": local.format("%Y-%m-%dT%H:%M:%S").to_string(), "duration_minutes": minutes}),
        };
        let mut event = json!({"type": "event", "id": id, "kind": reading.kind, "format": reading.format,
            "title": self.text("SUMMARY", 200).unwrap_or_else(|| "–".to_owned()), "when": when, "place": {}});
        if let Some(description) = self.text("DESCRIPTION", 20_000) {
            event["description"] = json!(description);
        }
        if let Some(country) = &reading.country {
            event["place"]["country"] = json!(country);
        }
        if let Some(venue) = self.text("LOCATION", 500) {
            // Where it really is: it is sealed.
            event["place"]["venue"] = json!(venue);
        }
        event
    }
}

/// How an occurrence is called that begins at this wall time of its series.
fn named_by(time: NaiveDateTime) -> String {
    time.format("%Y%m%dT%H%M%S").to_string()
}

/// The id of an event in its source: that of its calendar and, of one of several, its own.
fn key(uid: &str, own: &str) -> String {
    let id: String = uid.chars().map(|c| if c.is_whitespace() { '_' } else { c }).take(180).collect();
    if own.is_empty() { id } else { format!("{id}/{own}") }
}
