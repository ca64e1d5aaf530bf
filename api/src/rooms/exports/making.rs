//! Making an export while it is read: portion by portion, each of one instant.

use std::collections::VecDeque;
use std::sync::Arc;

use ::entity::bulk_export::{ExportFormat, ExportedKind};
use ::entity::kinds::RecordKind;
use actix_web::web::Bytes;
use sea_orm::{Condition, ConnectionTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use super::told::{Told, public_of};
use super::{store, table};
use crate::access::Owner;
use crate::db::Db;
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::events::EventRecord;
use crate::rooms::initiatives::InitiativeRecord;
use crate::rooms::outcomes::OutcomeRecord;
use crate::rooms::quotes::QuoteRecord;
use crate::rooms::records::{self, Record};
use crate::rooms::stories::StoryRecord;
use crate::vault::Vault;

/// Records read in one go.
const PORTION: u64 = 200;

/// What a feature shows of a public document: nobody who is named in it.
const SHOWN: [&str; 18] = [
    "id",
    "kind",
    "title",
    "summary",
    "text",
    "url",
    "country",
    "place",
    "when",
    "language",
    "languages",
    "format",
    "status",
    "themes",
    "headcount",
    "event",
    "initiative",
    "updated_at",
];

/// An export that is being read.
pub(super) struct Making {
    db: Db,
    vault: Arc<Vault>,
    /// Whose records; everybody's without one.
    owner: Option<Owner>,
    country: Option<String>,
    format: ExportFormat,
    kinds: VecDeque<ExportedKind>,
    after: Option<Uuid>,
    begun: bool,
    any: bool,
    ended: bool,
}

impl Making {
    pub(super) fn new(
        db: Db,
        vault: Arc<Vault>,
        owner: Option<Owner>,
        format: ExportFormat,
        kinds: Vec<ExportedKind>,
        country: Option<String>,
    ) -> Self {
        let kinds = kinds.into();
        Self { db, vault, owner, country, format, kinds, after: None, begun: false, any: false, ended: false }
    }

    /// The next piece; nothing at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if !self.begun {
            self.begun = true;
            return Ok(Some(Bytes::from(head(self.format))));
        }
        let Some(kind) = self.kinds.front().copied() else {
            let tail = if self.format == ExportFormat::Geojson { "\n]}\n" } else { "" };
            let ended = std::mem::replace(&mut self.ended, true);
            return Ok((!ended && !tail.is_empty()).then(|| Bytes::from(tail)));
        };
        let told = self.portion(kind).await?;
        self.after = told.last().map(|told| told.id);
        if told.is_empty() {
            self.kinds.pop_front();
        }
        let mut written = String::new();
        for told in told {
            self.write(kind, told, &mut written)?;
        }
        Ok(Some(Bytes::from(written)))
    }

    fn write(&mut self, kind: ExportedKind, told: Told, into: &mut String) -> Result<(), Problem> {
        // Words are told while they are public, and no longer.
        if kind == ExportedKind::Quote && told.public.is_none() {
            return Ok(());
        }
        match self.format {
            ExportFormat::Bundle => {
                *into += &serde_json::to_string(&told.members).map_err(Problem::internal)?;
                into.push('\n');
            }
            ExportFormat::Csv => *into += &table::of(&told),
            ExportFormat::Geojson => {
                let Some(feature) = feature(kind, told)? else { return Ok(()) };
                *into += if std::mem::replace(&mut self.any, true) { ",\n" } else { "\n" };
                *into += &feature.to_string();
            }
        }
        Ok(())
    }

    async fn portion(&self, kind: ExportedKind) -> Result<Vec<Told>, Problem> {
        let country = self.country.as_deref();
        let now = self.db.now();
        let conn = self.db.snapshot().await?;
        let risks = publishing::country_risks(&conn).await?;
        let told: Vec<serde_json::Result<Told>> = match kind {
            ExportedKind::Initiative => {
                let (found, mut public) =
                    self.read::<InitiativeRecord, _>(&conn, store::initiatives(country), now).await?;
                let told =
                    |r: InitiativeRecord| Told::of_initiative(&r, &risks, public_of(&mut public, r.id()));
                found.into_iter().map(told).collect()
            }
            ExportedKind::Event => {
                let (found, mut public) =
                    self.read::<EventRecord, _>(&conn, store::events(country), now).await?;
                let told = |r: EventRecord| Told::of_event(&r, &risks, public_of(&mut public, r.id()));
                found.into_iter().map(told).collect()
            }
            ExportedKind::Outcome => {
                self.plain::<OutcomeRecord, _>(&conn, store::outcomes(country), now).await?
            }
            ExportedKind::Quote => self.plain::<QuoteRecord, _>(&conn, store::quotes(country), now).await?,
            ExportedKind::Story => self.plain::<StoryRecord, _>(&conn, store::stories(country), now).await?,
        };
        conn.rollback().await?;
        told.into_iter().collect::<serde_json::Result<_>>().map_err(Problem::internal)
    }

    async fn plain<R: Record, C: ConnectionTrait>(
        &self,
        conn: &C,
        fits: Condition,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Vec<serde_json::Result<Told>>, Problem> {
        let (found, mut public) = self.read::<R, C>(conn, fits, now).await?;
        Ok(found.into_iter().map(|record| Told::of(&record, public_of(&mut public, record.id()))).collect())
    }

    /// The next records of a kind, and the documents of those that are public.
    async fn read<R: Record, C: ConnectionTrait>(
        &self,
        conn: &C,
        fits: Condition,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(Vec<R>, std::collections::HashMap<Uuid, publishing::PublicDocument>), Problem> {
        let found =
            records::portion::<R, C>(conn, &self.vault, self.owner, fits, self.after, PORTION).await?;
        let ids: Vec<Uuid> = found.iter().map(R::id).collect();
        Ok((found, publishing::public_documents(conn, &ids, now).await?))
    }
}

/// How an export begins.
fn head(format: ExportFormat) -> String {
    match format {
        ExportFormat::Bundle => {
            let header = json!({"type": "bundle", "format": "solidarity-bundle", "version": 1, "source": "solidarity"});
            format!("{header}\n")
        }
        ExportFormat::Csv => table::head(),
        ExportFormat::Geojson => "{\"type\":\"FeatureCollection\",\"features\":[".to_owned(),
    }
}

/// What is public of a record, as a feature at its public point; nothing of what is not public.
fn feature(kind: ExportedKind, told: Told) -> Result<Option<Value>, Problem> {
    let Some(public) = told.public else { return Ok(None) };
    let mut properties: Value = serde_json::from_str(&public.body).map_err(Problem::internal)?;
    if let Some(members) = properties.as_object_mut() {
        members.retain(|name, _| SHOWN.contains(&name.as_str()));
        members.insert("type".to_owned(), json!(RecordKind::from(kind).as_str()));
    }
    let geometry = public.point.map(|point| json!({"type": "Point", "coordinates": [point.lon, point.lat]}));
    Ok(Some(json!({"type": "Feature", "id": told.id, "geometry": geometry, "properties": properties})))
}
