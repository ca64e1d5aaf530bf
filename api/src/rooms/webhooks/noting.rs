//! Noting what came of visits: with a handful of statements however many there are, since those who wait for their turn wait for this, too.

use std::collections::{BTreeMap, BTreeSet};

use ::entity::ids::{OrganisationId, QuoteId, WebhookId};
use ::entity::webhook_delivery::WebhookDeliveryStatus;
use ::entity::webhook_endpoint::{Model, WebhookStatus, WebhookType};
use metrics::counter;
use uuid::Uuid;

use super::rules::{self, Ended};
use super::store::{self, Delivery};
use super::visit::Visit;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Tx, save_all};
use crate::http::meter::OUTBOX_ATTEMPTS;
use crate::outbox::{Message, Post};
use crate::problem::Problem;
use crate::rooms::{accounts, withdrawals};

/// Notes what came of visits.
///
/// # Errors
/// The database's; nothing is noted then.
pub(super) async fn note(tx: &Tx, post: &Post, visits: &[Visit]) -> Result<(), Problem> {
    let whose: BTreeSet<WebhookId> = visits.iter().map(|visit| visit.webhook).collect();
    let mut webhooks = store::these_for_change(tx, &whose).await?;
    let told = visits.iter().flat_map(|visit| &visit.ended).map(|(delivery, ..)| delivery.message_id);
    let mut waiting = store::waiting_for_change(tx, &whose, &told.collect()).await?;
    let (mut changed, mut withdrawn, mut turned) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut passed: BTreeMap<WebhookId, Vec<Uuid>> = BTreeMap::new();
    for visit in visits {
        let Some(webhook) = webhooks.get_mut(&visit.webhook) else { continue };
        for (delivery, ended, took) in &visit.ended {
            let place = (delivery.endpoint_id, delivery.message_id);
            // Nobody else may have delivered it meanwhile, or asked for it again.
            match waiting.remove(&place).filter(|row| row.attempts == delivery.attempts) {
                Some(row) if *ended == Ended::Passed => {
                    passed.entry(row.endpoint_id).or_default().push(row.message_id);
                }
                Some(row) => changed.push(counted(rules::attempted(row, *ended, *took, tx.now()))),
                None => {}
            }
            withdrawn.extend(withdrawal(webhook, delivery, *ended));
            if webhook.url != visit.url {
                // What a former address answered says nothing of the new one.
                continue;
            }
            let is_challenge = delivery.kind.is_none();
            let (row, is_another) = rules::tried(webhook.clone(), *ended, is_challenge, tx.now());
            *webhook = row;
            if is_another {
                turned.insert(webhook.id);
            }
        }
        if webhook.busy_until == visit.lease {
            webhook.busy_until = tx.now();
        }
    }
    save_all(tx, changed, &[]).await?;
    store::forget_deliveries(tx, passed).await?;
    withdrawals::were_told(tx, withdrawn).await?;
    let (turned, others) = webhooks.into_values().partition(|row| turned.contains(&row.id));
    save_all(tx, others, &[]).await?;
    let turned: Vec<Model> = turned;
    for webhook in turned {
        turn(tx, post, webhook).await?;
    }
    Ok(())
}

/// Counts how a delivery ended.
fn counted(row: Delivery) -> Delivery {
    let word = match row.state {
        WebhookDeliveryStatus::Delivered => "done",
        WebhookDeliveryStatus::Waiting => "retry",
        WebhookDeliveryStatus::Failed | WebhookDeliveryStatus::Dropped => "dead",
    };
    counter!(OUTBOX_ATTEMPTS, "kind" => "webhook", "outcome" => word).increment(1);
    row
}

/// Of which withdrawal whose organisation knows now, if it was told of one.
fn withdrawal(webhook: &Model, delivery: &Delivery, ended: Ended) -> Option<(QuoteId, OrganisationId)> {
    let is_told = matches!((ended, delivery.kind), (Ended::Delivered(_), Some(WebhookType::QuoteWithdrawn)));
    is_told.then_some((QuoteId(delivery.record_id), webhook.organisation_id))
}

/// Notes that a webhook is in another state; its organisation and the admins are told if it stopped.
async fn turn(tx: &Tx, post: &Post, webhook: Model) -> Result<(), Problem> {
    let stopped = webhook.state == WebhookStatus::Disabled;
    let action = if stopped { Action::Suspend } else { Action::Verify };
    audit::note(tx, Entry::new(By::System, action).on(Kind::Webhook, webhook.id)).await?;
    if stopped {
        let because = webhook.disabled_because.map(|because| because.as_str());
        tracing::warn!(webhook = %webhook.id, because, "a webhook was disabled");
        accounts::write_to_organisation(tx, post, webhook.organisation_id, &Message::WebhookDisabled).await?;
    }
    store::save(tx, webhook).await?;
    Ok(())
}
