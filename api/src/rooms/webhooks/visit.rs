//! Delivering to one webhook.

use std::time::Duration;

use ::entity::ids::WebhookId;
use ::entity::webhook_endpoint::{Model, WebhookType};
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::messages;
use super::rules::Ended;
use super::sign::{self, Secret};
use super::store::Delivery;
use super::wire::{VERIFICATION, WebhookChallenge, WebhookEvent, WebhookEventData, WebhookVerification};
use crate::db::Db;
use crate::outbox::{Answer, Client, Post};

/// After so long no further delivery to a webhook is begun: others wait for their turn, and its lease ends.
const LONGEST: Duration = Duration::from_secs(5);

/// Headers that a message is sent with.
type Headers = Vec<(&'static str, String)>;

/// What is to be delivered to one webhook, one after the other.
pub(super) struct Parcel {
    /// The webhook.
    pub(super) webhook: Model,
    /// What its deliveries are signed with.
    pub(super) secrets: Vec<Secret>,
    /// What is due, and whether it may be told now.
    pub(super) deliveries: Vec<(Delivery, MayTell)>,
}

/// Whether something may be told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MayTell {
    /// It may.
    Yes,
    /// It was withdrawn.
    Withdrawn,
    /// It is hidden, for now.
    Hidden,
    /// It is shown, and the filter does not let it through.
    Unwanted,
}

/// What came of it.
pub(super) struct Visit {
    /// The webhook.
    pub(super) webhook: WebhookId,
    /// Where it was looked for.
    pub(super) url: String,
    /// Until when nobody else delivers to it.
    pub(super) lease: DateTime<Utc>,
    /// Each delivery, how it ended, and how many milliseconds it took.
    pub(super) ended: Vec<(Delivery, Ended, i32)>,
}

/// What a delivery needs beside the parcel.
#[derive(Clone)]
pub(super) struct Van {
    pub(super) db: Db,
    pub(super) post: Post,
    pub(super) client: Client,
}

impl Van {
    /// Delivers what is in a parcel, up to the first thing that fails.
    pub(super) async fn visit(&self, parcel: Parcel) -> Visit {
        let Parcel { webhook, secrets, deliveries } = parcel;
        let begun = Instant::now();
        let mut ended = Vec::with_capacity(deliveries.len());
        for (delivery, may) in deliveries {
            let (outcome, took) = match may {
                MayTell::Withdrawn => (Ended::Dropped, Duration::ZERO),
                MayTell::Hidden => (Ended::Held, Duration::ZERO),
                MayTell::Unwanted => (Ended::Passed, Duration::ZERO),
                MayTell::Yes if begun.elapsed() > LONGEST => break,
                MayTell::Yes => {
                    let from = Instant::now();
                    (self.attempt(&webhook, &secrets, &delivery).await, from.elapsed())
                }
            };
            let fails = matches!(outcome, Ended::Failed(..) | Ended::Gone);
            ended.push((delivery, outcome, i32::try_from(took.as_millis()).unwrap_or(i32::MAX)));
            if fails {
                break;
            }
        }
        Visit { webhook: webhook.id, url: webhook.url, lease: webhook.busy_until, ended }
    }

    async fn attempt(&self, webhook: &Model, secrets: &[Secret], delivery: &Delivery) -> Ended {
        let challenge = self.challenge(delivery);
        let Some((headers, body)) = self.letter(secrets, delivery, &challenge) else {
            return Ended::Failed(None, "internal");
        };
        let is_challenge = delivery.kind.is_none();
        match self.client.post(&webhook.url, &headers, body, is_challenge).await {
            Err(silence) => Ended::Failed(None, silence.as_str()),
            Ok(Answer { status: 410, .. }) => Ended::Gone,
            Ok(Answer { status: status @ 200..=299, body }) => match is_challenge {
                true if !answers(&body, &challenge) => Ended::Failed(Some(status), "wrong_challenge"),
                _ => Ended::Delivered(status),
            },
            Ok(Answer { status: status @ 300..=399, .. }) => Ended::Failed(Some(status), "redirect"),
            Ok(Answer { status, .. }) => Ended::Failed(Some(status), "refused"),
        }
    }

    /// What only who is asked can know, the same at every attempt.
    fn challenge(&self, delivery: &Delivery) -> String {
        let hash = self.post.vault().keyed_hash("webhook challenge", &[delivery.message_id.as_bytes()]);
        hash.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()).unwrap_or_default()
    }

    /// Headers and body.
    fn letter(&self, secrets: &[Secret], delivery: &Delivery, challenge: &str) -> Option<(Headers, Vec<u8>)> {
        let body = match delivery.kind {
            Some(kind) => serde_json::to_vec(&self.event(kind, delivery)),
            None => serde_json::to_vec(&WebhookVerification {
                kind: VERIFICATION,
                timestamp: delivery.happened_at,
                data: WebhookChallenge { challenge: challenge.to_owned() },
            }),
        };
        let (body, id, now) = (body.ok()?, delivery.message_id.to_string(), self.db.now().timestamp());
        let signature = sign::signatures(secrets, &id, now, &body).ok()?;
        let headers = vec![
            ("webhook-id", id),
            ("webhook-timestamp", now.to_string()),
            ("webhook-signature", signature),
        ];
        Some((headers, body))
    }

    fn event(&self, kind: WebhookType, delivery: &Delivery) -> WebhookEvent {
        let url = self.post.address(&messages::path(kind, delivery.record_id));
        let data = WebhookEventData { id: delivery.record_id, version: delivery.record_version, url };
        WebhookEvent { kind, timestamp: delivery.happened_at, data }
    }
}

/// Whether a body answers a challenge.
fn answers(body: &[u8], challenge: &str) -> bool {
    let said = serde_json::from_slice::<WebhookChallenge>(body);
    !challenge.is_empty() && said.is_ok_and(|said| said.challenge == challenge)
}
