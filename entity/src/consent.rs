//! Who allowed what, for which channels, until when. One row per purpose; a withdrawn row stays in the ledger.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{ConsentId, PersonId, QuoteId};
use crate::values::Texts;

use crate::quote::AttributionLevel;

crate::text_enum! {
    /// What is allowed. One purpose is never inferred from another.
    ConsentPurpose {
        /// Taking part.
        Participate = "participate",
        /// Being written to.
        Contact = "contact",
        /// Being named in public.
        PublishName = "publish_name",
        /// One quote in public.
        PublishQuote = "publish_quote",
        /// A picture in public.
        PublishImage = "publish_image",
        /// Being known to partner organisations.
        ShareWithPartners = "share_with_partners",
        /// A recording of the session.
        RecordSession = "record_session",
    }
}

crate::text_enum! {
    /// How a consent was given.
    ConsentMethod {
        /// In a form.
        Online = "online",
        /// On paper.
        Written = "written",
        /// Spoken before a witness.
        OralWitnessed = "oral_witnessed",
        /// The campaign itself published it before.
        PublishedByTheCampaign = "published_by_the_campaign",
    }
}

crate::text_enum! {
    /// Who withdrew a consent.
    WithdrawnBy {
        /// The file it came from states it no longer; a later file may state it again.
        Source = "source",
        /// The person, or somebody here on their behalf; no file brings it back.
        Here = "here",
    }
}

/// A row of `consent`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Identifier (UUIDv4).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// The person it is about; exactly one of person and quote is set.
    pub person_id: Option<PersonId>,
    /// The quote it is about.
    pub quote_id: Option<QuoteId>,
    /// What is allowed.
    pub purpose: ConsentPurpose,
    /// For which channels: `gallery`, `feeds`, `partners`, `press`.
    #[sea_orm(column_type = "JsonBinary")]
    pub scope: Texts,
    /// The finest attribution allowed, for a quote.
    pub level: Option<AttributionLevel>,
    /// SHA-256 of the very text that is allowed, for a quote.
    pub text_hash: Option<Vec<u8>>,
    /// The version of the wording that was shown.
    pub text_version: Option<String>,
    /// The language in which it was shown.
    pub language: Option<String>,
    /// How it was given.
    pub method: ConsentMethod,
    /// When it was given, where known.
    pub given_at: Option<DateTimeUtc>,
    /// Who took it down, sealed under the key of the person or quote.
    pub sealed_given_by: Option<Vec<u8>>,
    /// Until when it holds.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was withdrawn; this is final.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Who withdrew it.
    pub withdrawn_by: Option<WithdrawnBy>,
    /// The consent that took its place, where it was narrowed or given anew.
    pub replaced_by: Option<ConsentId>,
    /// When whoever gave it is told that it will end; none once that is done, or if it has no end.
    pub remind_at: Option<DateTimeUtc>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
