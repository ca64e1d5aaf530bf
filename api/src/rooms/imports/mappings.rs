//! Mappings: which column of somebody's tables is which member of a record.

use ::entity::bulk_mapping::{Column, Entity, Model};
use ::entity::kinds::RecordKind;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::access::Allowed;
use crate::access::action::ImportRecords;
use crate::app::App;
use crate::db::save_all;
use crate::http::Query;
use crate::http::json::Body;
use crate::http::page::{self, Cursor, Paging};
use crate::problem::{Fault, Kind, Problem};
use crate::rooms::bundle::{CAMPAIGN, TableColumn, TableConstant, TableReading};

/// The most mappings of one organisation.
const MOST: u64 = 100;

/// Which mapping.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct MappingPath {
    /// What you call it.
    #[param(pattern = "^[a-z0-9][a-z0-9-]{0,63}$", example = "our-crm")]
    name: String,
}

/// A mapping.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportMapping)]
pub(super) struct MappingOut {
    /// What you call it.
    name: String,
    /// What its rows are.
    #[serde(rename = "type")]
    kind: RecordKind,
    /// The name of its source.
    source: String,
    /// The language of records that state none (BCP 47).
    language: Option<String>,
    /// Which column is which member.
    columns: Vec<TableColumn>,
    /// Members that are the same in all records.
    constants: Vec<TableConstant>,
    /// When it was last written.
    updated_at: DateTime<Utc>,
}

/// A page of mappings.
#[derive(ToSchema)]
#[schema(as = ImportMappingPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct MappingPage {
    /// The mappings.
    items: Vec<MappingOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

fn out(row: Model) -> Result<MappingOut, Problem> {
    let Model { namespace: _, name, reading, updated_at } = row;
    let reading = serde_json::from_str(&reading).map_err(Problem::internal)?;
    let TableReading { kind, source, language, columns, constants } = reading;
    Ok(MappingOut { name, kind, source, language, columns, constants, updated_at })
}

/// Members that are said twice, or said by the mapping itself.
fn contradictions(reading: &TableReading) -> Vec<Fault> {
    let columns = reading.columns.iter().map(|column| column.member.as_str()).enumerate();
    let columns = columns.map(|(place, member)| (format!("/columns/{place}/member"), member));
    let constants = reading.constants.iter().map(|constant| constant.member.as_str()).enumerate();
    let constants = constants.map(|(place, member)| (format!("/constants/{place}/member"), member));
    let mut said: Vec<(&str, bool)> = Vec::new();
    let mut faults = Vec::new();
    for (pointer, member, is_constant) in columns
        .map(|(at, member)| (at, member, false))
        .chain(constants.map(|(at, member)| (at, member, true)))
    {
        let within = |outer: &str| member.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let around = |inner: &str| inner.strip_prefix(member).is_some_and(|rest| rest.starts_with('.'));
        // An empty cell is what the constant says.
        let again = |(known, constant): &(&str, bool)| {
            (*known == member && *constant == is_constant) || within(known) || around(known)
        };
        if member == "type" {
            faults.push(Fault::pointer(&pointer, "fixed_member", "is said by the mapping's own `type`"));
        } else if said.iter().any(again) {
            faults.push(Fault::pointer(
                &pointer,
                "repeated_value",
                "is a member that another one says, or a part of it",
            ));
        }
        said.push((member, is_constant));
    }
    faults
}

fn unknown() -> Problem {
    Problem::not_found("mapping")
}

/// Whose mappings they are.
pub(super) fn namespace(who: &Allowed<ImportRecords>) -> Uuid {
    who.actor().partner().map_or(CAMPAIGN, |partner| partner.organisation.0)
}

/// A mapping of theirs.
pub(super) async fn reading<C: ConnectionTrait>(
    conn: &C,
    namespace: Uuid,
    name: &str,
) -> Result<Option<TableReading>, Problem> {
    let row = Entity::find_by_id((namespace, name.to_owned())).one(conn).await?;
    row.map(|row| serde_json::from_str(&row.reading).map_err(Problem::internal)).transpose()
}

/// Save how tables are read
///
/// Made new, or written over the one of that name. Files that wait are read as it was when they were sent.
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.mappings.put",
    params(MappingPath),
    request_body = TableReading,
    responses((status = 200, description = "The mapping", body = MappingOut), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[put("/v1/import-mappings/{name}")]
pub(super) async fn put(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<MappingPath>,
    body: Body<TableReading>,
) -> Result<HttpResponse, Problem> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(1..=64).contains(&path.name.len()) || !path.name.chars().all(fits) || path.name.starts_with('-') {
        return Err(unknown());
    }
    if !body.columns.iter().any(|column| column.member == "id") {
        let detail = "must say which column is the `id`";
        return Err(Problem::invalid_body(vec![Fault::pointer("/columns", "required", detail)]));
    }
    let faults = contradictions(&body);
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    let (namespace, reading) = (namespace(&who), serde_json::to_string(&*body).map_err(Problem::internal)?);
    let row = app
        .db
        .write(async |tx| {
            let others = Column::Namespace.eq(namespace).and(Column::Name.ne(path.name.as_str()));
            if Entity::find().filter(others).count(tx).await? >= MOST {
                let detail = format!("There can be {MOST} mappings: remove one.");
                return Err(Problem::of(Kind::Conflict).with_detail(detail));
            }
            let (name, reading) = (path.name.clone(), reading.clone());
            let row = Model { namespace, name, reading, updated_at: tx.now() };
            save_all(tx, vec![row.clone()], &[]).await?;
            Ok(row)
        })
        .await?;
    Ok(HttpResponse::Ok().json(out(row)?))
}

/// List how tables are read
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.mappings.list",
    params(Paging),
    responses((status = 200, description = "A page of mappings", body = MappingPage), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/import-mappings")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ImportRecords>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let after = cursor.map(|cursor| Cursor::decode::<String>("mappings", &cursor)).transpose()?;
    let mut query = Entity::find().filter(Column::Namespace.eq(namespace(&who)));
    if let Some(after) = after {
        query = query.filter(Column::Name.gt(after));
    }
    let query = query.order_by_asc(Column::Name).limit(u64::from(limit.get()) + 1);
    let rows = query.all(app.db.reader()).await?;
    let rows = rows.into_iter().map(out).collect::<Result<Vec<_>, _>>()?;
    page::answer(&req, "mappings", limit, rows, |row| row.name.clone(), |row| row)
}

/// Read how tables are read
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.mappings.get",
    params(MappingPath),
    responses((status = 200, description = "The mapping", body = MappingOut), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[get("/v1/import-mappings/{name}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<MappingPath>,
) -> Result<HttpResponse, Problem> {
    let row = Entity::find_by_id((namespace(&who), path.name.clone())).one(app.db.reader()).await?;
    Ok(HttpResponse::Ok().json(out(row.ok_or_else(unknown)?)?))
}

/// Remove how tables are read
#[utoipa::path(
    tag = "imports",
    operation_id = "imports.mappings.delete",
    params(MappingPath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["imports:write"]))
)]
#[delete("/v1/import-mappings/{name}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<ImportRecords>,
    path: Path<MappingPath>,
) -> Result<HttpResponse, Problem> {
    let key = (namespace(&who), path.name.clone());
    let removed = app.db.write(async |tx| Entity::delete_by_id(key.clone()).exec(tx).await).await?;
    match removed.rows_affected {
        0 => Err(unknown()),
        _ => Ok(HttpResponse::NoContent().finish()),
    }
}
