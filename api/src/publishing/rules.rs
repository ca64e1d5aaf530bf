//! Whether a record may be public, and how. Pure: what is read is in [`Facts`], what the time is comes from outside.
//!
//! Every rule must say yes. Where a rule is in doubt it says no.

use ::entity::consent::{self, ConsentPurpose};
use ::entity::event::{EventStatus, Visibility};
use ::entity::gallery_document::DocumentKind;
use ::entity::ids::{EventId, InitiativeId, OutcomeId, PersonId, QuoteId, StoryId};
use ::entity::initiative::InitiativeStatus;
use ::entity::kinds::{Moderation, Risk};
use ::entity::values::Translations;
use ::entity::{event, quote};
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::facts::Facts;
use super::seats;
use crate::moment::Moment;

/// How long an event of high risk stays unpublished after its end.
const EMBARGO: Duration = Duration::days(14);

entity::text_enum! {
    /// Why the door keeps a record back.
    WithheldReason {
        /// There is no such record any more.
        Deleted = "deleted",
        /// A moderator has not approved it.
        NotApproved = "not_approved",
        /// The initiative is a draft or in the archive.
        NotPublished = "not_published",
        /// The event is a draft or waits for review.
        NotScheduled = "not_scheduled",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
        /// It was reported, and a moderator took it off for now.
        Reported = "reported",
        /// It, what it belongs to, or the whole gallery is locked down.
        Lockdown = "lockdown",
        /// The event is private.
        Private = "private",
        /// An event of high risk is not public before it was held.
        RiskUpcoming = "risk_upcoming",
        /// An event of high risk is public 14 days after its end at the earliest.
        Embargo = "embargo",
        /// Quotes from an event, or of an initiative in a country, of high risk are not public.
        RiskHigh = "risk_high",
        /// At severe risk nothing is public.
        RiskSevere = "risk_severe",
        /// Nobody consented.
        ConsentMissing = "consent_missing",
        /// The consent does not cover the gallery.
        ConsentScope = "consent_scope",
        /// The consent was given to another text.
        ConsentOtherText = "consent_other_text",
        /// The consent has expired.
        ConsentExpired = "consent_expired",
        /// The consent was withdrawn.
        ConsentWithdrawn = "consent_withdrawn",
        /// The consent is dated in the future.
        ConsentNotYet = "consent_not_yet",
        /// The event it belongs to is not public.
        EventWithheld = "event_withheld",
        /// The initiative it belongs to is not public.
        InitiativeWithheld = "initiative_withheld",
    }
}

/// What the rules say of one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Why not; empty if it is public.
    pub withheld: Vec<WithheldReason>,
    /// Whether it is in lists, or by its address only.
    pub listed: bool,
    /// Whether it may be in feeds.
    pub in_feeds: bool,
    /// From when on what is rendered now must not be shown.
    pub public_until: Option<DateTime<Utc>>,
    /// When a rule that says no now will say yes.
    pub look_again_at: Option<DateTime<Utc>>,
    /// Whether even its former address must not tell that it was there.
    pub absent: bool,
    /// Whether calendars that have it are told that it is called off.
    pub called_off: bool,
}

impl Decision {
    fn refuse(&mut self, reason: WithheldReason) {
        if !self.withheld.contains(&reason) {
            self.withheld.push(reason);
        }
    }

    /// Where it is severe nothing is public, nor was.
    fn beware(&mut self, risk: Risk) {
        if risk == Risk::Severe {
            self.refuse(WithheldReason::RiskSevere);
            self.absent = true;
        }
    }

    /// Has it looked at again then, if not sooner.
    fn look_again(&mut self, at: Option<DateTime<Utc>>) {
        self.look_again_at = [self.look_again_at, at].into_iter().flatten().min();
    }

