//! Who follows the changes of what they may see: an organisation, or the staff, who see everything, together.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::change_entry::ChangeKind;

/// A row of `change_reader`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "change_reader")]
pub struct Model {
    /// The organisation; all zeros for the staff.
    #[sea_orm(primary_key, auto_increment = false)]
    pub reader: Uuid,
    /// Another one whenever the numbers begin anew.
    pub epoch: Uuid,
    /// The last number given.
    pub seq: i64,
    /// The highest number of a deletion that is told no longer.
    pub floor: i64,
    /// The kind of which what was there before is being told; none once all of it is.
    pub filling: Option<ChangeKind>,
    /// How far that has come.
    pub filled_to: Option<Uuid>,
    /// When they last read, give or take a day.
    pub read_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
