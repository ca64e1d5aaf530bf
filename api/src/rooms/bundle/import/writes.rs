//! What a portion of lines writes, in bulk.

use ::entity::kinds::RecordKind;
use ::entity::{organisation, theme};
use uuid::Uuid;

use super::super::lines::{Incoming, Line};
use crate::db::Tx;
use crate::publishing::RecordRef;
use crate::rooms::events::EventRecord;
use crate::rooms::initiatives::InitiativeRecord;
use crate::rooms::outcomes::OutcomeRecord;
use crate::rooms::people::PersonRecord;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records::{blank_revisions, revise_imported};
use crate::rooms::stories::StoryRecord;
use crate::rooms::{events, initiatives, organisations, outcomes, people, quotes, stories, themes};
use crate::vault::Vault;

/// The records a portion writes, by kind.
#[derive(Default)]
pub struct Writes {
    pub themes: Vec<theme::Model>,
    pub organisations: Vec<organisation::Model>,
    pub people: Vec<PersonRecord>,
    pub initiatives: Vec<InitiativeRecord>,
    pub events: Vec<EventRecord>,
    pub outcomes: Vec<OutcomeRecord>,
    pub quotes: Vec<QuoteRecord>,
    pub stories: Vec<StoryRecord>,
}

impl Writes {
    /// Adds the record a line stands for.
    pub fn add(&mut self, line: Line, incoming: &mut Incoming<'_>) {
        match line {
            Line::Theme(l) => self.themes.push(l.into_record(incoming)),
            Line::Organisation(l) => self.organisations.push(l.into_record(incoming)),
            Line::Person(l) => self.people.push(l.into_record(incoming)),
            Line::Initiative(l) => self.initiatives.push(l.into_record(incoming)),
            Line::Event(l) => self.events.push(l.into_record(incoming)),
            Line::Outcome(l) => self.outcomes.extend(l.into_record(incoming)),
            Line::Quote(l) => self.quotes.push(l.into_record(incoming)),
            Line::Story(l) => self.stories.push(l.into_record(incoming)),
        }
    }

    /// Removes the record that was added last, whose line turned out to be faulty.
    pub fn take_back(&mut self, kind: RecordKind, id: Uuid) {
        match kind {
            RecordKind::Theme => self.themes.retain(|r| r.id.0 != id),
            RecordKind::Organisation => self.organisations.retain(|r| r.id.0 != id),
            RecordKind::Person => self.people.retain(|r| r.row.id.0 != id),
            RecordKind::Initiative => self.initiatives.retain(|r| r.row.id.0 != id),
            RecordKind::Event => self.events.retain(|r| r.row.id.0 != id),
            RecordKind::Outcome => self.outcomes.retain(|r| r.row.id.0 != id),
            RecordKind::Quote => self.quotes.retain(|r| r.row.id.0 != id),
            RecordKind::Story => self.stories.retain(|r| r.row.id.0 != id),
        }
    }

    /// Writes the revisions of what is edited. Of what is withdrawn nothing is kept that it said.
    pub async fn revise(
        &self,
        tx: &Tx,
        vault: &Vault,
        updated: &[RecordRef],
        silenced: &[Uuid],
    ) -> anyhow::Result<()> {
        let edited = updated.iter().map(|record| record.id).filter(|id| !silenced.contains(id)).collect();
        revise_imported(tx, vault, &self.themes, &edited).await?;
        revise_imported(tx, vault, &self.organisations, &edited).await?;
        revise_imported(tx, vault, &self.initiatives, &edited).await?;
        revise_imported(tx, vault, &self.events, &edited).await?;
        revise_imported(tx, vault, &self.outcomes, &edited).await?;
        revise_imported(tx, vault, &self.quotes, &edited).await?;
        revise_imported(tx, vault, &self.stories, &edited).await?;
        Ok(blank_revisions(tx, silenced).await?)
    }

    /// Writes all of it, what is named before what names it.
    pub async fn save(self, tx: &Tx, vault: &Vault) -> anyhow::Result<()> {
        themes::save(tx, self.themes).await?;
        organisations::save(tx, self.organisations).await?;
        people::save(tx, vault, self.people).await?;
        initiatives::save(tx, vault, self.initiatives).await?;
        events::save(tx, vault, self.events).await?;
        outcomes::save(tx, self.outcomes).await?;
        quotes::withdrawn_by_source(tx, &self.quotes).await?;
        quotes::save(tx, vault, self.quotes).await?;
        stories::save(tx, self.stories).await?;
        Ok(())
    }
}