    /// Shortens the time for which it may be shown.
    pub fn until(&mut self, end: Option<DateTime<Utc>>) {
        self.public_until = match (self.public_until, end) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Decides about records of one kind.
pub fn decide_all(
    kind: DocumentKind,
    ids: &[Uuid],
    facts: &Facts,
    now: DateTime<Utc>,
) -> Vec<(Uuid, Decision)> {
    ids.iter().map(|&id| (id, decide(kind, id, facts, now))).collect()
}

fn decide(kind: DocumentKind, id: Uuid, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let found = match kind {
        DocumentKind::Initiative => Some(initiative(InitiativeId(id), facts)),
        DocumentKind::Event => facts.events.get(&EventId(id)).map(|e| {
            let mut decision = event(e, facts, now);
            // From then on nobody can register, which the document says.
            decision.look_again(seats::registration_ends(e).filter(|end| *end > now));
            for person in facts.hosts.get(&e.id).into_iter().flatten().filter_map(|h| h.person_id) {
                decision.until(name_consent(person, facts, now).and_then(|c| c.expires_at));
                decision.look_again(named_from(person, facts, now));
            }
            decision
        }),
        DocumentKind::Outcome => facts
            .outcomes
            .get(&OutcomeId(id))
            .map(|o| contribution(o.status, Some(o.event_id), None, facts, now)),
        DocumentKind::Quote => facts.quotes.get(&QuoteId(id)).map(|q| quote(q, facts, now)),
        DocumentKind::Story => facts.stories.get(&StoryId(id)).map(|s| {
            let mut decision = contribution(s.status, s.event_id, s.initiative_id, facts, now);
            decision.beware(facts.risk_in(s.country.as_deref()));
            decision
        }),
    };
    let mut decision =
        found.unwrap_or_else(|| Decision { withheld: vec![WithheldReason::Deleted], ..Default::default() });
    if facts.reported.contains(&id) {
        decision.refuse(WithheldReason::Reported);
    }
    decision
}

/// Whether an initiative itself may be public.
pub fn initiative(id: InitiativeId, facts: &Facts) -> Decision {
    let mut decision = Decision { listed: true, in_feeds: true, ..Default::default() };
    let initiative = facts.initiatives.get(&id);
    decision.beware(facts.risk_in(initiative.and_then(|i| i.country.as_deref())));
    match initiative.map(|i| i.status) {
        Some(InitiativeStatus::Published) => {}
        Some(InitiativeStatus::Draft | InitiativeStatus::Archived) => {
            decision.refuse(WithheldReason::NotPublished)
        }
        None => decision.refuse(WithheldReason::Deleted),
    }
    if facts.reported.contains(&id.0) {
        decision.refuse(WithheldReason::Reported);
    }
    decision
}

/// Whether an event itself may be public.
pub fn event(event: &event::Model, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let listed = event.visibility == Visibility::Public;
    let mut decision = Decision { listed, in_feeds: listed, ..Default::default() };
    if matches!(event.status, EventStatus::Draft | EventStatus::InReview) {
        decision.refuse(WithheldReason::NotScheduled);
    }
    if event.visibility == Visibility::Private {
        decision.refuse(WithheldReason::Private);
    }
    if facts.reported.contains(&event.id.0) {
        decision.refuse(WithheldReason::Reported);
    }
    if event.locked_down_at.is_some() {
        decision.refuse(WithheldReason::Lockdown);
        decision.called_off = true;
    }
    match event.risk {
        Risk::Low | Risk::Moderate => {}
        Risk::High if event.status != EventStatus::Held => decision.refuse(WithheldReason::RiskUpcoming),
        Risk::High => {
            // From the end of the month that is shown: an embargo that ended on the day would tell the day.
            // It counts from when it was recorded as held, if that was later: no edit of its time brings it forward.
            let recorded = event.held_at.map(|at| Moment::Day(at.date_naive()));
            let months = [Some(moment_of(event)), recorded].into_iter().flatten();
            let end = months.filter_map(|moment| Some(moment.month_only().span()?.1)).max();
            match end.map(|end| end + EMBARGO) {
                Some(free) if free <= now => {}
                free => {
                    decision.refuse(WithheldReason::Embargo);
                    decision.look_again_at = free;
                }
            }
        }
        Risk::Severe => decision.beware(Risk::Severe),
    }
    decision
}

/// What is known of an event's time. A row that makes no sense is taken as unknown: the door invents nothing.
pub fn moment_of(event: &event::Model) -> Moment {
    crate::moment::from_columns(
        event.when_precision,
        event.when_date.as_deref(),
        event.starts_local,
        event.time_zone.as_deref(),
        event.utc_offset,
        event.duration_minutes,
        event.starts_at.zip(event.ends_at),
    )
    .unwrap_or(Moment::Unknown)
}

/// Outcomes, quotes and stories are never more public than the event or initiative they belong to.
fn contribution(
    status: Moderation,
    event_id: Option<EventId>,
    initiative_id: Option<InitiativeId>,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Decision {
    let mut decision = Decision { listed: true, in_feeds: true, ..Default::default() };
    if let Some(event_id) = event_id {
        let of_event = facts.events.get(&event_id).map(|e| event(e, facts, now)).unwrap_or_default();
        if !of_event.withheld.is_empty() || !facts.events.contains_key(&event_id) {
            decision.refuse(WithheldReason::EventWithheld);
        }
        if of_event.withheld.contains(&WithheldReason::Lockdown) {
            decision.refuse(WithheldReason::Lockdown);
        }
        decision = Decision { withheld: decision.withheld, ..of_event };
    }
    if let Some(of_initiative) = initiative_id.map(|id| initiative(id, facts))
        && !of_initiative.withheld.is_empty()
    {
        decision.refuse(WithheldReason::InitiativeWithheld);
        decision.absent |= of_initiative.absent;
    }
    match status {
        Moderation::Draft => decision.refuse(WithheldReason::NotApproved),
        Moderation::Approved => {}
        Moderation::Withdrawn => decision.refuse(WithheldReason::Withdrawn),
    }
    decision
}

fn quote(quote: &quote::Model, facts: &Facts, now: DateTime<Utc>) -> Decision {
    let mut decision = contribution(quote.status, quote.event_id, quote.initiative_id, facts, now);
    let given = facts.quote_consents.get(&quote.id).into_iter().flatten().filter_map(|c| c.given_at);
    decision.look_again(given.filter(|given| *given > now).min());
    let of_event = quote.event_id.and_then(|id| facts.events.get(&id)).map(|e| e.risk);
    let initiative = quote.initiative_id.and_then(|id| facts.initiatives.get(&id));
    let of_initiative = initiative.map(|i| facts.risk_in(i.country.as_deref()));
    if of_event.max(of_initiative).is_some_and(|r| r >= Risk::High) {
        decision.refuse(WithheldReason::RiskHigh);
    }
    match quote_consent(quote, facts, now) {
        Ok(consent) => {
            decision.in_feeds &= consent.scope.0.iter().any(|s| s == "feeds");
            decision.until(consent.expires_at);
            if let Some(person) =
                quote.person_id.filter(|_| level(quote, consent) == quote::AttributionLevel::Name)
            {
                decision.until(name_consent(person, facts, now).and_then(|c| c.expires_at));
                decision.look_again(named_from(person, facts, now));
            }
        }
        Err(reason) => decision.refuse(reason),
    }
    decision
}

/// The coarser of what the quote asks for and what the consent allows.
pub fn level(quote: &quote::Model, consent: &consent::Model) -> quote::AttributionLevel {
    consent.level.map_or(quote.level, |allowed| allowed.max(quote.level))
}

/// The consent that lets a quote's very text into the gallery now, or why none does.
pub fn quote_consent<'a>(
    quote: &quote::Model,
    facts: &'a Facts,
    now: DateTime<Utc>,
) -> Result<&'a consent::Model, WithheldReason> {
    let hash = text_hash(&quote.text, &quote.translations);
    let consents = facts.quote_consents.get(&quote.id).map_or(&[][..], Vec::as_slice);
    let newest = |c: &&consent::Model| (c.created_at, c.id);
    let mut failed = WithheldReason::ConsentMissing;
    let mut found: Option<&consent::Model> = None;
    for consent in consents.iter().filter(|c| c.purpose == ConsentPurpose::PublishQuote) {
        let reason = if consent.withdrawn_at.is_some() {
            WithheldReason::ConsentWithdrawn
        } else if consent.expires_at.is_some_and(|end| end <= now) {
            WithheldReason::ConsentExpired
        } else if consent.given_at.is_some_and(|given| given > now) {
            WithheldReason::ConsentNotYet
        } else if consent.text_hash.as_deref() != Some(&hash[..]) {
            WithheldReason::ConsentOtherText
        } else if !consent.scope.0.iter().any(|s| s == "gallery") {
            WithheldReason::ConsentScope
        } else {
            found = found.into_iter().chain([consent]).max_by_key(newest);
            continue;
        };
        failed = failed.max_with(reason);
    }
    found.ok_or(failed)
}

impl WithheldReason {
    /// Of two failed consents the one that came closest explains more.
    fn max_with(self, other: Self) -> Self {
        let closeness = |w| match w {
            Self::ConsentMissing => 0,
            Self::ConsentWithdrawn => 1,
            Self::ConsentExpired => 2,
            Self::ConsentOtherText => 3,
            _ => 4,
        };
        if closeness(other) > closeness(self) { other } else { self }
    }
}

/// The consent by which a person may be named now. Names are in documents that feeds carry too, so it must cover both
/// channels.
pub fn name_consent(person: PersonId, facts: &Facts, now: DateTime<Utc>) -> Option<&consent::Model> {
    let consents = facts.name_consents.get(&person)?;
    consents
        .iter()
        .filter(|c| c.withdrawn_at.is_none() && c.expires_at.is_none_or(|end| end > now))
        .filter(|c| c.given_at.is_none_or(|given| given <= now))
        .filter(|c| ["gallery", "feeds"].iter().all(|channel| c.scope.0.iter().any(|s| s == channel)))
        .max_by_key(|c| (c.expires_at.is_none(), c.expires_at, c.id))
}

/// When a person's next consent to be named begins, if it is dated in the future.
fn named_from(person: PersonId, facts: &Facts, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let consents =
        facts.name_consents.get(&person).into_iter().flatten().filter(|c| c.withdrawn_at.is_none());
    consents.filter_map(|c| c.given_at).filter(|given| *given > now).min()
}

/// What a consent to a quote is bound to: SHA-256 of the words and of all that they are translated to.
pub fn text_hash(text: &str, translations: &Translations) -> [u8; 32] {
    let mut digest = Sha256::new_with_prefix(text);
    for (language, translation) in &translations.0 {
        // U+0000 is in no text, so nothing runs into its neighbour.
        for part in [language.as_str(), translation.text.as_deref().unwrap_or_default()] {
            digest.update([0]);
            digest.update(part);
        }
    }
    digest.finalize().into()
}
