//! Enumerations that more than one table uses. Stored as text, checked by the database, in lower snake case everywhere.

/// Declares an enumeration that is stored as text and spoken on the wire with the same words.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            sea_orm::EnumIter, sea_orm::DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$vdoc])* #[sea_orm(string_value = $text)] #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in the database and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

text_enum! {
    /// The kinds of records a bundle carries.
    RecordKind {
        /// A topic in several languages.
        Theme = "theme",
        /// A group, NGO, donor, university, medium or public body.
        Organisation = "organisation",
        /// An activist, donor or ally.
        Person = "person",
        /// A continuing effort of one or more organisations.
        Initiative = "initiative",
        /// Anything with a time and people.
        Event = "event",
        /// A finding, barrier, need, recommendation, decision or lesson.
        Outcome = "outcome",
        /// Words somebody said.
        Quote = "quote",
        /// A link to a video, blog, document or recording.
        Story = "story",
    }
}

text_enum! {
    /// How finely a place may be shown, from fine to coarse: a later value never reveals more than an earlier one.
    Precision {
        /// The very place.
        Exact = "exact",
        /// The town or county: the centre of a cell of 0.1 degrees.
        Locality = "locality",
        /// The province: the centre of a cell of 1 degree.
        Region = "region",
        /// The country's fixed reference point.
        Country = "country",
        /// Nothing: no name, no geometry.
        Hidden = "hidden",
    }
}

text_enum! {
    /// How dangerous it is to be seen at this event, from harmless to severe.
    Risk {
        /// No known danger.
        Low = "low",
        /// Places are never finer than the locality.
        Moderate = "moderate",
        /// Places are never finer than the region; quotes and names are withheld; published late, with the month only.
        High = "high",
        /// Nothing is in public lists.
        Severe = "severe",
    }
}

text_enum! {
    /// Whether a contribution (outcome, quote, story) passed moderation.
    Moderation {
        /// Recorded, not yet approved.
        Draft = "draft",
        /// A moderator approved it.
        Approved = "approved",
        /// Taken back; this is final.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What brings a person into the room.
    PersonRole {
        /// Somebody who organises at the grassroots.
        Activist = "activist",
        /// Somebody who funds.
        Donor = "donor",
        /// Somebody who supports.
        Ally = "ally",
    }
}
