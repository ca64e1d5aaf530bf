//! Removing a record that nothing refers to.

use ::entity::kinds::RecordKind;
use ::entity::{
    account, api_key, consent, consent_token, data_key, event, event_helper, event_host,
    initiative_organisation, outcome, outcome_follow_up, person_contact, person_organisation, quote,
    registration, registration_desk, registration_invitation, series_host, story, theme_link,
    webhook_endpoint,
};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait, PaginatorTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::keeping::note;
use super::partner::forget_maker;
use super::revisions::forget_revisions;
use super::{Record, key};
use crate::access::Permit;
use crate::audit::Action;
use crate::db::{Tx, delete_in};
use crate::http::idempotency;
use crate::problem::{Kind, Problem};
use crate::publishing::{self, RecordRef};
use crate::rooms::bundle;

/// Removes a record with what belongs to it. Its identifier is not used again, and no import brings it back.
///
/// # Errors
/// 409 with kinds and counts if other records refer to it.
pub async fn remove<R: Record, A>(tx: &Tx, permit: &Permit<A>, record: &R) -> Result<(), Problem> {
    let id = record.id();
    let referring = referring(tx, R::KIND, id).await?;
    if !referring.is_empty() {
        let list: Vec<String> = referring.iter().map(|(count, noun)| format!("{count} {noun}")).collect();
        let detail = format!("It is referred to by {}.", list.join(", "));
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    tx.erase();
    match R::KIND {
        RecordKind::Initiative => {
            delete_in::<initiative_organisation::Entity, _>(
                tx,
                initiative_organisation::Column::InitiativeId,
                &[id],
            )
            .await?;
        }
        RecordKind::Event => {
            delete_in::<event_host::Entity, _>(tx, event_host::Column::EventId, &[id]).await?;
            delete_in::<event_helper::Entity, _>(tx, event_helper::Column::EventId, &[id]).await?;
            delete_in::<registration_desk::Entity, _>(tx, registration_desk::Column::EventId, &[id]).await?;
            let codes = registration_invitation::Column::EventId;
            delete_in::<registration_invitation::Entity, _>(tx, codes, &[id]).await?;
        }
        RecordKind::Outcome => {
            delete_in::<outcome_follow_up::Entity, _>(tx, outcome_follow_up::Column::OutcomeId, &[id])
                .await?;
        }
        RecordKind::Quote => {
            delete_in::<consent_token::Entity, _>(tx, consent_token::Column::QuoteId, &[id]).await?;
            delete_in::<consent::Entity, _>(tx, consent::Column::QuoteId, &[id]).await?;
        }
        RecordKind::Person => {
            delete_in::<consent_token::Entity, _>(tx, consent_token::Column::PersonId, &[id]).await?;
            delete_in::<consent::Entity, _>(tx, consent::Column::PersonId, &[id]).await?;
            let belongs = person_organisation::Column::PersonId;
            delete_in::<person_organisation::Entity, _>(tx, belongs, &[id]).await?;
            delete_in::<person_contact::Entity, _>(tx, person_contact::Column::PersonId, &[id]).await?;
        }
        RecordKind::Theme | RecordKind::Organisation | RecordKind::Story => {}
    }
    delete_in::<theme_link::Entity, _>(tx, theme_link::Column::RecordId, &[id]).await?;
    delete_in::<R::Entity, _>(tx, key::<R>()?, &[id]).await?;
    delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, &[id]).await?;
    forget_revisions(tx, id).await?;
    forget_maker(tx, id).await?;
    bundle::never_again(tx, id).await?;
    idempotency::forget(tx, id).await?;
    note(tx, permit, Action::Delete, R::AUDIT, id, Vec::new()).await?;
    publishing::changed(tx, &[RecordRef::new(R::KIND, id)]).await?;
    Ok(())
}

/// How many records of which kind refer to one.
async fn referring(tx: &Tx, kind: RecordKind, id: Uuid) -> Result<Vec<(u64, &'static str)>, DbErr> {
    let counts = match kind {
        RecordKind::Theme => {
            vec![count::<theme_link::Entity>(tx, theme_link::Column::ThemeId, id, "records").await?]
        }
        RecordKind::Organisation => vec![
            count::<person_organisation::Entity>(
                tx,
                person_organisation::Column::OrganisationId,
                id,
                "people",
            )
            .await?,
            count::<initiative_organisation::Entity>(
                tx,
                initiative_organisation::Column::OrganisationId,
                id,
                "initiatives",
            )
            .await?,
            count::<event_host::Entity>(tx, event_host::Column::OrganisationId, id, "events").await?,
            count::<event_helper::Entity>(tx, event_helper::Column::OrganisationId, id, "helpers").await?,
            count::<series_host::Entity>(tx, series_host::Column::OrganisationId, id, "series").await?,
            count::<api_key::Entity>(tx, api_key::Column::OrganisationId, id, "keys").await?,
            count::<webhook_endpoint::Entity>(tx, webhook_endpoint::Column::OrganisationId, id, "webhooks")
                .await?,
        ],
        RecordKind::Person => vec![
            count::<event_host::Entity>(tx, event_host::Column::PersonId, id, "events").await?,
            count::<event_helper::Entity>(tx, event_helper::Column::PersonId, id, "helpers").await?,
            count::<series_host::Entity>(tx, series_host::Column::PersonId, id, "series").await?,
            count::<quote::Entity>(tx, quote::Column::PersonId, id, "quotes").await?,
            count::<account::Entity>(tx, account::Column::PersonId, id, "accounts").await?,
        ],
        RecordKind::Initiative => vec![
            count::<event::Entity>(tx, event::Column::InitiativeId, id, "events").await?,
            count::<quote::Entity>(tx, quote::Column::InitiativeId, id, "quotes").await?,
            count::<story::Entity>(tx, story::Column::InitiativeId, id, "stories").await?,
        ],
        RecordKind::Event => vec![
            count::<outcome::Entity>(tx, outcome::Column::EventId, id, "outcomes").await?,
            count::<outcome_follow_up::Entity>(tx, outcome_follow_up::Column::EventId, id, "follow-ups")
                .await?,
            count::<quote::Entity>(tx, quote::Column::EventId, id, "quotes").await?,
            count::<story::Entity>(tx, story::Column::EventId, id, "stories").await?,
            count::<registration::Entity>(tx, registration::Column::EventId, id, "registrations").await?,
        ],
        RecordKind::Outcome | RecordKind::Quote | RecordKind::Story => Vec::new(),
    };
    Ok(counts.into_iter().filter(|(count, _)| *count > 0).collect())
}

async fn count<E: EntityTrait>(
    tx: &Tx,
    column: E::Column,
    id: Uuid,
    noun: &'static str,
) -> Result<(u64, &'static str), DbErr>
where
    E::Model: Send + Sync,
{
    Ok((E::find().filter(column.eq(id)).count(tx).await?, noun))
}
