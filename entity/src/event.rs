//! Anything with a time and people.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, EventId, GuideId, InitiativeId};
use crate::kinds::{Precision, Risk};
use crate::values::{Composition, Headcount, Texts, Translations};

crate::text_enum! {
    /// What an event is.
    EventKind {
        /// Local talk of activists, donors and allies through guiding questions.
        Dialogue = "dialogue",
        /// A meeting by and for activists, mostly online, across time zones.
        JamSession = "jam_session",
        /// Something is taught.
        Training = "training",
        /// Groups visit or learn from each other.
        Exchange = "exchange",
        /// A larger public meeting.
        Forum = "forum",
        /// Looking back together.
        Reflection = "reflection",
        /// Practising for an emergency.
        Drill = "drill",
    }
}

crate::text_enum! {
    /// How people meet.
    EventFormat {
        /// In one place.
        InPerson = "in_person",
        /// Over the network.
        Online = "online",
        /// Both.
        Hybrid = "hybrid",
    }
}

crate::text_enum! {
    /// How much of an event's time is known.
    WhenPrecision {
        /// Wall time and zone.
        Minute = "minute",
        /// The day.
        Day = "day",
        /// The month.
        Month = "month",
        /// The year.
        Year = "year",
        /// Nothing.
        Unknown = "unknown",
    }
}

crate::text_enum! {
    /// Who may register.
    RegistrationMode {
        /// Nobody.
        Closed = "closed",
        /// Everybody.
        Open = "open",
        /// Everybody; the host decides.
        ByApproval = "by_approval",
        /// Those who are invited.
        ByInvitation = "by_invitation",
    }
}

crate::text_enum! {
    /// Who is promoted first when a seat becomes free.
    Waitlist {
        /// First come, first served.
        Fifo = "fifo",
        /// The role that is furthest from its share.
        RoleBalanced = "role_balanced",
    }
}

crate::text_enum! {
    /// Who may find an event.
    Visibility {
        /// Everybody.
        Public = "public",
        /// Those who have its link; it is in no list.
        Unlisted = "unlisted",
        /// Those who work on it.
        Private = "private",
    }
}

crate::text_enum! {
    /// Where an event stands.
    EventStatus {
        /// Being prepared.
        Draft = "draft",
        /// Waits for a moderator.
        InReview = "in_review",
        /// Will take place.
        Scheduled = "scheduled",
        /// Took place.
        Held = "held",
        /// Will not take place.
        Cancelled = "cancelled",
    }
}

/// A row of `event`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// What it is.
    pub kind: EventKind,
    /// Title.
    pub title: String,
    /// One paragraph.
    pub summary: Option<String>,
    /// The long text.
    pub description: Option<String>,
    /// The language of the original text (BCP 47).
    pub language: String,
    /// Languages spoken.
    #[sea_orm(column_type = "JsonBinary")]
    pub languages: Texts,
    /// How people meet.
    pub format: EventFormat,
    /// `live`, `asynchronous` or both.
    #[sea_orm(column_type = "JsonBinary")]
    pub delivery: Texts,
    /// How much of the time is known.
    pub when_precision: WhenPrecision,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, for a day, month or year.
    pub when_date: Option<String>,
    /// The intention: wall time, for precision minute.
    pub starts_local: Option<ChronoDateTime>,
    /// The IANA zone of the wall time.
    pub time_zone: Option<String>,
    /// The offset chosen for a wall time that occurs twice, in seconds east.
    pub utc_offset: Option<i32>,
    /// How long it lasts.
    pub duration_minutes: Option<i32>,
    /// Derived from the wall time, by the zone data named below.
    pub starts_at: Option<DateTimeUtc>,
    /// Derived: the start and the duration.
    pub ends_at: Option<DateTimeUtc>,
    /// The release of the time zone database the instants were derived with.
    pub zone_data: Option<String>,
    /// Country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// The name of the province.
    pub region: Option<String>,
    /// The name of the town or county.
    pub locality: Option<String>,
    /// Venue and exact point, sealed under the event's own key.
    pub sealed_place: Option<Vec<u8>>,
    /// Join link and instructions, sealed under the event's own key.
    pub sealed_online: Option<Vec<u8>>,
    /// The platform of an online event.
    pub online_platform: Option<String>,
    /// The latitude the public may see at this precision and risk, in degrees; computed once, when the place is saved.
    pub public_lat: Option<f64>,
    /// The longitude that belongs to it.
    pub public_lon: Option<f64>,
    /// The venue's name, where the public may see even that.
    pub public_venue: Option<String>,
    /// How finely the host lets the place be shown.
    pub public_precision: Precision,
    /// The initiative it belongs to.
    pub initiative_id: Option<InitiativeId>,
    /// The dialogue guide that it has its questions of. A bundle may name one that is not here.
    pub guide_id: Option<GuideId>,
    /// The number of the guide's version.
    pub guide_version: Option<i32>,
    /// Guiding questions.
    #[sea_orm(column_type = "JsonBinary")]
    pub questions: Texts,
    /// What it is about.
    #[sea_orm(column_type = "JsonBinary")]
    pub topics: Texts,
    /// What a Jam Session is for.
    #[sea_orm(column_type = "JsonBinary")]
    pub purposes: Texts,
    /// What is provided.
    #[sea_orm(column_type = "JsonBinary")]
    pub accessibility: Texts,
    /// Seats.
    pub capacity: Option<i32>,
    /// How seats are shared between roles.
    #[sea_orm(column_type = "JsonBinary")]
    pub composition: Composition,
    /// Who may register.
    pub registration: RegistrationMode,
    /// When registration closes.
    pub registration_closes_at: Option<DateTimeUtc>,
    /// Who is promoted first.
    pub waitlist: Waitlist,
    /// Who may find it.
    pub visibility: Visibility,
    /// How dangerous it is to be seen there.
    pub risk: Risk,
    /// Where it stands.
    pub status: EventStatus,
    /// Why it was cancelled, in the host's words, sealed under the event's own key.
    pub sealed_cancel_reason: Option<Vec<u8>>,
    /// Why it was last moved, in the host's words, sealed under the event's own key.
    pub sealed_reschedule_reason: Option<Vec<u8>>,
    /// When it was recorded as held; what was long over when it was imported, when it ended.
    pub held_at: Option<DateTimeUtc>,
    /// Since when it is locked down: nothing of it is public or told to those who registered. Only a lockdown and its end write
    /// it, no edit or import.
    pub locked_down_at: Option<DateTimeUtc>,
    /// How many came.
    #[sea_orm(column_type = "JsonBinary")]
    pub headcount: Option<Headcount>,
    /// Whether the host approved the headcount for publication.
    pub headcount_approved: bool,
    /// A link to a recording.
    pub recording: Option<String>,
    /// The texts in other languages.
    #[sea_orm(column_type = "JsonBinary")]
    pub translations: Translations,
    /// The account that made the record; none if it was imported.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
